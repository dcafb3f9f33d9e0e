/**
 * jax-js on its wasm backend: `deno run -A bench/peers/jax.ts wasm THREADS`. The whole step, Adam included, is one
 * `jit`, which is its fastest form.
 *
 * @module
 */

import {
  batchesOf,
  type Contender,
  type GemmJob,
  gemmProbes,
  gemmValues,
  type Job,
  type Prepared,
  readArrays,
  serve,
  type StepJob,
} from "../protocol.ts";

const VERSION = "0.1.25";
// In a variable, so that type checks and the lock file of the framework do not depend on peers.
const JAX = `npm:@jax-js/jax@${VERSION}`;

// deno-lint-ignore no-explicit-any -- its types are not at hand before it is downloaded
type Any = any;

async function prepareGemm({ numpy: np, jit, blockUntilReady }: Any, job: GemmJob) {
  const { m, k, n, transposeA, transposeB } = job;
  const a = np.array(gemmValues(m * k)).reshape(transposeA ? [k, m] : [m, k]);
  const b = np.array(gemmValues(k * n)).reshape(transposeB ? [n, k] : [k, n]);
  await blockUntilReady([a, b]);
  const product = jit((left: Any, right: Any) =>
    np.matmul(
      transposeA ? np.matrixTranspose(left) : left,
      transposeB ? np.matrixTranspose(right) : right,
    )
  );
  const values = await product(a.ref, b.ref).data();
  const check = gemmProbes(job).map((i) => values[i]);
  return {
    check,
    async run(times: number) {
      for (let i = 0; i < times; i++) {
        const result = product(a.ref, b.ref);
        await result.blockUntilReady();
        result.dispose();
      }
    },
    dispose: () => [a, b].forEach((array) => array.dispose()),
  };
}

async function prepareStep(
  { numpy: np, nn, jit, valueAndGrad, blockUntilReady }: Any,
  { batch, arrays: file }: StepJob,
): Promise<Prepared> {
  const arrays = readArrays(file);
  const batches: [Any, Any][] = batchesOf(arrays, batch).map(({ x, y }) => {
    const classes = new Float32Array(batch * 10);
    y.forEach((label, i) => classes[i * 10 + label] = 1);
    return [np.array(x).reshape([batch, 784]), np.array(classes).reshape([batch, 10])];
  });
  const names = [0, 1, 2].flatMap((i) => [`kernel${i}`, `bias${i}`]);
  let parameters = names.map((name) => np.array(arrays[name]).reshape(file.shapes[name]));
  let first = names.map((name) => np.zeros(file.shapes[name]));
  let second = names.map((name) => np.zeros(file.shapes[name]));
  let iteration = 0;

  const loss = ([w0, b0, w1, b1, w2, b2]: Any, features: Any, targets: Any): Any => {
    const h0 = nn.relu(np.matmul(features, w0).add(b0));
    const h1 = nn.relu(np.matmul(h0, w1).add(b1));
    const logits = np.matmul(h1, w2).add(b2);
    return np.sum(nn.logSoftmax(logits, -1).mul(targets)).mul(-1 / batch);
  };
  const lossAndGradients = valueAndGrad(loss);
  const step = jit((weights: Any[], m: Any[], v: Any[], rate: Any, features: Any, targets: Any) => {
    const [value, gradients] = lossAndGradients(weights.map((w) => w.ref), features, targets);
    const m2 = m.map((mean, i) => mean.mul(0.9).add(gradients[i].ref.mul(0.1)));
    const v2 = v.map((mean, i) => mean.mul(0.999).add(np.square(gradients[i]).mul(0.001)));
    const next = weights.map((w, i) =>
      w.sub(m2[i].ref.mul(rate.ref).div(np.sqrt(v2[i].ref).add(1e-7)))
    );
    rate.dispose();
    return [value, next, m2, v2];
  });
  const advance = (): Any => {
    const [x, y] = batches[iteration++ % batches.length];
    const rate = 1e-3 * Math.sqrt(1 - 0.999 ** iteration) / (1 - 0.9 ** iteration);
    const [value, ...rest] = step(parameters, first, second, np.array(rate), x.ref, y.ref);
    [parameters, first, second] = rest;
    return value;
  };

  const check: number[] = [];
  for (let i = 0; i < 5; i++) check.push((await advance().data())[0]);
  return {
    check,
    async run(times) {
      for (let i = 0; i < times; i++) {
        const value = advance();
        await value.blockUntilReady();
        value.dispose();
      }
      await blockUntilReady(parameters);
    },
    dispose: () =>
      [...batches.flat(), ...parameters, ...first, ...second].forEach((array) => array.dispose()),
  };
}

async function start(backend: string, threads: number): Promise<Contender> {
  // It starts as many workers as there are processors, read when it is loaded.
  Object.defineProperty(navigator, "hardwareConcurrency", { value: threads });
  const jax = await import(JAX);
  await jax.init(backend);
  jax.defaultDevice(backend);
  return {
    description: `jax-js ${VERSION}, ${backend}, ${threads} ${
      threads === 1 ? "thread" : "threads"
    }`,
    prepare(job: Job): Promise<Prepared> {
      switch (job.kind) {
        case "gemm":
          return prepareGemm(jax, job);
        case "mlpStep":
          return prepareStep(jax, job);
        case "mlpEpoch":
          return Promise.reject(new Error("it has no loop over epochs"));
      }
    },
  };
}

if (import.meta.main) {
  await serve(() => start(Deno.args[0], Number(Deno.args[1])));
  Deno.exit(0); // Its workers would keep the process alive.
}
