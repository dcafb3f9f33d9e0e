/**
 * Speed of matrix products on the wasm backend, in GFLOP/s: `deno run bench/gemm.ts`. Needs no permission.
 *
 * Each figure is the best of many short runs; one and several threads are measured in turns, side by side.
 *
 * @module
 */

import type { Operand } from "../core/backend.ts";
import { Storage } from "../core/storage.ts";
import { WasmBackend } from "../plugins/backends/wasm/backend.ts";

interface Case {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

const CASES: readonly Case[] = [
  { m: 64, k: 64, n: 64 },
  { m: 128, k: 128, n: 128 },
  { m: 256, k: 256, n: 256 },
  { m: 512, k: 512, n: 512 },
  { m: 1024, k: 1024, n: 1024 },
  { m: 32, k: 784, n: 128 },
  { m: 784, k: 32, n: 128, transposeA: true },
  { m: 32, k: 128, n: 784, transposeB: true },
  { m: 128, k: 784, n: 128 },
  { m: 1, k: 784, n: 128 },
];

const ROUNDS = 12;
const ROUND_MS = 25;

function matrix(backend: WasmBackend, rows: number, columns: number): Operand {
  const size = rows * columns;
  const storage = new Storage(backend, backend.allocate(size * 4), size * 4, "bench");
  backend.write(storage, Float32Array.from({ length: size }, (_, i) => (i * 7919 % 1009) / 1009));
  return { shape: [rows, columns], dtype: "float32", size, storage };
}

/** Prepares a product; the result runs it so many times. */
function prepare(backend: WasmBackend, { m, k, n, transposeA, transposeB }: Case) {
  const inputs = [
    transposeA ? matrix(backend, k, m) : matrix(backend, m, k),
    transposeB ? matrix(backend, n, k) : matrix(backend, k, n),
  ];
  const outputs = [matrix(backend, m, n)];
  const attributes = { transposeA: transposeA ?? false, transposeB: transposeB ?? false };
  const kernel = backend.kernels.get("matmul")!;
  return (times: number): number => {
    const start = performance.now();
    for (let i = 0; i < times; i++) kernel.run(inputs, outputs, attributes);
    return performance.now() - start;
  };
}

const several = Math.min(8, navigator.hardwareConcurrency);
const backends = [new WasmBackend({ threads: 1 }), new WasmBackend({ threads: several })];
for (const backend of backends) {
  const run = prepare(backend, { m: 256, k: 256, n: 256 });
  await backend.startThreads();
  // Lets the engine optimise the kernels.
  for (let i = 0; i < 10; i++) {
    run(10);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
console.log(`${backends[1].description}; GFLOP/s on 1 thread, on ${several}, ratio`);
for (const size of CASES) {
  const { m, k, n, transposeA, transposeB } = size;
  const flops = 2 * m * k * n;
  const runs = backends.map((backend) => prepare(backend, size));
  const times = runs.map((run) => Math.max(1, Math.round(ROUND_MS / (run(20) / 20))));
  const best = [Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    for (const i of [0, 1]) best[i] = Math.min(best[i], runs[i](times[i]) / times[i]);
  }
  const [one, all] = best.map((ms) => flops / ms / 1e6);
  const name = `${m}x${k}x${n}${transposeA ? " transposeA" : ""}${transposeB ? " transposeB" : ""}`;
  console.log(
    `${name.padEnd(24)}${one.toFixed(1).padStart(7)}${all.toFixed(1).padStart(7)}${
      (all / one).toFixed(2).padStart(7)
    }`,
  );
}
for (const backend of backends) backend.dispose();
