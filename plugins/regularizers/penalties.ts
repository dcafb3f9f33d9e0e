/**
 * Regularizers that make large weights cost.
 *
 * @module
 */

import { Regularizer } from "../../core/initializer.ts";
import { abs, add, multiply, square, sum } from "../../core/ops/mod.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";
import { checkFactor } from "./_check_factor.ts";

/** Options of {@linkcode L1}. */
export interface L1Options {
  /** What the absolute values are multiplied by, from 0 on. @default 0.01 */
  l1?: number;
}

/**
 * Makes absolute values cost: `l1 · Σ |w|`, which drives weights to 0.
 *
 * @throws {RangeError} When `l1` is negative or not finite.
 *
 * @example
 * ```ts
 * import { regularizers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new regularizers.L1({ l1: 0.5 }).call(tensor([1, -3])).item(), 2);
 * ```
 */
export class L1 extends Regularizer {
  readonly l1: number;

  constructor({ l1 = 0.01 }: L1Options = {}) {
    super();
    this.l1 = checkFactor("L1", "l1", l1);
  }

  call(weights: Tensor): Tensor {
    return multiply(sum(abs(weights)), this.l1);
  }

  getConfig(): Config {
    return { l1: this.l1 };
  }
}

/** Options of {@linkcode L2}. */
export interface L2Options {
  /** What the squares are multiplied by, from 0 on. @default 0.01 */
  l2?: number;
}

/**
 * Makes squares cost: `l2 · Σ w²`, which keeps weights small.
 *
 * @throws {RangeError} When `l2` is negative or not finite.
 *
 * @example
 * ```ts
 * import { regularizers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new regularizers.L2({ l2: 0.5 }).call(tensor([1, -3])).item(), 5);
 * ```
 */
export class L2 extends Regularizer {
  readonly l2: number;

  constructor({ l2 = 0.01 }: L2Options = {}) {
    super();
    this.l2 = checkFactor("L2", "l2", l2);
  }

  call(weights: Tensor): Tensor {
    return multiply(sum(square(weights)), this.l2);
  }

  getConfig(): Config {
    return { l2: this.l2 };
  }
}

/** Options of {@linkcode L1L2}. */
export interface L1L2Options {
  /** What the absolute values are multiplied by, from 0 on. @default 0 */
  l1?: number;
  /** What the squares are multiplied by, from 0 on. @default 0 */
  l2?: number;
}

/**
 * Makes both absolute values and squares cost: `l1 · Σ |w| + l2 · Σ w²`.
 *
 * @throws {RangeError} When a factor is negative or not finite.
 *
 * @example
 * ```ts
 * import { regularizers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new regularizers.L1L2({ l1: 1, l2: 0.5 }).call(tensor([1, -3])).item(), 9);
 * ```
 */
export class L1L2 extends Regularizer {
  readonly l1: number;
  readonly l2: number;

  constructor({ l1 = 0, l2 = 0 }: L1L2Options = {}) {
    super();
    this.l1 = checkFactor("L1L2", "l1", l1);
    this.l2 = checkFactor("L1L2", "l2", l2);
  }

  call(weights: Tensor): Tensor {
    const absolute = multiply(sum(abs(weights)), this.l1);
    return add(absolute, multiply(sum(square(weights)), this.l2));
  }

  getConfig(): Config {
    return { l1: this.l1, l2: this.l2 };
  }
}
