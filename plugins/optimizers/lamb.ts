/**
 * LAMB.
 *
 * @module
 */

import { update } from "../../core/dispatch.ts";
import {
  add,
  divide,
  greater,
  logicalAnd,
  multiply,
  sqrt,
  square,
  subtract,
  sum,
  where,
} from "../../core/ops/mod.ts";
import type { Slots } from "../../core/optimizer.ts";
import type { Tensor } from "../../core/tensor.ts";
import { defineUpdate } from "../../core/update_rules.ts";
import type { Parameter } from "../../core/variable.ts";
import { MomentOptimizer } from "./_moments.ts";

interface LambAttributes {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  /** The corrections for the bias of young averages. */
  meanShare: number;
  squareShare: number;
}

/** `[p, m, v, g]`. */
const lambUpdate = defineUpdate<LambAttributes>("lambUpdate", ([p, m, v, g], attributes) => {
  const { learningRate, beta1, beta2, epsilon, meanShare, squareShare } = attributes;
  const mNext = add(m, multiply(subtract(g, m), 1 - beta1));
  const vNext = add(v, multiply(subtract(square(g), v), 1 - beta2));
  const step = divide(
    multiply(mNext, meanShare),
    add(sqrt(multiply(vNext, squareShare)), epsilon),
  );
  const [size, stepSize] = [sqrt(sum(square(p))), sqrt(sum(square(step)))];
  const comparable = logicalAnd(greater(size, 0), greater(stepSize, 0));
  const trust = where(comparable, divide(size, where(comparable, stepSize, 1)), 1);
  return [subtract(p, multiply(step, multiply(trust, learningRate))), mNext, vNext];
});

/**
 * LAMB: Adam's step, stretched for each parameter to the parameter's own norm; for very large batches.
 *
 * With Adam's step `r = m̂ / (√v̂ + epsilon)`: `p ← p − learningRate · ‖p‖ / ‖r‖ · r`; where either norm is 0 the ratio is 1.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { optimizers, Parameter, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = new Parameter([2]);
 * new optimizers.Lamb({ learningRate: 0.1 }).applyGradients([[tensor([4]), w]]);
 * assertAlmostEquals(w.item(), 1.8, 1e-5); // a tenth of itself
 * ```
 *
 * You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes", 2020.
 */
export class Lamb extends MomentOptimizer {
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
    update(lambUpdate, [parameter, momentum, velocity], [gradient], {
      learningRate,
      beta1,
      beta2,
      epsilon,
      meanShare: 1 / (1 - beta1 ** iteration),
      squareShare: 1 / (1 - beta2 ** iteration),
    });
  }
}
