/** What fit(), evaluate() and predict() do. */

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  Callback,
  data,
  getBackend,
  layers,
  type Logs,
  losses,
  Model,
  ones,
  ops,
  optimizers,
  rand,
  type Sequential,
  sequential,
  setSeed,
  type Tensor,
} from "../../mod.ts";
import { classifier, clusters, QUIET, weightsOf } from "./_classifier.ts";

Deno.test("fit() learns, and returns the logs of each epoch", async () => {
  const model = classifier();
  const { x, y } = clusters();
  const history = await model.fit(x, y, { epochs: 40, ...QUIET, validationData: [x, y] });
  assertEquals(Object.keys(history.history), ["loss", "accuracy", "valLoss", "valAccuracy"]);
  assertEquals(history.epoch.length, 40);
  assert(history.history.loss.at(-1)! < 0.5 * history.history.loss[0]);
  assert(history.history.accuracy.at(-1)! > 0.9);
  const { loss, accuracy } = await model.evaluate(x, y);
  assertAlmostEquals(loss, history.history.valLoss.at(-1)!, 1e-6);
  assertEquals(accuracy, history.history.valAccuracy.at(-1));
});

Deno.test("fit() takes arrays, typed arrays, datasets, loaders and iterables alike", async () => {
  const { x, y } = clusters(32);
  const options = { ...QUIET, shuffle: false } as const;
  const nested = x.toArray() as number[][];
  const flat = x.dataSync() as Float32Array;
  const labels = [...y.dataSync()];
  const batches = [[x.get([0, 16]), y.get([0, 16])], [x.get([16, 32]), y.get([16, 32])]] as const;
  const set = new data.TensorDataset(x, y);
  async function* stream() {
    for (const batch of batches) {
      await Promise.resolve();
      yield batch;
    }
  }
  const runs = [
    (m: Sequential) => m.fit(x, y, { batchSize: 16, ...options }),
    (m: Sequential) => m.fit(nested, labels, { batchSize: 16, ...options }),
    (m: Sequential) => m.fit(flat, Int32Array.from(labels), { batchSize: 16, ...options }),
    (m: Sequential) => m.fit(set, { batchSize: 16, ...options }),
    (m: Sequential) => m.fit(new data.DataLoader(set, { batchSize: 16 }), options),
    (m: Sequential) => m.fit(new Set(batches), options),
    (m: Sequential) => m.fit(stream(), options),
  ];
  const results: number[][][] = [];
  for (const run of runs) {
    const model = classifier();
    await run(model);
    results.push(weightsOf(model));
  }
  for (const result of results) assertEquals(result, results[0]);
});

Deno.test("fit() with the same seed gives the same weights, bit for bit", async () => {
  const { x, y } = clusters();
  const run = async (): Promise<number[][]> => {
    const model = classifier();
    await model.fit(x, y, { epochs: 3, ...QUIET });
    return weightsOf(model);
  };
  assertEquals(await run(), await run());
});

Deno.test("fit() frees what it made; memory stays flat over 10,000 steps", async () => {
  const model = classifier();
  const { x, y } = clusters();
  await model.fit(x, y, { epochs: 1, ...QUIET });
  const after: number[] = [];
  class Watch extends Callback {
    override onEpochEnd(): void {
      const { bytes, storages } = getBackend().memory();
      after.push(bytes + storages);
    }
  }
  await model.fit(x, y, { epochs: 850, batchSize: 8, callbacks: [new Watch()], ...QUIET });
  assertEquals(model.optimizer.iterations, 12 * 850 + 3);
  assert(Math.max(...after.slice(1)) <= after[0], `${after}`);
});

Deno.test("fit() gives way to timers", async () => {
  const model = classifier(4, 3);
  const { x, y } = clusters(3000);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 5);
  try {
    await model.fit(x, y, { epochs: 30, batchSize: 8, ...QUIET });
  } finally {
    clearInterval(timer);
  }
  assert(ticks > 1, `${ticks} ticks`);
});

Deno.test("fit({ validationSplit }) keeps the last part for validation", async () => {
  const model = classifier();
  const { x, y } = clusters(20);
  let steps = 0;
  class Count extends Callback {
    override onTrainBatchEnd(): void {
      steps++;
    }
  }
  const { history } = await model.fit(x, y, {
    validationSplit: 0.25,
    batchSize: 5,
    callbacks: [new Count()],
    ...QUIET,
  });
  assertEquals(steps, 3);
  assertEquals(history.valLoss.length, 1);
});

Deno.test("fit({ validationFreq, initialEpoch, stepsPerEpoch }) are as in Keras", async () => {
  const model = classifier();
  const { x, y } = clusters();
  const history = await model.fit(x, y, {
    epochs: 6,
    initialEpoch: 2,
    stepsPerEpoch: 2,
    validationData: [x, y],
    validationFreq: 2,
    ...QUIET,
  });
  assertEquals(history.epoch, [2, 3, 4, 5]);
  assertEquals(history.history.valLoss.length, 2);
  assertEquals(model.optimizer.iterations, 8);
});

Deno.test("fit() goes on with an endless iterable from epoch to epoch", async () => {
  const model = classifier();
  const { x, y } = clusters(8);
  let drawn = 0;
  function* endless() {
    while (true) {
      drawn++;
      yield [x, y] as const;
    }
  }
  await model.fit(endless(), { epochs: 3, stepsPerEpoch: 4, ...QUIET });
  assertEquals(drawn, 12);
});

Deno.test("fit({ sampleWeight }) weighs examples; a weight of 0 takes one out", async () => {
  const { x, y } = clusters(8);
  const one = async (model: Sequential, weight?: number[]): Promise<number[][]> => {
    model.compile({ optimizer: new optimizers.SGD({ learningRate: 0.1 }), loss: model2Loss() });
    await model.fit(x, y, { sampleWeight: weight, batchSize: 8, shuffle: false, ...QUIET });
    return weightsOf(model);
  };
  const model2Loss = () =>
    new losses.SparseCategoricalCrossentropy({ fromLogits: true, reduction: "sum" });
  const masked = await one(classifier(), [1, 1, 1, 1, 0, 0, 0, 0]);
  const short = classifier();
  short.compile({ optimizer: new optimizers.SGD({ learningRate: 0.1 }), loss: model2Loss() });
  await short.fit(x.get([0, 4]), y.get([0, 4]), { batchSize: 8, shuffle: false, ...QUIET });
  masked.flat().forEach((v, i) => assertAlmostEquals(v, weightsOf(short).flat()[i], 1e-5));
});

Deno.test("fit({ classWeight }) is sampleWeight by class", async () => {
  const { x, y } = clusters(12);
  const byClass = classifier();
  await byClass.fit(x, y, { classWeight: { 0: 1, 1: 5, 2: 0 }, shuffle: false, ...QUIET });
  const bySample = classifier();
  const sampleWeight = [...y.dataSync()].map((label) => [1, 5, 0][label]);
  await bySample.fit(x, y, { sampleWeight, shuffle: false, ...QUIET });
  assertEquals(weightsOf(byClass), weightsOf(bySample));
});

Deno.test("fit() stops when a callback says so, and when a signal aborts", async () => {
  const { x, y } = clusters();
  const model = classifier();
  class Stop extends Callback {
    override onTrainBatchEnd(batch: number): void {
      if (batch === 1) this.model.stopTraining = true;
    }
  }
  const { epoch } = await model.fit(x, y, {
    epochs: 5,
    batchSize: 8,
    callbacks: [new Stop()],
    ...QUIET,
  });
  assertEquals([epoch.length, model.optimizer.iterations], [1, 2]);
  const controller = new AbortController();
  class Abort extends Callback {
    override onTrainBatchEnd(): void {
      controller.abort(new Error("enough"));
    }
  }
  await assertRejects(
    () =>
      model.fit(x, y, {
        signal: controller.signal,
        callbacks: [new Abort()],
        batchSize: 8,
        ...QUIET,
      }),
    Error,
    "enough",
  );
  assertEquals(model.optimizer.iterations, 3);
  await model.fit(x, y, QUIET);
});

Deno.test("callbacks see every hook, in order, and asynchronous ones are waited for", async () => {
  const calls: string[] = [];
  class All extends Callback {
    override async onTrainBegin() {
      await new Promise((resolve) => setTimeout(resolve, 5));
      calls.push("trainBegin");
    }
    override onEpochBegin(epoch: number) {
      calls.push(`epochBegin ${epoch}`);
    }
    override onTrainBatchBegin(batch: number) {
      calls.push(`batchBegin ${batch}`);
    }
    override async onTrainBatchEnd(batch: number, logs: Logs) {
      await Promise.resolve();
      calls.push(`batchEnd ${batch} ${Object.keys(logs)}`);
    }
    override onTestBegin() {
      calls.push("testBegin");
    }
    override onTestBatchEnd(batch: number) {
      calls.push(`testBatchEnd ${batch}`);
    }
    override onTestEnd(logs: Logs) {
      calls.push(`testEnd ${Object.keys(logs)}`);
    }
    override onEpochEnd(epoch: number, logs: Logs) {
      calls.push(`epochEnd ${epoch} ${Object.keys(logs)}`);
    }
    override onTrainEnd() {
      calls.push("trainEnd");
    }
  }
  const { x, y } = clusters(8);
  await classifier().fit(x, y, {
    batchSize: 8,
    validationData: [x, y],
    callbacks: [new All()],
    ...QUIET,
  });
  assertEquals(calls, [
    "trainBegin",
    "epochBegin 0",
    "batchBegin 0",
    "batchEnd 0 loss,accuracy",
    "testBegin",
    "testBatchEnd 0",
    "testEnd loss,accuracy",
    "epochEnd 0 loss,accuracy,valLoss,valAccuracy",
    "trainEnd",
  ]);
});

Deno.test("logs of a batch are the running means, read when looked at", async () => {
  const seen: number[] = [];
  class Read extends Callback {
    override onTrainBatchEnd(_: number, logs: Logs): void {
      seen.push(logs.loss);
    }
  }
  const { x, y } = clusters();
  const { history } = await classifier().fit(x, y, {
    batchSize: 32,
    callbacks: [new Read()],
    ...QUIET,
  });
  assertEquals(seen.length, 3);
  assertAlmostEquals(seen[2], history.loss[0], 1e-6);
});

Deno.test("regularizers add to the loss", async () => {
  setSeed(1);
  const model = sequential([
    new layers.Dense({
      units: 1,
      inputShape: [2],
      kernelRegularizer: "l2",
      kernelInitializer: "ones",
    }),
  ]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const { loss } = await model.evaluate([[1, 1]], [[2]]);
  assertAlmostEquals(loss, 0.02, 1e-6);
});

Deno.test("trainOnBatch(), testOnBatch() and predictOnBatch() work on one batch", async () => {
  const model = classifier();
  const { x, y } = clusters(16);
  const before = await model.testOnBatch(x, y);
  const during = await model.trainOnBatch(x, y);
  assertAlmostEquals(before.loss, during.loss, 1e-6);
  assert((await model.testOnBatch(x, y)).loss < before.loss);
  assertEquals(model.predictOnBatch(x).shape, [16, 3]);
});

Deno.test("predict() joins the batches, also of an incomplete last one", async () => {
  const model = classifier();
  const x = rand([10, 4], { seed: 1 });
  const whole = model.predictOnBatch(x);
  const joined = await model.predict(x, { batchSize: 4 });
  assertEquals(joined.shape, [10, 3]);
  whole.dataSync().forEach((v, i) => assertAlmostEquals(joined.dataSync()[i], v, 1e-6));
});

Deno.test("trainStep() may be overridden while fit() stays", async () => {
  class Doubled extends Model {
    out = new layers.Dense({ units: 1, useBias: false, kernelInitializer: "zeros" });
    override forward(x: Tensor): Tensor {
      return this.out.apply(x);
    }
    override trainStep(batch: Parameters<Model["trainStep"]>[0]): void {
      super.trainStep(batch);
      super.trainStep(batch);
    }
  }
  const model = new Doubled();
  model.compile({ optimizer: new optimizers.SGD({ learningRate: 0.1 }), loss: "mse" });
  await model.fit([[1]], [[1]], { epochs: 3, ...QUIET });
  assertEquals(model.optimizer.iterations, 6);
});

Deno.test("a frozen layer keeps its weights", async () => {
  const model = classifier();
  model.getLayer(0).trainable = false;
  const [kernel, , lastKernel] = weightsOf(model);
  const { x, y } = clusters();
  await model.fit(x, y, QUIET);
  assertEquals(weightsOf(model)[0], kernel);
  assert(weightsOf(model)[2].join() !== lastKernel.join());
});

Deno.test("a metric named by a short name is logged under it", async () => {
  const model = sequential([new layers.Dense({ units: 1, inputShape: [1] })]);
  model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae", "meanSquaredError"] });
  const logs = await model.evaluate([[1]], [[2]]);
  assertEquals(Object.keys(logs), ["loss", "mae", "meanSquaredError"]);
});

function regression(): Sequential {
  const model = sequential([new layers.Dense({ units: 1, inputShape: [3] })]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  return model;
}

Deno.test("fit() takes an asynchronous stream that makes its tensors before it awaits anything", async () => {
  async function* stream() {
    let ahead = [ones([4, 3]), ones([4, 1])];
    for (let i = 0; i < 3; i++) {
      const batch = ahead;
      ahead = [ones([4, 3]), ones([4, 1])];
      yield batch;
    }
  }
  const history = await regression().fit(stream(), QUIET);
  assert(Number.isFinite(history.history.loss[0]));
});

Deno.test("fit({ batchSize, validationData }) takes validation data that comes in batches", async () => {
  const validationData = new Set([[ones([4, 3]), ones([4, 1])] as const]);
  const options = { ...QUIET, batchSize: 4, epochs: 2, validationData };
  const { history } = await regression().fit(ones([8, 3]), ones([8, 1]), options);
  assertEquals(history.valLoss.length, 2);
});

Deno.test("fit({ classWeight, sampleWeight }) takes sample weights as a column", async () => {
  const { x, y } = clusters(30);
  const run = async (shape: number[]): Promise<number[][]> => {
    const model = classifier();
    const sampleWeight = ops.linspace(0, 1, { num: 30 }).reshape(shape);
    await model.fit(x, y, {
      ...QUIET,
      shuffle: false,
      sampleWeight,
      classWeight: { 0: 1, 1: 2, 2: 3 },
    });
    return weightsOf(model);
  };
  assertEquals(await run([30, 1]), await run([30]));
});

Deno.test("predict() frees its outputs when a later batch fails", async () => {
  const model = regression();
  const outputs: Tensor[] = [];
  model.registerForwardHook((_model, _inputs, output) => {
    outputs.push(output);
    if (outputs.length === 2) throw new Error("second batch");
  });
  await assertRejects(() => model.predict(ones([8, 3]), { batchSize: 4 }), Error, "second batch");
  assertEquals(outputs.map(({ isDisposed }) => isDisposed), [true, true]);
});

Deno.test("extra losses are those of the last call: of each use of a layer, and of no layer left out", async () => {
  class Auxiliary extends Model {
    main = new layers.Dense({ units: 3 });
    extra = new layers.Dense({ units: 3, activityRegularizer: "l2" });
    override forward(x: Tensor, { training }: { training: boolean }): Tensor {
      const y = this.main.apply(x);
      return training ? this.extra.apply(this.extra.apply(y)) : y;
    }
  }
  const model = new Auxiliary();
  model.compile({ optimizer: "sgd", loss: "mse" });
  const [x, y] = [ones([8, 3]), ones([8, 3])];
  await model.fit(x, y, { ...QUIET, validationSplit: 0.5 });
  await model.evaluate(x, y);
  assertEquals(model.collectLosses().length, 0);
  model.apply(x, { training: true });
  assertEquals(model.collectLosses().length, 2);
});

Deno.test("fit({ classWeight, sampleWeight }) multiplies weights of shape [n, 1] too", async () => {
  const { x, y } = clusters(12);
  const run = async (sampleWeight: number[] | number[][]): Promise<number[][]> => {
    const model = classifier();
    await model.fit(x, y, {
      classWeight: { 0: 1, 1: 5, 2: 2 },
      sampleWeight,
      shuffle: false,
      ...QUIET,
    });
    return weightsOf(model);
  };
  const flat = Array.from({ length: 12 }, (_, i) => i / 4);
  assertEquals(await run(flat.map((w) => [w])), await run(flat));
});

Deno.test("the activity of a layer that is called twice costs twice", async () => {
  const shared = new layers.Dense({
    units: 2,
    inputShape: [2],
    kernelInitializer: "identity",
    activityRegularizer: { className: "L1", config: { l1: 1 } },
  });
  const model = sequential([shared, shared]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const { loss } = await model.evaluate([[1, 2]], [[1, 2]]);
  assertAlmostEquals(loss, 6, 1e-6);
});
