/**
 * Datasets: examples by number.
 *
 * @module
 */

import { errors, rangeError, show, typeError } from "../errors.ts";
import { isTensor, tensorFrom } from "../dispatch.ts";
import { take, tensor, type TensorLike } from "../ops/mod.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Examples by number. `get` may be asynchronous, as reading files is; then only asynchronous loops can
 * use the dataset.
 *
 * @example
 * ```ts
 * import { data } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * class Squares extends data.Dataset<[number, number]> {
 *   readonly length = 10;
 *   get(i: number): [number, number] {
 *     return [i, i * i];
 *   }
 * }
 * assertEquals(new Squares().get(3), [3, 9]);
 * ```
 */
export abstract class Dataset<Example = unknown> {
  /** How many examples there are. */
  abstract readonly length: number;

  /** The example of that number, from 0 on. */
  abstract get(index: number): Example | Promise<Example>;

  /**
   * Several examples as one batch, for datasets that do this faster than one by one; `null` where they
   * do not.
   */
  getBatch(_indices: Int32Array): readonly Tensor[] | null {
    return null;
  }
}

/**
 * A dataset of tensors that agree on their first axis: example `i` is entry `i` of each.
 *
 * @example
 * ```ts
 * import { data } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const set = new data.TensorDataset([[1, 2], [3, 4]], [0, 1]);
 * assertEquals(set.length, 2);
 * assertEquals(set.get(1)[0].toArray(), [3, 4]);
 * ```
 */
export class TensorDataset extends Dataset<readonly Tensor[]> {
  /** The tensors, first axis first. */
  readonly tensors: readonly Tensor[];
  /** How many examples there are. */
  override readonly length: number;

  /**
   * Takes tensors, or what can be made into them.
   *
   * @throws {RangeError} When the tensors differ in length, or one is a scalar.
   * @throws {TypeError} When one is a list or a record of tensors.
   */
  constructor(...tensors: TensorLike[]) {
    super();
    if (tensors.length === 0) {
      throw errors.option("make a dataset", "the tensors", "one or more", tensors);
    }
    const nest = tensors.find(isNest);
    if (nest !== undefined) {
      throw typeError(
        "data.kind",
        `Cannot make a dataset of tensors as each part must be one tensor or array: current part is ${
          show(nest)
        }; give lists and records to fit() itself, or a Dataset whose get() returns them`,
      );
    }
    this.tensors = tensors.map((values) => tensor(values).keep());
    const lengths = this.tensors.map((t) => {
      if (t.ndim === 0) throw errors.rank("make a dataset", "one or more axes", t.dims);
      return t.shape[0];
    });
    this.length = lengths[0];
    if (lengths.some((length) => length !== this.length)) {
      throw rangeError(
        "data.length",
        `Cannot make a dataset as all tensors must have the same number of examples: current shapes are ${
          this.tensors.map((t) => formatShape(t.dims)).join(" and ")
        }`,
      );
    }
  }

  /** Entry `index` of each tensor. */
  override get(index: number): readonly Tensor[] {
    return this.tensors.map((t) => t.get(index));
  }

  /** Several entries of each tensor, in one piece. */
  override getBatch(indices: Int32Array): readonly Tensor[] {
    return this.tensors.map((t) =>
      take(t, tensorFrom(indices, [indices.length], "int32", "batch", t.backend), { axis: 0 })
    );
  }

  /** Part of the examples: from `start` up to, not including, `stop`. */
  slice(start: number, stop: number = this.length): TensorDataset {
    return new TensorDataset(...this.tensors.map((t) => t.get([start, stop])));
  }
}

/** Whether a value is several tensors: a list of them, or a record. */
function isNest(value: unknown): boolean {
  if (typeof value !== "object" || value === null || isTensor(value)) return false;
  return Array.isArray(value) ? value.some(isTensor) : !ArrayBuffer.isView(value);
}
