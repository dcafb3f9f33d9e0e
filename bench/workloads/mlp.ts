/**
 * A training step of the dense network 784-128-64-10 with Adam: forward, loss, backward, update.
 *
 * @module
 */

import type { Workload } from "../report.ts";
import { measureSteps } from "./_steps.ts";

const FAMILIES = [
  ...["tensaur", "reference", "tfjs wasm", "tfjs cpu", "jax-js", "torch", "torch fused"],
];

/** See the module. */
export const mlp: Workload = {
  name: "mlp",
  families: FAMILIES,
  run: (options, field) =>
    measureSteps(
      {
        network: "mlp",
        title: "MLP training step",
        batches: options.quick ? [32, 512] : [32, 128, 512],
        examples: 6144,
        families: options.quick ? FAMILIES.filter((name) => name !== "tfjs cpu") : FAMILIES,
        targets: [
          ["tensaur wasm 1t", "tfjs wasm", 8],
          ["tensaur wasm 1t", "jax-js wasm 1t", 2.5],
          ["tensaur wasm 2t", "jax-js wasm 2t", 2.5],
          ["tensaur wasm 1t", "torch 1t", 1, 32],
          ["tensaur wasm 2t", "torch 2t", 1, 32],
          ["tensaur native 1t", "torch 1t", 2.5, 32],
          ["tensaur native 2t", "torch 2t", 2.5, 32],
          ["tensaur native 1t", "torch 1t", 1.5, 512],
          ["tensaur native 2t", "torch 2t", 1.5, 512],
        ],
      },
      options,
      field,
    ),
};
