/**
 * The framework itself, as its users call it: `deno run -A bench/peers/tensaur.ts BACKEND [THREADS]`.
 *
 * @module
 */

import {
  type Backend,
  Input,
  layers,
  losses,
  Model,
  ops,
  type Optimizer,
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
  type InferenceJob,
  inferenceProbes,
  type Job,
  type Network,
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

/** The dense network of the bench: 784-128-64-10, Adam. */
function mlpModel(): Sequential {
  const model = sequential([
    new layers.Dense({ units: 128, activation: "relu", inputShape: [784] }),
    new layers.Dense({ units: 64, activation: "relu" }),
    new layers.Dense({ units: 10 }),
  ]);
  compile(model, new optimizers.Adam({ learningRate: 1e-3 }));
  return model;
}

/** The convolutional network of the bench, Adam. */
function cnnModel(): Sequential {
  const model = sequential([
    new layers.Conv2D({ filters: 32, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
    new layers.MaxPooling2D(),
    new layers.Conv2D({ filters: 64, kernelSize: 3, activation: "relu" }),
    new layers.MaxPooling2D(),
    new layers.Flatten(),
    new layers.Dense({ units: 128, activation: "relu" }),
    new layers.Dense({ units: 10 }),
  ]);
  compile(model, new optimizers.Adam({ learningRate: 1e-3 }));
  return model;
}

/** The residual block of the bench with a classifier behind it, SGD with momentum. */
function resnetModel(): Model {
  const convolution = (x: Tensor): Tensor =>
    new layers.BatchNormalization().apply(
      new layers.Conv2D({ filters: 16, kernelSize: 3, padding: "same", useBias: false }).apply(x),
    );
  const inputs = Input({ shape: [32, 32, 16] });
  const first = ops.relu(convolution(inputs));
  const sum = ops.relu(ops.add(inputs, convolution(first)));
  const means = new layers.GlobalAveragePooling2D().apply(sum);
  const model = new Model({ inputs, outputs: new layers.Dense({ units: 10 }).apply(means) });
  compile(model, new optimizers.SGD({ learningRate: 0.01, momentum: 0.9 }));
  return model;
}

function compile(model: Model, optimizer: Optimizer): void {
  model.compile({
    optimizer,
    loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  });
}

const NETWORKS: Readonly<Record<Network, () => Model>> = {
  mlp: mlpModel,
  cnn: cnnModel,
  resnet: resnetModel,
};

/** A network of the bench, compiled, with the weights given. */
export function networkOf(network: Network, arrays: Arrays): Model {
  const model = NETWORKS[network]();
  const weighted = model.layers.filter((layer) =>
    layer.weights.length > 0 && !(layer instanceof layers.BatchNormalization)
  );
  weighted.forEach((layer, i) => {
    const values = [arrays[`kernel${i}`], arrays[`bias${i}`]];
    layer.setWeights(
      layer.weights.map(({ shape }, which) => tensor(values[which], { shape })),
    );
  });
  return model;
}

/** Images as float32, labels as int32. */
export function examples(arrays: Arrays, shape: readonly number[]): [Tensor, Tensor] {
  const x = tensor(arrays.x, { shape: [arrays.y.length, ...shape] });
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

async function prepareStep(job: StepJob): Promise<Prepared> {
  const arrays = readArrays(job.arrays);
  const model = networkOf(job.network, arrays);
  const shape = job.arrays.shapes.x.slice(1);
  const batches = batchesOf(arrays, job.batch).map((part) => examples(part, shape));
  let next = 0;
  const step = (): Promise<Record<string, number>> => {
    const [x, y] = batches[next++ % batches.length];
    return model.trainOnBatch(x, y);
  };
  const check: number[] = [];
  for (let i = 0; i < job.checks; i++) check.push((await step()).loss);
  return {
    check,
    async run(times) {
      for (let i = 0; i < times; i++) await step();
    },
    dispose: () => batches.flat().forEach((t) => t.dispose()),
  };
}

async function prepareInference(job: InferenceJob): Promise<Prepared> {
  const arrays = readArrays(job.arrays);
  const model = networkOf(job.network, arrays);
  const [{ x: pixels }] = batchesOf(arrays, job.batch);
  const x = tensor(pixels, { shape: [job.batch, ...job.arrays.shapes.x.slice(1)] });
  const infer = async (): Promise<ArrayLike<number>> => {
    const outputs = model.predictOnBatch(x) as Tensor;
    const values = await outputs.data() as Float32Array;
    outputs.dispose();
    return values;
  };
  return {
    check: inferenceProbes(await infer()),
    async run(times) {
      for (let i = 0; i < times; i++) await infer();
    },
    dispose: () => x.dispose(),
  };
}

async function prepareEpoch({ batch, arrays: file }: EpochJob): Promise<Prepared> {
  const arrays = readArrays(file);
  const model = networkOf("mlp", arrays);
  const [x, y] = examples(arrays, [784]);
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
    : job.kind === "epoch" || job.network !== "mlp" || job.batch > REFERENCE_LIMIT.batch;
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
        case "step":
          return await prepareStep(job);
        case "inference":
          return await prepareInference(job);
        case "epoch":
          return await prepareEpoch(job);
      }
    },
  };
}

if (import.meta.main) await serve(() => start(Deno.args[0], Number(Deno.args[1] ?? 1)));
