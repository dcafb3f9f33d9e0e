/**
 * Nadam.
 *
 * @module
 */

import { update } from "../../core/dispatch.ts";
import { add, divide, multiply, sqrt, square, subtract } from "../../core/ops/mod.ts";
import type { Slots } from "../../core/optimizer.ts";
import type { Tensor } from "../../core/tensor.ts";
import { defineUpdate } from "../../core/update_rules.ts";
import type { Parameter } from "../../core/variable.ts";
import { MomentOptimizer } from "./_moments.ts";

interface NadamAttributes {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** The shares of the mean gradient, of the gradient, and of the mean square, bias corrected. */
  meanShare: number;
  gradientShare: number;
  squareShare: number;
}

/** `[p, m, v, g]`. */
const nadamUpdate = defineUpdate<NadamAttributes>("nadamUpdate", ([p, m, v, g], attributes) => {
  const { learningRate, beta1, beta2, epsilon } = attributes;
  const mNext = add(m, multiply(subtract(g, m), 1 - beta1));
  const vNext = add(v, multiply(subtract(square(g), v), 1 - beta2));
  const ahead = add(
    multiply(mNext, attributes.meanShare),
    multiply(g, attributes.gradientShare),
  );
  const root = sqrt(multiply(vNext, attributes.squareShare));
  const step = divide(multiply(ahead, learningRate), add(root, epsilon));
  return [subtract(p, step), mNext, vNext];
});

/**
 * Nadam: Adam with Nesterov's momentum, which warms up.
 *
 * With `μₜ = beta1·(1 − 0.96ᵗ/2)` and m, v as in Adam:
 * `p ← p − learningRate·(μₜ₊₁·m / (1 − μ₁…μₜ₊₁) + (1 − μₜ)·g / (1 − μ₁…μₜ)) / (√(v / (1 − beta2ᵗ)) + epsilon)`.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { optimizers, Parameter } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const w = new Parameter([2]);
 * const nadam = new optimizers.Nadam([w], { learningRate: 0.1 });
 * for (let i = 0; i < 60; i++) {
 *   nadam.zeroGrad();
 *   w.mul(w).sum().backward();
 *   nadam.step();
 * }
 * assert(Math.abs(w.item()) < 0.1);
 * ```
 *
 * Dozat, "Incorporating Nesterov Momentum into Adam", 2016.
 */
export class Nadam extends MomentOptimizer {
  /** μ₁…μₜ, and the t it was taken for. */
  #product = { value: 1, iteration: 0 };

  protected override makeSlots(parameter: Parameter): Slots {
    return {
      momentum: this.makeSlot(parameter, "momentum"),
      velocity: this.makeSlot(parameter, "velocity"),
    };
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    { momentum, velocity }: Slots,
    learningRate: number,
    iteration: number,
  ): void {
    const { beta1, beta2, epsilon } = this;
    const [now, next] = [this.#momentumAt(iteration), this.#momentumAt(iteration + 1)];
    const product = this.#productUpTo(iteration);
    update(nadamUpdate, [parameter, momentum, velocity], [gradient], {
      learningRate,
      beta1,
      beta2,
      epsilon,
      meanShare: next / (1 - product * next),
      gradientShare: (1 - now) / (1 - product),
      squareShare: 1 / (1 - beta2 ** iteration),
    });
  }

  #momentumAt(iteration: number): number {
    return this.beta1 * (1 - 0.5 * 0.96 ** iteration);
  }

  #productUpTo(iteration: number): number {
    if (this.#product.iteration > iteration) this.#product = { value: 1, iteration: 0 };
    while (this.#product.iteration < iteration) {
      this.#product.value *= this.#momentumAt(++this.#product.iteration);
    }
    return this.#product.value;
  }
}
