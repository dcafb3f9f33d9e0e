import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  getBackend,
  gradCheck,
  layers,
  losses,
  noGrad,
  ones,
  ops,
  optimizers,
  rand,
  randn,
  type Sequential,
  sequential,
  setBackend,
  setSeed,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from "../../mod.ts";
import { symbolicInput } from "../../core/layer.ts";

const TRAINING = { training: true };

/** A batch whose channels have means 2 and −1 and variances 1 and 4. */
const batch = (): Tensor => tensor([[1, -3], [3, 1]], { dtype: "float64" });

function made(options: layers.BatchNormalizationOptions = {}): layers.BatchNormalization {
  const norm = new layers.BatchNormalization({ dtype: "float64", momentum: 0.5, ...options });
  norm.buildFor([null, 2]);
  return norm;
}

function statistics({ movingMean, movingVariance }: layers.BatchNormalization): number[][] {
  return [movingMean.toArray(), movingVariance.toArray()];
}

Deno.test("BatchNormalization moves its statistics in training alone", () => {
  const norm = made();
  norm.apply(batch());
  assertEquals(statistics(norm), [[0, 0], [1, 1]]);
  norm.apply(batch(), TRAINING);
  assertEquals(statistics(norm), [[1, -0.5], [1, 2.5]]);
  norm.train().apply(batch());
  assertEquals(statistics(norm), [[1.5, -0.75], [1, 3.25]]);
  norm.eval().apply(batch());
  assertEquals(statistics(norm), [[1.5, -0.75], [1, 3.25]]);
});

Deno.test("BatchNormalization moves its statistics under noGrad() too, and twice where it is shared", () => {
  const norm = made();
  noGrad(() => norm.apply(batch(), TRAINING));
  norm.apply(batch(), TRAINING);
  assertEquals(norm.movingMean.toArray(), [1.5, -0.75]);
});

Deno.test("BatchNormalization stands still when it is traced, or frozen", () => {
  const norm = made();
  norm.apply(symbolicInput([null, 2], "float64"), TRAINING);
  assertEquals(statistics(norm), [[0, 0], [1, 1]]);
  norm.trainable = false;
  const frozen = norm.apply(batch(), TRAINING);
  assertEquals(statistics(norm), [[0, 0], [1, 1]]);
  assertEquals(frozen.toArray(), norm.apply(batch()).toArray());
  norm.trainable = true;
  norm.apply(batch(), TRAINING);
  assertEquals(norm.movingMean.toArray(), [1, -0.5]);
});

Deno.test("BatchNormalization with momentum 1 keeps its statistics, with 0 takes the batch's", () => {
  const [kept, taken] = [made({ momentum: 1 }), made({ momentum: 0 })];
  kept.apply(batch(), TRAINING);
  taken.apply(batch(), TRAINING);
  assertEquals(statistics(kept), [[0, 0], [1, 1]]);
  assertEquals(statistics(taken), [[2, -1], [1, 4]]);
});

Deno.test("BatchNormalization of one example gives the offset in training", () => {
  const norm = made();
  norm.beta!.assign([3, 4]);
  assertEquals(norm.apply(tensor([[7, 9]], { dtype: "float64" }), TRAINING).toArray(), [[3, 4]]);
  assertEquals(norm.movingVariance.toArray(), [0.5, 0.5]);
});

Deno.test("BatchNormalization keeps small variances beside large means", () => {
  const norm = new layers.BatchNormalization({ epsilon: 0 });
  const y = norm.apply(tensor([[10_000], [10_001]]), TRAINING);
  assertEquals(y.toArray(), [[-1], [1]]);
});

Deno.test("BatchNormalization has the gradients of training that differences give", () => {
  for (const axis of [1, -1]) {
    setSeed(4);
    const norm = new layers.BatchNormalization({ axis, dtype: "float64" });
    const x = randn([3, 2, 4], { dtype: "float64" });
    norm.apply(x);
    norm.gamma!.assign(rand(norm.gamma!.shape));
    gradCheck(norm.train(), [x]);
  }
});

Deno.test("BatchNormalization lets no gradient through its statistics", () => {
  const norm = made();
  norm.apply(batch().requiresGrad_(), TRAINING).sum().backward();
  assert(!norm.movingMean.requiresGrad && norm.movingMean.grad === null);
  assertEquals(norm.parameters().map(({ name }) => name), ["gamma", "beta"]);
  assertEquals(norm.buffers().map(({ name }) => name), ["movingMean", "movingVariance"]);
  assertEquals(norm.nonTrainableWeights.map(({ name }) => name), ["movingMean", "movingVariance"]);
});

Deno.test("BatchNormalization leaves copies of its statistics as they were", () => {
  const norm = made();
  const [mean] = norm.getWeights().slice(2);
  const state = norm.stateDict();
  norm.apply(batch(), TRAINING);
  assertEquals([mean.toArray(), state.movingVariance.toArray()], [[0, 0], [1, 1]]);
  norm.loadStateDict(state);
  assertEquals(statistics(norm), [[0, 0], [1, 1]]);
});

function regression(): Sequential {
  setSeed(2);
  const model = sequential([
    new layers.Dense({ units: 4, inputShape: [3] }),
    new layers.BatchNormalization({ momentum: 0.9 }),
    new layers.Dense({ units: 1 }),
  ]);
  model.compile({
    optimizer: new optimizers.SGD({ learningRate: 0.05 }),
    loss: new losses.MeanSquaredError(),
  });
  return model;
}

for (const backend of ["reference", "wasm"]) {
  Deno.test(`fit() trains through BatchNormalization and leaves nothing behind, on ${backend}`, async () => {
    const before = getBackend();
    await setBackend(backend);
    try {
      const model = regression();
      const x = randn([64, 3], { seed: 3 });
      const y = ops.sum(x, { axis: 1, keepdims: true });
      const options = { batchSize: 16, shuffle: false, verbose: 0 } as const;
      const first = await model.fit(x, y, { ...options, epochs: 5 });
      const { ledger } = x.backend;
      const alive = ledger.storages;
      const later = await model.fit(x, y, { ...options, epochs: 20 });
      assert(ledger.storages <= alive, `${ledger.storages - alive} storages are left over`);
      assert(later.history.loss.at(-1)! < first.history.loss[0] / 5);

      const norm = model.layers[1] as layers.BatchNormalization;
      const hidden = model.layers[0].apply(x) as Tensor;
      const [mean, variance] = ops.moments(hidden, { axes: 0 });
      assert(ops.allclose(norm.movingMean, mean, { atol: 0.15 }).item());
      assert(ops.allclose(norm.movingVariance, variance, { rtol: 0.2 }).item());
    } finally {
      await setBackend(before);
    }
  });
}

Deno.test("BatchNormalization leaves evaluate() and predict() without trace", async () => {
  const model = regression();
  const [x, y] = [randn([8, 3], { seed: 3 }), ones([8, 1])];
  const norm = model.layers[1] as layers.BatchNormalization;
  await model.evaluate(x, y, { verbose: 0 });
  await model.predict(x);
  assertEquals(statistics(norm), [Array(4).fill(0), Array(4).fill(1)]);
});

Deno.test("BatchNormalization keeps statistics that a scope closes around", () => {
  const norm = made();
  const { ledger } = norm.movingMean.backend;
  tidy(() => norm.apply(batch(), TRAINING).sum().backward());
  norm.zeroGrad();
  const alive = ledger.storages;
  for (let i = 0; i < 5; i++) {
    tidy(() => norm.apply(batch(), TRAINING).sum().backward());
    norm.zeroGrad();
  }
  assertEquals(ledger.storages, alive);
  assertAlmostEquals(norm.movingMean.toArray()[0], 2 * (1 - 0.5 ** 6));
});

Deno.test("BatchNormalization throws when an option makes no sense", () => {
  const make = (options: object): () => unknown => () => new layers.BatchNormalization(options);
  assertThrows(make({ momentum: 1.5 }), RangeError, "momentum must be in [0, 1]");
  assertThrows(make({ momentum: "0.9" }), TypeError, "momentum must be a number");
  assertThrows(make({ epsilon: -1 }), RangeError, "epsilon must be finite and from 0 on");
  assertThrows(make({ axis: 0.5 }), RangeError, "axis must be a whole number");
  assertThrows(make({ renorm: true }), RangeError, "renorm must be false");
  assertThrows(make({ synchronized: true }), RangeError, "synchronized must be false");
});

Deno.test("BatchNormalization throws when an input does not fit", () => {
  const norm = new layers.BatchNormalization();
  assertThrows(() => norm.buildFor([null, null]), RangeError, "must be known");
  assertThrows(
    () => new layers.BatchNormalization({ axis: 3 }).apply(ones([2, 2])),
    RangeError,
    "axis 3",
  );
  norm.buildFor([null, 3]);
  assertThrows(() => norm.apply(ones([2, 4])), RangeError, "[2, 4] and [3]");
  assertThrows(() => norm.apply(ones([2, 4]), TRAINING), RangeError, "[2, 4] and [3]");
  assertThrows(() => norm.apply(zeros([0, 3]), TRAINING), RangeError, "without elements");
  assertEquals(statistics(norm), [[0, 0, 0], [1, 1, 1]]);
});

Deno.test("LayerNormalization, RMSNormalization and UnitNormalization bring rows to their measure", () => {
  const x = randn([5, 8], { dtype: "float64", seed: 1 }).mul(3).add(2);
  const close = (a: Tensor, b: number): void =>
    assert(ops.allclose(a, b, { rtol: 1e-9, atol: 1e-9 }).item());
  const layer = new layers.LayerNormalization({ epsilon: 0, dtype: "float64" }).apply(x);
  close(ops.mean(layer, { axis: 1 }), 0);
  close(ops.variance(layer, { axis: 1 }), 1);
  const rms = new layers.RMSNormalization({ epsilon: 0, dtype: "float64" }).apply(x);
  close(ops.mean(ops.square(rms), { axis: 1 }), 1);
  close(ops.norm(new layers.UnitNormalization().apply(x), { axis: 1 }), 1);
  assertEquals(new layers.UnitNormalization().apply(zeros([1, 3])).toArray(), [[0, 0, 0]]);
});

Deno.test("BatchNormalization keeps its moving statistics when a batch holds NaN or infinities", async () => {
  const norm = new layers.BatchNormalization({ momentum: 0.5, inputShape: [2] });
  const model = sequential([norm, new layers.Dense({ units: 1 })]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const y = ones([2, 1]);
  await model.fit(tensor([[1, -3], [3, 1]]), y, { verbose: 0 });
  const before = statistics(norm);
  for (const bad of [NaN, Infinity]) {
    await assertRejects(
      () => model.fit(tensor([[bad, 1], [2, 3]]), y, { verbose: 0 }),
      RangeError,
      "The weights are as they were",
    );
    assertEquals(statistics(norm)[0][0], before[0][0]);
    assertEquals(statistics(norm)[1][0], before[1][0]);
  }
});

Deno.test("LayerNormalization of equal elements gives the offset, not NaN", () => {
  const norm = new layers.LayerNormalization();
  assertEquals(norm.apply(ones([2, 3])).toArray(), [[0, 0, 0], [0, 0, 0]]);
});

Deno.test("LayerNormalization and GroupNormalization do not depend on the rest of the batch", () => {
  const x = randn([4, 2, 6], { seed: 1 });
  for (
    const norm of [new layers.LayerNormalization(), new layers.GroupNormalization({ groups: 3 })]
  ) {
    const whole = norm.apply(x, TRAINING).get(2);
    assertEquals(norm.apply(x.get([2, 3])).get(0).toArray(), whole.toArray());
  }
});

Deno.test("GroupNormalization with one group normalizes all, with -1 each channel", () => {
  const x = randn([2, 3, 4], { dtype: "float64", seed: 1 });
  const dtype = "float64";
  const same = (a: Tensor, b: Tensor): void => assert(ops.allclose(a, b, { atol: 1e-12 }).item());
  const one = new layers.GroupNormalization({ groups: 1, dtype });
  const scaleless = { center: false, scale: false, dtype } as const;
  same(one.apply(x), new layers.LayerNormalization({ axis: [1, 2], ...scaleless }).apply(x));
  const each = new layers.GroupNormalization({ groups: -1, dtype });
  same(each.apply(x), new layers.LayerNormalization({ axis: 1, ...scaleless }).apply(x));
});

Deno.test("LayerNormalization, RMSNormalization and UnitNormalization throw when something makes no sense", () => {
  for (
    const Norm of [layers.LayerNormalization, layers.RMSNormalization, layers.UnitNormalization]
  ) {
    assertThrows(() => new Norm({ axis: [] }), RangeError, "one whole number or more");
    assertThrows(() => new Norm({ axis: 0.5 }), RangeError, "one whole number or more");
    assertThrows(() => new Norm({ axis: "last" as never }), TypeError, "axis must be a number");
    assertThrows(() => new Norm({ axis: 2 }).apply(ones([2, 2])), RangeError, "axis 2");
    assertThrows(() => new Norm({ axis: [1, -1] }).apply(ones([2, 2])), RangeError, "named twice");
  }
  assertThrows(() => new layers.LayerNormalization({ epsilon: NaN }), RangeError, "epsilon");
  assertThrows(() => new layers.RMSNormalization({ epsilon: -1 }), RangeError, "epsilon");
  const norm = new layers.LayerNormalization();
  assertThrows(() => norm.buildFor([null, null]), RangeError, "must be known");
  norm.buildFor([null, 3]);
  assertThrows(() => norm.apply(ones([2, 4])), RangeError, "the gamma must have the sizes");
});

Deno.test("GroupNormalization throws when the groups do not divide the channels", () => {
  for (const groups of [0, -2, 1.5]) {
    assertThrows(() => new layers.GroupNormalization({ groups }), RangeError, "or -1");
  }
  const norm = new layers.GroupNormalization({ groups: 3 });
  assertThrows(() => norm.apply(ones([2, 4])), RangeError, "a divisor of the 4 channels");
  assertThrows(() => norm.computeOutputShape([null, 2]), RangeError, "a divisor of the 2 channels");
  assertThrows(() => norm.buildFor([null, null]), RangeError, "must be known");
  assertThrows(() => norm.buildFor([]), RangeError, "axis -1");
  const overBatch = new layers.GroupNormalization({ groups: 1, axis: 0 });
  assertThrows(() => overBatch.apply(ones([2, 4])), RangeError, "that of the batch");
});
