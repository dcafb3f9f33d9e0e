/**
 * PolynomialDecay.
 *
 * @module
 */

import { switchOf } from "../../core/options.ts";
import { LearningRateSchedule, type ScheduleOptions } from "../../core/schedule.ts";
import type { Config } from "../../core/serialization.ts";

/** Options of {@linkcode PolynomialDecay}. */
export interface PolynomialDecayOptions extends ScheduleOptions {
  /** The rate of step 0, from 0 on. */
  initialLearningRate: number;
  /** After how many steps the end is reached, above 0. */
  decaySteps: number;
  /** The rate at the end, from 0 on. @default 0.0001 */
  endLearningRate?: number;
  /** The shape of the way: 1 is a straight line. Above 0. @default 1 */
  power?: number;
  /** Whether it begins again, each time with a longer way, instead of staying at the end. @default false */
  cycle?: boolean;
}

/**
 * A rate that goes from one value to another: `(initial − end) · (1 − step / decaySteps)^power + end`.
 *
 * With `cycle` the way is the least multiple of `decaySteps` that the step has not passed.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { schedules } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const decay = new schedules.PolynomialDecay({
 *   initialLearningRate: 0.1,
 *   decaySteps: 100,
 *   endLearningRate: 0.02,
 * });
 * assertAlmostEquals(decay.call(50), 0.06);
 * assertAlmostEquals(decay.call(1000), 0.02);
 * ```
 */
export class PolynomialDecay extends LearningRateSchedule {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly endLearningRate: number;
  readonly power: number;
  readonly cycle: boolean;

  constructor(options: PolynomialDecayOptions) {
    super(options);
    const { initialLearningRate, decaySteps, endLearningRate = 0.0001 } = options;
    const { power = 1, cycle = false } = options;
    this.initialLearningRate = this.number(
      "initialLearningRate",
      initialLearningRate,
      "finite and from 0 on",
    );
    this.decaySteps = this.number("decaySteps", decaySteps, "finite and above 0");
    this.endLearningRate = this.number("endLearningRate", endLearningRate, "finite and from 0 on");
    this.power = this.number("power", power, "finite and above 0");
    this.cycle = switchOf(`make the schedule ${this.name}`, "cycle", cycle);
  }

  override call(step: number): number {
    const { initialLearningRate, endLearningRate, decaySteps } = this;
    const way = this.cycle ? decaySteps * Math.max(1, Math.ceil(step / decaySteps)) : decaySteps;
    const left = 1 - Math.min(step, way) / way;
    return (initialLearningRate - endLearningRate) * left ** this.power + endLearningRate;
  }

  override getConfig(): Config {
    const { initialLearningRate, decaySteps, endLearningRate, power, cycle } = this;
    const own = { initialLearningRate, decaySteps, endLearningRate, power, cycle };
    return { ...super.getConfig(), ...own };
  }
}
