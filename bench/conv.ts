/**
 * Speed of convolutions and their gradients on the wasm backend, in ms and GFLOP/s: `deno run bench/conv.ts`. Needs no
 * permission.
 *
 * Each figure is the best of many short runs; one and several threads are measured in turns, side by side.
 *
 * @module
 */

import type { Operand } from "../core/backend.ts";
import { type Shape, sizeOf } from "../core/shape.ts";
import { Storage } from "../core/storage.ts";
import { sameMargin } from "../core/windows.ts";
import { WasmBackend } from "../plugins/backends/wasm/backend.ts";

/** Images [n, height, width, channels] by kernels [size, size, channels / groups, filters]. */
interface Case {
  readonly n: number;
  readonly height: number;
  readonly channels: number;
  readonly filters: number;
  readonly size: number;
  readonly stride?: number;
  readonly padding?: "valid" | "same";
  readonly groups?: number;
}

const CASES: readonly Case[] = [
  { n: 32, height: 28, channels: 1, filters: 32, size: 3, padding: "valid" },
  { n: 32, height: 13, channels: 32, filters: 64, size: 3, padding: "valid" },
  { n: 32, height: 28, channels: 1, filters: 32, size: 3 },
  { n: 32, height: 14, channels: 32, filters: 64, size: 3 },
  { n: 32, height: 32, channels: 16, filters: 16, size: 3 },
  { n: 32, height: 14, channels: 64, filters: 64, size: 1 },
  { n: 32, height: 28, channels: 32, filters: 64, size: 3, stride: 2 },
  { n: 32, height: 28, channels: 32, filters: 64, size: 1, stride: 2 },
  { n: 8, height: 56, channels: 64, filters: 64, size: 3 },
  { n: 8, height: 7, channels: 256, filters: 256, size: 3 },
  { n: 8, height: 112, channels: 3, filters: 64, size: 7, stride: 2 },
  { n: 32, height: 14, channels: 64, filters: 64, size: 3, groups: 64 },
];

const ROUNDS = 12;
const ROUND_MS = 20;

function values(backend: WasmBackend, shape: Shape): Operand {
  const size = sizeOf(shape);
  const storage = new Storage(backend, backend.allocate(size * 4), size * 4, "bench");
  backend.write(storage, Float32Array.from({ length: size }, (_, i) => (i * 7919 % 1009) / 1009));
  return { shape, dtype: "float32", size, storage };
}

type Run = (times: number) => number;

/** Prepares a convolution and its gradients; the results run them so many times. */
function prepare(backend: WasmBackend, of: Case): Record<"forward" | "input" | "kernel", Run> {
  const { n, height, channels, filters, size, stride = 1, padding = "same", groups = 1 } = of;
  const margin = padding === "same" ? sameMargin(height, size, stride) : [0, 0] as const;
  const count = Math.floor((height + margin[0] + margin[1] - size) / stride) + 1;
  const x = values(backend, [n, height, height, channels]);
  const kernel = values(backend, [size, size, channels / groups, filters]);
  const y = values(backend, [n, count, count, filters]);
  const reached = (count - 1) * stride + size - margin[0] - margin[1];
  const attributes = {
    strides: [stride, stride],
    dilations: [1, 1],
    padding: [margin, margin],
    groups,
    outputPadding: [height - reached, height - reached],
    size: [size, size],
    activation: "relu",
  };
  const runner = (name: string, inputs: readonly Operand[], output: Operand): Run => (times) => {
    const run = backend.kernels.get(name)!;
    const start = performance.now();
    for (let i = 0; i < times; i++) run.run(inputs, [output], attributes);
    return performance.now() - start;
  };
  return {
    forward: runner("convolution", [x, kernel, values(backend, [filters])], y),
    input: runner("convInputGradient", [y, kernel], x),
    kernel: runner("convKernelGradient", [x, y], kernel),
  };
}

const several = Math.min(8, navigator.hardwareConcurrency);
const backends = [new WasmBackend({ threads: 1 }), new WasmBackend({ threads: several })];
for (const backend of backends) {
  const warm = Object.values(prepare(backend, CASES[4]));
  await backend.startThreads();
  // Lets the engine optimise the kernels.
  for (let i = 0; i < 10; i++) {
    for (const run of warm) run(3);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
console.log(
  `${backends[1].description}; for y, dx and dk: ms on 1 thread, on ${several}, GFLOP/s on 1`,
);
const only = Deno.args.map(Number);
for (const [index, of] of CASES.entries()) {
  if (only.length > 0 && !only.includes(index)) continue;
  const { n, height, channels, filters, size, stride = 1, padding = "same", groups = 1 } = of;
  const prepared = backends.map((backend) => prepare(backend, of));
  const count = padding === "same"
    ? Math.ceil(height / stride)
    : Math.floor((height - size) / stride) + 1;
  const flops = 2 * n * count * count * size * size * channels / groups * filters;
  let line = `${n}×${height}×${height}×${channels} → ${filters}, ${size}×${size}${
    stride > 1 ? ` / ${stride}` : ""
  }${groups > 1 ? `, ${groups} groups` : ""} ${padding}`.padEnd(44);
  for (const name of ["forward", "input", "kernel"] as const) {
    const runs = prepared.map((all) => all[name]);
    const times = runs.map((run) => Math.max(1, Math.round(ROUND_MS / (run(5) / 5))));
    const best = [Infinity, Infinity];
    for (let round = 0; round < ROUNDS; round++) {
      for (const i of [0, 1]) best[i] = Math.min(best[i], runs[i](times[i]) / times[i]);
    }
    line += ` |${best[0].toFixed(3).padStart(8)}${best[1].toFixed(3).padStart(8)}${
      (flops / best[0] / 1e6).toFixed(1).padStart(6)
    }`;
  }
  console.log(line);
}
for (const backend of backends) backend.dispose();
