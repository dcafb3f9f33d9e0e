/**
 * Layers that normalize each example by itself.
 *
 * @module
 */

import { Layer, type LayerOptions } from "../core/layer.ts";
import { layerNormalization, normalize, rmsNormalization } from "../core/ops/mod.ts";
import { asDType } from "../core/ops/operand.ts";
import { numberIn } from "../core/options.ts";
import type { Config } from "../core/serialization.ts";
import { type Dims, normalizeAxes, type Shape } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Parameter } from "../core/variable.ts";
import type { WeightLayouts } from "../core/weight_layout.ts";
import { AffineLayer, type AffineLayerOptions } from "./_affine.ts";
import { axesOption } from "./_axes.ts";

/** The sizes of the axes that are normalized together. */
function sizesAlong(layer: Layer, axis: number | readonly number[], dims: Dims): Shape {
  const axes = normalizeAxes(`build ${layer.name}`, axis, dims.length);
  return axes.map((a) => dims[a]) as Shape;
}

/** Options of {@linkcode LayerNormalization}. */
export interface LayerNormalizationOptions extends AffineLayerOptions {
  /** The axis, or the axes together, that are normalized. @default -1 */
  axis?: number | readonly number[];
}

/**
 * `gamma · (x − mean) / √(variance + epsilon) + beta`, with the mean and the variance along `axis`, for each example by
 * itself, the same in training and in inference. Input and output `[batch, …]`; `gamma` and `beta` have the shape of the
 * normalized axes.
 *
 * Ba et al., "Layer normalization", 2016.
 *
 * @throws {RangeError} When the input has no such axis, the size of a normalized axis is unknown at building or differs
 * later, or an option is out of range.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const norm = new layers.LayerNormalization({ epsilon: 0 });
 * assertEquals(norm.apply(tensor([[3, 5], [-7, -9]])).toArray(), [[-1, 1], [1, -1]]);
 * ```
 */
export class LayerNormalization extends AffineLayer {
  readonly axis: number | readonly number[];

  constructor(options: LayerNormalizationOptions = {}) {
    super("LayerNormalization", options);
    this.axis = axesOption("LayerNormalization", options.axis ?? -1);
  }

  override build(inputShape: Dims): void {
    this.buildAffine(sizesAlong(this, this.axis, inputShape));
  }

  forward(inputs: Tensor): Tensor {
    const { axis, epsilon, gamma, beta } = this;
    return layerNormalization(asDType(inputs, this.dtype), { axis, epsilon, gamma, beta });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}

/** Options of {@linkcode RMSNormalization}. */
export interface RMSNormalizationOptions extends LayerOptions {
  /** The axis, or the axes together, that are normalized. @default -1 */
  axis?: number | readonly number[];
  /** What is added to the mean square, finite and from 0 on. @default 1e-6 */
  epsilon?: number;
}

/**
 * `scale · x / √(mean(x²) + epsilon)`, with the mean along `axis`. Input and output `[batch, …]`; `scale` has the shape of
 * the normalized axes.
 *
 * Zhang and Sennrich, "Root mean square layer normalization", 2019.
 *
 * @throws {RangeError} When the input has no such axis, the size of a normalized axis is unknown at building or differs
 * later, or `epsilon` is negative.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const norm = new layers.RMSNormalization({ epsilon: 0 });
 * assertEquals(norm.apply(tensor([[7, -7]])).toArray(), [[1, -1]]);
 * ```
 */
export class RMSNormalization extends Layer {
  readonly axis: number | readonly number[];
  readonly epsilon: number;
  scale!: Parameter;

  constructor(options: RMSNormalizationOptions = {}) {
    super(options);
    const { axis = -1, epsilon = 1e-6 } = options;
    const operation = "make a RMSNormalization layer";
    this.axis = axesOption("RMSNormalization", axis);
    this.epsilon = numberIn("finite and from 0 on", operation, "epsilon", epsilon);
  }

  override build(inputShape: Dims): void {
    const shape = sizesAlong(this, this.axis, inputShape);
    this.scale = this.addWeight({ name: "scale", shape, initializer: "ones" });
  }

  forward(inputs: Tensor): Tensor {
    const { axis, epsilon, scale } = this;
    return rmsNormalization(asDType(inputs, this.dtype), { axis, epsilon, scale });
  }

  override weightLayouts(framework: string): WeightLayouts {
    return framework === "pytorch" ? { scale: { name: "weight", features: ["input"] } } : {};
  }

  override getConfig(): Config {
    const { axis, epsilon } = this;
    return { ...super.getConfig(), axis, epsilon };
  }
}

/** Options of {@linkcode UnitNormalization}. */
export interface UnitNormalizationOptions extends LayerOptions {
  /** The axis, or the axes together, that are normalized. @default -1 */
  axis?: number | readonly number[];
}

/**
 * `x / √Σ x²`, with the sum along `axis`: vectors of length 1; zeros stay zeros. Input and output `[batch, …]`.
 *
 * @throws {RangeError} When the input has no such axis.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [[x, y]] = new layers.UnitNormalization().apply(tensor([[3, 4]])).toArray();
 * assertAlmostEquals(x, 0.6, 1e-6);
 * assertAlmostEquals(y, 0.8, 1e-6);
 * ```
 */
export class UnitNormalization extends Layer {
  readonly axis: number | readonly number[];

  constructor(options: UnitNormalizationOptions = {}) {
    super(options);
    this.axis = axesOption("UnitNormalization", options.axis ?? -1);
  }

  override build(inputShape: Dims): void {
    normalizeAxes(`build ${this.name}`, this.axis, inputShape.length);
  }

  forward(inputs: Tensor): Tensor {
    return normalize(inputs, { axis: this.axis, order: 2, epsilon: 1e-12 });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), axis: this.axis };
  }
}
