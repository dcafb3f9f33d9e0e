/** Training with several inputs and outputs. */

import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Callback,
  data,
  Input,
  layers,
  type Logs,
  metrics,
  Model,
  ops,
  randn,
  sequential,
  setSeed,
  type Tensor,
  tensor,
} from "../../mod.ts";

const QUIET = { verbose: 0 } as const;
const COUNT = 24;
const x = [randn([COUNT, 4], { seed: 1 }), randn([COUNT, 3], { seed: 2 })];
const price = randn([COUNT, 1], { seed: 3 });
const kind = tensor(Int32Array.from({ length: COUNT }, (_, i) => i % 3));

/** Two inputs, two outputs. */
function made(): Model<Tensor[], Tensor[]> {
  setSeed(5);
  const [a, b] = [Input({ shape: [4], name: "a" }), Input({ shape: [3], name: "b" })];
  const joined = ops.concatenate([a, b], { axis: -1 });
  return new Model({
    inputs: [a, b],
    outputs: [
      new layers.Dense({ units: 1, name: "price" }).apply(joined),
      new layers.Dense({ units: 3, name: "kind_of", activation: "softmax" }).apply(joined),
    ],
  });
}

const LOSSES = { price: "mse", kind_of: "sparseCategoricalCrossentropy" };

function compiled(): Model<Tensor[], Tensor[]> {
  const model = made();
  model.compile({
    optimizer: "adam",
    loss: LOSSES,
    metrics: { price: "mae", kind_of: ["accuracy"] },
  });
  return model;
}

Deno.test("logs name the loss and metrics of each output", async () => {
  const { history } = await compiled().fit(x, [price, kind], {
    ...QUIET,
    validationData: [x, { price, kind_of: kind }],
  });
  const names = ["loss", "priceLoss", "kindOfLoss", "priceMae", "kindOfAccuracy"];
  const validated = names.map((name) => `val${name[0].toUpperCase()}${name.slice(1)}`);
  assertEquals(Object.keys(history), [...names, ...validated]);
});

Deno.test("the loss is the sum of those of the outputs, weighed", async () => {
  const model = made();
  for (const lossWeights of [[1, 0.5], { kind_of: 0.5 }]) {
    model.compile({ loss: LOSSES, lossWeights });
    const { loss, priceLoss, kindOfLoss } = await model.evaluate(x, [price, kind]);
    assertAlmostEquals(loss, priceLoss + 0.5 * kindOfLoss, 1e-5);
  }
});

Deno.test("lists, records, typed arrays, datasets and loaders train alike", async () => {
  const options = { ...QUIET, shuffle: false, batchSize: 8 } as const;
  const nested = x.map((t) => t.toArray() as number[][]);
  const targets = [price, kind];
  class Rows extends data.Dataset<unknown[]> {
    readonly length = COUNT;
    override get(i: number): unknown[] {
      return [x.map((t) => t.get(i)), { price: price.get(i), kind_of: kind.get(i) }];
    }
  }
  const runs = [
    (m: Model<Tensor[], Tensor[]>) => m.fit(x, targets, options),
    (m: Model<Tensor[], Tensor[]>) =>
      m.fit({ b: x[1], a: x[0] }, { kind_of: kind, price }, options),
    (m: Model<Tensor[], Tensor[]>) => m.fit(nested, [price.toArray(), kind.dataSync()], options),
    (m: Model<Tensor[], Tensor[]>) => m.fit(new Rows(), options),
    (m: Model<Tensor[], Tensor[]>) =>
      m.fit(new data.DataLoader(new Rows(), { batchSize: 8 }), QUIET),
  ];
  const results: unknown[] = [];
  for (const run of runs) {
    const model = compiled();
    await run(model);
    results.push(model.getWeights().map((w) => w.toArray()));
  }
  for (const result of results) assertEquals(result, results[0]);
});

Deno.test("predict() gives what the model gives, joined over batches", async () => {
  const model = made();
  const [p, k] = await model.predict(x, { batchSize: 7 });
  assertEquals([p.shape, k.shape], [[COUNT, 1], [COUNT, 3]]);
  assert(ops.allclose(p, model.apply(x)[0], { atol: 1e-6 }).item());
  assertEquals(model.predictOnBatch(x).map(({ ndim }) => ndim), [2, 2]);
});

Deno.test("evaluate(), predict() and predictOnBatch() take a record of inputs in any order", async () => {
  const model = compiled();
  const record = { b: x[1], a: x[0] };
  assertEquals(
    await model.evaluate(record, { kind_of: kind, price }),
    await model.evaluate(x, [price, kind]),
  );
  const listed = await model.predict(x);
  for (const outputs of [await model.predict(record), model.predictOnBatch(record)]) {
    outputs.forEach((output, i) => assert(ops.allclose(output, listed[i], { atol: 1e-6 }).item()));
  }
  await assertRejects(() => model.predict({ a: x[0] }), RangeError, "lacks b");
  assertThrows(() => model.predictOnBatch({ ...record, c: x[0] }), RangeError, "has c");
});

Deno.test("an output without a loss needs no target", async () => {
  const model = made();
  model.compile({ loss: { price: "mse" } });
  const logs = await model.evaluate(x, { price });
  assertEquals(Object.keys(logs), ["loss", "priceLoss"]);
  assertAlmostEquals(logs.loss, logs.priceLoss, 1e-6);
});

Deno.test("weights of examples are one for all outputs, or one each", async () => {
  const model = made();
  model.compile({ loss: LOSSES });
  const none = new Float32Array(COUNT);
  assertEquals((await model.evaluate(x, [price, kind], { sampleWeight: none })).loss, 0);
  const { priceLoss, kindOfLoss } = await model.evaluate(x, [price, kind], {
    sampleWeight: { price: none },
  });
  assertEquals(priceLoss, 0);
  assert(kindOfLoss > 0);
});

Deno.test("a subclassed model names its outputs by record, or by number", async () => {
  class Two extends Model<Tensor, { y: Tensor; z: Tensor }> {
    readonly out = new layers.Dense({ units: 1 });
    override forward(input: Tensor): { y: Tensor; z: Tensor } {
      return { y: this.out.apply(input), z: input };
    }
  }
  const model = new Two();
  model.compile({ optimizer: "sgd", loss: { y: "mse" }, metrics: { z: ["mae"] } });
  const { history } = await model.fit([[1, 2]], { y: [[1]], z: [[1, 1]] }, QUIET);
  assertEquals(Object.keys(history), ["loss", "yLoss", "zMae"]);
});

Deno.test("wrong names and numbers are refused, and those of the model named", async () => {
  const model = compiled();
  const known = '"price", "kind_of"';
  await assertRejects(
    () => model.fit({ a: x[0], c: x[1] }, [price, kind], QUIET),
    RangeError,
    '"a", "b"',
  );
  await assertRejects(() => model.fit([x[0]], [price, kind], QUIET), RangeError, '"a", "b"');
  await assertRejects(() => model.fit(x, { prices: price }, QUIET), RangeError, known);
  await assertRejects(() => model.fit(x, price, QUIET), RangeError, known);
  await assertRejects(() => model.fit(x, [price, kind, kind], QUIET), RangeError, known);
  await assertRejects(() => model.fit(x, { price }, QUIET), Error, '"kind_of"');
  assertThrows(() => model.compile({ loss: { prices: "mse" } }), RangeError, known);
  assertThrows(() => model.compile({ loss: ["mse"] }), RangeError, known);
  assertThrows(() => model.compile({ loss: "mse", metrics: { x: ["mae"] } }), RangeError, known);
  assertThrows(() => model.compile({ loss: "mse", lossWeights: [1, NaN] }), RangeError, "finite");
  const mae = new metrics.MeanAbsoluteError();
  assertThrows(() => model.compile({ loss: "mse", metrics: [mae, mae] }), RangeError, "its own");
  await assertRejects(
    () => compiled().fit(x, [price, kind], { ...QUIET, classWeight: { 0: 1 } }),
    RangeError,
    "classWeight",
  );
});

Deno.test("evaluate() in a callback of fit leaves the running metrics of fit as they are", async () => {
  const input = () => sequential([new layers.Dense({ units: 1, inputShape: [1] })]);
  const histories: unknown[] = [];
  for (const judged of [false, true]) {
    setSeed(1);
    const model = input();
    model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] });
    class Judge extends Callback {
      override async onTrainBatchEnd(_batch: number, _logs: Logs): Promise<void> {
        if (judged) await this.model.evaluate([[100]], [[0]]);
      }
    }
    const { history } = await model.fit([[1], [2], [3], [4]], [[1], [2], [3], [4]], {
      ...QUIET,
      batchSize: 1,
      callbacks: [new Judge()],
    });
    histories.push(history);
  }
  assertEquals(histories[0], histories[1]);
});

Deno.test("arrays go where the model is", async () => {
  const model = sequential([new layers.Dense({ units: 1, inputShape: [1] })]).to("reference");
  model.compile({ optimizer: "sgd", loss: "mse" });
  await model.fit([[1]], [[1]], { ...QUIET, sampleWeight: [1] });
  assertEquals((await model.predict([[1]])).backend.name, "reference");
});

Deno.test("no examples, and batches that are all dropped, are told as such", async () => {
  const model = sequential([new layers.Dense({ units: 1, inputShape: [1] })]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const none = tensor([], { shape: [0, 1] });
  await assertRejects(() => model.trainOnBatch(none, none), RangeError, "number of examples");
  const loader = new data.DataLoader([[[1]], [[1]]], { batchSize: 2, dropLast: true });
  await assertRejects(() => model.fit(loader, QUIET), RangeError, "dropLast");
});
