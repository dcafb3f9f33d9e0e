/**
 * The framework itself, as its users call it: `deno run -A bench/peers/tensaur.ts BACKEND [THREADS]`.
 *
 * @module
 */

import {
  type Backend,
  layers,
  losses,
  ops,
  optimizers,
  registry,
  type Sequential,
  sequential,
  setBackend,
  type Tensor,
  tensor,
} from "@tensaur/tensaur";
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

/** The reference backend takes part where it ends within a second or so. */
const REFERENCE_LIMIT = { products: 2 ** 24, batch: 32 };

/** A backend by name, with so many threads where it has threads. */
export async function backendOf(name: string, threads: number): Promise<Backend> {
  return await registry.create<Backend>("backend", name, name === "reference" ? {} : { threads });
}

/** The network of the bench: 784-128-64-10, Adam, with the weights given or with random ones. */
export function mlpModel(arrays?: Arrays): Sequential {
  const model = sequential([
    new layers.Dense({ units: 128, activation: "relu", inputShape: [784] }),
    new layers.Dense({ units: 64, activation: "relu" }),
    new layers.Dense({ units: 10 }),
  ]);
  model.compile({
    optimizer: new optimizers.Adam({ learningRate: 1e-3 }),
    loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  });
  if (arrays !== undefined) {
    model.setWeights(model.weights.map((weight, i) => {
      const name = `${i % 2 === 0 ? "kernel" : "bias"}${i >> 1}`;
      return tensor(arrays[name], { shape: weight.shape });
    }));
  }
  return model;
}

/** Images as float32, labels as int32. */
export function examples(arrays: Arrays): [Tensor, Tensor] {
  const x = tensor(arrays.x, { shape: [arrays.y.length, 784] });
  return [x, tensor(Int32Array.from(arrays.y))];
}

function prepareGemm(job: GemmJob): Prepared {
  const { m, k, n, transposeA, transposeB } = job;
  const a = tensor(gemmValues(m * k), { shape: transposeA ? [k, m] : [m, k] });
  const b = tensor(gemmValues(k * n), { shape: transposeB ? [n, k] : [k, n] });
  const product = ops.matmul(a, b, { transposeA, transposeB });
  const values = product.dataSync();
  return {
    check: gemmProbes(job).map((i) => Number(values[i])),
    run(times) {
      for (let i = 0; i < times; i++) ops.matmul(a, b, { transposeA, transposeB }).dispose();
    },
    dispose: () => [a, b, product].forEach((t) => t.dispose()),
  };
}

async function prepareStep({ batch, arrays: file }: StepJob): Promise<Prepared> {
  const arrays = readArrays(file);
  const model = mlpModel(arrays);
  const batches = batchesOf(arrays, batch).map(examples);
  let next = 0;
  const step = (): Promise<Record<string, number>> => {
    const [x, y] = batches[next++ % batches.length];
    return model.trainOnBatch(x, y);
  };
  const check: number[] = [];
  for (let i = 0; i < 5; i++) check.push((await step()).loss);
  return {
    check,
    async run(times) {
      for (let i = 0; i < times; i++) await step();
    },
    dispose: () => batches.flat().forEach((t) => t.dispose()),
  };
}

async function prepareEpoch({ batch, arrays: file }: EpochJob): Promise<Prepared> {
  const arrays = readArrays(file);
  const model = mlpModel(arrays);
  const [x, y] = examples(arrays);
  const { loss } = await model.evaluate(x, y, { batchSize: 1024 });
  return {
    check: [loss],
    async run(times) {
      await model.fit(x, y, { epochs: times, batchSize: batch, verbose: 0 });
    },
    dispose: () => [x, y].forEach((t) => t.dispose()),
  };
}

function checkReference(job: Job): void {
  const tooMuch = job.kind === "gemm"
    ? job.m * job.k * job.n > REFERENCE_LIMIT.products
    : job.kind === "mlpEpoch" || job.batch > REFERENCE_LIMIT.batch;
  if (tooMuch) {
    throw new Error("left out: the specification in plain loops, not meant for such sizes");
  }
}

async function start(name: string, threads: number): Promise<Contender> {
  const backend = await setBackend(await backendOf(name, threads));
  return {
    description: `Tensaur, ${backend.name}: ${backend.description}`,
    async prepare(job: Job): Promise<Prepared> {
      if (name === "reference") checkReference(job);
      switch (job.kind) {
        case "gemm":
          return prepareGemm(job);
        case "mlpStep":
          return await prepareStep(job);
        case "mlpEpoch":
          return await prepareEpoch(job);
      }
    },
  };
}

if (import.meta.main) await serve(() => start(Deno.args[0], Number(Deno.args[1] ?? 1)));
