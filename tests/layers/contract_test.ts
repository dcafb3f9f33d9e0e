/** What holds for every registered layer. A layer that is listed in the manifest needs a sample here. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { symbolicInput } from "../../core/layer.ts";
import {
  type AnyLayer,
  deserialize,
  type DType,
  gradCheck,
  type Layer,
  Model,
  Module,
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
import { SPATIAL_SAMPLES } from "./_spatial_samples.ts";

interface Sample {
  /** Options that are not the defaults, where there are any. */
  config: Record<string, unknown>;
  /** The shape of one example, or those of several inputs. */
  shape: Shape | readonly Shape[];
  /** The dtype of the inputs. @default "float64" */
  inputDType?: DType;
  /** Of whole numbers as input: from the first up to but not including the second. @default [0, 2] */
  inputRange?: readonly [low: number, high: number];
  /** The paths of its weights, parameters first, then buffers. */
  weights: string[];
  /** The dtype of the output. @default "float64" */
  outputDType?: DType;
}

/** Options of layers that learn a scale and an offset. */
const AFFINE = {
  betaInitializer: { className: "RandomNormal", config: { stddev: 0.3, seed: 1 } },
  gammaInitializer: { className: "RandomNormal", config: { mean: 1, stddev: 0.3, seed: 2 } },
  betaRegularizer: "l2",
  gammaRegularizer: { className: "L1", config: { l1: 0.5 } },
  betaConstraint: "nonNeg",
  gammaConstraint: { className: "MaxNorm", config: { maxValue: 3 } },
};

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
  GELU: { config: { approximate: true }, shape: [3], weights: [] },
  SiLU: { config: {}, shape: [3], weights: [] },
  BatchNormalization: {
    config: {
      ...AFFINE,
      axis: 1,
      momentum: 0.7,
      epsilon: 0.01,
      movingMeanInitializer: "ones",
      movingVarianceInitializer: { className: "Constant", config: { value: 0.5 } },
    },
    shape: [3, 2],
    weights: ["gamma", "beta", "movingMean", "movingVariance"],
  },
  LayerNormalization: {
    config: { ...AFFINE, axis: [1, 2], epsilon: 0.01 },
    shape: [3, 2],
    weights: ["gamma", "beta"],
  },
  GroupNormalization: {
    config: { ...AFFINE, groups: 2, axis: 1, epsilon: 0.01 },
    shape: [4, 2],
    weights: ["gamma", "beta"],
  },
  RMSNormalization: { config: { axis: 1, epsilon: 0.01 }, shape: [3, 2], weights: ["scale"] },
  UnitNormalization: { config: { axis: [1, 2] }, shape: [3, 2], weights: [] },
  Embedding: {
    config: {
      inputDim: 5,
      outputDim: 2,
      embeddingsInitializer: { className: "RandomNormal", config: { stddev: 0.3, seed: 1 } },
      embeddingsRegularizer: "l2",
      embeddingsConstraint: "nonNeg",
    },
    shape: [3],
    inputDType: "int32",
    inputRange: [0, 5],
    weights: ["embeddings"],
  },
  Add: { config: {}, shape: [[2, 3], [3], [2, 1]], weights: [] },
  Subtract: { config: {}, shape: [[2, 3], [3]], weights: [] },
  Multiply: { config: {}, shape: [[2, 3], [3], [2, 1]], weights: [] },
  Average: { config: {}, shape: [[2, 3], [3], [2, 1]], weights: [] },
  Maximum: { config: {}, shape: [[2, 3], [2, 3]], weights: [] },
  Minimum: { config: {}, shape: [[2, 3], [2, 3]], weights: [] },
  Concatenate: { config: { axis: 1 }, shape: [[2, 3], [1, 3]], weights: [] },
  Dot: { config: { axes: [2, 1], normalize: true }, shape: [[2, 3], [3, 4]], weights: [] },
  Permute: { config: { dims: [3, 1, 2] }, shape: [2, 1, 3], weights: [] },
  RepeatVector: { config: { n: 2 }, shape: [3], weights: [] },
  Rescaling: { config: { scale: [0.5, 2], offset: [1, -1] }, shape: [3, 2], weights: [] },
  Normalization: {
    config: { axis: 1, mean: [1, 2, 3], variance: 2, invert: true },
    shape: [3, 2],
    weights: ["mean", "variance"],
  },
  GaussianNoise: { config: { stddev: 0.4, seed: 5 }, shape: [3], weights: [] },
  GaussianDropout: { config: { rate: 0.4, seed: 5 }, shape: [3], weights: [] },
  AlphaDropout: { config: { rate: 0.4, noiseShape: [null, 1], seed: 5 }, shape: [3], weights: [] },
  SpatialDropout1D: { config: { rate: 0.4, seed: 5 }, shape: [2, 3], weights: [] },
  SpatialDropout2D: {
    config: { rate: 0.4, dataFormat: "channelsFirst", seed: 5 },
    shape: [3, 2, 2],
    weights: [],
  },
  SpatialDropout3D: {
    config: { rate: 0.4, dataFormat: "channelsFirst", seed: 5 },
    shape: [3, 2, 2, 1],
    weights: [],
  },
  ...SPATIAL_SAMPLES,
};

function make(name: string, config: object): AnyLayer {
  return registry.build<AnyLayer>("layer", name, config);
}

/** A batch of values without kinks: none is near 0, or near another. */
function batchOf(size: number, shape: Shape, phase = 0): Tensor {
  const length = [size, ...shape].reduce((product, d) => product * d, 1);
  const values = Array.from(
    { length },
    (_, i) => (i % 2 === 0 ? 1 : -1) * (0.23 + ((i + phase) * 0.617) % 1.7),
  );
  return tensor(values, { shape: [size, ...shape], dtype: "float64" });
}

function shapesOf({ shape }: Sample): readonly Shape[] {
  return (Array.isArray(shape[0]) ? shape : [shape]) as readonly Shape[];
}

/** The inputs of a layer: one tensor, or a list. */
function inputsOf(sample: Sample, size: number): Tensor | Tensor[] {
  const { inputDType = "float64", inputRange: [low, high] = [0, 2] } = sample;
  const inputs = shapesOf(sample).map((shape, i) =>
    inputDType === "float64"
      ? batchOf(size, shape, 7 * i)
      : ops.add(ops.mod(ops.arange(size * shape.reduce((a, b) => a * b, 1)), high - low), low)
        .reshape([size, ...shape]).cast(inputDType)
  );
  return inputs.length === 1 ? inputs[0] : inputs;
}

function symbolicInputsOf(sample: Sample, batch: number | null): Tensor | Tensor[] {
  const { inputDType = "float64" } = sample;
  const inputs = shapesOf(sample).map((shape) => symbolicInput([batch, ...shape], inputDType));
  return inputs.length === 1 ? inputs[0] : inputs;
}

/** A layer as a function of its float inputs, one by one: what a gradient check takes. */
class Spread extends Module {
  constructor(
    readonly layer: AnyLayer,
    readonly inputs: readonly Tensor[],
    readonly place: number,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return this.layer.apply(this.inputs.with(this.place, x));
  }
}

function checkGradients(layer: AnyLayer, inputs: Tensor | Tensor[]): void {
  if (Array.isArray(inputs)) {
    inputs.forEach((x, place) => gradCheck(new Spread(layer, inputs, place), [x]));
  } else gradCheck(layer, [inputs]);
}

/** Models are made of layers, and have tests of their own. */
const names = registry.list("layer").map(({ name }) => name)
  .filter((name) => {
    const made = registry.get<typeof Layer>("layer", name);
    return made !== Model as unknown && !(made.prototype instanceof Model);
  });

Deno.test("every registered layer has a sample", () => {
  assertEquals(names.filter((name) => !(name in SAMPLES)), []);
});

for (const name of names.filter((name) => name in SAMPLES)) {
  const sample = SAMPLES[name];
  const { weights, outputDType = "float64" } = sample;
  const config = { ...sample.config, dtype: "float64" };

  Deno.test(`${name} is made again from its config as JSON, and computes the same`, () => {
    const layer = make(name, { ...config, name: "mine", trainable: false });
    const x = inputsOf(sample, 2);
    layer.ensureBuilt(x);
    const copy = deserialize<AnyLayer>(
      "layer",
      JSON.parse(JSON.stringify(serialize("layer", layer))),
    );
    assertEquals(copy.getConfig(), layer.getConfig());
    assertNotEquals(copy, layer);
    copy.ensureBuilt(x);
    copy.setWeights(layer.getWeights());
    assertEquals(copy.apply(x).toArray(), layer.apply(x).toArray());
    assertEquals([copy.name, copy.trainable], ["mine", false]);
  });

  Deno.test(`${name} makes its weights when it is built, once, in the dtype asked for`, () => {
    const layer = make(name, config);
    const before = layer.weights.length;
    const x = inputsOf(sample, 2);
    layer.apply(x);
    const made = layer.weights;
    const paths = [...layer.namedParameters(), ...layer.namedBuffers()].map(([path]) => path);
    assertEquals(paths, weights);
    assertEquals(before, 0);
    assert(made.every(({ dtype }) => dtype === "float64"));
    layer.apply(x);
    layer.weights.forEach((weight, i) => assert(weight === made[i]));
  });

  Deno.test(`${name} infers the shape of its output, the batch unknown or not`, () => {
    const layer = make(name, config);
    const inferred = layer.apply(symbolicInputsOf(sample, null));
    for (const size of [1, 3, 0]) {
      const y = layer.apply(inputsOf(sample, size));
      assertEquals([y.shape, y.dtype], [[size, ...inferred.dims.slice(1) as Shape], outputDType]);
      assertEquals(layer.apply(symbolicInputsOf(sample, size)).dims, y.shape);
    }
  });

  Deno.test(`${name} is traced as it computes`, () => {
    const layer = make(name, config);
    const input = symbolicInputsOf(sample, null);
    const traced = layer.apply(input);
    for (const size of [1, 3]) {
      const x = inputsOf(sample, size);
      const given = [input].flat().map((t, i): [Tensor, Tensor] => [t, [x].flat()[i]]);
      const replayed = replay(traced, new Map(given));
      assert(ops.allclose(replayed, layer.apply(x), { rtol: 1e-12, atol: 1e-14 }).item());
    }
  });

  if ((sample.inputDType ?? "float64") === "float64") {
    Deno.test(`${name} has the gradients of input and weights that differences give`, () => {
      setSeed(3);
      checkGradients(make(name, config), inputsOf(sample, 3));
    });
  }

  Deno.test(`${name} leaves its input as it was and frees what it made on the way`, () => {
    setSeed(3);
    const layer = make(name, config);
    const x = inputsOf(sample, 2);
    const valuesOf = (): unknown[] => [x].flat().map((input) => input.toArray());
    const before = valuesOf();
    const run = (): void => tidy(() => noGrad(() => void layer.apply(x, { training: true })));
    run();
    const { ledger } = [x].flat()[0].backend;
    const alive = ledger.storages;
    for (let i = 0; i < 3; i++) run();
    assert(ledger.storages <= alive, `${ledger.storages - alive} storages are left over`);
    assertEquals(valuesOf(), before);
  });
}
