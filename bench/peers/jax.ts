/**
 * jax-js on its wasm backend: `deno run -A bench/peers/jax.ts wasm THREADS`. The whole step, Adam included, is one
 * `jit`, which is its fastest form.
 *
 * @module
 */

import {
  type ArrayFile,
  type Arrays,
  batchesOf,
  type Contender,
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

/** A network: logits of a batch, from weights by name. Each use of an array but the last is of its `ref`. */
type Forward = (weights: Record<string, Any>, x: Any) => Any;

/** Which weights a network has, and what it computes. */
interface Definition {
  readonly names: readonly string[];
  readonly forward: Forward;
}

function networksOf({ numpy: np, nn, lax }: Any): Record<Network, Definition> {
  const dense = (x: Any, kernel: Any, bias: Any): Any => np.matmul(x, kernel).add(bias);
  const channels = (bias: Any): Any => bias.reshape([1, bias.shape[0], 1, 1]);
  /** The greatest of each 2×2 window; an odd last row and column are left out. */
  const pool = (x: Any): Any => {
    const [n, c, height, width] = x.shape;
    const [rows, columns] = [height >> 1, width >> 1];
    const even = x.slice([], [], [0, 2 * rows], [0, 2 * columns]);
    return np.max(even.reshape([n, c, rows, 2, columns, 2]), [3, 5]);
  };
  const normalize = (x: Any): Any => {
    const axes = [0, 2, 3];
    const centred = x.ref.sub(np.mean(x, axes, { keepdims: true }));
    const variance = np.mean(np.square(centred.ref), axes, { keepdims: true });
    return centred.div(np.sqrt(variance.add(1e-3)));
  };
  const conv = (x: Any, kernel: Any, padding: string): Any => lax.conv(x, kernel, [1, 1], padding);
  return {
    mlp: {
      names: ["kernel0", "bias0", "kernel1", "bias1", "kernel2", "bias2"],
      forward(w, x) {
        const h0 = nn.relu(dense(x, w.kernel0, w.bias0));
        return dense(nn.relu(dense(h0, w.kernel1, w.bias1)), w.kernel2, w.bias2);
      },
    },
    cnn: {
      names: [0, 1, 2, 3].flatMap((i) => [`kernel${i}`, `bias${i}`]),
      forward(w, x) {
        const [batch] = x.shape;
        const h0 = pool(nn.relu(conv(x, w.kernel0, "VALID").add(channels(w.bias0))));
        const h1 = pool(nn.relu(conv(h0, w.kernel1, "VALID").add(channels(w.bias1))));
        const flat = np.transpose(h1, [0, 2, 3, 1]).reshape([batch, 1600]);
        return dense(nn.relu(dense(flat, w.kernel2, w.bias2)), w.kernel3, w.bias3);
      },
    },
    resnet: {
      names: [
        ...["kernel0", "scale0", "offset0", "kernel1", "scale1", "offset1"],
        ...["kernel2", "bias2"],
      ],
      forward(w, x) {
        const block = (input: Any, i: number): Any =>
          normalize(conv(input, w[`kernel${i}`], "SAME"))
            .mul(channels(w[`scale${i}`])).add(channels(w[`offset${i}`]));
        const h = block(nn.relu(block(x.ref, 0)), 1);
        return dense(np.mean(nn.relu(x.add(h)), [2, 3]), w.kernel2, w.bias2);
      },
    },
  };
}

/** The weights as jax-js takes them: kernels of convolutions have the filters first. */
function weightsOf(
  { numpy: np }: Any,
  names: readonly string[],
  { shapes }: ArrayFile,
  arrays: Arrays,
): Any[] {
  return names.map((name) => {
    if (name.startsWith("scale")) return np.ones([16]);
    if (name.startsWith("offset")) return np.zeros([16]);
    const values = np.array(arrays[name]).reshape(shapes[name]);
    return shapes[name].length === 4 ? np.transpose(values, [3, 2, 0, 1]) : values;
  });
}

/** A batch of images as jax-js takes it: the channels come first. */
function imagesOf({ numpy: np }: Any, x: Float32Array, [batch, ...shape]: readonly number[]): Any {
  const images = np.array(x).reshape([batch, ...shape]);
  return shape.length === 3 ? np.transpose(images, [0, 3, 1, 2]) : images;
}

/** Arrays that an update needs for each weight, and the update: the new weight and the new arrays. */
interface Update {
  readonly slots: number;
  apply(weight: Any, gradient: Any, slots: Any[], rate: Any): [Any, Any[]];
  rate(iteration: number): number;
}

function updateOf({ numpy: np }: Any, network: Network): Update {
  if (network === "resnet") {
    return {
      slots: 1,
      apply(weight, gradient, [velocity], rate) {
        const next = velocity.mul(0.9).sub(gradient.mul(rate));
        return [weight.add(next.ref), [next]];
      },
      rate: () => 0.01,
    };
  }
  return {
    slots: 2,
    apply(weight, gradient, [mean, square], rate) {
      const m = mean.mul(0.9).add(gradient.ref.mul(0.1));
      const v = square.mul(0.999).add(np.square(gradient).mul(0.001));
      return [weight.sub(m.ref.mul(rate).div(np.sqrt(v.ref).add(1e-7))), [m, v]];
    },
    rate: (iteration) => 1e-3 * Math.sqrt(1 - 0.999 ** iteration) / (1 - 0.9 ** iteration),
  };
}

async function prepareStep(jax: Any, job: StepJob): Promise<Prepared> {
  const { numpy: np, nn, jit, valueAndGrad, blockUntilReady } = jax;
  const { network, batch, arrays: file, checks } = job;
  const arrays = readArrays(file);
  const { names, forward } = networksOf(jax)[network];
  const update = updateOf(jax, network);
  const batches: [Any, Any][] = batchesOf(arrays, batch).map(({ x, y }) => {
    const classes = new Float32Array(batch * 10);
    y.forEach((label, i) => classes[i * 10 + label] = 1);
    return [
      imagesOf(jax, x, [batch, ...file.shapes.x.slice(1)]),
      np.array(classes).reshape([batch, 10]),
    ];
  });
  let weights = weightsOf(jax, names, file, arrays);
  let slots: Any[][] = weights.map(({ shape }) =>
    Array.from({ length: update.slots }, () => np.zeros(shape))
  );
  let iteration = 0;

  const loss = (list: Any[], x: Any, targets: Any): Any => {
    const named = Object.fromEntries(names.map((name, i) => [name, list[i]]));
    return np.sum(nn.logSoftmax(forward(named, x), -1).mul(targets)).mul(-1 / batch);
  };
  const lossAndGradients = valueAndGrad(loss);
  const step = jit((list: Any[], slots: Any[][], rate: Any, x: Any, targets: Any) => {
    const [value, gradients] = lossAndGradients(list.map((w) => w.ref), x, targets);
    const updated = list.map((w, i) => update.apply(w, gradients[i], slots[i], rate.ref));
    rate.dispose();
    return [value, updated.map(([w]) => w), updated.map(([, kept]) => kept)];
  });
  const advance = (): Any => {
    const [x, y] = batches[iteration++ % batches.length];
    const rate = np.array(update.rate(iteration));
    let value: Any;
    [value, weights, slots] = step(weights, slots, rate, x.ref, y.ref);
    return value;
  };

  const check: number[] = [];
  for (let i = 0; i < checks; i++) check.push((await advance().data())[0]);
  return {
    check,
    async run(times) {
      for (let i = 0; i < times; i++) {
        const value = advance();
        await value.blockUntilReady();
        value.dispose();
      }
      await blockUntilReady(weights);
    },
    dispose: () =>
      [...batches.flat(), ...weights, ...slots.flat()].forEach((array) => array.dispose()),
  };
}

async function prepareInference(jax: Any, job: InferenceJob): Promise<Prepared> {
  const arrays = readArrays(job.arrays);
  const { names, forward } = networksOf(jax)[job.network];
  const weights = weightsOf(jax, names, job.arrays, arrays);
  const [{ x: pixels }] = batchesOf(arrays, job.batch);
  const x = imagesOf(jax, pixels, [job.batch, ...job.arrays.shapes.x.slice(1)]);
  const network = jax.jit((list: Any[], images: Any) =>
    forward(Object.fromEntries(names.map((name, i) => [name, list[i]])), images)
  );
  const infer = (): Promise<Float32Array> => network(weights.map((w) => w.ref), x.ref).data();
  return {
    check: inferenceProbes(await infer()),
    async run(times) {
      for (let i = 0; i < times; i++) await infer();
    },
    dispose: () => [x, ...weights].forEach((array) => array.dispose()),
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
        case "step":
          return prepareStep(jax, job);
        case "inference":
          return prepareInference(jax, job);
        case "epoch":
          return Promise.reject(new Error("it has no loop over epochs"));
      }
    },
  };
}

if (import.meta.main) {
  await serve(() => start(Deno.args[0], Number(Deno.args[1])));
  Deno.exit(0); // Its workers would keep the process alive.
}
