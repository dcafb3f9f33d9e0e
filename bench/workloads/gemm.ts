/**
 * Products of matrices, by the framework's own function for it.
 *
 * @module
 */

import { entrants } from "../field.ts";
import type { GemmJob } from "../protocol.ts";
import { race, type RaceResult } from "../race.ts";
import { ratioTable, ratioTarget, timesTable, type Workload } from "../report.ts";

function square(size: number): GemmJob {
  return { kind: "gemm", m: size, k: size, n: size, transposeA: false, transposeB: false };
}

/** The first layer of the MLP at batch 32: forward, the gradient of its kernel, the gradient of its input. */
const LAYER: readonly GemmJob[] = [
  { kind: "gemm", m: 32, k: 784, n: 128, transposeA: false, transposeB: false },
  { kind: "gemm", m: 784, k: 32, n: 128, transposeA: true, transposeB: false },
  { kind: "gemm", m: 32, k: 128, n: 784, transposeA: false, transposeB: true },
];

function caseName({ m, k, n, transposeA, transposeB }: GemmJob): string {
  return `${m}×${k}×${n}${transposeA ? " Aᵀ" : ""}${transposeB ? " Bᵀ" : ""}`;
}

// The fused optimizer makes no difference to a product.
const FAMILIES = ["tensaur", "reference", "tfjs wasm", "jax-js", "torch", "blas"];

/** What the design asks of the products of matrices of this size. */
const TARGETS: Readonly<Record<number, readonly (readonly [string, string, number])[]>> = {
  512: [
    ["tensaur wasm 1t", "tfjs wasm", 1.3],
    ["tensaur wasm 2t", "tensaur wasm 1t", 1.8],
    ["tensaur native 1t", "blas 1t", 0.95],
    ["tensaur native 2t", "blas 2t", 0.95],
  ],
  1024: [
    ["tensaur native 1t", "blas 1t", 0.95],
    ["tensaur native 2t", "blas 2t", 0.95],
  ],
};

/** See the module. */
export const gemm: Workload = {
  name: "gemm",
  families: FAMILIES,
  async run(options, field) {
    const sizes = options.quick ? [128, 512] : [128, 256, 512, 1024];
    const results: RaceResult[] = [];
    for (const job of [...sizes.map(square), ...LAYER]) {
      options.say(`gemm ${caseName(job)}`);
      results.push(
        await race(field, caseName(job), job, {
          rounds: options.quick ? 5 : 11,
          roundMs: options.quick ? 30 : 60,
          warmupMs: options.quick ? 150 : 400,
          families: FAMILIES,
        }),
      );
    }
    const who = entrants(options);
    return {
      tables: [
        ratioTable("Matrix products: how many times as fast as the peer", who, results),
        timesTable("Matrix products: ms", who, results),
      ],
      targets: sizes.flatMap((size, i) =>
        (TARGETS[size] ?? []).flatMap(([ours, theirs, least]) =>
          ratioTarget("product", results[i], [ours, theirs], least)
        )
      ),
      data: results,
    };
  },
};
