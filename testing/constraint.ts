/**
 * The contract of constraints.
 *
 * @module
 */

import { Constraint, type Shape, type Tensor, tidy } from "../mod.ts";
import { type Bench, type Check, type CheckOptions, defineCheck, watchMemory } from "./contract.ts";
import { draw, expectFinite, expectSame } from "./values.ts";

/** Options of {@linkcode checkConstraint}. */
export interface ConstraintCheckOptions extends CheckOptions {
  /** The shape of the weight. @default [4, 3] */
  shape?: Shape;
}

type ConstraintBench = Bench<Constraint, ConstraintCheckOptions>;

function weightsFor(
  { options: { shape = [4, 3] } }: ConstraintBench,
  dtype: "float32" | "float64" = "float32",
): Tensor {
  return tidy(() => draw(shape, { dtype }).mul(3));
}

/**
 * Runs the contract of constraints: what every built-in constraint is held to.
 *
 * Finite weights of the shape and dtype that they had, which a second time leaves as they are; a round trip through the
 * config; no memory left behind.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts
 * import { Constraint, ops, type Tensor } from "@tensaur/tensaur";
 * import { checkConstraint } from "@tensaur/tensaur/testing";
 *
 * class AtMostOne extends Constraint {
 *   call(weights: Tensor) {
 *     return ops.clip(weights, { xMin: -1, xMax: 1 });
 *   }
 * }
 *
 * Deno.test("AtMostOne keeps the contract of constraints", () => checkConstraint(AtMostOne));
 * ```
 */
export const checkConstraint: Check<Constraint, ConstraintCheckOptions> = defineCheck({
  kind: "constraint",
  base: Constraint,
  checks: {
    "leaves weights as they are that are in bounds": async (bench: ConstraintBench) => {
      for (const dtype of ["float32", "float64"] as const) {
        const constraint = bench.create();
        const bounded = constraint.call(weightsFor(bench, dtype));
        await expectFinite("a weight", bounded);
        await expectSame("what is bounded twice", constraint.call(bounded), bounded, 1e-5);
      }
    },

    "leaves what it is given as it is": async (bench) => {
      const weights = weightsFor(bench);
      bench.create().call(weights);
      await expectSame("the weights", weights, weightsFor(bench));
    },

    "is the same again when made from its config": async (bench) => {
      const constraint = bench.create();
      const again = bench.remade(constraint);
      const weights = weightsFor(bench);
      await expectSame("the weights", again.call(weights), constraint.call(weights));
    },

    "frees what it computes with": (bench) => {
      const [constraint, weights] = [bench.create(), weightsFor(bench)];
      const expectFreed = watchMemory();
      tidy(() => constraint.call(weights)).dispose();
      expectFreed();
    },
  },
});
