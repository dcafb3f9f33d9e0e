/**
 * The contract of activations.
 *
 * @module
 */

import { symbolicInput } from "../core/layer.ts";
import { type ActivationFunction, gradCheck, type Shape, type Tensor, tidy } from "../mod.ts";
import { Bench, type CheckOptions, type Checks, runContract, watchMemory } from "./contract.ts";
import { expect } from "./outcome.ts";
import type { Reported } from "./report.ts";
import { draw, expectSame, inOneOfThree, shown } from "./values.ts";

/** Options of {@linkcode checkActivation}. */
export interface ActivationCheckOptions extends Omit<CheckOptions, "config"> {
  /** The shape of the input, batch axis included. @default [3, 4] */
  shape?: Shape;
}

type ActivationBench = Bench<ActivationFunction, ActivationCheckOptions>;

function inputFor(
  { options: { shape = [3, 4] } }: ActivationBench,
  dtype: "float32" | "float64" = "float32",
  seed = 1,
): Tensor {
  return draw(shape, { dtype, seed });
}

const checks: Checks<ActivationFunction, ActivationCheckOptions> = {
  "has the shape that was inferred": (bench) => {
    const [f, x] = [bench.create(), inputFor(bench)];
    const result = f(x);
    for (const dims of [x.dims, [null, ...x.dims.slice(1)]]) {
      const inferred = f(symbolicInput(dims, "float32"));
      const fits = inferred.ndim === result.ndim &&
        inferred.dims.every((d, axis) => d === null || d === result.dims[axis]);
      expect(
        fits,
        `the result is ${shown(result.dims)}, but ${shown(inferred.dims)} was inferred for ${
          shown(dims)
        }`,
      );
    }
  },

  "computes in float32 and in float64": (bench) => {
    for (const dtype of ["float32", "float64"] as const) {
      const result = bench.create()(inputFor(bench, dtype));
      expect(result.dtype === dtype, `the result is ${result.dtype} for ${dtype}`);
    }
  },

  "has the gradient that finite differences give": (bench) => {
    inOneOfThree((seed) => gradCheck(bench.create(), [inputFor(bench, "float64", seed)]));
  },

  "gives the same for the same input, which it leaves as it is": async (bench) => {
    const [f, x] = [bench.create(), inputFor(bench)];
    const first = f(x);
    await expectSame("the second result", f(x), first);
    await expectSame("the input", x, inputFor(bench));
  },

  "gives no NaN far from 0": async (bench) => {
    for (const scale of [1e3, -1e3]) {
      const far = bench.create()(inputFor(bench).mul(scale));
      const at = (await far.data()).findIndex(Number.isNaN);
      expect(at < 0, `element ${at} is NaN where inputs are ${scale} times normal numbers`);
    }
  },

  "frees what it computes with": (bench) => {
    const [f, x] = [bench.create(), inputFor(bench)];
    const expectFreed = watchMemory();
    tidy(() => f(x)).dispose();
    expectFreed();
  },
};

/**
 * Runs the contract of activations: what every built-in activation is held to.
 *
 * Shapes as inferred, both float dtypes, the gradient against finite differences in float64, the same result for the same
 * input, no NaN far from 0, no memory left behind.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts
 * import { ops, type Tensor } from "@tensaur/tensaur";
 * import { checkActivation } from "@tensaur/tensaur/testing";
 *
 * const snake = (x: Tensor) => ops.add(x, ops.square(ops.sin(x)));
 *
 * Deno.test("snake keeps the contract of activations", () => checkActivation(snake));
 * ```
 */
export function checkActivation(
  activation: ActivationFunction,
  options: ActivationCheckOptions = {},
): Reported {
  const bench = new Bench(options, () => activation);
  return runContract("activation", () => activation.name || "without a name", bench, checks);
}
