/**
 * Schedules that fall by a rate, and never end: ExponentialDecay and InverseTimeDecay.
 *
 * @module
 */

import { switchOf } from "../../core/options.ts";
import { LearningRateSchedule, type ScheduleOptions } from "../../core/schedule.ts";
import type { Config } from "../../core/serialization.ts";

/** Options of {@linkcode ExponentialDecay} and {@linkcode InverseTimeDecay}. */
export interface RateDecayOptions extends ScheduleOptions {
  /** The rate of step 0, from 0 on. */
  initialLearningRate: number;
  /** Over how many steps `decayRate` takes effect once, above 0. */
  decaySteps: number;
  /** How much the rate falls, from 0 on. */
  decayRate: number;
  /** Whether it falls once every `decaySteps` instead of a little at each. @default false */
  staircase?: boolean;
}

/** The base of schedules that fall by a rate. */
export abstract class RateDecay extends LearningRateSchedule {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly decayRate: number;
  readonly staircase: boolean;

  constructor(options: RateDecayOptions) {
    super(options);
    const { initialLearningRate, decaySteps, decayRate, staircase = false } = options;
    this.initialLearningRate = this.number(
      "initialLearningRate",
      initialLearningRate,
      "finite and from 0 on",
    );
    this.decaySteps = this.number("decaySteps", decaySteps, "finite and above 0");
    this.decayRate = this.number("decayRate", decayRate, "finite and from 0 on");
    this.staircase = switchOf(`make the schedule ${this.name}`, "staircase", staircase);
  }

  /** How often `decayRate` has taken effect. */
  protected elapsed(step: number): number {
    const elapsed = step / this.decaySteps;
    return this.staircase ? Math.floor(elapsed) : elapsed;
  }

  override getConfig(): Config {
    const { initialLearningRate, decaySteps, decayRate, staircase } = this;
    return { ...super.getConfig(), initialLearningRate, decaySteps, decayRate, staircase };
  }
}

/**
 * A rate that falls by one factor every so many steps: `initialLearningRate · decayRate^(step / decaySteps)`.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { optimizers, schedules } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const decay = new schedules.ExponentialDecay({
 *   initialLearningRate: 0.1,
 *   decaySteps: 100,
 *   decayRate: 0.5,
 * });
 * assertAlmostEquals(decay.call(200), 0.025);
 * assertAlmostEquals(new optimizers.Adam({ learningRate: decay }).learningRate, 0.1);
 * ```
 */
export class ExponentialDecay extends RateDecay {
  override call(step: number): number {
    return this.initialLearningRate * this.decayRate ** this.elapsed(step);
  }
}

/**
 * A rate that falls with time: `initialLearningRate / (1 + decayRate · step / decaySteps)`.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { schedules } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const decay = new schedules.InverseTimeDecay({
 *   initialLearningRate: 0.1,
 *   decaySteps: 100,
 *   decayRate: 1,
 * });
 * assertAlmostEquals(decay.call(300), 0.025);
 * ```
 */
export class InverseTimeDecay extends RateDecay {
  override call(step: number): number {
    return this.initialLearningRate / (1 + this.decayRate * this.elapsed(step));
  }
}
