/** What compile() and fit() refuse, and how: the weights stay as they were. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Callback,
  callbacks,
  data,
  layers,
  NonFiniteLossError,
  ones,
  optimizers,
  type Sequential,
  sequential,
  tensor,
} from "../../mod.ts";
import { classifier, clusters, QUIET, weightsOf } from "./_classifier.ts";

/** The fit fails with the message, and the weights are as they were. */
async function assertFitFails(
  fit: (model: Sequential) => Promise<unknown>,
  errorClass: new (...args: never[]) => Error,
  message: string,
): Promise<void> {
  const model = classifier();
  const before = weightsOf(model);
  await assertRejects(() => fit(model), errorClass as new () => Error, message);
  assertEquals(weightsOf(model), before);
}

Deno.test("fit() refuses a label that is no class, and the weights stay", async () => {
  const { x } = clusters(4);
  for (const label of [3, -1]) {
    await assertFitFails((m) => m.fit(x, [0, 1, 2, label], QUIET), RangeError, String(label));
  }
});

Deno.test("fit() refuses labels that are no whole numbers", async () => {
  const { x } = clusters(4);
  await assertFitFails((m) => m.fit(x, [0, 1, 0.5, 2], QUIET), RangeError, "0.5");
});

Deno.test("fit() refuses features of another shape and names the layer", async () => {
  await assertFitFails((m) => m.fit(ones([4, 5]), [0, 1, 2, 0], QUIET), RangeError, "dense");
});

Deno.test("fit() refuses y longer than x", async () => {
  await assertFitFails(
    (m) => m.fit(ones([3, 4]), [0, 1, 2, 0], QUIET),
    RangeError,
    "x has 3 and y has 4",
  );
});

Deno.test("fit() refuses empty data", async () => {
  await assertFitFails(
    (m) => m.fit(tensor([], { shape: [0, 4] }), tensor([], { shape: [0] }), QUIET),
    RangeError,
    "above 0",
  );
  await assertFitFails((m) => m.fit(new Set([]), QUIET), RangeError, "no batch");
});

Deno.test("fit() refuses a batch size or number of epochs that is no whole number from 1 on", async () => {
  const { x, y } = clusters(4);
  for (const batchSize of [0, -2, 2.5, NaN]) {
    await assertFitFails((m) => m.fit(x, y, { batchSize, ...QUIET }), RangeError, "batchSize");
  }
  await assertFitFails((m) => m.fit(x, y, { epochs: 1.5, ...QUIET }), RangeError, "epochs");
  await assertFitFails(
    (m) => m.fit(x, y, { validationSplit: 1, ...QUIET }),
    RangeError,
    "validationSplit",
  );
});

Deno.test("fit() says when the input holds NaN, and the weights stay", async () => {
  const { y } = clusters(4);
  const x = [[1, 2, 3, 4], [1, NaN, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]];
  await assertFitFails(
    (m) => m.fit(x, y, QUIET),
    NonFiniteLossError,
    "input of this batch holds NaN",
  );
});

Deno.test("fit() says when the loss overflows, and the weights stay", async () => {
  const model = sequential([
    new layers.Dense({ units: 1, inputShape: [1], kernelInitializer: "ones" }),
  ]);
  model.compile({ optimizer: new optimizers.SGD({ learningRate: 1e30 }), loss: "mse" });
  const error = await assertRejects(
    () => model.fit([[1]], [[3]], { epochs: 10, ...QUIET }),
    NonFiniteLossError,
    "smaller learning rate",
  );
  assert(!Number.isFinite(error.value));
  assert(model.getWeights().every((w) => w.dataSync().every(Number.isFinite)));
});

Deno.test("TerminateOnNaN ends a run in peace", async () => {
  const model = classifier();
  const before = weightsOf(model);
  const history = await model.fit([[NaN, 0, 0, 0]], [0], {
    epochs: 3,
    callbacks: [new callbacks.TerminateOnNaN()],
    ...QUIET,
  });
  assertEquals(history.epoch.length <= 1, true);
  assertEquals(weightsOf(model), before);
});

Deno.test("compile() lists near matches of an unknown optimizer, loss or metric", () => {
  const model = classifier();
  assertThrows(() => model.compile({ optimizer: "adm" }), RangeError, '"Adam"');
  assertThrows(() => model.compile({ loss: "meanSquareError" }), RangeError, '"MeanSquaredError"');
  assertThrows(() => model.compile({ metrics: ["acuracy"] }), RangeError, "ccuracy");
  assertThrows(() => model.compile({ optimizer: 3 as unknown as string }), TypeError, "optimizer");
});

Deno.test("fit() before compile() says what to call", async () => {
  const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
  await assertRejects(() => model.fit([[1, 2]], [[1]], QUIET), Error, "call compile(");
});

Deno.test("a second fit() while one runs is refused, and the first goes on", async () => {
  const model = classifier();
  const { x, y } = clusters(1000);
  const first = model.fit(x, y, { epochs: 5, batchSize: 4, ...QUIET });
  await assertRejects(() => model.fit(x, y, QUIET), Error, "under way");
  assertEquals((await first).epoch.length, 5);
});

Deno.test("a callback that is none is refused", async () => {
  const { x, y } = clusters(4);
  await assertFitFails(
    (m) => m.fit(x, y, { callbacks: [{} as unknown as Callback], ...QUIET }),
    TypeError,
    "does not extend Callback",
  );
});

Deno.test("an error in a callback ends the run and the model can be fitted again", async () => {
  const model = classifier();
  const { x, y } = clusters(8);
  class Fail extends Callback {
    override onEpochEnd(): void {
      throw new Error("no disk");
    }
  }
  await assertRejects(
    () => model.fit(x, y, { callbacks: [new Fail()], ...QUIET }),
    Error,
    "no disk",
  );
  await model.fit(x, y, QUIET);
});

Deno.test("compile(), fit(), evaluate() and predict() refuse options that there are not", async () => {
  const { x, y } = clusters(4);
  const wrong = <T>(options: Record<string, unknown>): T => options as T;
  assertThrows(() => classifier().compile(wrong({ los: "mse" })), RangeError, "did you mean loss?");
  await assertFitFails(
    (m) => m.fit(x, y, wrong({ epoch: 3 })),
    RangeError,
    'no option "epoch": known are epochs',
  );
  await assertFitFails((m) => m.fit(x, y, wrong(3 as never)), TypeError, "current options are 3");
  await assertFitFails((m) => m.evaluate(x, y, wrong({ step: 1 })), RangeError, "mean steps?");
  await assertFitFails((m) => m.predict(x, wrong({ sampleWeight: x })), RangeError, "sampleWeight");
  const targets = { probabilities: y };
  await assertFitFails(
    (m) => m.fit(new data.DataLoader([x, y]), wrong(targets)),
    RangeError,
    'no option "probabilities"',
  );
});
