import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Operand } from "../../core/backend.ts";
import { WasmBackend } from "../../plugins/backends/wasm/backend.ts";
import { Bench, noise } from "./wasm_operands.ts";

const backend = new WasmBackend({ threads: 2 });
await backend.startThreads();

/** Products are judged by the number of their terms. */
function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 2e-5,
): void {
  assertEquals(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const allowed = tolerance * (1 + Math.abs(expected[i]));
    if (!(Math.abs(actual[i] - expected[i]) <= allowed)) {
      throw new Error(`element ${i} is ${actual[i]}, expected ${expected[i]}`);
    }
  }
}

interface Product {
  m: number;
  n: number;
  k: number;
  transposeA: boolean;
  transposeB: boolean;
}

/** a · b in float64, for one matrix at the given offsets. */
function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  { m, n, k, transposeA, transposeB }: Product,
  offsetA = 0,
  offsetB = 0,
): number[] {
  return Array.from({ length: m * n }, (_, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    let sum = 0;
    for (let p = 0; p < k; p++) {
      sum += a[offsetA + (transposeA ? p * m + i : i * k + p)] *
        b[offsetB + (transposeB ? j * k + p : p * n + j)];
    }
    return sum;
  });
}

const sizes = fc.oneof(fc.integer({ min: 1, max: 19 }), fc.constantFrom(1, 24, 31, 48, 67, 101));
const products: fc.Arbitrary<Product> = fc.record({
  m: sizes,
  n: sizes,
  k: fc.oneof(sizes, fc.constant(0)),
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
});

for (const dtype of ["float32", "float64", "int32"] as const) {
  Deno.test(`matmul() of ${dtype} is the sum of products for any shape and transposition`, () => {
    fc.assert(
      fc.property(products, (call) => {
        using bench = new Bench(backend);
        const { m, n, k, transposeA, transposeB } = call;
        const random = noise(m * 7 + n * 5 + k);
        const draw = dtype === "int32" ? () => Math.round(random() * 100) : random;
        const a = bench.operand(transposeA ? [k, m] : [m, k], draw, dtype);
        const b = bench.operand(transposeB ? [n, k] : [k, n], draw, dtype);
        const c = bench.operand([m, n], undefined, dtype);
        bench.run("matmul", [a, b], [c], call);
        assertClose(bench.values(c), product(bench.values(a), bench.values(b), call));
      }),
      { seed: 7, numRuns: 150 },
    );
  });
}

Deno.test("matmul() is right beyond one block of every axis", () => {
  const calls = [
    { m: 7, n: 1300, k: 30 },
    { m: 1700, n: 9, k: 20 },
    { m: 13, n: 21, k: 1900 },
    { m: 500, n: 300, k: 820 },
  ];
  for (const size of calls) {
    for (const transposeA of [false, true]) {
      using bench = new Bench(backend);
      const call = { ...size, transposeA, transposeB: !transposeA };
      const random = noise(3);
      const a = bench.operand(transposeA ? [size.k, size.m] : [size.m, size.k], random);
      const b = bench.operand(call.transposeB ? [size.n, size.k] : [size.k, size.n], random);
      const c = bench.operand([size.m, size.n]);
      bench.run("matmul", [a, b], [c], call);
      assertClose(bench.values(c), product(bench.values(a), bench.values(b), call), 1e-4);
    }
  }
});

Deno.test("matmul() broadcasts batch axes", () => {
  const batches: [number[], number[], number[]][] = [
    [[3], [3], [3]],
    [[3], [], [3]],
    [[], [3], [3]],
    [[2, 1], [3], [2, 3]],
    [[2, 1, 2], [1, 3, 1], [2, 3, 2]],
    [[2, 3], [2, 3], [2, 3]],
    [[40], [40], [40]],
  ];
  for (const [batchA, batchB, batch] of batches) {
    for (const transposeA of [false, true]) {
      for (const [m, n, k] of [[5, 6, 7], [1, 4, 3], [30, 33, 29]]) {
        using bench = new Bench(backend);
        const call = { m, n, k, transposeA, transposeB: false };
        const random = noise(11);
        const a = bench.operand([...batchA, ...(transposeA ? [k, m] : [m, k])], random);
        const b = bench.operand([...batchB, k, n], random);
        const c = bench.operand([...batch, m, n]);
        bench.run("matmul", [a, b], [c], call);
        const [va, vb] = [bench.values(a), bench.values(b)];
        const expected = indices(batch).flatMap((index) =>
          product(va, vb, call, offset(index, batchA) * m * k, offset(index, batchB) * k * n)
        );
        assertClose(bench.values(c), expected);
      }
    }
  }
});

/** All indices of a shape, in row-major order. */
function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, size) => all.flatMap((head) => Array.from({ length: size }, (_, i) => [...head, i])),
    [[]],
  );
}

/** Where an index lies in a shape that broadcasts. */
function offset(index: readonly number[], shape: readonly number[]): number {
  const tail = index.slice(index.length - shape.length);
  return shape.reduce((at, size, i) => at * size + (size === 1 ? 0 : tail[i]), 0);
}

Deno.test("results do not depend on the number of threads", async () => {
  const alone = new WasmBackend({ threads: 1 });
  const shared = new WasmBackend({ threads: 3 });
  await shared.startThreads();
  const results = [alone, shared].map((backend) => {
    using bench = new Bench(backend);
    const random = noise(5);
    const x = bench.operand([130, 900], random);
    const w = bench.operand([900, 257], random);
    const bias = bench.operand([257], random);
    const y = bench.operand([130, 257]);
    bench.run("linear", [x, w, bias], [y], { activation: "tanh" });
    const [dz, db] = [bench.operand([130, 257]), bench.operand([257])];
    bench.run("biasActivationGradient", [y, y], [dz, db], { activation: "tanh" });
    const large = bench.operand([300_001], random);
    const [total, e] = [bench.operand([]), bench.operand([300_001])];
    bench.run("sum", [large], [total], { axes: [0], keepdims: false });
    bench.run("exp", [large], [e]);
    const rows = bench.operand([130]);
    bench.run("mean", [y], [rows], { axes: [1], keepdims: false });
    const softmax = bench.operand([130, 257]);
    bench.run("softmax", [y], [softmax], { axis: 1 });
    return [y, dz, db, total, e, rows, softmax].map((operand) => bench.values(operand));
  });
  assertEquals(results[0], results[1]);
  alone.dispose();
  shared.dispose();
});

const ACTIVATIONS: Record<string, [f: (x: number) => number, slope: (y: number) => number]> = {
  linear: [(x) => x, () => 1],
  relu: [(x) => Math.max(x, 0), (y) => y > 0 ? 1 : 0],
  sigmoid: [(x) => 1 / (1 + Math.exp(-x)), (y) => y * (1 - y)],
  tanh: [Math.tanh, (y) => 1 - y * y],
};

for (const [activation, [f, slope]] of Object.entries(ACTIVATIONS)) {
  Deno.test(`linear() with ${activation} and its gradients are what they are composed of`, () => {
    for (
      const [m, k, n] of [[1, 5, 3], [4, 9, 10], [32, 64, 10], [33, 17, 130], [70, 900, 9], [
        9,
        4,
        1,
      ]]
    ) {
      for (const biased of [true, false]) {
        using bench = new Bench(backend);
        const random = noise(m + n);
        const [x, w] = [bench.operand([m, k], random), bench.operand([k, n], random)];
        const bias = bench.operand([n], random);
        const y = bench.operand([m, n]);
        bench.run("linear", biased ? [x, w, bias] : [x, w], [y], { activation });
        const call = { m, n, k, transposeA: false, transposeB: false };
        const vb = bench.values(bias);
        const expected = product(bench.values(x), bench.values(w), call)
          .map((v, i) => f(v + (biased ? vb[i % n] : 0)));
        assertClose(bench.values(y), expected, 1e-4);

        const g = bench.operand([m, n], random);
        const [dz, db, alone] = [bench.operand([m, n]), bench.operand([n]), bench.operand([m, n])];
        bench.run("biasActivationGradient", [y, g], [dz, db], { activation });
        bench.run("activationGradient", [y, g], [alone], { activation });
        const vg = bench.values(g);
        const dExpected = [...bench.values(y)].map((v, i) => vg[i] * slope(v));
        assertClose(bench.values(dz), dExpected, 1e-6);
        assertEquals(bench.values(alone), bench.values(dz));
        const sums = Array.from(
          { length: n },
          (_, j) => dExpected.reduce((sum, v, i) => i % n === j ? sum + v : sum, 0),
        );
        assertClose(bench.values(db), sums);
      }
    }
  });
}

Deno.test("relu() passes NaN on", () => {
  using bench = new Bench(backend);
  const x = bench.operand([5], [-1, 2, NaN, -Infinity, Infinity]);
  bench.run("relu", [x], [x]);
  assertEquals([...bench.values(x)], [0, 2, NaN, 0, Infinity]);
});

/** Softmax of rows, in float64. */
function softmaxOf(x: ArrayLike<number>, c: number): number[] {
  const result: number[] = [];
  for (let start = 0; start < x.length; start += c) {
    const row = Array.from({ length: c }, (_, j) => x[start + j]);
    const top = Math.max(...row);
    const e = row.map((v) => Math.exp(v - top));
    const sum = e.reduce((a, b) => a + b, 0);
    result.push(...e.map((v) => v / sum));
  }
  return result;
}

Deno.test("softmax, its logarithm, its gradient and the cross entropy agree with float64", () => {
  for (const [rows, c] of [[1, 1], [3, 2], [32, 10], [5, 17], [64, 1000], [2, 3001]]) {
    using bench = new Bench(backend);
    const random = noise(c);
    const x = bench.operand([rows, c], () => random() * 30);
    const g = bench.operand([rows, c], random);
    const scale = bench.operand([rows], random);
    const labels = bench.operand([rows], (i) => (i * 13) % c, "int32");
    const [y, log, dx] = [0, 0, 0].map(() => bench.operand([rows, c]));
    const [loss, dLogits] = [bench.operand([rows]), bench.operand([rows, c])];
    bench.run("softmax", [x], [y], { axis: 1 });
    bench.run("logSoftmax", [x], [log], { axis: 1 });
    bench.run("softmaxGradient", [y, g], [dx], { axis: 1 });
    bench.run("softmaxCrossEntropy", [x, labels], [loss]);
    bench.run("softmaxCrossEntropyGradient", [x, labels, scale], [dLogits]);
    const p = softmaxOf(bench.values(x), c);
    assertClose(bench.values(y), p, 1e-6);
    const vl = bench.values<"int32">(labels);
    assertClose(bench.values(log), p.map((v, i) => logOf(v, bench.values(x), i, c)), 1e-5);
    const vg = bench.values(g);
    const dots = Array.from({ length: rows }, (_, r) => {
      let dot = 0;
      for (let j = 0; j < c; j++) dot += p[r * c + j] * vg[r * c + j];
      return dot;
    });
    assertClose(bench.values(dx), p.map((v, i) => v * (vg[i] - dots[Math.floor(i / c)])), 1e-5);
    const losses = Array.from(
      vl,
      (label, r) => -logOf(p[r * c + label], bench.values(x), r * c + label, c),
    );
    assertClose(bench.values(loss), losses, 1e-5);
    const vs = bench.values(scale);
    const expected = p.map((v, i) => {
      const r = Math.floor(i / c);
      return (v - (i % c === vl[r] ? 1 : 0)) * vs[r];
    });
    assertClose(bench.values(dLogits), expected, 1e-6);
  }
});

/** ln p, from the logits where p has vanished. */
function logOf(p: number, logits: ArrayLike<number>, i: number, c: number): number {
  if (p > 1e-300) return Math.log(p);
  const start = Math.floor(i / c) * c;
  const row = Array.from({ length: c }, (_, j) => logits[start + j]);
  return logits[i] - Math.max(...row);
}

Deno.test("the cross entropy of huge logits is finite, and of NaN is NaN", () => {
  using bench = new Bench(backend);
  const x = bench.operand([3, 3], [1e30, 0, -1e30, 88, 1000, -1000, 1, NaN, 2]);
  const labels = bench.operand([3], [0, 0, 0], "int32");
  const loss = bench.operand([3]);
  bench.run("softmaxCrossEntropy", [x, labels], [loss]);
  assertEquals([...bench.values(loss)], [0, 912, NaN]);
});

Deno.test("the cross entropy throws where a label is no class, and names it", () => {
  using bench = new Bench(backend);
  const x = bench.operand([3, 4], () => 0);
  const y = bench.operand([3]);
  for (const bad of [4, -1]) {
    const labels = bench.operand([3], [0, bad, 1], "int32");
    assertThrows(
      () => bench.run("softmaxCrossEntropy", [x, labels], [y]),
      RangeError,
      `label at position 1 is ${bad}`,
    );
  }
});

type Row = number[];
const STEPS: Record<string, [attributes: object, step: (...values: Row) => Row]> = {
  sgdUpdate: [{ learningRate: 0.1 }, (p, g) => [p - 0.1 * g]],
  sgdMomentumUpdate: [
    { learningRate: 0.1, momentum: 0.9, nesterov: false },
    (p, m, g) => [p + 0.9 * m - 0.1 * g, 0.9 * m - 0.1 * g],
  ],
  adamUpdate: [
    { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    (p, m, v, g) => {
      const m1 = m + (g - m) * (1 - 0.9);
      const v1 = v + (g * g - v) * (1 - 0.999);
      return [p - m1 * 0.01 / (Math.sqrt(v1) + 1e-7), m1, v1];
    },
  ],
  rmspropUpdate: [{ learningRate: 0.01, rho: 0.9, epsilon: 1e-7 }, (p, v, g) => {
    const v1 = 0.9 * v + (1 - 0.9) * g * g;
    return [p - 0.01 * g / Math.sqrt(v1 + 1e-7), v1];
  }],
  emaUpdate: [{ momentum: 0.99 }, (average, p) => [0.99 * average + (1 - 0.99) * p]],
};

for (const [name, [attributes, step]] of Object.entries(STEPS)) {
  Deno.test(`${name} is what it is composed of, in place too`, () => {
    for (const n of [0, 1, 7, 1000, 50_001]) {
      using bench = new Bench(backend);
      const random = noise(n);
      const inputs = Array.from(
        { length: step.length },
        () => bench.operand([n], () => Math.abs(random())),
      );
      const outputs = step(1, 1, 1, 1).map(() => bench.operand([n]));
      const before = inputs.map((x) => bench.values(x));
      bench.run(name, inputs, outputs, attributes);
      const expected = Array.from(before[0], (_, i) => step(...before.map((x) => x[i])));
      outputs.forEach((out, j) =>
        assertClose(bench.values(out), expected.map((row) => row[j]), 1e-6)
      );
      bench.run(name, inputs, inputs.slice(0, outputs.length), attributes);
      outputs.forEach((out, j) => assertEquals(bench.values(inputs[j]), bench.values(out)));
    }
  });
}

Deno.test("weightDecayUpdate and meanUpdate are what they are composed of", () => {
  using bench = new Bench(backend);
  const p = bench.operand([7], noise(2));
  const before = bench.values(p);
  bench.run("weightDecayUpdate", [p], [p], { factor: 0.75 });
  assertClose(bench.values(p), before.map((v) => v * 0.75), 1e-7);
  const [total, count] = [bench.operand([], [1]), bench.operand([], [2])];
  const state = [total, count];
  bench.run("meanUpdate", [...state, bench.operand([3], [1, 2, 3])], state, { share: 2 });
  assertEquals([bench.values(total)[0], bench.values(count)[0]], [13, 8]);
  const truths = bench.operand([5], [1, 0, 1, 1, 0], "bool");
  bench.run("meanUpdate", [...state, truths], state, { share: 1 });
  assertEquals([bench.values(total)[0], bench.values(count)[0]], [16, 13]);
});

Deno.test("dropout draws the mask that random draws", () => {
  for (const n of [1, 5, 16, 1000, 70_001]) {
    using bench = new Bench(backend);
    const [x, draw, y] = [bench.operand([n], noise(n)), bench.operand([n]), bench.operand([n])];
    const source = { seed: 2 ** 40 + 3, stream: 2 ** 33 + 5, shape: [n] };
    bench.run("random", [], [draw], { ...source, distribution: "uniform", dtype: "float32" });
    bench.run("dropout", [x], [y], { ...source, rate: 0.3 });
    const [values, mask] = [bench.values(x), bench.values(draw)];
    const scale = Math.fround(1 / (1 - 0.3));
    const expected = values.map((v, i) => mask[i] >= Math.fround(0.3) ? v * scale : 0);
    assertEquals(bench.values(y), expected);
  }
});

Deno.test("Nesterov's momentum looks ahead", () => {
  using bench = new Bench(backend);
  const [p, m, g] = [[1], [0.5], [2]].map((values) => bench.operand([1], values));
  bench.run("sgdMomentumUpdate", [p, m, g], [p, m], {
    learningRate: 0.1,
    momentum: 0.9,
    nesterov: true,
  });
  const velocity = 0.9 * 0.5 - 0.1 * 2;
  assertAlmostEquals(bench.values(m)[0], velocity, 1e-6);
  assertAlmostEquals(bench.values(p)[0], 1 + 0.9 * velocity - 0.1 * 2, 1e-6);
});

Deno.test("a sum of a million terms keeps its digits", () => {
  using bench = new Bench(backend);
  const x = bench.operand([1000, 1000], () => 0.1);
  const sums: Operand[] = [[], [1000], [1000]].map((shape) => bench.operand(shape));
  [[0, 1], [0], [1]].forEach((axes, i) =>
    bench.run("sum", [x], [sums[i]], { axes, keepdims: false })
  );
  assertAlmostEquals(bench.values(sums[0])[0], Math.fround(0.1) * 1e6, 0.02);
  for (const sum of [...bench.values(sums[1]), ...bench.values(sums[2])]) {
    assertAlmostEquals(sum, Math.fround(0.1) * 1e3, 5e-5);
  }
});

Deno.test("kernels write nothing beyond 16 bytes of their output's end", () => {
  for (const n of [1, 3, 5, 63]) {
    using bench = new Bench(backend);
    const x = bench.operand([n], () => 0.5);
    const y = bench.operand([n]);
    const guards = [bench.operand([64], () => 7), bench.operand([64], () => 7)];
    for (const name of ["exp", "sigmoid", "negative", "sin"]) bench.run(name, [x], [y]);
    bench.run("add", [x, x], [y]);
    bench.run("adamUpdate", [y, x, x, x], [y, x, x], {
      learningRate: 0.1,
      beta1: 0.9,
      beta2: 0.9,
      epsilon: 1,
    });
    for (const guard of guards) assert(bench.values(guard).every((v) => v === 7));
  }
});

Deno.test("the helpers of one backend do not hold up another", () => {
  using bench = new Bench(backend);
  const x = bench.operand([256, 256], noise(1));
  const y = bench.operand([256, 256]);
  const other = new WasmBackend({ threads: 2 });
  other.dispose();
  for (let i = 0; i < 50; i++) {
    bench.run("matmul", [x, x], [y], { transposeA: false, transposeB: false });
  }
  assert(Number.isFinite(bench.values(y)[0]));
  backend.dispose();
  bench.run("matmul", [x, x], [y], { transposeA: false, transposeB: false });
  assert(Number.isFinite(bench.values(y)[0]));
});
