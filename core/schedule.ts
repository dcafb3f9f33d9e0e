/**
 * The base of learning rate schedules.
 *
 * @module
 */

import { instanceName, numberIn, type NumberRange } from "./options.ts";
import type { Config, Configurable } from "./serialization.ts";

/** Options that every schedule takes. */
export interface ScheduleOptions {
  /** What errors call it. @default its class, in camelCase */
  name?: string;
}

/**
 * A learning rate that depends on the step.
 *
 * @example A schedule of one's own
 * ```ts
 * import { LearningRateSchedule, optimizers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * class Halving extends LearningRateSchedule {
 *   call(step: number) {
 *     return 0.1 / 2 ** Math.floor(step / 100);
 *   }
 * }
 * assertEquals(new Halving().call(250), 0.025);
 * assertEquals(new optimizers.SGD({ learningRate: new Halving() }).learningRate, 0.1);
 * ```
 */
export abstract class LearningRateSchedule implements Configurable {
  /** What errors call it. */
  readonly name: string;

  /** Takes the options that every schedule has. */
  constructor(options: ScheduleOptions = {}) {
    this.name = options.name ?? instanceName(this.constructor.name);
  }

  /** The rate of the step; steps count from 0. */
  abstract call(step: number): number;

  /** For subclasses: an option that must be a number in a range. */
  protected number(option: string, value: unknown, range: NumberRange): number {
    return numberIn(range, `make the schedule ${this.name}`, option, value);
  }

  /** The options that make an equal schedule. */
  getConfig(): Config {
    return { name: this.name };
  }

  /** Makes a schedule from its config. */
  static fromConfig<S extends LearningRateSchedule>(
    // deno-lint-ignore no-explicit-any -- each class takes options of its own
    this: new (options: any) => S,
    config: Config,
  ): S {
    return new this(config);
  }
}
