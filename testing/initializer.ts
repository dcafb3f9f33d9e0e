/**
 * The contract of initializers.
 *
 * @module
 */

import { Initializer, setSeed, type Shape, tidy } from "../mod.ts";
import { type Bench, type Check, type CheckOptions, defineCheck, watchMemory } from "./contract.ts";
import { expect } from "./outcome.ts";
import { expectFinite, expectSame, shown } from "./values.ts";

/** Options of {@linkcode checkInitializer}. */
export interface InitializerCheckOptions extends CheckOptions {
  /** The shape of the weight. @default [4, 3] */
  shape?: Shape;
}

type InitializerBench = Bench<Initializer, InitializerCheckOptions>;

function shapeOf({ options: { shape = [4, 3] } }: InitializerBench): Shape {
  return shape;
}

/**
 * Runs the contract of initializers: what every built-in initializer is held to.
 *
 * Finite values of the shape and dtype that is asked for, the same under the same seed; a round trip through the config;
 * no memory left behind.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts
 * import { type DType, Initializer, ops, rand, type Shape } from "@tensaur/tensaur";
 * import { checkInitializer } from "@tensaur/tensaur/testing";
 *
 * class Signs extends Initializer {
 *   call(shape: Shape, { dtype }: { dtype?: DType } = {}) {
 *     return ops.sign(ops.subtract(rand(shape, { dtype }), 0.5));
 *   }
 * }
 *
 * Deno.test("Signs keeps the contract of initializers", () => checkInitializer(Signs));
 * ```
 */
export const checkInitializer: Check<Initializer, InitializerCheckOptions> = defineCheck({
  kind: "initializer",
  base: Initializer,
  checks: {
    "gives finite values of the shape and dtype that is asked for": async (
      bench: InitializerBench,
    ) => {
      const shape = shapeOf(bench);
      for (const dtype of ["float32", "float64"] as const) {
        const values = bench.create().call(shape, { dtype });
        const [actual, wanted] = [
          `${values.dtype} ${shown(values.dims)}`,
          `${dtype} ${shown(shape)}`,
        ];
        expect(actual === wanted, `the values are ${actual} instead of ${wanted}`);
        await expectFinite("a value", values);
      }
    },

    "gives float32 where no dtype is asked for": (bench) => {
      const { dtype } = bench.create().call(shapeOf(bench));
      expect(dtype === "float32", `the values are ${dtype}`);
    },

    "draws the same numbers under the same seed": async (bench) => {
      const [first, second] = [1, 2].map(() => {
        setSeed(7);
        return bench.create().call(shapeOf(bench));
      });
      await expectSame("the values", second, first);
    },

    "is the same again when made from its config": async (bench) => {
      const initializer = bench.create();
      const again = bench.remade(initializer);
      const [first, second] = [initializer, again].map((made) => {
        setSeed(7);
        return made.call(shapeOf(bench));
      });
      await expectSame("the values", second, first);
    },

    "frees what it computes with": (bench) => {
      const initializer = bench.create();
      const expectFreed = watchMemory();
      const values = tidy(() => initializer.call(shapeOf(bench)));
      values.dispose();
      expectFreed();
    },
  },
});
