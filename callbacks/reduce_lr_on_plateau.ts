/**
 * The callback that lowers the learning rate when training no longer helps.
 *
 * @module
 */

import type { Logs } from "../core/callback.ts";
import { errors } from "../core/errors.ts";
import { checkCount, Monitor, type MonitorOptions } from "./_monitor.ts";

/** Options of {@linkcode ReduceLROnPlateau}. */
export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** What the learning rate is multiplied by, in (0, 1). @default 0.1 */
  factor?: number;
  /** How many epochs without improvement are borne, from 0 on. @default 10 */
  patience?: number;
  /** How much better a value must be to count, from 0 on. @default 1e-4 */
  minDelta?: number;
  /** How many epochs after a reduction do not count, from 0 on. @default 0 */
  cooldown?: number;
  /** The least learning rate, from 0 on. @default 0 */
  minLr?: number;
  /** 1: says what it does. @default 0 */
  verbose?: 0 | 1;
}

/**
 * Multiplies the learning rate by `factor` when a watched value has not become better for `patience` epochs.
 *
 * @throws {RangeError} When an option makes no sense.
 *
 * @example
 * ```ts
 * import { callbacks, layers, ones, optimizers, sequential } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
 * const optimizer = new optimizers.SGD({ learningRate: 1e-12 }); // too little to learn anything
 * model.compile({ optimizer, loss: "mse" });
 * const reduce = new callbacks.ReduceLROnPlateau({ monitor: "loss", factor: 0.5, patience: 1 });
 * await model.fit(ones([4, 2]), ones([4, 1]), { epochs: 2, verbose: 0, callbacks: [reduce] });
 * assertAlmostEquals(optimizer.learningRate, 5e-13, 1e-20);
 * ```
 */
export class ReduceLROnPlateau extends Monitor {
  readonly factor: number;
  readonly patience: number;
  readonly cooldown: number;
  readonly minLr: number;
  readonly verbose: 0 | 1;
  /** The best value of the run. */
  best: number | null = null;
  #wait = 0;
  #resting = 0;

  constructor(options: ReduceLROnPlateauOptions = {}) {
    super({ minDelta: 1e-4, ...options });
    const { factor = 0.1, patience = 10, cooldown = 0, minLr = 0, verbose = 0 } = options;
    const action = "make ReduceLROnPlateau";
    if (!(factor > 0 && factor < 1)) throw errors.option(action, "factor", "in (0, 1)", factor);
    if (!(minLr >= 0)) throw errors.option(action, "minLr", "0 or above", minLr);
    this.factor = factor;
    this.patience = checkCount(action, "patience", patience);
    this.cooldown = checkCount(action, "cooldown", cooldown);
    this.minLr = minLr;
    this.verbose = verbose;
  }

  /** Forgets an earlier run. */
  override onTrainBegin(): void {
    this.best = null;
    this.#wait = 0;
    this.#resting = 0;
  }

  /** Compares the epoch with the best so far. */
  override onEpochEnd(epoch: number, logs: Logs): void {
    const value = this.watched(epoch, logs);
    if (value === null) return;
    if (this.#resting > 0) {
      this.#resting--;
      this.#wait = 0;
    }
    if (this.improves(value, this.best)) {
      this.best = value;
      this.#wait = 0;
    } else if (this.#resting === 0 && ++this.#wait >= this.patience) this.#reduce(epoch);
  }

  #reduce(epoch: number): void {
    const { optimizer } = this.model;
    const rate = optimizer.learningRate;
    if (rate <= this.minLr) return;
    optimizer.learningRate = Math.max(rate * this.factor, this.minLr);
    this.#resting = this.cooldown;
    this.#wait = 0;
    if (this.verbose > 0) {
      console.log(`Epoch ${epoch + 1}: learning rate reduced to ${optimizer.learningRate}`);
    }
  }
}
