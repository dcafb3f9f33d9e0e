/**
 * What follows a product at once, while its sums are at hand: a bias and an activation. Kernels fuse both.
 *
 * @module
 */

import { applyComposite, defineComposite } from "../dispatch.ts";
import type { Tensor } from "../tensor.ts";
import {
  activationGradient,
  activationGradientComposite,
  type FusedActivation,
} from "./activation_gradient.ts";
import { relu } from "./activations.ts";
import { add, sigmoid, tanh } from "./elementwise.ts";
import { sumToShape } from "./movement.ts";

/** The activations that products can end with. */
export const FUSED_ACTIVATIONS: readonly FusedActivation[] = ["linear", "relu", "sigmoid", "tanh"];

/** Says whether products can end with an activation of that name. */
export function isFusedActivation(name: string): name is FusedActivation {
  return (FUSED_ACTIVATIONS as readonly string[]).includes(name);
}

function activate(x: Tensor, activation: FusedActivation): Tensor {
  switch (activation) {
    case "linear":
      return x;
    case "relu":
      return relu(x);
    case "sigmoid":
      return sigmoid(x);
    case "tanh":
      return tanh(x);
  }
}

/** activation(sums + bias). */
export function epilogue(
  sums: Tensor,
  bias: Tensor | undefined,
  activation: FusedActivation,
): Tensor {
  return activate(bias === undefined ? sums : add(sums, bias), activation);
}

/** Gradients before activation and of the bias, in one pass. */
const biasActivationGradientComposite = defineComposite<{ activation: FusedActivation }>({
  name: "biasActivationGradient",
  infer: ([y]) => [
    { dims: y.dims, dtype: y.dtype },
    { dims: y.dims.slice(-1), dtype: y.dtype },
  ],
  compose: ([y, g], attributes) => {
    const [dSums] = applyComposite(activationGradientComposite, [y, g], attributes);
    return [dSums, sumToShape(dSums, dSums.dims.slice(-1))];
  },
});

/** The gradients of sums and bias, from the result and its gradient. */
export function epilogueGradients(
  y: Tensor,
  g: Tensor,
  activation: FusedActivation,
  needsBias: boolean,
): [sums: Tensor, bias: Tensor | null] {
  if (needsBias) {
    const [sums, bias] = applyComposite(biasActivationGradientComposite, [y, g], { activation });
    return [sums, bias];
  }
  return [activation === "linear" ? g : activationGradient(y, g, activation), null];
}
