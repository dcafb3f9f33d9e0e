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
  type Job,
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

/** The network of the bench as a layers model with the weights given. */
export function mlpModel(tf: TensorFlow, arrays: Arrays): TensorFlow {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 128, activation: "relu", inputShape: [784] }),
      tf.layers.dense({ units: 64, activation: "relu" }),
      tf.layers.dense({ units: 10 }),
    ],
  });
  model.setWeights(
    model.getWeights().map((weight: TensorFlow, i: number) => {
      const name = `${i % 2 === 0 ? "kernel" : "bias"}${i >> 1}`;
      return tf.tensor(arrays[name], weight.shape);
    }),
  );
  model.compile({
    optimizer: tf.train.adam(1e-3, 0.9, 0.999, 1e-7),
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
async function prepareStep(tf: TensorFlow, { batch, arrays: file }: StepJob): Promise<Prepared> {
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
  for (let i = 0; i < 5; i++) {
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

async function prepareEpoch(
  tf: TensorFlow,
  { batch, arrays: file }: EpochJob,
): Promise<Prepared> {
  const arrays = readArrays(file);
  const x = tf.tensor2d(arrays.x, file.shapes.x);
  const y = oneHot(tf, arrays.y);
  const model = mlpModel(tf, arrays);
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
    prepare(job: Job): Promise<Prepared> {
      switch (job.kind) {
        case "gemm":
          return Promise.resolve(prepareGemm(tf, job));
        case "mlpStep":
          return prepareStep(tf, job);
        case "mlpEpoch":
          return prepareEpoch(tf, job);
      }
    },
  };
}

if (import.meta.main) await serve(() => start(Deno.args[0]));
