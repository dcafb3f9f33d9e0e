/**
 * The record of a run: the logs of each epoch.
 *
 * @module
 */

import { Callback, type Logs } from "./callback.ts";

/** Keeps the logs of each epoch; `fit` returns one. */
export class History extends Callback {
  /** For each log, its value in each epoch: `history.loss`, `history.valAccuracy`. */
  readonly history: Record<string, number[]> = {};
  /** The numbers of the epochs, from 0 on. */
  readonly epoch: number[] = [];

  /** Adds the logs of an epoch. */
  override onEpochEnd(epoch: number, logs: Logs): void {
    this.epoch.push(epoch);
    for (const [name, value] of Object.entries(logs)) (this.history[name] ??= []).push(value);
  }
}
