/**
 * The callback that sets the learning rate of each epoch.
 *
 * @module
 */

import { Callback } from "../core/callback.ts";
import { errors, show, typeError } from "../core/errors.ts";

/** Options of {@linkcode LearningRateScheduler}. */
export interface LearningRateSchedulerOptions {
  /** The learning rate of an epoch, counted from 0, from the one before. */
  schedule: (epoch: number, learningRate: number) => number;
  /** 1: says what it sets. @default 0 */
  verbose?: 0 | 1;
}

/**
 * Sets the learning rate at the beginning of each epoch.
 *
 * @throws {TypeError} When `schedule` is no function.
 * @throws {RangeError} When it gives something else than a number from 0 on.
 *
 * @example
 * ```ts
 * import { callbacks, layers, ones, optimizers, sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
 * const optimizer = new optimizers.SGD({ learningRate: 0.5 });
 * model.compile({ optimizer, loss: "mse" });
 * const schedule = (epoch: number, rate: number) => epoch < 1 ? rate : rate / 2;
 * await model.fit(ones([4, 2]), ones([4, 1]), {
 *   epochs: 3,
 *   verbose: 0,
 *   callbacks: [new callbacks.LearningRateScheduler({ schedule })],
 * });
 * assertEquals(optimizer.learningRate, 0.125);
 * ```
 */
export class LearningRateScheduler extends Callback {
  readonly schedule: (epoch: number, learningRate: number) => number;
  readonly verbose: 0 | 1;

  constructor({ schedule, verbose = 0 }: LearningRateSchedulerOptions) {
    super();
    if (typeof schedule !== "function") {
      throw typeError(
        "option.function",
        `Cannot make LearningRateScheduler as schedule must be a function: current schedule is ${
          show(schedule)
        }`,
      );
    }
    this.schedule = schedule;
    this.verbose = verbose;
  }

  /** Sets the learning rate. */
  override onEpochBegin(epoch: number): void {
    const { optimizer } = this.model;
    const rate = this.schedule(epoch, optimizer.learningRate);
    if (!(Number.isFinite(rate) && rate >= 0)) {
      throw errors.option(
        "set the learning rate",
        "what schedule gives",
        "a number from 0 on",
        rate,
      );
    }
    optimizer.learningRate = rate;
    if (this.verbose > 0) console.log(`Epoch ${epoch + 1}: learning rate set to ${rate}`);
  }
}
