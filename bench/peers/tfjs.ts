/**
 * TensorFlow.js on its wasm or its cpu backend: `deno run -A bench/peers/tfjs.ts BACKEND`. Outside a browser it uses
 * one thread (its issue 3830).
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import {
  type Arrays,
  batchesOf,
  type Contender,
  type EpochJob,
  type GemmJob,
  gemmProbes,
  gemmValues,
  type InferenceJob,
  inferenceProbes,
  type Job,
  type Network,
  type Prepared,
  readArrays,
  serve,
  type StepJob,
} from "../protocol.ts";

// In variables, so that type checks and the lock file of the framework do not depend on peers.
const VERSION = "4.22.0";
const TFJS = `npm:@tensorflow/tfjs@${VERSION}`;
const TFJS_WASM = `npm:@tensorflow/tfjs-backend-wasm@${VERSION}`;

// deno-lint-ignore no-explicit-any -- its types are not at hand before it is downloaded
export type TensorFlow = any;

/** Loads TensorFlow.js and chooses a backend. */
export async function loadTensorFlow(backend: string): Promise<TensorFlow> {
  // It warns hundreds of times of kernels that are registered twice.
  const { warn } = console;
  console.warn = () => {};
  const tf = await import(TFJS);
  if (backend === "wasm") {
    const wasm = await import(TFJS_WASM);
    wasm.setThreadsCount(1);
    wasm.setWasmPaths(fileURLToPath(new URL(".", import.meta.resolve(TFJS_WASM))));
  }
  console.warn = warn;
  if (!await tf.setBackend(backend)) throw new Error(`its ${backend} backend does not start`);
  await tf.ready();
  return tf;
}

/** A network of the bench as a layers model with the weights given. */
function networkOf(tf: TensorFlow, network: Network, arrays: Arrays): TensorFlow {
  const { dense, conv2d, maxPooling2d, flatten, batchNormalization, reLU, add } = tf.layers;
  const { globalAveragePooling2d } = tf.layers;
  const build: Record<Network, () => TensorFlow> = {
    mlp: () =>
      tf.sequential({
        layers: [
          dense({ units: 128, activation: "relu", inputShape: [784] }),
          dense({ units: 64, activation: "relu" }),
          dense({ units: 10 }),
        ],
      }),
    cnn: () =>
      tf.sequential({
        layers: [
          conv2d({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
          maxPooling2d({ poolSize: 2 }),
          conv2d({ filters: 64, kernelSize: 3, activation: "relu" }),
          maxPooling2d({ poolSize: 2 }),
          flatten(),
          dense({ units: 128, activation: "relu" }),
          dense({ units: 10 }),
        ],
      }),
    resnet: () => {
      const convolution = (x: TensorFlow): TensorFlow =>
        batchNormalization().apply(
          conv2d({ filters: 16, kernelSize: 3, padding: "same", useBias: false }).apply(x),
        );
      const inputs = tf.input({ shape: [32, 32, 16] });
      const first = reLU().apply(convolution(inputs));
      const sum = reLU().apply(add().apply([inputs, convolution(first)]));
      const means = globalAveragePooling2d({}).apply(sum);
      return tf.model({ inputs, outputs: dense({ units: 10 }).apply(means) });
    },
  };
  const model = build[network]();
  model.layers.filter((layer: TensorFlow) =>
    layer.weights.length > 0 && layer.getClassName() !== "BatchNormalization"
  ).forEach((layer: TensorFlow, i: number) => {
    const values = [arrays[`kernel${i}`], arrays[`bias${i}`]];
    layer.setWeights(
      layer.getWeights().map(({ shape }: TensorFlow, which: number) =>
        tf.tensor(values[which], shape)
      ),
    );
  });
  model.compile({
    optimizer: network === "resnet"
      ? tf.train.momentum(0.01, 0.9)
      : tf.train.adam(1e-3, 0.9, 0.999, 1e-7),
    // Its own losses take no sparse labels together with logits.
    loss: (labels: TensorFlow, logits: TensorFlow) => tf.losses.softmaxCrossEntropy(labels, logits),
  });
  return model;
}

function oneHot(tf: TensorFlow, labels: Float32Array): TensorFlow {
  return tf.tidy(() => tf.oneHot(tf.tensor1d(Int32Array.from(labels), "int32"), 10).toFloat());
}

function prepareGemm(tf: TensorFlow, job: GemmJob): Prepared {
  const { m, k, n, transposeA, transposeB } = job;
  const a = tf.tensor(gemmValues(m * k), transposeA ? [k, m] : [m, k]);
  const b = tf.tensor(gemmValues(k * n), transposeB ? [n, k] : [k, n]);
  const product = tf.matMul(a, b, transposeA, transposeB);
  const values = product.dataSync();
  const check = gemmProbes(job).map((i) => values[i]);
  return {
    check,
    run(times) {
      for (let i = 0; i < times; i++) tf.matMul(a, b, transposeA, transposeB).dispose();
    },
    dispose: () => tf.dispose([a, b, product]),
  };
}

/** Written by hand with `minimize`, which is faster here than `trainOnBatch`. */
async function prepareMlpStep(tf: TensorFlow, job: StepJob): Promise<Prepared> {
  const { batch, arrays: file, checks } = job;
  const arrays = readArrays(file);
  const batches = batchesOf(arrays, batch).map(({ x, y }) => ({
    x: tf.tensor2d(x, [batch, 784]),
    y: oneHot(tf, y),
  }));
  let next = 0;
  const variables = Array.from(
    { length: 6 },
    (_, i) => {
      const name = `${i % 2 === 0 ? "kernel" : "bias"}${i >> 1}`;
      return tf.variable(tf.tensor(arrays[name], file.shapes[name]));
    },
  );
  const [w0, b0, w1, b1, w2, b2] = variables;
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-7);
  const loss = (): TensorFlow => {
    const { x, y } = batches[next++ % batches.length];
    const h0 = tf.relu(tf.add(tf.matMul(x, w0), b0));
    const h1 = tf.relu(tf.add(tf.matMul(h0, w1), b1));
    return tf.losses.softmaxCrossEntropy(y, tf.add(tf.matMul(h1, w2), b2));
  };
  const check: number[] = [];
  for (let i = 0; i < checks; i++) {
    const cost = optimizer.minimize(loss, true);
    check.push((await cost.data())[0]);
    cost.dispose();
  }
  return {
    check,
    run(times) {
      for (let i = 0; i < times; i++) optimizer.minimize(loss, false);
    },
    dispose: () => tf.dispose([batches, variables]),
  };
}

/** By `trainOnBatch`: what stands around a step is little beside a convolution there. */
async function prepareImageStep(tf: TensorFlow, job: StepJob): Promise<Prepared> {
  const { network, batch, arrays: file, checks } = job;
  const arrays = readArrays(file);
  const model = networkOf(tf, network, arrays);
  const batches = batchesOf(arrays, batch).map(({ x, y }) => ({
    x: tf.tensor(x, [batch, ...file.shapes.x.slice(1)]),
    y: oneHot(tf, y),
  }));
  let next = 0;
  const step = (): Promise<number> => {
    const { x, y } = batches[next++ % batches.length];
    return model.trainOnBatch(x, y);
  };
  const check: number[] = [];
  for (let i = 0; i < checks; i++) check.push(await step());
  return {
    check,
    async run(times) {
      for (let i = 0; i < times; i++) await step();
    },
    dispose: () => tf.dispose([batches, model.getWeights()]),
  };
}

function prepareInference(tf: TensorFlow, job: InferenceJob): Prepared {
  const arrays = readArrays(job.arrays);
  const model = networkOf(tf, job.network, arrays);
  const [{ x: pixels }] = batchesOf(arrays, job.batch);
  const x = tf.tensor(pixels, [job.batch, ...job.arrays.shapes.x.slice(1)]);
  const infer = (): Float32Array => {
    const outputs = model.predictOnBatch(x);
    const values = outputs.dataSync();
    outputs.dispose();
    return values;
  };
  return {
    check: inferenceProbes(infer()),
    run(times) {
      for (let i = 0; i < times; i++) infer();
    },
    dispose: () => tf.dispose([x, model.getWeights()]),
  };
}

async function prepareEpoch(
  tf: TensorFlow,
  { batch, arrays: file }: EpochJob,
): Promise<Prepared> {
  const arrays = readArrays(file);
  const x = tf.tensor2d(arrays.x, file.shapes.x);
  const y = oneHot(tf, arrays.y);
  const model = networkOf(tf, "mlp", arrays);
  const first = model.evaluate(x, y, { batchSize: 1024 });
  const check = [(await first.data())[0]];
  return {
    check,
    async run(times) {
      await model.fit(x, y, { epochs: times, batchSize: batch, shuffle: true, verbose: 0 });
    },
    dispose: () => tf.dispose([x, y, first]),
  };
}

async function start(backend: string): Promise<Contender> {
  const tf = await loadTensorFlow(backend);
  const simd = backend === "wasm" && await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  return {
    description: `TensorFlow.js ${VERSION}, ${backend}${simd ? " with SIMD" : ""}, one thread`,
    async prepare(job: Job): Promise<Prepared> {
      switch (job.kind) {
        case "gemm":
          return prepareGemm(tf, job);
        case "step":
          return await (job.network === "mlp"
            ? prepareMlpStep(tf, job)
            : prepareImageStep(tf, job));
        case "inference":
          return prepareInference(tf, job);
        case "epoch":
          return await prepareEpoch(tf, job);
      }
    },
  };
}

if (import.meta.main) await serve(() => start(Deno.args[0]));
