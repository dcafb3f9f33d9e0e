/**
 * The layer that multiplies two tensors and sums along an axis of each.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { matmul, moveaxis, normalize, reshape } from "../core/ops/mod.ts";
import { switchOf } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import { type Dims, mayEqual, normalizeAxis, productOf, sameShape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { countError, mergedInputs } from "./merging.ts";

/** All axes between the first and the last as one. */
function asMatrices(x: Tensor): Tensor {
  if (x.ndim === 3) return x;
  return reshape(x, [x.dims[0], productOf(x.dims.slice(1, -1)), x.dims[x.ndim - 1]]);
}

/** Options of {@linkcode Dot}. */
export interface DotOptions extends LayerOptions {
  /** The axis of both inputs, or that of the first and that of the second, along which the sum runs; not the batch's. */
  axes: number | readonly [number, number];
  /** Whether both inputs are brought to length 1 along their axis, so that the result is a cosine. @default false */
  normalize?: boolean;
}

/**
 * Sums of products along one axis of each of two inputs, example by example. Inputs are `[batch, …]`; output is
 * `[batch, …the first's other axes, …the second's]`, and `[batch, 1]` where no axis is left.
 *
 * @throws {RangeError} When there are not two inputs, they have no such axes, the axes differ in size, or one is the
 * batch's.
 *
 * @example
 * ```ts
 * import { layers, ones, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const dot = new layers.Dot({ axes: 1 });
 * assertEquals(dot.apply([tensor([[1, 2]]), tensor([[3, 4]])]).toArray(), [[11]]);
 * const products = new layers.Dot({ axes: [2, 1] }).apply([ones([5, 2, 3]), ones([5, 3, 4])]);
 * assertEquals(products.shape, [5, 2, 4]);
 * ```
 */
export class Dot extends Layer<readonly Tensor[], Tensor> {
  readonly axes: number | readonly [number, number];
  readonly normalize: boolean;

  constructor(options: DotOptions) {
    super(options);
    const operation = "make a Dot layer";
    const { axes, normalize = false } = options;
    const given = [axes].flat();
    if (!given.every(Number.isInteger) || (Array.isArray(axes) && axes.length !== 2)) {
      throw errors.option(operation, "axes", "a whole number, or two of them", axes);
    }
    this.axes = axes;
    this.normalize = switchOf(operation, "normalize", normalize);
  }

  forward(inputs: readonly Tensor[]): Tensor {
    const given = mergedInputs(this, inputs);
    if (given.length !== 2) throw countError(this.name, "two inputs", given.length);
    const operation = `apply ${this.name}`;
    const axes = [this.axes].flat();
    const [a, b] = given.map((x, i) => {
      const axis = normalizeAxis(operation, axes.at(i) ?? axes[0], x.ndim);
      if (axis === 0) {
        throw errors.option(operation, "axes", "others than that of the batch", this.axes);
      }
      const scaled = this.normalize ? normalize(x, { axis }) : x;
      return axis === x.ndim - 1 ? scaled : moveaxis(scaled, axis, -1);
    });
    if (!mayEqual(a.dims[a.ndim - 1], b.dims[b.ndim - 1])) {
      const requirement = `both must have the same size along axes ${axes.join(" and ")}`;
      throw errors.shapes(operation, requirement, given[0].dims, given[1].dims);
    }
    const products = matmul(asMatrices(a), asMatrices(b), { transposeB: true });
    const rest = [...a.dims.slice(1, -1), ...b.dims.slice(1, -1)];
    const dims: Dims = [products.dims[0], ...(rest.length === 0 ? [1] : rest)];
    return sameShape(products.dims, dims) ? products : reshape(products, dims);
  }

  override getConfig(): Config {
    const { axes, normalize } = this;
    return { ...super.getConfig(), axes, normalize };
  }
}
