/**
 * PiecewiseConstantDecay.
 *
 * @module
 */

import { errors } from "../../core/errors.ts";
import { LearningRateSchedule, type ScheduleOptions } from "../../core/schedule.ts";
import type { Config } from "../../core/serialization.ts";

/** Options of {@linkcode PiecewiseConstantDecay}. */
export interface PiecewiseConstantDecayOptions extends ScheduleOptions {
  /** The last step of each rate but the last, ascending. */
  boundaries: readonly number[];
  /** The rates, from 0 on; one more than there are boundaries. */
  values: readonly number[];
}

/**
 * A rate that changes at given steps: `values[i]` up to and including step `boundaries[i]`, then the last value.
 *
 * @throws {RangeError} When there is not one value more than there are boundaries, or the boundaries do not ascend.
 *
 * @example
 * ```ts
 * import { schedules } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const decay = new schedules.PiecewiseConstantDecay({ boundaries: [100], values: [0.1, 0.01] });
 * assertEquals(decay.call(100), 0.1);
 * assertEquals(decay.call(101), 0.01);
 * ```
 */
export class PiecewiseConstantDecay extends LearningRateSchedule {
  readonly boundaries: readonly number[];
  readonly values: readonly number[];

  constructor(options: PiecewiseConstantDecayOptions) {
    super(options);
    const { boundaries, values } = options;
    const making = `make the schedule ${this.name}`;
    this.boundaries = boundaries.map((boundary, i) => {
      this.number(`boundaries[${i}]`, boundary, "finite");
      if (i === 0 || boundary > boundaries[i - 1]) return boundary;
      throw errors.option(making, "boundaries", "ascending", [...boundaries]);
    });
    this.values = values.map((value, i) =>
      this.number(`values[${i}]`, value, "finite and from 0 on")
    );
    if (values.length !== boundaries.length + 1) {
      const requirement = `one more than the ${boundaries.length} boundaries`;
      throw errors.option(making, "the number of values", requirement, values.length);
    }
  }

  override call(step: number): number {
    // Past all boundaries it is -1, which is the last value.
    const piece = this.boundaries.findIndex((boundary) => step <= boundary);
    return this.values.at(piece)!;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), boundaries: [...this.boundaries], values: [...this.values] };
  }
}
