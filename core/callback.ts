/**
 * The base of callbacks: observers of training, with Keras's hooks. A hook may be asynchronous; training waits
 * for it.
 *
 * @module
 */

import type { AnyModel } from "./model.ts";

/**
 * Values by name: `loss`, `accuracy`, `valLoss`. Of a batch they are the means so far in the epoch, read from the
 * backend when they are looked at.
 */
export type Logs = Readonly<Record<string, number>>;

/** What callbacks know of a run. */
export interface CallbackParams {
  /** `fit`'s option. */
  readonly verbose: Verbosity;
  /** The number of the epoch after the last. */
  readonly epochs: number;
  /** Batches in an epoch; `null` where the data does not say. */
  readonly steps: number | null;
  /** Whether the run is training, evaluation or prediction. */
  readonly mode: "fit" | "evaluate" | "predict";
}

/** How much a run tells: nothing, a progress bar, or a line an epoch; `"auto"` asks the terminal. */
export type Verbosity = "auto" | 0 | 1 | 2;

/** What a hook returns: nothing, or a promise that training waits for. */
export type Hook = void | Promise<void>;

/**
 * The base of all callbacks.
 *
 * @example
 * ```ts
 * import { Callback, type Logs } from "@tensaur/tensaur";
 *
 * class PrintLoss extends Callback {
 *   override onEpochEnd(epoch: number, logs: Logs) {
 *     console.log(epoch, logs.loss);
 *   }
 * }
 * new PrintLoss();
 * ```
 */
export abstract class Callback<M = AnyModel> {
  #model: M | null = null;
  #params: CallbackParams | null = null;

  /** The model that is trained. */
  get model(): M {
    return this.#model!;
  }

  /** What is known of the run. */
  get params(): CallbackParams {
    return this.#params!;
  }

  /** Called before the run begins. */
  setModel(model: M): void {
    this.#model = model;
  }

  /** Called before the run begins. */
  setParams(params: CallbackParams): void {
    this.#params = params;
  }

  /** Called when training begins. */
  onTrainBegin(_logs: Logs): Hook {}
  /** Called when training ends, also by an error; with the logs of the last epoch. */
  onTrainEnd(_logs: Logs): Hook {}
  /** Called when an epoch begins. */
  onEpochBegin(_epoch: number, _logs: Logs): Hook {}
  /** Called when an epoch ends, with its logs, those of validation included. */
  onEpochEnd(_epoch: number, _logs: Logs): Hook {}
  /** Called before a batch is trained on. */
  onTrainBatchBegin(_batch: number, _logs: Logs): Hook {}
  /** Called after a batch was trained on. */
  onTrainBatchEnd(_batch: number, _logs: Logs): Hook {}
  /** Called when evaluation begins, also within `fit`. */
  onTestBegin(_logs: Logs): Hook {}
  /** Called when evaluation ends, with its logs. */
  onTestEnd(_logs: Logs): Hook {}
  /** Called before a batch is evaluated. */
  onTestBatchBegin(_batch: number, _logs: Logs): Hook {}
  /** Called after a batch was evaluated. */
  onTestBatchEnd(_batch: number, _logs: Logs): Hook {}
  /** Called when prediction begins. */
  onPredictBegin(_logs: Logs): Hook {}
  /** Called when prediction ends. */
  onPredictEnd(_logs: Logs): Hook {}
  /** Called before a batch is predicted. */
  onPredictBatchBegin(_batch: number, _logs: Logs): Hook {}
  /** Called after a batch was predicted. */
  onPredictBatchEnd(_batch: number, _logs: Logs): Hook {}
}
