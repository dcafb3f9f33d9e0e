/**
 * The golden files, typed: what Keras 3 and PyTorch compute for given inputs, in float64.
 *
 * The files are imported as text, so that tests need no permission to read them and the compiler
 * infers no type from a megabyte of JSON. `make_golden.py` writes them; README.md says what is where.
 *
 * @module
 */

import convolutionLayers from "./convolution_layers.json" with { type: "text" };
import convolutions from "./convolutions.json" with { type: "text" };
import initializers from "./initializers.json" with { type: "text" };
import layers from "./layers.json" with { type: "text" };
import losses from "./losses.json" with { type: "text" };
import metrics from "./metrics.json" with { type: "text" };
import mlp from "./mlp.json" with { type: "text" };
import ops from "./ops.json" with { type: "text" };
import optimizers from "./optimizers.json" with { type: "text" };
import pytorchModels from "./pytorch_models.json" with { type: "text" };
import safetensors from "./safetensors.json" with { type: "text" };
import schedules from "./schedules.json" with { type: "text" };
import torchOptimizers from "./torch_optimizers.json" with { type: "text" };

/** A tensor: its elements in row-major order, `bool` as 0 and 1. */
export interface GoldenTensor {
  shape: number[];
  dtype: "float64" | "float32" | "int32" | "bool";
  data: number[];
}

/** Keras's arguments under their camelCase names. */
export type GoldenConfig = Record<string, unknown>;

/** One call of an op. */
export interface OpCase {
  op: string;
  /** Op, input shapes and options; no two cases share one. */
  name: string;
  /** Whether the op takes its tensors as one list. */
  inputsAreList?: boolean;
  inputs: GoldenTensor[];
  options: GoldenConfig;
  /** Of an op with one output. */
  output?: GoldenTensor;
  /** Of an op that gives a list. */
  outputs?: GoldenTensor[];
  /** Weights of the outputs in the scalar whose gradients stand below. */
  cotangent?: GoldenTensor;
  cotangents?: (GoldenTensor | null)[];
  /** d(Σ output · cotangent) / d(input), for each input; `null` where the input carries none. */
  gradients?: (GoldenTensor | null)[];
}

/** One forward and backward pass of a layer. */
export interface LayerCase {
  layer: string;
  config: GoldenConfig;
  /** Whether it is a pass in training. */
  training?: boolean;
  /** What the layer was adapted to first; `weights` are those that it found. */
  adapt?: GoldenTensor;
  /** In the order of Keras's `get_weights`. */
  weights: GoldenTensor[];
  /** Of a layer of one input. */
  input?: GoldenTensor;
  /** Of a layer that takes a list. */
  inputs?: GoldenTensor[];
  output: GoldenTensor;
  /** The weights after a pass in training, with moved statistics. */
  weightsAfter?: GoldenTensor[];
  cotangent: GoldenTensor;
  /** `null` where the input carries none. */
  gradient?: GoldenTensor | null;
  gradients?: (GoldenTensor | null)[];
  /** Of the weights that are trained. */
  weightGradients: GoldenTensor[];
}

/** One value of a loss. */
export interface LossCase {
  loss: string;
  config: GoldenConfig;
  note?: string;
  yTrue: GoldenTensor;
  yPred: GoldenTensor;
  sampleWeight?: GoldenTensor;
  output: GoldenTensor;
  /** Of the sum of the output, with respect to `yPred`. */
  gradient: GoldenTensor;
}

/** A metric over several updates, with the result after each. */
export interface MetricCase {
  metric: string;
  config: GoldenConfig;
  updates: MetricUpdate[];
  results: number[];
}

/** The arguments of one update: `values`, or `yTrue` and `yPred`. */
export interface MetricUpdate {
  values?: GoldenTensor;
  yTrue?: GoldenTensor;
  yPred?: GoldenTensor;
  sampleWeight?: GoldenTensor;
}

/** The steps of several optimizers on the same parameters, under the same gradients. */
export interface OptimizerFile {
  parameters: GoldenTensor[];
  /** For each step, a gradient for each parameter. */
  gradients: GoldenTensor[][];
  cases: OptimizerCase[];
}

/** The steps of one optimizer. */
export interface OptimizerCase {
  optimizer: string;
  /** A schedule stands as `{ className, config }` under `learningRate`. */
  config: GoldenConfig;
  /** After each step, the elements of each parameter. */
  trajectory: number[][][];
  /** With `useEma`: the parameters once the averages have taken their place at the end. */
  finalized?: number[][];
}

/** The distribution that an initializer follows. */
export interface InitializerCase {
  initializer: string;
  config: GoldenConfig;
  shape: number[];
  fanIn?: number;
  fanOut?: number;
  distribution: "uniform" | "truncatedNormal" | "untruncatedNormal";
  mean: number;
  /** Of the values. */
  stddev: number;
  /** How far a value may be from the mean. */
  limit?: number;
  /** Standard deviation of the normal distribution before its tails are cut off. */
  sampled?: number;
}

/** A classifier trained for 20 steps, batch after batch in turn. */
export interface MlpFile {
  inputShape: number[];
  layers: { units: number; activation: string }[];
  /** Kernel and bias of each layer. */
  weights: GoldenTensor[];
  batches: { x: GoldenTensor; y: GoldenTensor }[];
  cases: MlpCase[];
}

/** One training run. */
export interface MlpCase {
  optimizer: string;
  config: GoldenConfig;
  /** Sparse categorical crossentropy from logits, before each step. */
  losses: number[];
  /** After the last step. */
  weights: GoldenTensor[];
}

/** A learning rate schedule over a range of steps. */
export interface ScheduleCase {
  schedule: string;
  config: GoldenConfig;
  steps: number[];
  values: number[];
}

/** A file of the safetensors library, and what is in it. */
export interface SafetensorsFile {
  base64: string;
  metadata: Record<string, string>;
  cases: { name: string; tensor: GoldenTensor }[];
}

/** A PyTorch model: its state dict as a file, and a pass in inference, channels last. */
export interface PytorchModelCase {
  name: string;
  base64: string;
  input: GoldenTensor;
  output: GoldenTensor;
}

/** What each file holds. */
export interface GoldenFiles {
  ops: OpCase[];
  convolutions: OpCase[];
  layers: LayerCase[];
  convolutionLayers: LayerCase[];
  losses: LossCase[];
  metrics: MetricCase[];
  optimizers: OptimizerFile;
  torchOptimizers: OptimizerFile;
  initializers: InitializerCase[];
  mlp: MlpFile;
  schedules: ScheduleCase[];
  safetensors: SafetensorsFile;
  pytorchModels: PytorchModelCase[];
}

const TEXTS: { readonly [N in keyof GoldenFiles]: string } = {
  ops,
  convolutions,
  layers,
  convolutionLayers,
  losses,
  metrics,
  optimizers,
  torchOptimizers,
  initializers,
  mlp,
  schedules,
  safetensors,
  pytorchModels,
};

const NUMBERS_BEYOND_JSON = new Map([["NaN", NaN], ["Infinity", Infinity], [
  "-Infinity",
  -Infinity,
]]);

/** Reads a golden file; every call gives a fresh copy. */
export function readGolden<N extends keyof GoldenFiles>(name: N): GoldenFiles[N] {
  return JSON.parse(
    TEXTS[name],
    (_, value) => NUMBERS_BEYOND_JSON.get(value) ?? value,
  );
}

/** How near a number must be: |actual − expected| ≤ atol + rtol · |expected|. */
export interface Tolerance {
  /** @default 1e-10 */
  rtol?: number;
  /** @default 1e-12 */
  atol?: number;
}

/**
 * Compares elements with golden ones, NaN being equal to NaN.
 *
 * @throws {Error} Naming `what` and the element that is furthest off.
 */
export function assertGolden(
  what: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { rtol = 1e-10, atol = 1e-12 }: Tolerance = {},
): void {
  if (actual.length !== expected.length) {
    throw new Error(`${what}: ${actual.length} elements where ${expected.length} are expected`);
  }
  let worst = -1;
  let excess = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const error = Math.abs(actual[i] - expected[i]);
    const ratio = error / (atol + rtol * Math.abs(expected[i]));
    if (ratio <= 1) continue;
    const beyond = Number.isFinite(ratio) ? ratio : Infinity;
    if (beyond > excess) [worst, excess] = [i, beyond];
  }
  if (worst < 0) return;
  const pair = `element ${worst} is ${actual[worst]} where ${expected[worst]} is expected`;
  throw new Error(`${what}: ${pair} (${excess.toPrecision(3)} times the tolerance)`);
}
