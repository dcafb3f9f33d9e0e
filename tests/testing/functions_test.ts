/** The checks of activations and schedules. */

import { assertEquals } from "@std/assert";
import { customOp, LearningRateSchedule, ops, schedules, type Tensor } from "../../mod.ts";
import { checkActivation, checkSchedule } from "../../testing.ts";
import { assertBreaks } from "./_breaks.ts";

Deno.test("checkActivation() takes a function", async () => {
  const { subject } = await checkActivation(ops.gelu, { shape: [2, 6] });
  assertEquals(subject, "gelu");
});

Deno.test("checkActivation() finds a wrong gradient", async () => {
  const cube = customOp({
    name: "acme>cube",
    forward: ([x]) => x.mul(x).mul(x),
    backward: (gradient) => [gradient],
  });
  const wrong = (x: Tensor): Tensor => cube([x]);
  const { failures } = await checkActivation(wrong, { throws: false });
  assertEquals(
    failures.some(({ name }) => name === "has the gradient that finite differences give"),
    true,
  );
});

Deno.test("checkActivation() finds NaN far from 0", async () => {
  const naiveTanh = (x: Tensor): Tensor => {
    const [up, down] = [ops.exp(x), ops.exp(ops.negative(x))];
    return ops.divide(ops.subtract(up, down), ops.add(up, down));
  };
  await assertBreaks(checkActivation(naiveTanh), "gives no NaN far from 0", "is NaN");
});

Deno.test("checkSchedule() takes a class with its options", () =>
  checkSchedule(schedules.PolynomialDecay, {
    config: { initialLearningRate: 0.1, decaySteps: 50, cycle: true },
  }));

Deno.test("checkSchedule() finds a rate below 0, and one that depends on how often it was asked", async () => {
  class Falling extends LearningRateSchedule {
    call(step: number): number {
      return 0.1 - step / 1000;
    }
  }
  await assertBreaks(
    checkSchedule(Falling),
    "gives a finite rate from 0 on for each step",
    "the rate of step 101 is",
  );
  class Counting extends LearningRateSchedule {
    #calls = 0;
    call(): number {
      return 1 / ++this.#calls;
    }
  }
  await assertBreaks(checkSchedule(Counting), "depends on the step alone", "the rate of step 0");
});
