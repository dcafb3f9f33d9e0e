import { assertEquals } from "@std/assert";
import { Loss, losses, type LossOptions, ops, type Tensor } from "../../mod.ts";
import { checkLoss } from "../../testing.ts";
import { assertBreaks, skippedOf } from "./_breaks.ts";

Deno.test("checkLoss() takes a class with its options and a batch", async () => {
  await checkLoss(losses.Huber, { config: { delta: 0.3 }, best: "yTrue" });
  await checkLoss(losses.SparseCategoricalCrossentropy, {
    config: { fromLogits: true, ignoreClass: 2 },
    yTrue: [0, 1, 2],
    yPred: [[2, -1, 0.5], [0.1, 0.2, -0.4], [1, 2, 3]],
  });
});

Deno.test("checkLoss() claims nothing of predictions where none are said to be best", async () => {
  const skipped = skippedOf(await checkLoss(losses.MeanSquaredError));
  assertEquals(skipped, { "is least for the best predictions": "no best predictions were given" });
});

Deno.test("checkLoss() finds a loss that is infinite for certain predictions", async () => {
  class Surprise extends Loss {
    compute(yTrue: Tensor, yPred: Tensor): Tensor {
      return ops.negative(ops.sum(ops.multiply(yTrue, ops.log(yPred)), { axis: -1 }));
    }
  }
  const { failures } = await checkLoss(Surprise, { throws: false });
  assertEquals(
    failures[0].name,
    "is finite for extreme predictions, and so is its gradient",
  );
});

Deno.test("checkLoss() finds a best prediction that is not", async () => {
  await assertBreaks(
    checkLoss(losses.MeanSquaredError, { best: [[0, 0, 1], [1, 0, 0], [1, 0, 0], [0, 0, 1]] }),
    "is least for the best predictions",
    "for the best, and",
  );
});

Deno.test("checkLoss() finds a loss that ignores the options of all losses", async () => {
  class Stubborn extends Loss {
    constructor(_options: LossOptions = {}) {
      super();
    }
    compute(yTrue: Tensor, yPred: Tensor): Tensor {
      return ops.mean(ops.square(ops.subtract(yTrue, yPred)), { axis: -1 });
    }
  }
  const { failures } = await checkLoss(Stubborn, { throws: false });
  assertEquals(
    failures.some(({ name }) => name === "adds up and averages what it is without reduction"),
    true,
  );
});

Deno.test("checkLoss() finds a loss that broadcasts targets in silence", async () => {
  class Lenient extends Loss {
    compute(yTrue: Tensor, yPred: Tensor): Tensor {
      return ops.mean(ops.square(ops.subtract(yPred, ops.mean(yTrue))), { axis: -1 });
    }
  }
  await assertBreaks(
    checkLoss(Lenient),
    "says what is wrong where targets and predictions do not fit",
    "it takes targets [8, 3] beside predictions [4, 3]",
  );
});
