import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type DType,
  getBackend,
  type Metric,
  metrics,
  registry,
  Tensor,
  tensor,
  type TensorLike,
} from "../../mod.ts";

const NAMES = registry.list("metric").map(({ name }) => name);
const OF_VALUES = ["Mean", "Sum"];
const SPARSE = [
  "SparseCategoricalAccuracy",
  "SparseTopKCategoricalAccuracy",
  "SparseCategoricalCrossentropy",
];

/** Options that differ from the defaults. */
const OPTIONS: Record<string, Record<string, unknown>> = {
  BinaryAccuracy: { threshold: 0.3 },
  TopKCategoricalAccuracy: { k: 2 },
  SparseTopKCategoricalAccuracy: { k: 2 },
  BinaryCrossentropy: { fromLogits: true, labelSmoothing: 0.1 },
  CategoricalCrossentropy: { fromLogits: true, labelSmoothing: 0.1, axis: 1 },
  SparseCategoricalCrossentropy: { fromLogits: true, ignoreClass: 2, axis: 1 },
  CosineSimilarity: { axis: 1 },
  Precision: { thresholds: [0.25, 0.5], classId: 1 },
  Recall: { thresholds: 0.25, topK: 1 },
  FBetaScore: { average: "macro", beta: 2, threshold: 0.25 },
  F1Score: { average: "weighted", threshold: 0.25 },
};

/** A batch that any metric of the name takes. */
function batchFor(name: string): [TensorLike, TensorLike] {
  const yPred = [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]];
  if (OF_VALUES.includes(name)) return [[1, 2], [0.5, 1]];
  return SPARSE.includes(name) ? [[1, 2], yPred] : [[[0, 1, 0], [0, 0, 1]], yPred];
}

for (const name of NAMES) {
  const options = { name: "mine", dtype: "float64", ...OPTIONS[name] };
  const create = () => registry.build<Metric>("metric", name, options);

  Deno.test(`${name}.getConfig() makes an equal metric`, () => {
    const metric = create();
    const config = JSON.parse(JSON.stringify(metric.getConfig()));
    const again = registry.build<Metric>("metric", name, config);
    assertEquals(again.getConfig(), metric.getConfig());
    for (const [option, value] of Object.entries(options)) {
      assertEquals(config[option], value, option);
    }
    const batch = batchFor(name);
    assertEquals(again.call(...batch).toArray(), metric.call(...batch).toArray());
  });

  Deno.test(`${name}.resetState() forgets all batches`, () => {
    const metric = create();
    const batch = batchFor(name);
    const first = metric.call(...batch).toArray();
    metric.updateState(...batch);
    metric.resetState();
    assert(metric.variables.every((variable) => variable.dataSync().every((value) => value === 0)));
    assertEquals(metric.call(...batch).toArray(), first);
  });

  Deno.test(`${name}.updateState() keeps its state on the backend, holds no memory and reads nothing`, () => {
    const metric = create();
    const batch = batchFor(name).map((values) => tensor(values)) as [Tensor, Tensor];
    const isChecked = name === "SparseCategoricalCrossentropy"; // its labels are looked at
    metric.updateState(...batch);
    const before = getBackend().memory().bytes;
    const { dataSync, item } = Tensor.prototype;
    const forbidden = (): never => {
      throw new Error("read a tensor");
    };
    if (!isChecked) Object.assign(Tensor.prototype, { dataSync: forbidden, item: forbidden });
    try {
      for (let i = 0; i < 5; i++) metric.updateState(...batch);
    } finally {
      Object.assign(Tensor.prototype, { dataSync, item });
    }
    assertEquals(getBackend().memory().bytes, before);
    assert(metric.variables.every((variable) => variable.backend === getBackend()));
  });
}

for (const name of NAMES.filter((name) => !OF_VALUES.includes(name))) {
  Deno.test(`${name}.updateState() throws when shapes differ, naming both`, () => {
    const metric = registry.build<Metric>("metric", name, OPTIONS[name]);
    assertThrows(
      () => metric.updateState([[1, 0], [0, 1], [1, 0]], [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]),
      RangeError,
      "current shapes are [3, 2] and [2, 3]",
    );
  });
}

Deno.test("Metric is called after its class unless it is named", () => {
  const made = [new metrics.MSE(), new metrics.KLDivergence(), new metrics.F1Score()];
  assertEquals(made.map(({ name }) => name), ["meanSquaredError", "klDivergence", "f1Score"]);
  assertEquals(new metrics.MSE({ name: "squares" }).name, "squares");
});

Deno.test("Metric is found by Keras's names", () => {
  for (const name of ["acc", "accuracy", "mse", "MAE", "mape", "msle", "bce", "f1_score"]) {
    assert(registry.has("metric", name), name);
  }
});

Deno.test("Metric throws when its dtype is none", () => {
  assertThrows(
    () => new metrics.Mean({ dtype: "float16" as DType }),
    RangeError,
    "Cannot make the metric mean as dtype must be one of",
  );
});

Deno.test("Accuracy.specialize() chooses by shapes as Keras does", () => {
  const choose = (yTrue: (number | null)[], yPred: (number | null)[]) =>
    metrics.Accuracy.specialize({ yTrue, yPred });
  assertEquals(choose([null, 1], [null, 1]), "BinaryAccuracy");
  assertEquals(choose([null], [null, 1]), "BinaryAccuracy");
  assertEquals(choose([null], [null, 10]), "SparseCategoricalAccuracy");
  assertEquals(choose([null, 1], [null, 10]), "SparseCategoricalAccuracy");
  assertEquals(choose([null, 4], [null, 4, 10]), "SparseCategoricalAccuracy");
  assertEquals(choose([null, 10], [null, 10]), "CategoricalAccuracy");
});

Deno.test("Mean.updateState() weighs values by their first axes", () => {
  const mean = new metrics.Mean();
  mean.updateState([[1, 2], [3, 4]], [1, 0]);
  assertEquals(mean.result().item(), 1.5);
  mean.updateState(7);
  assertAlmostEquals(mean.result().item(), (1 + 2 + 7) / 3, 1e-6);
});

Deno.test("Mean.updateState() leaves the mean as it is for no values", () => {
  const mean = new metrics.Mean();
  mean.updateState([4]);
  mean.updateState(tensor([], { shape: [0, 3] }));
  mean.updateState(tensor([], { shape: [0, 3] }), tensor([], { shape: [0] }));
  assertEquals(mean.result().item(), 4);
});

Deno.test("Mean.result() is 0 before the first value", () => {
  assertEquals(new metrics.Mean().result().item(), 0);
});

Deno.test("Mean.updateState() throws when the weights do not fit", () => {
  assertThrows(
    () => new metrics.Mean().updateState([1, 2], [1, 2, 3]),
    RangeError,
    "Cannot weigh samples",
  );
});

Deno.test("Sum.result() stays as it was when later batches come in", () => {
  const sum = new metrics.Sum();
  const first = sum.call([1, 2]);
  sum.updateState([3]);
  assertEquals([first.item(), sum.result().item()], [3, 6]);
});

Deno.test("BinaryAccuracy.updateState() counts a prediction on the threshold as 0", () => {
  assertEquals(new metrics.BinaryAccuracy().call([[0], [1]], [[0.5], [0.5]]).item(), 0.5);
});

Deno.test("SparseCategoricalAccuracy.updateState() takes float labels, as JavaScript's numbers are", () => {
  const accuracy = new metrics.SparseCategoricalAccuracy();
  assertEquals(accuracy.call([0, 1], [[2, 1], [5, 3]]).item(), 0.5);
});

Deno.test("TopKCategoricalAccuracy.updateState() throws when there are less than k classes", () => {
  assertThrows(
    () => new metrics.TopKCategoricalAccuracy().updateState([[0, 1]], [[0.5, 0.5]]),
    RangeError,
    "k must be a whole number from 1 to 2: current k is 5",
  );
});

Deno.test("SparseTopKCategoricalAccuracy.updateState() takes class numbers in order", () => {
  const accuracy = new metrics.SparseTopKCategoricalAccuracy({ k: 2, fromSortedIds: true });
  assertEquals(accuracy.call([2, 0], [[1, 2, 0], [1, 2, 0]]).item(), 0.5);
});

Deno.test("SparseCategoricalCrossentropy.updateState() counts ignored labels for nothing", () => {
  const logits = [[0, 0], [5, 1]];
  const metric = new metrics.SparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: -1 });
  assertAlmostEquals(metric.call([0, -1], logits).item(), Math.LN2, 1e-6);
  metric.resetState();
  assertAlmostEquals(metric.call([0, -1], logits, [2, 3]).item(), Math.LN2, 1e-6);
});

const YES_NO: [TensorLike, TensorLike, TensorLike] = [[0, 1, 1, 1, 0], [0.9, 0.8, 0.4, 0.6, 0.2], [
  1,
  2,
  1,
  0.5,
  1,
]];

Deno.test("Precision and Recall follow Keras with weights and thresholds", () => {
  const thresholds = [0.3, 0.7];
  const precision = new metrics.Precision({ thresholds, dtype: "float64" });
  const recall = new metrics.Recall({ thresholds, dtype: "float64" });
  assertEquals(precision.call(...YES_NO).toArray(), [3.5 / 4.5, 2 / 3]);
  assertEquals(recall.call(...YES_NO).toArray(), [1, 2 / 3.5]);
});

Deno.test("Precision.updateState() looks at one class, or at the first k of a row", () => {
  const yTrue = [[0, 1, 0], [1, 0, 0]];
  const yPred = [[0.7, 0.6, 0.1], [0.3, 0.4, 0.2]];
  assertEquals(new metrics.Precision({ topK: 1 }).call(yTrue, yPred).item(), 0);
  assertEquals(new metrics.Precision({ topK: 2 }).call(yTrue, yPred).item(), 0.5);
  assertEquals(new metrics.Precision({ classId: 1 }).call(yTrue, yPred).item(), 1);
  assertEquals(new metrics.Recall({ classId: 0 }).call(yTrue, yPred).item(), 0);
});

Deno.test("Counts of outcomes add up to the weights", () => {
  const { TruePositives, FalsePositives, TrueNegatives, FalseNegatives } = metrics;
  const counts = [TruePositives, FalsePositives, TrueNegatives, FalseNegatives].map((Count) =>
    new Count().call(...YES_NO).item()
  );
  assertEquals(counts, [2.5, 1, 1, 1]);
});

Deno.test("F1Score.result() averages over classes as it is told", () => {
  const yTrue = [[1, 1, 1], [1, 0, 0], [1, 1, 0]];
  const yPred = [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0]];
  const scoreOf = (average: string | null) =>
    new metrics.F1Score({ threshold: 0.5, average, dtype: "float64" }).call(yTrue, yPred);
  const expected = [0.5, 0.8, 2 / 3]; // from Keras's documentation
  scoreOf(null).toArray().forEach((score: number, i: number) =>
    assertAlmostEquals(score, expected[i], 1e-12)
  );
  assertAlmostEquals(scoreOf("macro").item(), (0.5 + 0.8 + 2 / 3) / 3, 1e-12);
  assertAlmostEquals(scoreOf("weighted").item(), (3 * 0.5 + 2 * 0.8 + 2 / 3) / 6, 1e-12);
  assertAlmostEquals(scoreOf("micro").item(), 2 * 4 / (6 + 6), 1e-12);
});

const BAD_OPTIONS: [string, Record<string, unknown>, typeof Error, string][] = [
  ["BinaryAccuracy", { threshold: NaN }, RangeError, "threshold must be finite"],
  ["TopKCategoricalAccuracy", { k: 0 }, RangeError, "k must be a whole number from 1 on"],
  ["SparseTopKCategoricalAccuracy", { k: 1.5 }, RangeError, "current k is 1.5"],
  ["Precision", { thresholds: 2 }, RangeError, "each of thresholds must be in [0, 1]"],
  ["Recall", { topK: 0 }, RangeError, "topK must be a whole number from 1 on"],
  ["F1Score", { average: "median" }, RangeError, "average must be one of none, micro, macro"],
  ["FBetaScore", { beta: 0 }, RangeError, "Cannot make the metric fBetaScore as beta must be"],
  ["BinaryCrossentropy", { labelSmoothing: 2 }, RangeError, "labelSmoothing must be in [0, 1]"],
];

for (const [name, options, kind, message] of BAD_OPTIONS) {
  Deno.test(`${name} throws when its options are ${Deno.inspect(options, { compact: true })}`, () => {
    assertThrows(() => registry.build("metric", name, options), kind, message);
  });
}
