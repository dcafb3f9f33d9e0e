/**
 * Layers that make one tensor of several, element by element.
 *
 * @module
 */

import { isTensor } from "../core/dispatch.ts";
import { errors, rangeError, show, typeError } from "../core/errors.ts";
import { Layer } from "../core/layer.ts";
import { add, divide, expandDims, maximum, minimum, multiply, subtract } from "../core/ops/mod.ts";
import { broadcastShapes, type Dims, mayEqual } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";

/**
 * The inputs of a merging layer.
 *
 * @throws {TypeError} When they are no list of tensors.
 * @throws {RangeError} When there are fewer, or the batches differ.
 */
export function mergedInputs(
  layer: Layer<readonly Tensor[]>,
  inputs: readonly Tensor[],
): readonly Tensor[] {
  const operation = `apply ${layer.name}`;
  if (!Array.isArray(inputs) || inputs.some((input) => !isTensor(input))) {
    throw typeError(
      "layer.input",
      `Cannot ${operation} as its input must be a list of tensors: current input is ${
        show(inputs)
      }; give [a, b, …]`,
    );
  }
  for (const { dims } of inputs) {
    if (dims.length === 0) throw errors.rank(operation, "a batch axis", dims);
    const [first] = inputs;
    if (!mayEqual(dims[0], first.dims[0])) {
      throw errors.shapes(operation, "all inputs must have the same batch", first.dims, dims);
    }
  }
  return inputs;
}

/** A layer that joins its inputs two by two. */
export abstract class Merge extends Layer<readonly Tensor[], Tensor> {
  /** What two inputs become. */
  protected abstract merge(a: Tensor, b: Tensor): Tensor;

  /** Checks the number of inputs. */
  protected checkCount(count: number): void {
    if (count > 0) return;
    throw countError(this.name, "one input or more", count);
  }

  forward(inputs: readonly Tensor[]): Tensor {
    const given = mergedInputs(this, inputs);
    this.checkCount(given.length);
    const ndim = Math.max(...given.map((input) => input.ndim));
    const aligned = given.map((input) => alignedTo(ndim, input));
    aligned.reduce<Dims>(
      (dims, input) => broadcastShapes(`apply ${this.name} to`, dims, input.dims),
      [],
    );
    return aligned.reduce((a, b) => this.merge(a, b));
  }
}

/** Axes of size 1 after the batch's, so that batches meet batches. */
function alignedTo(ndim: number, x: Tensor): Tensor {
  const missing = ndim - x.ndim;
  return missing === 0 ? x : expandDims(x, Array.from({ length: missing }, (_, i) => i + 1));
}

/** There are too few inputs, or too many. */
export function countError(layer: string, wanted: string, count: number): RangeError {
  return rangeError(
    "layer.inputs",
    `Cannot apply ${layer} as it takes ${wanted}: current number of inputs is ${count}`,
  );
}

/**
 * The sum of all inputs. Inputs are `[batch, …]` and broadcast, axes that one lacks being put after the batch; output
 * `[batch, …]`.
 *
 * @throws {RangeError} When shapes do not broadcast, or batches differ.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const sum = new layers.Add().apply([tensor([[1, 2]]), tensor([[10, 20]]), tensor([[100]])]);
 * assertEquals(sum.toArray(), [[111, 122]]);
 * ```
 */
export class Add extends Merge {
  protected merge(a: Tensor, b: Tensor): Tensor {
    return add(a, b);
  }
}

/**
 * The first input minus the second. Both are `[batch, …]` and broadcast, axes that one lacks being put after the batch;
 * output `[batch, …]`.
 *
 * @throws {RangeError} When there are not two inputs, shapes do not broadcast, or batches differ.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new layers.Subtract().apply([tensor([[3]]), tensor([[1]])]).toArray(), [[2]]);
 * ```
 */
export class Subtract extends Merge {
  protected override checkCount(count: number): void {
    if (count !== 2) throw countError(this.name, "two inputs", count);
  }

  protected merge(a: Tensor, b: Tensor): Tensor {
    return subtract(a, b);
  }
}

/**
 * The product of all inputs. Inputs are `[batch, …]` and broadcast, axes that one lacks being put after the batch;
 * output `[batch, …]`.
 *
 * @throws {RangeError} When shapes do not broadcast, or batches differ.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const product = new layers.Multiply().apply([tensor([[1, 2]]), tensor([[3, 4]])]);
 * assertEquals(product.toArray(), [[3, 8]]);
 * ```
 */
export class Multiply extends Merge {
  protected merge(a: Tensor, b: Tensor): Tensor {
    return multiply(a, b);
  }
}

/**
 * The mean of all inputs. Inputs are `[batch, …]` and broadcast, axes that one lacks being put after the batch; output
 * `[batch, …]`.
 *
 * @throws {RangeError} When shapes do not broadcast, or batches differ.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const mean = new layers.Average().apply([tensor([[1, 2]]), tensor([[3, 6]])]);
 * assertEquals(mean.toArray(), [[2, 4]]);
 * ```
 */
export class Average extends Merge {
  protected merge(a: Tensor, b: Tensor): Tensor {
    return add(a, b);
  }

  override forward(inputs: readonly Tensor[]): Tensor {
    return divide(super.forward(inputs), inputs.length);
  }
}

/**
 * The greatest of all inputs, element by element. Inputs are `[batch, …]` and broadcast, axes that one lacks being put
 * after the batch; output `[batch, …]`.
 *
 * @throws {RangeError} When shapes do not broadcast, or batches differ.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const greatest = new layers.Maximum().apply([tensor([[1, 5]]), tensor([[3, 4]])]);
 * assertEquals(greatest.toArray(), [[3, 5]]);
 * ```
 */
export class Maximum extends Merge {
  protected merge(a: Tensor, b: Tensor): Tensor {
    return maximum(a, b);
  }
}

/**
 * The least of all inputs, element by element. Inputs are `[batch, …]` and broadcast, axes that one lacks being put
 * after the batch; output `[batch, …]`.
 *
 * @throws {RangeError} When shapes do not broadcast, or batches differ.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const least = new layers.Minimum().apply([tensor([[1, 5]]), tensor([[3, 4]])]);
 * assertEquals(least.toArray(), [[1, 4]]);
 * ```
 */
export class Minimum extends Merge {
  protected merge(a: Tensor, b: Tensor): Tensor {
    return minimum(a, b);
  }
}
