/**
 * Adam and AdamW.
 *
 * @module
 */

import type { Update } from "../../core/dispatch.ts";
import { add, divide, maximum, multiply, sqrt, square, subtract } from "../../core/ops/mod.ts";
import { type Slots, splitArguments } from "../../core/optimizer.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";
import { defineUpdate } from "../../core/update_rules.ts";
import type { Parameter } from "../../core/variable.ts";
import { MomentOptimizer, type MomentOptions } from "./_moments.ts";

/** Options of {@linkcode Adam}. */
export interface AdamOptions extends MomentOptions {
  /** Whether the divisor is the greatest so far (Reddi et al., 2018). @default false */
  amsgrad?: boolean;
}

interface AdamAttributes {
  /** With the correction for the bias of young averages. */
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}

function nextMoments(
  [m, v, g]: readonly Tensor[],
  { beta1, beta2 }: AdamAttributes,
): [Tensor, Tensor] {
  return [
    add(m, multiply(subtract(g, m), 1 - beta1)),
    add(v, multiply(subtract(square(g), v), 1 - beta2)),
  ];
}

function stepped(
  [p, m, v]: readonly Tensor[],
  { learningRate, epsilon }: AdamAttributes,
): Tensor {
  return subtract(p, divide(multiply(m, learningRate), add(sqrt(v), epsilon)));
}

/** `[p, m, v, g]`. */
const adamUpdate = defineUpdate<AdamAttributes>("adamUpdate", ([p, m, v, g], attributes) => {
  const [mNext, vNext] = nextMoments([m, v, g], attributes);
  return [stepped([p, mNext, vNext], attributes), mNext, vNext];
});

/** `[p, m, v, greatest v, g]`. */
const amsgradUpdate = defineUpdate<AdamAttributes>(
  "amsgradUpdate",
  ([p, m, v, vHat, g], attributes) => {
    const [mNext, vNext] = nextMoments([m, v, g], attributes);
    const greatest = maximum(vHat, vNext);
    return [stepped([p, mNext, greatest], attributes), mNext, vNext, greatest];
  },
);

/**
 * Adam: gradient descent by a running mean of the gradient, divided by the root of a running mean of its square.
 *
 * `m ← m + (1 − beta1)(g − m)`, `v ← v + (1 − beta2)(g² − v)`, `p ← p − α·m / (√v + epsilon)`, where
 * `α = learningRate · √(1 − beta2ᵗ) / (1 − beta1ᵗ)` at step t. Like Keras, and unlike PyTorch, it adds `epsilon` to the
 * root before the correction.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example As in Keras
 * ```ts
 * import { optimizers, Parameter, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const w = new Parameter([2]);
 * const adam = new optimizers.Adam({ learningRate: 0.1 });
 * adam.applyGradients([[tensor([4]), w]]);
 * assertAlmostEquals(w.item(), 1.9, 1e-6); // the first step is as long as the rate
 * ```
 *
 * @example As in PyTorch
 * ```ts
 * import { optimizers, Parameter } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const w = new Parameter([2]);
 * const adam = new optimizers.Adam([w], { learningRate: 0.1 });
 * for (let i = 0; i < 60; i++) {
 *   adam.zeroGrad();
 *   w.mul(w).sum().backward();
 *   adam.step();
 * }
 * assert(Math.abs(w.item()) < 0.1);
 * ```
 *
 * Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015.
 */
export class Adam extends MomentOptimizer {
  readonly amsgrad: boolean;

  constructor(
    parametersOrOptions?: Iterable<Parameter> | AdamOptions | null,
    optionsAfterParameters?: AdamOptions,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    super(parameters, options);
    const { amsgrad = false } = options;
    this.amsgrad = this.switch("amsgrad", amsgrad);
  }

  protected override makeSlots(parameter: Parameter): Slots {
    const names = ["momentum", "velocity", ...this.amsgrad ? ["velocityHat"] : []];
    return Object.fromEntries(names.map((name) => [name, this.makeSlot(parameter, name)]));
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    { momentum, velocity, velocityHat }: Slots,
    learningRate: number,
    iteration: number,
  ): Update {
    const { beta1, beta2, epsilon } = this;
    const correction = Math.sqrt(1 - beta2 ** iteration) / (1 - beta1 ** iteration);
    const attributes = { learningRate: learningRate * correction, beta1, beta2, epsilon };
    const [rule, more] = this.amsgrad ? [amsgradUpdate, [velocityHat]] : [adamUpdate, []];
    const variables = [parameter, momentum, velocity, ...more];
    return { rule, variables, inputs: [gradient], attributes };
  }

  override getConfig(): Config {
    return { ...super.getConfig(), amsgrad: this.amsgrad };
  }
}

/** Options of {@linkcode AdamW}. */
export interface AdamWOptions extends AdamOptions {
  /** Each step takes `learningRate · weightDecay · parameter` off. @default 0.004 */
  weightDecay?: number;
}

/**
 * {@linkcode Adam} with weight decay beside the gradient, not in it: `p ← p − learningRate·weightDecay·p`, then Adam's
 * step. Any optimizer decays in this way when it is given `weightDecay`; here it has a default.
 *
 * @throws {RangeError} When an option is out of range.
 *
 * @example
 * ```ts
 * import { optimizers, Parameter, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const [kernel, bias] = [new Parameter([2]), new Parameter([2], { name: "bias" })];
 * const adamw = new optimizers.AdamW({ learningRate: 0.1, weightDecay: 0.5 });
 * adamw.excludeFromWeightDecay({ varNames: ["bias"] });
 * adamw.applyGradients([[tensor([0]), kernel], [tensor([0]), bias]]);
 * assertAlmostEquals(kernel.item(), 1.9, 1e-6);
 * assertAlmostEquals(bias.item(), 2, 1e-6);
 * ```
 *
 * Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.
 */
export class AdamW extends Adam {
  constructor(
    parametersOrOptions?: Iterable<Parameter> | AdamWOptions | null,
    optionsAfterParameters?: AdamWOptions,
  ) {
    const [parameters, options] = splitArguments(parametersOrOptions, optionsAfterParameters);
    const { weightDecay = 0.004 } = options;
    super(parameters, { ...options, weightDecay });
  }
}
