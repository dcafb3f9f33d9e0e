/**
 * The callback that ends training when the loss is no number.
 *
 * @module
 */

import { Callback, type Logs } from "../core/callback.ts";
import { stateError } from "../core/errors.ts";

/** Options of {@linkcode TerminateOnNaN}. */
export interface TerminateOnNaNOptions {
  /** Whether `fit` rejects instead of ending in peace. @default false */
  raiseError?: boolean;
}

/**
 * Ends training in peace when the loss of a batch is NaN or infinite, and says so; without it `fit` rejects. The
 * weights are those before that batch.
 *
 * @throws {Error} When `raiseError` is set and the loss is no number.
 *
 * @example
 * ```ts
 * import { callbacks, layers, sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const model = sequential([new layers.Dense({ units: 1, inputShape: [1] })]);
 * model.compile({ optimizer: "sgd", loss: "mse" });
 * const guard = new callbacks.TerminateOnNaN();
 * await model.fit([[NaN]], [[1]], { epochs: 3, verbose: 0, callbacks: [guard] });
 * assertEquals(model.stopTraining, true);
 * ```
 */
export class TerminateOnNaN extends Callback {
  readonly raiseError: boolean;

  constructor({ raiseError = false }: TerminateOnNaNOptions = {}) {
    super();
    this.raiseError = raiseError;
  }

  /** Looks at the loss. */
  override onTrainBatchEnd(batch: number, logs: Logs): void {
    const { loss } = logs;
    if (loss === undefined || Number.isFinite(loss)) return;
    const message = `Batch ${batch}: the loss is ${loss}, training ends`;
    if (this.raiseError) throw stateError("fit.nonFiniteLoss", message);
    console.warn(message);
    this.model.stopTraining = true;
  }
}
