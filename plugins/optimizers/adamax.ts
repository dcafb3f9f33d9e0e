/**
 * Adamax.
 *
 * @module
 */

import { update } from "../../core/dispatch.ts";
import { abs, add, divide, maximum, multiply, subtract } from "../../core/ops/mod.ts";
import type { Slots } from "../../core/optimizer.ts";
import type { Tensor } from "../../core/tensor.ts";
import { defineUpdate } from "../../core/update_rules.ts";
import type { Parameter } from "../../core/variable.ts";
import { MomentOptimizer } from "./_moments.ts";

interface AdamaxAttributes {
  /** With the correction for the bias of a young average. */
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

/** `[p, m, u, g]`. */
const adamaxUpdate = defineUpdate<AdamaxAttributes>(
  "adamaxUpdate",
  ([p, m, u, g], { learningRate, beta1, beta2, epsilon }) => {
    const mNext = add(m, multiply(subtract(g, m), 1 - beta1));
    const uNext = maximum(multiply(u, beta2), abs(g));
    const step = divide(multiply(mNext, learningRate), add(uNext, epsilon));
    return [subtract(p, step), mNext, uNext];
  },
);

/**
 * Adamax: Adam with the greatest gradient of late as the divisor.
 *
 * `m ← m + (1 − beta1)(g − m)`, `u ← max(beta2·u, |g|)`,
 * `p ← p − learningRate / (1 − beta1ᵗ) · m / (u + epsilon)`.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { optimizers, Parameter, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = new Parameter([2]);
 * new optimizers.Adamax({ learningRate: 0.1 }).applyGradients([[tensor([4]), w]]);
 * assertAlmostEquals(w.item(), 1.9, 1e-6);
 * ```
 *
 * Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, section 7.1.
 */
export class Adamax extends MomentOptimizer {
  protected override makeSlots(parameter: Parameter): Slots {
    return {
      momentum: this.makeSlot(parameter, "momentum"),
      norm: this.makeSlot(parameter, "norm"),
    };
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    { momentum, norm }: Slots,
    learningRate: number,
    iteration: number,
  ): void {
    const { beta1, beta2, epsilon } = this;
    const corrected = learningRate / (1 - beta1 ** iteration);
    const attributes = { learningRate: corrected, beta1, beta2, epsilon };
    update(adamaxUpdate, [parameter, momentum, norm], [gradient], attributes);
  }
}
