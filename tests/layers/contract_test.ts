/** What holds for every registered layer. A layer that is listed in the manifest needs a sample here. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { symbolicInput } from "../../core/layer.ts";
import {
  deserialize,
  gradCheck,
  Layer,
  Model,
  noGrad,
  ops,
  registry,
  serialize,
  setSeed,
  type Shape,
  type Tensor,
  tensor,
  tidy,
} from "../../mod.ts";
import { replay } from "../ops/_replay.ts";

interface Sample {
  /** Options that are not the defaults, where there are any. */
  config: Record<string, unknown>;
  /** The shape of one example. */
  shape: Shape;
  /** The paths of its weights. */
  weights: string[];
}

const SAMPLES: Record<string, Sample> = {
  InputLayer: { config: { shape: [3] }, shape: [3], weights: [] },
  Identity: { config: {}, shape: [2, 3], weights: [] },
  Dense: {
    config: {
      units: 2,
      activation: "tanh",
      kernelInitializer: { className: "RandomNormal", config: { stddev: 0.3, seed: 1 } },
      biasInitializer: "ones",
      kernelRegularizer: "l2",
      biasRegularizer: { className: "L1", config: { l1: 0.5 } },
      activityRegularizer: "l1l2",
      kernelConstraint: { className: "MaxNorm", config: { maxValue: 3 } },
      biasConstraint: "nonNeg",
    },
    shape: [4, 3],
    weights: ["kernel", "bias"],
  },
  Activation: { config: { activation: "silu" }, shape: [3], weights: [] },
  ReLU: { config: { maxValue: 1, negativeSlope: 0.2, threshold: 0.1 }, shape: [3], weights: [] },
  LeakyReLU: { config: { negativeSlope: 0.1 }, shape: [3], weights: [] },
  PReLU: {
    config: { alphaInitializer: "ones", sharedAxes: [1] },
    shape: [2, 3],
    weights: ["alpha"],
  },
  ELU: { config: { alpha: 0.5 }, shape: [3], weights: [] },
  Sigmoid: { config: {}, shape: [3], weights: [] },
  Tanh: { config: {}, shape: [3], weights: [] },
  Softmax: { config: { axis: [1, 2] }, shape: [2, 3], weights: [] },
  Dropout: { config: { rate: 0.4, noiseShape: [null, 1], seed: 5 }, shape: [3], weights: [] },
  Flatten: { config: { dataFormat: "channelsFirst" }, shape: [2, 3, 2], weights: [] },
  Reshape: { config: { targetShape: [3, -1] }, shape: [6], weights: [] },
};

function make(name: string, config: object): Layer {
  return registry.build<Layer>("layer", name, config);
}

/** A batch of values without kinks: none is near 0, or near another. */
function batchOf(size: number, shape: Shape): Tensor {
  const length = [size, ...shape].reduce((product, d) => product * d, 1);
  const values = Array.from(
    { length },
    (_, i) => (i % 2 === 0 ? 1 : -1) * (0.23 + (i * 0.617) % 1.7),
  );
  return tensor(values, { shape: [size, ...shape], dtype: "float64" });
}

/** Models are made of layers, and have tests of their own. */
const names = registry.list("layer").map(({ name }) => name)
  .filter((name) => !(registry.get<typeof Layer>("layer", name).prototype instanceof Model));

Deno.test("every registered layer has a sample", () => {
  assertEquals(names.filter((name) => !(name in SAMPLES)), []);
});

for (const name of names.filter((name) => name in SAMPLES)) {
  const { shape, weights } = SAMPLES[name];
  const config = { ...SAMPLES[name].config, dtype: "float64" };

  Deno.test(`${name} is made again from its config as JSON, and computes the same`, () => {
    const layer = make(name, { ...config, name: "mine", trainable: false });
    const x = batchOf(2, shape);
    layer.buildFor(x.shape);
    const copy = deserialize<Layer>("layer", JSON.parse(JSON.stringify(serialize("layer", layer))));
    assertEquals(copy.getConfig(), layer.getConfig());
    assertNotEquals(copy, layer);
    copy.buildFor(x.shape);
    copy.setWeights(layer.getWeights());
    assertEquals(copy.apply(x).toArray(), layer.apply(x).toArray());
    assertEquals([copy.name, copy.trainable], ["mine", false]);
  });

  Deno.test(`${name} makes its weights when it is built, once, in the dtype asked for`, () => {
    const layer = make(name, config);
    assertEquals(layer.weights, []);
    const x = batchOf(2, shape);
    layer.apply(x);
    const made = layer.weights;
    assertEquals(layer.namedParameters().map(([path]) => path), weights);
    assertEquals(made.map(({ name }) => name), weights);
    assert(made.every(({ dtype }) => dtype === "float64"));
    layer.apply(x);
    layer.weights.forEach((weight, i) => assert(weight === made[i]));
  });

  Deno.test(`${name} infers the shape of its output, the batch unknown or not`, () => {
    const layer = make(name, config);
    const inferred = layer.computeOutputShape([null, ...shape]);
    for (const size of [1, 3, 0]) {
      const y = layer.apply(batchOf(size, shape));
      assertEquals([y.shape, y.dtype], [[size, ...inferred.slice(1) as Shape], "float64"]);
      assertEquals(layer.computeOutputShape([size, ...shape]), y.shape);
    }
  });

  Deno.test(`${name} is traced as it computes`, () => {
    const layer = make(name, config);
    const input = symbolicInput([null, ...shape], "float64");
    const traced = layer.apply(input);
    for (const size of [1, 3]) {
      const x = batchOf(size, shape);
      const replayed = replay(traced, new Map([[input, x]]));
      assert(ops.allclose(replayed, layer.apply(x), { rtol: 1e-12, atol: 1e-14 }).item());
    }
  });

  Deno.test(`${name} has the gradients of input and weights that differences give`, () => {
    setSeed(3);
    gradCheck(make(name, config), [batchOf(3, shape)]);
  });

  Deno.test(`${name} leaves its input as it was and frees what it made on the way`, () => {
    setSeed(3);
    const layer = make(name, config);
    const x = batchOf(2, shape);
    const before = x.toArray();
    const run = (): void => tidy(() => noGrad(() => void layer.apply(x, { training: true })));
    run();
    const { ledger } = x.backend;
    const alive = ledger.storages;
    for (let i = 0; i < 3; i++) run();
    assert(ledger.storages <= alive, `${ledger.storages - alive} storages are left over`);
    assertEquals(x.toArray(), before);
  });
}
