/**
 * The base of learning rate schedules.
 *
 * @module
 */

import type { Config, Configurable } from "./serialization.ts";

/** A learning rate that depends on the step. */
export abstract class LearningRateSchedule implements Configurable {
  /** The rate of the step; steps count from 0. */
  abstract call(step: number): number;

  abstract getConfig(): Config;
}
