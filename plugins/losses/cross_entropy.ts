/**
 * CrossEntropy.
 *
 * @module
 */

import { Loss, type LossOptions } from "../../core/loss.ts";
import { oneHot } from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import { normalizeAxis, sameShape } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { asLabels } from "./_labels.ts";
import { CategoricalCrossentropy } from "./categorical_crossentropy.ts";
import { SparseCategoricalCrossentropy } from "./sparse_categorical_crossentropy.ts";

/** Options of {@linkcode CrossEntropy}. */
export interface CrossEntropyOptions extends LossOptions {
  /** Whether predictions are logits; else they are probabilities. @default true */
  fromLogits?: boolean;
  /** How far targets are drawn towards even odds, in [0, 1]. @default 0 */
  labelSmoothing?: number;
  /** A class number that stands for no class: its examples do not count. @default null */
  ignoreClass?: number | null;
  /** The axis of the classes. @default -1 */
  axis?: number;
}

/**
 * The cross entropy of one class in many, as a PyTorch user writes it: of logits, for targets that are class numbers or
 * one-hot rows, whichever their shape says.
 *
 * `[batch, …, classes]`, and targets `[batch, …]` or `[batch, …, classes]`, to `[batch, …]`, then reduced.
 *
 * @throws {RangeError} When the shapes do not fit, or a label is no class.
 *
 * @example
 * ```ts
 * import { losses, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const logits = tensor([[2, 0, 0]]);
 * const crossEntropy = new losses.CrossEntropy();
 * const loss = crossEntropy.forward(logits, [0]);
 * assertAlmostEquals(loss.item(), Math.log(1 + 2 * Math.exp(-2)), 1e-6);
 * assertAlmostEquals(crossEntropy.forward(logits, [[1, 0, 0]]).item(), loss.item(), 1e-6);
 * assertAlmostEquals(crossEntropy.backward().sum().item(), 0, 1e-6);
 * ```
 */
export class CrossEntropy extends Loss {
  readonly #dense: CategoricalCrossentropy;
  readonly #sparse: SparseCategoricalCrossentropy;

  constructor(options: CrossEntropyOptions = {}) {
    super(options);
    const { fromLogits = true, labelSmoothing, ignoreClass, axis } = options;
    const { name } = this;
    this.#dense = new CategoricalCrossentropy({ name, fromLogits, labelSmoothing, axis });
    this.#sparse = new SparseCategoricalCrossentropy({ name, fromLogits, ignoreClass, axis });
  }

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    if (sameShape(yTrue.dims, yPred.dims)) return this.#dense.compute(yTrue, yPred);
    const { labelSmoothing, axis } = this.#dense;
    if (labelSmoothing === 0) return this.#sparse.compute(yTrue, yPred);
    const labels = asLabels(this.computing, yTrue, yPred, this.#sparse);
    const classes = yPred.shape[normalizeAxis(this.computing, axis, yPred.ndim)];
    const target = oneHot(labels, classes, { axis, dtype: yPred.dtype });
    return this.#dense.compute(target, yPred);
  }

  override mask(yTrue: Tensor, yPred: Tensor): Tensor | null {
    return sameShape(yTrue.dims, yPred.dims) ? null : this.#sparse.mask(yTrue, yPred);
  }

  override getConfig(): Config {
    const { fromLogits, labelSmoothing, axis } = this.#dense;
    const { ignoreClass } = this.#sparse;
    return { ...super.getConfig(), fromLogits, labelSmoothing, ignoreClass, axis };
  }
}
