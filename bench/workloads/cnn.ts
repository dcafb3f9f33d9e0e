/**
 * Training steps of convolutional networks: forward, loss, backward, update.
 *
 * @module
 */

import type { Workload } from "../report.ts";
import { measureSteps, type StepTarget } from "./_steps.ts";

/** TensorFlow.js has no gradient of a convolution on its wasm backend: it says so under the table. */
const FAMILIES = ["tensaur", "tfjs wasm", "torch", "torch fused"];
const SLOW = ["tfjs cpu", "jax-js"];

/** 28×28×1 → conv 32, 3×3, relu → max pool → conv 64, 3×3, relu → max pool → dense 128, relu → dense 10; Adam. */
export const cnn: Workload = {
  name: "cnn",
  families: [...FAMILIES, ...SLOW],
  run: (options, field) =>
    measureSteps(
      {
        network: "cnn",
        title: "CNN training step",
        batches: [32, 128],
        examples: 1024,
        families: FAMILIES,
        slow: SLOW,
        targets: [
          ["tensaur wasm 1t", "torch 1t", 1 / 1.5],
          ["tensaur wasm 2t", "torch 2t", 1 / 1.5],
          ["tensaur native 1t", "torch 1t", 2],
          ["tensaur native 2t", "torch 2t", 2],
        ],
      },
      options,
      field,
    ),
};

/** A step of the block takes TensorFlow.js's cpu backend more than a minute. */
const BLOCK_SLOW = ["jax-js"];

const BLOCK_TARGETS: readonly StepTarget[] = [1, 2].map((threads): StepTarget => [
  `tensaur native ${threads}t`,
  `torch ${threads}t`,
  1,
]);

/** 32×32×16 → two convolutions 3×3 with batch normalization and a skip → mean → dense 10; SGD with momentum. */
export const resnet: Workload = {
  name: "resnet",
  families: [...FAMILIES, ...BLOCK_SLOW],
  run: (options, field) =>
    measureSteps(
      {
        network: "resnet",
        title: "ResNet block training step",
        batches: [32],
        examples: 256,
        families: FAMILIES,
        slow: BLOCK_SLOW,
        targets: BLOCK_TARGETS,
      },
      options,
      field,
    ),
};
