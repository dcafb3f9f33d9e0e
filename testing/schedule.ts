/**
 * The contract of learning rate schedules.
 *
 * @module
 */

import { LearningRateSchedule } from "../mod.ts";
import { type Bench, type Check, type CheckOptions, defineCheck } from "./contract.ts";
import { expect } from "./outcome.ts";

type ScheduleBench = Bench<LearningRateSchedule, CheckOptions>;

/** Near the beginning each, then further and further apart. */
const STEPS = [...Array(200).keys(), 500, 1000, 1001, 10_000, 123_456, 10_000_000];

function ratesOf(schedule: LearningRateSchedule): number[] {
  return STEPS.map((step) => schedule.call(step));
}

function expectSameRates(actual: readonly number[], expected: readonly number[]): void {
  const at = actual.findIndex((rate, i) => rate !== expected[i]);
  expect(
    at < 0,
    `the rate of step ${STEPS[at]} is ${actual[at]}, and was ${expected[at]}`,
  );
}

/**
 * Runs the contract of learning rate schedules: what every built-in schedule is held to.
 *
 * For each step, the first and the ten millionth, a finite rate from 0 on; the same in whatever order steps are asked for;
 * a round trip through the config.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts
 * import { LearningRateSchedule } from "@tensaur/tensaur";
 * import { checkSchedule } from "@tensaur/tensaur/testing";
 *
 * class Halving extends LearningRateSchedule {
 *   call(step: number) {
 *     return 0.1 / 2 ** Math.floor(step / 100);
 *   }
 * }
 *
 * Deno.test("Halving keeps the contract of schedules", () => checkSchedule(Halving));
 * ```
 */
export const checkSchedule: Check<LearningRateSchedule, CheckOptions> = defineCheck({
  kind: "schedule",
  base: LearningRateSchedule,
  checks: {
    "gives a finite rate from 0 on for each step": (bench: ScheduleBench) => {
      const at = ratesOf(bench.create()).findIndex((rate) => !(rate >= 0 && rate < Infinity));
      expect(at < 0, `the rate of step ${STEPS[at]} is ${bench.create().call(STEPS[at])}`);
    },

    "depends on the step alone": (bench) => {
      const schedule = bench.create();
      const backwards = STEPS.toReversed().map((step) => schedule.call(step)).reverse();
      expectSameRates(backwards, ratesOf(bench.create()));
    },

    "is the same again when made from its config": (bench) => {
      const schedule = bench.create();
      const again = bench.remade(schedule);
      expectSameRates(ratesOf(again), ratesOf(schedule));
    },
  },
});
