import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Constraint, LearningRateSchedule, ops, type Tensor } from "../../mod.ts";
import { checkConstraint, checkSchedule, ContractError } from "../../testing.ts";

class Shrink extends Constraint {
  call(weights: Tensor): Tensor {
    return ops.multiply(weights, 0.5);
  }
}

class Steady extends LearningRateSchedule {
  call(): number {
    return 0.1;
  }
}

Deno.test("a report names its subject and lists its checks", async () => {
  const report = await checkSchedule(Steady, {
    skip: { "depends on the step alone": "it depends on nothing" },
  });
  assert(report.ok);
  assertEquals([report.kind, report.subject], ["schedule", "Steady"]);
  assertEquals(
    String(report),
    `The schedule Steady keeps its contract: 4 checks, 1 skipped.
  holds    is made anew each time
  holds    gives a finite rate from 0 on for each step
  skipped  depends on the step alone: it depends on nothing
  holds    is the same again when made from its config
  holds    leaves no memory behind`,
  );
});

Deno.test("a broken contract throws an error with what is broken, the report and the cause", async () => {
  const error = await assertRejects(() => checkConstraint(Shrink), ContractError) as ContractError;
  const [first, second] = error.message.split("\n");
  assertEquals(first, "The constraint Shrink breaks its contract:");
  assertEquals(second, "  BROKEN   leaves weights as they are that are in bounds");
  assert(error.cause instanceof Error);
  assertEquals(error.report.failures.length, 1);
  assertStringIncludes(
    String(error.report),
    "The constraint Shrink breaks its contract in 1 of 5 checks, 1 skipped.",
  );
});

Deno.test("throws: false gives the report of a broken contract", async () => {
  const report = await checkConstraint(Shrink, { throws: false });
  assertEquals(report.ok, false);
});

Deno.test("skip with an unknown name lists the checks there are", async () => {
  await assertRejects(
    () => checkSchedule(Steady, { skip: { "is fast": "it is slow" } }),
    RangeError,
    'Cannot leave out the check "is fast" as there is none of that name: the checks are ' +
      '"is made anew each time", "gives a finite rate',
  );
});
