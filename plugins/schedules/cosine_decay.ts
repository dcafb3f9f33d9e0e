/**
 * Schedules along a cosine: CosineDecay and CosineDecayRestarts.
 *
 * @module
 */

import { LearningRateSchedule, type ScheduleOptions } from "../../core/schedule.ts";
import type { Config } from "../../core/serialization.ts";

/** From 1 down to `least`, along half a cosine. */
function cosine(fraction: number, height: number, least: number): number {
  return (1 - least) * 0.5 * height * (1 + Math.cos(Math.PI * fraction)) + least;
}

/** Options of {@linkcode CosineDecay}. */
export interface CosineDecayOptions extends ScheduleOptions {
  /** The rate of step 0, from 0 on. */
  initialLearningRate: number;
  /** How many steps the fall takes, above 0; a warmup is not counted. */
  decaySteps: number;
  /** What is left in the end, as a part of the rate it falls from, in [0, 1]. @default 0 */
  alpha?: number;
  /** The rate that a warmup rises to, from 0 on. @default null (no warmup) */
  warmupTarget?: number | null;
  /** How many steps the warmup takes, from 0 on. @default 0 */
  warmupSteps?: number;
}

/**
 * A rate that falls along half a cosine, after a straight rise where a warmup is asked for.
 *
 * `rate · ((1 − alpha) · (1 + cos(π · step / decaySteps)) / 2 + alpha)`, `rate` being `warmupTarget` or else
 * `initialLearningRate`, and steps counting from the end of the warmup.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { schedules } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const decay = new schedules.CosineDecay({
 *   initialLearningRate: 0,
 *   decaySteps: 90,
 *   warmupTarget: 0.1,
 *   warmupSteps: 10,
 * });
 * assertAlmostEquals(decay.call(5), 0.05);
 * assertAlmostEquals(decay.call(10), 0.1);
 * assertAlmostEquals(decay.call(55), 0.05);
 * assertAlmostEquals(decay.call(100), 0);
 * ```
 *
 * Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.
 */
export class CosineDecay extends LearningRateSchedule {
  readonly initialLearningRate: number;
  readonly decaySteps: number;
  readonly alpha: number;
  readonly warmupTarget: number | null;
  readonly warmupSteps: number;

  constructor(options: CosineDecayOptions) {
    super(options);
    const { initialLearningRate, decaySteps, alpha = 0 } = options;
    const { warmupTarget = null, warmupSteps = 0 } = options;
    this.initialLearningRate = this.number(
      "initialLearningRate",
      initialLearningRate,
      "finite and from 0 on",
    );
    this.decaySteps = this.number("decaySteps", decaySteps, "finite and above 0");
    this.alpha = this.number("alpha", alpha, "in [0, 1]");
    this.warmupTarget = warmupTarget === null
      ? null
      : this.number("warmupTarget", warmupTarget, "finite and from 0 on");
    this.warmupSteps = this.number("warmupSteps", warmupSteps, "finite and from 0 on");
  }

  override call(step: number): number {
    const { initialLearningRate, decaySteps, alpha, warmupTarget } = this;
    const warmupSteps = warmupTarget === null ? 0 : this.warmupSteps;
    const top = warmupTarget ?? initialLearningRate;
    if (step < warmupSteps) {
      return initialLearningRate + (top - initialLearningRate) * step / warmupSteps;
    }
    const fraction = Math.min(step - warmupSteps, decaySteps) / decaySteps;
    return top * cosine(fraction, 1, alpha);
  }

  override getConfig(): Config {
    const { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps } = this;
    const own = { initialLearningRate, decaySteps, alpha, warmupTarget, warmupSteps };
    return { ...super.getConfig(), ...own };
  }
}

/** Options of {@linkcode CosineDecayRestarts}. */
export interface CosineDecayRestartsOptions extends ScheduleOptions {
  /** The rate of step 0, from 0 on. */
  initialLearningRate: number;
  /** How many steps the first fall takes, above 0. */
  firstDecaySteps: number;
  /** By what each fall is longer than the last, from 1 on. @default 2 */
  tMul?: number;
  /** By what each fall starts higher than the last, from 0 on. @default 1 */
  mMul?: number;
  /** What is left at the end of a fall, as a part of the initial rate, in [0, 1]. @default 0 */
  alpha?: number;
}

/**
 * A rate that falls along half a cosine, again and again.
 *
 * Fall i takes `firstDecaySteps · tMul^i` steps; in it the rate is
 * `initialLearningRate · ((1 − alpha) · mMul^i · (1 + cos(π · fraction)) / 2 + alpha)`.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { schedules } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const decay = new schedules.CosineDecayRestarts({
 *   initialLearningRate: 0.1,
 *   firstDecaySteps: 10,
 *   mMul: 0.5,
 * });
 * assertAlmostEquals(decay.call(5), 0.05);
 * assertAlmostEquals(decay.call(10), 0.05); // the second fall, over 20 steps
 * assertAlmostEquals(decay.call(20), 0.025);
 * ```
 *
 * Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017.
 */
export class CosineDecayRestarts extends LearningRateSchedule {
  readonly initialLearningRate: number;
  readonly firstDecaySteps: number;
  readonly tMul: number;
  readonly mMul: number;
  readonly alpha: number;

  constructor(options: CosineDecayRestartsOptions) {
    super(options);
    const { initialLearningRate, firstDecaySteps, tMul = 2, mMul = 1, alpha = 0 } = options;
    this.initialLearningRate = this.number(
      "initialLearningRate",
      initialLearningRate,
      "finite and from 0 on",
    );
    this.firstDecaySteps = this.number("firstDecaySteps", firstDecaySteps, "finite and above 0");
    this.tMul = this.number("tMul", tMul, "finite and from 1 on");
    this.mMul = this.number("mMul", mMul, "finite and from 0 on");
    this.alpha = this.number("alpha", alpha, "in [0, 1]");
  }

  override call(step: number): number {
    const { restarts, fraction } = this.#locate(step);
    return this.initialLearningRate * cosine(fraction, this.mMul ** restarts, this.alpha);
  }

  /** How many falls are over, and how much of the present one. */
  #locate(step: number): { restarts: number; fraction: number } {
    if (this.tMul === 1) {
      const elapsed = step / this.firstDecaySteps;
      const restarts = Math.floor(elapsed);
      return { restarts, fraction: elapsed - restarts };
    }
    // Counted rather than taken from a logarithm, which misses restarts by rounding.
    let restarts = 0;
    let length = this.firstDecaySteps;
    let left = step;
    while (left >= length) {
      left -= length;
      length *= this.tMul;
      restarts++;
    }
    return { restarts, fraction: left / length };
  }

  override getConfig(): Config {
    const { initialLearningRate, firstDecaySteps, tMul, mMul, alpha } = this;
    const own = { initialLearningRate, firstDecaySteps, tMul, mMul, alpha };
    return { ...super.getConfig(), ...own };
  }
}
