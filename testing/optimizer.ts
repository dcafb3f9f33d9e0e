/**
 * The contract of optimizers.
 *
 * @module
 */

import {
  type Config,
  type DType,
  type GradientAndParameter,
  Optimizer,
  Parameter,
  type Shape,
  type StateDict,
  type Tensor,
  tensor,
  tidy,
  type TypedArray,
} from "../mod.ts";
import { configOf } from "./config.ts";
import { type Bench, type Check, type CheckOptions, defineCheck, watchMemory } from "./contract.ts";
import { expect } from "./outcome.ts";
import { draw, expectSame, shown } from "./values.ts";

type OptimizerBench = Bench<Optimizer, CheckOptions>;

/** A number, a bias, a matrix and the kernel of a convolution: optimizers may treat them differently. */
const SHAPES: readonly Shape[] = [[], [3], [3, 2], [2, 2, 2, 3]];

/** Parameters that are on their way down a bowl. */
class Bowl implements Disposable {
  readonly parameters: Parameter[];
  readonly #goals: Tensor[];

  /** Begins somewhere else for another seed. */
  constructor(dtype: DType = "float32", seed = 1) {
    const values = (first: number): Tensor[] =>
      SHAPES.map((shape, i) => draw(shape, { dtype, seed: first + i }));
    this.parameters = tidy(() => values(10 * seed).map((start) => new Parameter(start)));
    this.#goals = values(1000);
  }

  /** Half the square of the distance to the lowest point. */
  height(): Tensor {
    return this.parameters
      .map((parameter, i) => parameter.sub(this.#goals[i]).square().sum())
      .reduce((a, b) => a.add(b)).mul(0.5);
  }

  /** The gradients, which are the way from the lowest point. */
  gradients(): GradientAndParameter[] {
    return this.parameters.map((parameter, i) => [
      parameter.detach().sub(this.#goals[i]),
      parameter,
    ]);
  }

  /** Makes steps as Keras does. */
  descend(optimizer: Optimizer, steps: number): void {
    for (let i = 0; i < steps; i++) tidy(() => optimizer.applyGradients(this.gradients()));
  }

  /** Takes over the values of another. */
  copy({ parameters }: Bowl): void {
    this.parameters.forEach((parameter, i) => parameter.assign(parameters[i]));
  }

  [Symbol.dispose](): void {
    for (const parameter of this.parameters) {
      parameter.grad?.dispose();
      parameter.dispose();
    }
  }
}

/** An optimizer that knows its parameters from the start, with the options of another. */
function withParameters(bench: OptimizerBench, parameters: readonly Parameter[]): Optimizer {
  const optimizer = bench.create();
  const made = optimizer.constructor as new (
    parameters: readonly Parameter[],
    options: Config,
  ) => Optimizer;
  return bench.track(new made(parameters, configOf(optimizer)));
}

async function valuesOf({ parameters }: Bowl): Promise<TypedArray[]> {
  return await Promise.all(parameters.map((parameter) => parameter.data()));
}

/**
 * Runs the contract of optimizers: what every built-in optimizer is held to.
 *
 * Parameters of all ranks go down a bowl, in both float dtypes; state saved and restored goes on bit for bit, and so does
 * one made again from the config; a learning rate of 0 and frozen parameters stand still; Keras's `applyGradients` and
 * PyTorch's `step` agree; steps leave no memory behind.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts
 * import {
 *   Optimizer,
 *   type OptimizerOptions,
 *   type Parameter,
 *   type Slots,
 *   splitArguments,
 *   type Tensor,
 * } from "@tensaur/tensaur";
 * import { checkOptimizer } from "@tensaur/tensaur/testing";
 *
 * class SignDescent extends Optimizer {
 *   constructor(first?: Iterable<Parameter> | OptimizerOptions | null, second?: OptimizerOptions) {
 *     const [parameters, options] = splitArguments(first, second);
 *     super(parameters, options, 0.01);
 *   }
 *   makeSlots(): Slots {
 *     return {};
 *   }
 *   updateParameter(parameter: Parameter, gradient: Tensor, _: Slots, learningRate: number) {
 *     parameter.assign(parameter.sub(gradient.sign().mul(learningRate)));
 *   }
 * }
 *
 * Deno.test("SignDescent keeps the contract of optimizers", () => checkOptimizer(SignDescent));
 * ```
 */
export const checkOptimizer: Check<Optimizer, CheckOptions> = defineCheck({
  kind: "optimizer",
  base: Optimizer,
  release: (optimizer: Optimizer) => optimizer.loadStateDict({}, []),
  checks: {
    "goes down, whatever the rank of a parameter": async (bench: OptimizerBench) => {
      using bowl = new Bowl();
      const start = await valuesOf(bowl);
      const [before] = await bowl.height().data();
      bowl.descend(bench.create(), 30);
      const [after] = await bowl.height().data();
      expect(after < before, `after 30 steps it is at ${after}, and was at ${before}`);
      for (const [i, values] of (await valuesOf(bowl)).entries()) {
        const hasMoved = values.some((value, j) => value !== start[i][j]);
        expect(hasMoved, `the parameter of shape ${shown(SHAPES[i])} never moved`);
      }
    },

    "computes in float64 where parameters are float64": async (bench) => {
      using bowl = new Bowl("float64");
      const optimizer = bench.create();
      const [before] = await bowl.height().data();
      bowl.descend(optimizer, 30);
      const [after] = await bowl.height().data();
      expect(after < before, `after 30 steps it is at ${after}, and was at ${before}`);
      const { iterations: _, ...slots } = optimizer.stateDict(bowl.parameters);
      for (const [name, { dtype }] of Object.entries(slots)) {
        expect(dtype === "float64", `its state "${name}" is ${dtype}`);
      }
    },

    "goes on from its saved state as if it had never stopped": async (bench) => {
      using bowl = new Bowl();
      const optimizer = bench.create();
      bowl.descend(optimizer, 5);
      const state = optimizer.stateDict(bowl.parameters);
      using other = new Bowl("float32", 2);
      other.copy(bowl);
      const next = bench.create();
      other.descend(next, 2); // what it knew before is to be forgotten
      other.copy(bowl);
      next.loadStateDict(state, other.parameters);
      bowl.descend(optimizer, 5);
      other.descend(next, 5);
      await expectSame("the parameters", other.parameters, bowl.parameters);
      expect(
        next.iterations === optimizer.iterations,
        `iterations is ${next.iterations} instead of ${optimizer.iterations}`,
      );
    },

    "has a saved state that later steps do not change": async (bench) => {
      using bowl = new Bowl();
      const optimizer = bench.create();
      bowl.descend(optimizer, 2);
      const state: StateDict = optimizer.stateDict(bowl.parameters);
      const before = await Promise.all(Object.values(state).map(async (x) => await x.data()));
      bowl.descend(optimizer, 2);
      for (const [i, [name, slot]] of Object.entries(state).entries()) {
        const same = (await slot.data()).every((value, j) => Object.is(value, before[i][j]));
        expect(same, `"${name}" of a saved state changed with the next step`);
      }
    },

    "is the same again when made from its config": async (bench) => {
      const optimizer = bench.create();
      const again = bench.remade(optimizer);
      using bowl = new Bowl();
      using other = new Bowl();
      bowl.descend(optimizer, 5);
      other.descend(again, 5);
      await expectSame("the parameters", other.parameters, bowl.parameters);
    },

    "stands still where the learning rate is 0": async (bench) => {
      using bowl = new Bowl();
      using other = new Bowl();
      const optimizer = bench.create();
      optimizer.learningRate = 0;
      bowl.descend(optimizer, 3);
      await expectSame("the parameters", bowl.parameters, other.parameters);
    },

    "leaves frozen parameters as they are": async (bench) => {
      using bowl = new Bowl();
      const [frozen] = bowl.parameters;
      frozen.trainable = false;
      const before = await frozen.data();
      bowl.descend(bench.create(), 3);
      const after = await frozen.data();
      expect(after[0] === before[0], `a frozen parameter went from ${before[0]} to ${after[0]}`);
    },

    "steps as in PyTorch just as it does as in Keras": async (bench) => {
      using bowl = new Bowl();
      using other = new Bowl();
      bowl.descend(bench.create(), 4);
      const stepping = withParameters(bench, other.parameters);
      for (let i = 0; i < 4; i++) {
        tidy(() => {
          stepping.zeroGrad();
          other.height().backward();
          stepping.step();
        });
      }
      await expectSame("the parameters", other.parameters, bowl.parameters, 1e-6);
      stepping.zeroGrad();
      const left = other.parameters.findIndex(({ grad }) => grad !== null);
      expect(left < 0, `zeroGrad() leaves the gradient of parameter ${left}`);
    },

    "leaves copies of parameters and their gradients as they are": async (bench) => {
      using bowl = new Bowl();
      using other = new Bowl();
      const copies = bowl.parameters.map((parameter) => parameter.detach());
      const [pairs, same] = [bowl.gradients(), other.gradients()];
      bench.create().applyGradients(pairs);
      await expectSame("the copies", copies, other.parameters.map((p) => p.detach()));
      await expectSame("the gradients", pairs.map(([g]) => g!), same.map(([g]) => g!));
    },

    "updates nothing where a gradient has another shape": async (bench) => {
      using bowl = new Bowl();
      using other = new Bowl();
      const wrong = bowl.gradients().with(-1, [tensor([1, 2, 3]), bowl.parameters.at(-1)!]);
      const optimizer = bench.create();
      let isRefused = false;
      try {
        optimizer.applyGradients(wrong);
      } catch {
        isRefused = true;
      }
      expect(isRefused, "it takes a gradient of shape [3] for a parameter of shape [2, 2, 2, 3]");
      await expectSame("the parameters", bowl.parameters, other.parameters);
    },

    "frees what 100 steps compute with": (bench) => {
      using bowl = new Bowl();
      const optimizer = bench.create();
      bowl.descend(optimizer, 2);
      const expectFreed = watchMemory();
      bowl.descend(optimizer, 100);
      expectFreed();
    },
  },
});
