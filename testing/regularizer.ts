/**
 * The contract of regularizers.
 *
 * @module
 */

import { gradCheck, Regularizer, type Shape, type Tensor, tidy } from "../mod.ts";
import { type Bench, type Check, type CheckOptions, defineCheck, watchMemory } from "./contract.ts";
import { expect } from "./outcome.ts";
import { draw, expectSame, inOneOfThree, shown } from "./values.ts";

/** Options of {@linkcode checkRegularizer}. */
export interface RegularizerCheckOptions extends CheckOptions {
  /** The shape of the weight. @default [4, 3] */
  shape?: Shape;
}

type RegularizerBench = Bench<Regularizer, RegularizerCheckOptions>;

function weightsFor(
  { options: { shape = [4, 3] } }: RegularizerBench,
  dtype: "float32" | "float64" = "float32",
  seed = 1,
): Tensor {
  return draw(shape, { dtype, seed });
}

/**
 * Runs the contract of regularizers: what every built-in regularizer is held to.
 *
 * One cost, not below 0, in the dtype of the weights; the gradient against finite differences in float64; a round trip
 * through the config; no memory left behind.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts
 * import { ops, Regularizer, type Tensor } from "@tensaur/tensaur";
 * import { checkRegularizer } from "@tensaur/tensaur/testing";
 *
 * class Spread extends Regularizer {
 *   call(weights: Tensor) {
 *     return ops.variance(weights);
 *   }
 *   getConfig() {
 *     return {};
 *   }
 * }
 *
 * Deno.test("Spread keeps the contract of regularizers", () => checkRegularizer(Spread));
 * ```
 */
export const checkRegularizer: Check<Regularizer, RegularizerCheckOptions> = defineCheck({
  kind: "regularizer",
  base: Regularizer,
  checks: {
    "is one cost, not below 0, in the dtype of the weights": async (bench: RegularizerBench) => {
      for (const dtype of ["float32", "float64"] as const) {
        const cost = bench.create().call(weightsFor(bench, dtype));
        const actual = `${cost.dtype} ${shown(cost.dims)}`;
        expect(actual === `${dtype} []`, `the cost is ${actual} for weights in ${dtype}`);
        const [value] = await cost.data();
        expect(value >= 0, `the cost is ${value}`);
      }
    },

    "has the gradient that finite differences give": (bench) => {
      const regularizer = bench.create();
      inOneOfThree((seed) =>
        gradCheck((weights: Tensor) => regularizer.call(weights), [
          weightsFor(bench, "float64", seed),
        ])
      );
    },

    "is the same again when made from its config": async (bench) => {
      const regularizer = bench.create();
      const again = bench.remade(regularizer);
      const weights = weightsFor(bench);
      await expectSame("the cost", again.call(weights), regularizer.call(weights));
    },

    "frees what it computes with": (bench) => {
      const [regularizer, weights] = [bench.create(), weightsFor(bench)];
      const expectFreed = watchMemory();
      tidy(() => regularizer.call(weights)).dispose();
      expectFreed();
    },
  },
});
