/**
 * SparseCategoricalCrossentropy.
 *
 * @module
 */

import { Loss, type LossOptions } from "../../core/loss.ts";
import {
  expandDims,
  log,
  negative,
  notEqual,
  sparseCategoricalCrossentropy,
  squeeze,
  takeAlongAxis,
  where,
} from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";
import { asLabels } from "./_labels.ts";
import { normalized } from "./_probabilities.ts";

/** Options of {@linkcode SparseCategoricalCrossentropy}. */
export interface SparseCategoricalCrossentropyOptions extends LossOptions {
  /** Whether predictions are logits; else they are probabilities. @default false */
  fromLogits?: boolean;
  /** A label that stands for no class: its examples do not count. @default null */
  ignoreClass?: number | null;
  /** The axis of the classes. @default -1 */
  axis?: number;
}

/**
 * The cross entropy of one class in many, for targets that are class numbers: `−log p[yTrue]`.
 *
 * `[batch, …]`, or `[batch, …, 1]`, and `[batch, …, classes]` to `[batch, …]`, then reduced. Labels are whole numbers of any
 * dtype. Probabilities are divided by their sum and kept in [1e-7, 1 − 1e-7]; `fromLogits: true` is faster and exact.
 *
 * @throws {RangeError} When the shapes do not fit, or a label is no class; the message says which.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const crossentropy = new losses.SparseCategoricalCrossentropy();
 * assertAlmostEquals(crossentropy.call([1], [[0.25, 0.5, 0.25]]).item(), Math.LN2, 1e-6);
 * ```
 *
 * @example Logits, and labels that do not count
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const masked = new losses.SparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: -1 });
 * assertAlmostEquals(masked.call([2, -1], [[0, 0, 0], [9, 0, 0]]).item(), Math.log(3), 1e-6);
 * ```
 */
export class SparseCategoricalCrossentropy extends Loss {
  readonly fromLogits: boolean;
  readonly ignoreClass: number | null;
  readonly axis: number;

  constructor(options: SparseCategoricalCrossentropyOptions = {}) {
    super(options);
    const { fromLogits = false, ignoreClass = null, axis = -1 } = options;
    this.fromLogits = this.switch("fromLogits", fromLogits);
    this.ignoreClass = ignoreClass === null
      ? null
      : this.number("ignoreClass", ignoreClass, "a whole number");
    this.axis = this.number("axis", axis, "a whole number");
  }

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    const { ignoreClass, axis } = this;
    const labels = asLabels(this.computing, yTrue, yPred, this);
    if (ignoreClass === null) return this.#examples(labels, yPred);
    const counts = notEqual(labels, ignoreClass);
    const values = this.#examples(
      where(counts, labels, 0),
      // So that NaN in a row that does not count reaches neither the loss nor the gradient.
      where(expandDims(counts, axis), yPred, 1),
    );
    return where(counts, values, 0);
  }

  #examples(labels: Tensor, yPred: Tensor): Tensor {
    const { fromLogits, axis } = this;
    if (fromLogits) return sparseCategoricalCrossentropy(labels, yPred, { fromLogits, axis });
    // The class is picked first: one logarithm a row, not one a class.
    const picked = takeAlongAxis(yPred, expandDims(labels, axis), { axis });
    return negative(squeeze(log(normalized(picked, yPred, axis)), axis));
  }

  override mask(yTrue: Tensor, yPred: Tensor): Tensor | null {
    if (this.ignoreClass === null) return null;
    return notEqual(asLabels(this.computing, yTrue, yPred, this), this.ignoreClass);
  }

  override getConfig(): Config {
    const { fromLogits, ignoreClass, axis } = this;
    return { ...super.getConfig(), fromLogits, ignoreClass, axis };
  }
}
