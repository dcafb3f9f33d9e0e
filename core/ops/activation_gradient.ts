/**
 * Gradients of the activations that kernels fuse, from the activation's output.
 *
 * @module
 */

import { applyComposite, type Composite, defineComposite } from "../dispatch.ts";
import type { Tensor } from "../tensor.ts";
import { greater, multiply, square, subtract, where } from "./elementwise.ts";

/** How activations that a kernel can fuse are named. */
export type FusedActivation = "linear" | "relu" | "sigmoid" | "tanh";

/** The gradient before an activation, from its output y and the gradient g after it. */
export const activationGradientComposite: Composite<{ activation: FusedActivation }> =
  defineComposite({
    name: "activationGradient",
    infer: ([y]) => [{ dims: y.dims, dtype: y.dtype }],
    compose: ([y, g], { activation }) => {
      switch (activation) {
        case "linear":
          return [g];
        case "relu":
          return [where(greater(y, 0), g, 0)];
        case "sigmoid":
          return [multiply(g, multiply(y, subtract(1, y)))];
        case "tanh":
          return [multiply(g, subtract(1, square(y)))];
      }
    },
    gradient: ({ inputs: [y, g], attributes }, [h]) => {
      if (h === null) return [null, null];
      const { activation } = attributes;
      const slope = activation === "sigmoid"
        ? subtract(1, multiply(y, 2))
        : activation === "tanh"
        ? multiply(y, -2)
        : null;
      const toOutput = slope === null ? null : multiply(h, multiply(g, slope));
      return [toOutput, activationGradient(y, h, activation)];
    },
  });

/** The gradient before an activation, from its output and the gradient after it. */
export function activationGradient(
  y: Tensor,
  g: Tensor,
  activation: FusedActivation,
): Tensor {
  return applyComposite(activationGradientComposite, [y, g], { activation })[0];
}
