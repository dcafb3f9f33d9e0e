/**
 * Huber.
 *
 * @module
 */

import type { LossOptions } from "../../core/loss.ts";
import { abs, lessEqual, multiply, square, subtract, where } from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";
import { ElementwiseLoss } from "./_elementwise.ts";

/** Options of {@linkcode Huber}. */
export interface HuberOptions extends LossOptions {
  /** The error from which on the loss grows in a straight line, above 0. @default 1 */
  delta?: number;
}

/**
 * The mean of `error² / 2` where `|error| ≤ delta`, else of `delta · |error| − delta² / 2`: squared for small errors,
 * absolute for large ones.
 *
 * `[batch, …, features]` and the same to `[batch, …]`, then reduced.
 *
 * @throws {RangeError} When `delta` is not above 0, or the shapes differ by more than a last axis of 1.
 *
 * @example
 * ```ts
 * import { losses } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new losses.Huber().call([[0], [0]], [[1], [10]]).item(), (0.5 + 9.5) / 2);
 * ```
 *
 * Huber, "Robust Estimation of a Location Parameter", 1964.
 */
export class Huber extends ElementwiseLoss {
  readonly delta: number;

  constructor(options: HuberOptions = {}) {
    super(options);
    const { delta = 1 } = options;
    this.delta = this.number("delta", delta, "finite and above 0");
  }

  protected override elementwise(yTrue: Tensor, yPred: Tensor): Tensor {
    const { delta } = this;
    const error = subtract(yPred, yTrue);
    const size = abs(error);
    const squared = multiply(square(error), 0.5);
    const straight = subtract(multiply(size, delta), 0.5 * delta * delta);
    return where(lessEqual(size, delta), squared, straight);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), delta: this.delta };
  }
}
