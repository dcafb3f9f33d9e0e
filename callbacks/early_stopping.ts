/**
 * The callback that ends training when it no longer helps.
 *
 * @module
 */

import type { Logs } from "../core/callback.ts";
import type { Tensor } from "../core/tensor.ts";
import { checkCount, Monitor, type MonitorOptions } from "./_monitor.ts";

/** Options of {@linkcode EarlyStopping}. */
export interface EarlyStoppingOptions extends MonitorOptions {
  /** How many epochs without improvement are borne, from 0 on. @default 0 */
  patience?: number;
  /** 1: says when it stops and what it restores. @default 0 */
  verbose?: 0 | 1;
  /** A value that must be bettered within the patience. @default null (none) */
  baseline?: number | null;
  /** Whether the weights of the best epoch are put back at the end. @default false */
  restoreBestWeights?: boolean;
  /** The first epoch that counts. @default 0 */
  startFromEpoch?: number;
}

/**
 * Ends training when a watched value has not become better for `patience` epochs.
 *
 * @throws {RangeError} When an option makes no sense.
 *
 * @example
 * ```ts
 * import { callbacks, layers, ones, sequential } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
 * model.compile({ optimizer: "sgd", loss: "mse" });
 * const history = await model.fit(ones([8, 2]), ones([8, 1]), {
 *   epochs: 100,
 *   verbose: 0,
 *   callbacks: [new callbacks.EarlyStopping({ monitor: "loss", patience: 2, minDelta: 1e-3 })],
 * });
 * assert(history.epoch.length < 100);
 * ```
 */
export class EarlyStopping extends Monitor {
  readonly patience: number;
  readonly baseline: number | null;
  readonly restoreBestWeights: boolean;
  readonly startFromEpoch: number;
  readonly verbose: 0 | 1;
  /** The best value of the run. */
  best: number | null = null;
  /** The epoch of the best value. */
  bestEpoch = 0;
  /** The epoch after which training was ended; `null` where it was not. */
  stoppedEpoch: number | null = null;
  #wait = 0;
  #bestWeights: Tensor[] | null = null;

  constructor(options: EarlyStoppingOptions = {}) {
    super(options);
    const { patience = 0, startFromEpoch = 0, verbose = 0 } = options;
    this.patience = checkCount("make EarlyStopping", "patience", patience);
    this.startFromEpoch = checkCount("make EarlyStopping", "startFromEpoch", startFromEpoch);
    this.baseline = options.baseline ?? null;
    this.restoreBestWeights = options.restoreBestWeights ?? false;
    this.verbose = verbose;
  }

  /** Forgets an earlier run. */
  override onTrainBegin(): void {
    this.#wait = 0;
    this.best = null;
    this.bestEpoch = 0;
    this.stoppedEpoch = null;
    this.#forgetWeights();
  }

  /** Compares the epoch with the best so far. */
  override onEpochEnd(epoch: number, logs: Logs): void {
    const value = this.watched(epoch, logs);
    if (value === null || epoch < this.startFromEpoch) return;
    if (this.restoreBestWeights && this.#bestWeights === null) this.#keepWeights(epoch);
    this.#wait++;
    if (this.improves(value, this.best)) {
      this.best = value;
      if (this.restoreBestWeights) this.#keepWeights(epoch);
      this.bestEpoch = epoch;
      if (this.baseline === null || this.improves(value, this.baseline)) this.#wait = 0;
      return;
    }
    if (this.#wait < this.patience || epoch === 0) return;
    this.stoppedEpoch = epoch;
    this.model.stopTraining = true;
  }

  /** Puts the best weights back. */
  override onTrainEnd(): void {
    if (this.stoppedEpoch !== null) this.#say(`Epoch ${this.stoppedEpoch + 1}: early stopping`);
    if (this.#bestWeights === null) return;
    this.#say(`Restoring the weights of the best epoch, ${this.bestEpoch + 1}`);
    this.model.setWeights(this.#bestWeights);
    this.#forgetWeights();
  }

  #keepWeights(epoch: number): void {
    this.#forgetWeights();
    this.#bestWeights = this.model.getWeights().map((weight: Tensor) => weight.keep());
    this.bestEpoch = epoch;
  }

  #forgetWeights(): void {
    for (const weight of this.#bestWeights ?? []) weight.dispose();
    this.#bestWeights = null;
  }

  #say(message: string): void {
    if (this.verbose > 0) console.log(message);
  }
}
