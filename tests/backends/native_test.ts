import fc from "fast-check";
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import type { DType } from "../../core/dtype.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import { customOp, ops, tensor } from "../../mod.ts";
import { NativeBackend } from "../../plugins/backends/native/backend.ts";
import { blasCandidates, findBlas } from "../../plugins/backends/native/library.ts";
import { ReferenceBackend } from "../../plugins/backends/reference/backend.ts";
import { blas, nativeBackends } from "./native_library.ts";
import { Bench, noise } from "./wasm_operands.ts";

const MODULE = new URL("../../mod.ts", import.meta.url).href;
const reference = new ReferenceBackend();
const [native] = nativeBackends({ threads: 2 });
await native?.startThreads();

/** Tests what needs a BLAS. */
function testNative(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, fn, ignore: blas === null });
}

interface Product {
  a: Shape;
  b: Shape;
  y: Shape;
  transposeA: boolean;
  transposeB: boolean;
}

const size = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 300 }));
const batches = fc.constantFrom<[Shape, Shape, Shape]>(
  ...[[[], [], []], [[3], [], [3]], [[2], [2], [2]]] as [Shape, Shape, Shape][],
  [[2, 1], [1, 3], [2, 3]],
);

const products: fc.Arbitrary<Product> = fc.record({
  m: size,
  n: size,
  k: size,
  transposeA: fc.boolean(),
  transposeB: fc.boolean(),
  batch: batches,
}).map(({ m, n, k, transposeA, transposeB, batch: [a, b, y] }) => ({
  a: [...a, ...(transposeA ? [k, m] : [m, k])],
  b: [...b, ...(transposeB ? [n, k] : [k, n])],
  y: [...y, m, n],
  transposeA,
  transposeB,
}));

function random(shape: Shape, seed: number): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, noise(seed));
}

/** The product of the same values on the reference, in float64. */
function expected({ a, b, y, ...attributes }: Product): Float64Array {
  using bench = new Bench(reference);
  const inputs = [a, b].map((shape, i) => bench.operand(shape, random(shape, i), "float64"));
  const out = bench.operand(y, undefined, "float64");
  bench.run("matmul", inputs, [out], attributes);
  return bench.values<"float64">(out);
}

function multiply(backend: NativeBackend, { a, b, y, ...attributes }: Product, dtype: DType) {
  using bench = new Bench(backend);
  const inputs = [a, b].map((shape, i) => bench.operand(shape, random(shape, i), dtype));
  const out = bench.operand(y, undefined, dtype); // holds NaN: whoever reads it is found out
  bench.run("matmul", inputs, [out], attributes);
  return bench.values<"float64">(out);
}

function largestDifference(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < wanted.length; i++) {
    const difference = Math.abs(actual[i] - wanted[i]);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

for (const [dtype, epsilon] of [["float32", 2 ** -23], ["float64", 2 ** -52]] as const) {
  testNative(`matmul() in ${dtype} is right for any sizes, transposes and batches`, () => {
    fc.assert(
      fc.property(products, (product) => {
        const k = product.a.at(product.transposeA ? -2 : -1)!;
        const difference = largestDifference(
          multiply(native, product, dtype),
          expected(product),
        );
        // No sum of magnitudes exceeds k.
        assert(difference <= 2 * k * epsilon, `${difference}`);
      }),
      { seed: 5, numRuns: 60 },
    );
  });
}

testNative("matmul() gives the same bits with one thread ready and with all", () => {
  const product = { a: [301, 257], b: [257, 190], y: [301, 190] };
  const call = { ...product, transposeA: false, transposeB: false };
  const fresh = new NativeBackend({ threads: 2 });
  assertEquals(fresh.activeThreads, 1);
  assertEquals(multiply(fresh, call, "float32"), multiply(native, call, "float32"));
  fresh.dispose();
});

testNative("matmul() takes matrices without elements, and sums without terms", () => {
  for (const [m, k, n] of [[0, 300, 300], [300, 300, 0], [300, 0, 300]]) {
    const product = { a: [m, k], b: [k, n], y: [m, n], transposeA: false, transposeB: false };
    assertEquals([...multiply(native, product, "float32")], Array(m * n).fill(0));
  }
});

testNative("matmul() passes on NaN and infinity, and only where they belong", () => {
  const [m, k, n] = [40, 50, 60];
  for (const bad of [NaN, Infinity]) {
    using bench = new Bench(native);
    const a = bench.operand([m, k], (i) => i === 3 * k + 7 ? bad : 1);
    const b = bench.operand([k, n], (i) => i < 7 * n || i >= 8 * n ? 1 : i % n === 5 ? 0 : 1);
    const y = bench.operand([m, n]);
    bench.run("matmul", [a, b], [y], { transposeA: false, transposeB: false });
    bench.values(y).forEach((value, i) => {
      const [row, column] = [Math.floor(i / n), i % n];
      const terms = column === 5 ? k - 1 : k;
      assertEquals(value, row !== 3 ? terms : column === 5 ? NaN : bad);
    });
  }
});

testNative("linear() adds the bias and applies the activation", () => {
  const [m, k, n] = [70, 90, 110];
  const functions: Record<string, (x: number) => number> = {
    linear: (x) => x,
    relu: (x) => Math.max(x, 0),
    sigmoid: (x) => 1 / (1 + Math.exp(-x)),
    tanh: Math.tanh,
  };
  const flags = { transposeA: false, transposeB: false };
  const sums = expected({ a: [m, k], b: [k, n], y: [m, n], ...flags });
  for (const [activation, f] of Object.entries(functions)) {
    for (const hasBias of [true, false]) {
      using bench = new Bench(native);
      const inputs = [[m, k], [k, n]].map((shape, i) => bench.operand(shape, random(shape, i)));
      if (hasBias) inputs.push(bench.operand([n], (i) => i / n - 0.5));
      const y = bench.operand([m, n]);
      bench.run("linear", inputs, [y], { activation });
      const wanted = sums.map((sum, i) => f(hasBias ? sum + i % n / n - 0.5 : sum));
      const difference = largestDifference(bench.values(y), wanted);
      assert(difference < 1e-5, `${activation}: ${difference}`);
    }
  }
});

testNative("the description says which library it is", () => {
  assertStringIncludes(native.description, `${blas!.name} (${blas!.path}); WebAssembly with`);
});

Deno.test("NativeBackend throws where the library that was named is none", () => {
  const here = new URL(import.meta.url).pathname;
  for (const library of ["/nowhere/libopenblas.so", here]) {
    assertThrows(
      () => new NativeBackend({ library }),
      Error,
      `Cannot use the native backend as "${library}" is no library that can be opened here`,
    );
  }
});

Deno.test({
  name: "findBlas() throws where the library that was named lacks a symbol",
  ignore: Deno.build.os !== "linux", // names a library that every Linux has
  fn: () => {
    assertThrows(
      () => findBlas({ library: "libc.so.6", threaded: true }),
      Error,
      '"libc.so.6" lacks cblas_sgemm and cblas_dgemm',
    );
  },
});

/** What a program prints that chooses a backend and multiplies on it. */
async function choose(
  backend: string,
  permissions: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(
      file,
      `import { ops, setBackend } from "${MODULE}";
      try {
        const { name } = await setBackend("${backend}");
        const x = ops.ones([128, 128]);
        for (let i = 0; i < 2000; i++) ops.matmul(x, x).dispose();
        await new Promise((resolve) => setTimeout(resolve, 50)); // threads start
        console.log("on", name, ops.sum(ops.matmul(x, x)).item());
      } catch ({ code, message }) {
        console.log(code, message);
      }`,
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", ...permissions, file],
      env: { NO_COLOR: "1", TENSAUR_BLAS: "", ...env },
      signal: AbortSignal.timeout(20_000),
    }).output();
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(file);
  }
}

const SUM = 128 ** 3;

testNative("setBackend() takes native with the permission for its one library", async () => {
  const text = await choose("native", [`--allow-ffi=${blas!.path}`]);
  assertEquals(text, `on native ${SUM}\n`);
});

testNative('setBackend("auto") takes native where it may, and says so in one line', async () => {
  const text = await choose("auto", [`--allow-ffi=${blas!.path}`]);
  const [line, result] = text.split("\n");
  assertStringIncludes(line, `Tensaur runs on the backend "native", ${blas!.name} (${blas!.path})`);
  assertEquals(result, `on native ${SUM}`);
});

Deno.test('setBackend("auto") takes wasm without permission, and says why in one line', async () => {
  const [line, result] = (await choose("auto", [])).split("\n");
  assertMatch(
    line,
    /^Tensaur runs on the backend "wasm", WebAssembly with .*: Cannot use the native/,
  );
  assertStringIncludes(
    line,
    `no library may be opened: run with --allow-ffi=${blasCandidates()[0]}`,
  );
  assertEquals(result, `on wasm ${SUM}`);
});

Deno.test("setBackend() throws without permission where native was asked for by name", async () => {
  const text = await choose("native", []);
  assertStringIncludes(text, "backend.unavailable Cannot use the native backend as no library may");
});

Deno.test("TENSAUR_BLAS names the library, and nothing else is tried", async () => {
  const env = { TENSAUR_BLAS: "/nowhere/libblas.so" };
  const wrong = await choose("native", ["--allow-ffi", "--allow-env=TENSAUR_BLAS"], env);
  assertStringIncludes(wrong, '"/nowhere/libblas.so" is no library that can be opened here');
  const forbidden = await choose("native", ["--allow-env=TENSAUR_BLAS"], env);
  assertStringIncludes(forbidden, "may not be opened; run with --allow-ffi=/nowhere/libblas.so");
});

testNative("TENSAUR_BLAS is passed over where it may not be read", async () => {
  const env = { TENSAUR_BLAS: "/nowhere/libblas.so" };
  const text = await choose("native", [`--allow-ffi=${blas!.path}`], env);
  assertEquals(text, `on native ${SUM}\n`);
});

testNative("a kernel that a composite brings for the wasm backend runs here too", () => {
  let runs = 0;
  const twice = customOp({
    name: "test>twice",
    forward: ([x]) => ops.add(x, x),
    backward: (gradient) => [ops.multiply(gradient, 2)],
    infer: ([x]) => x,
    kernels: {
      wasm: {
        run([x], [y]) {
          runs++;
          const [from, to] = [x, y].map((one) => native.view(one.storage, "float32", one.size));
          for (let i = 0; i < from.length; i++) to[i] = 2 * from[i];
        },
      },
    },
  });
  assertEquals(twice([tensor([1, 2]).to(native)]).toArray(), [2, 4]);
  assertEquals(runs, 1);
});
