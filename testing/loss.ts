/**
 * The contract of losses.
 *
 * @module
 */

import { gradCheck, Loss, ops, type Tensor, tensor, type TensorLike, tidy } from "../mod.ts";
import { gradientsWith } from "../core/autograd.ts";
import { type Bench, type Check, type CheckOptions, defineCheck, watchMemory } from "./contract.ts";
import { expect, skip } from "./outcome.ts";
import { draw, expectFinite, expectSame, inOneOfThree, shown } from "./values.ts";

/** Options of {@linkcode checkLoss}. */
export interface LossCheckOptions extends CheckOptions {
  /** Targets of a batch of two examples or more. @default four one-hot rows of three classes */
  yTrue?: TensorLike;
  /** Predictions for them, away from kinks of the loss. @default four rows of three probabilities */
  yPred?: TensorLike;
  /** Predictions that none are better than; `"yTrue"` where these are the targets. @default no claim is checked */
  best?: TensorLike | "yTrue";
  /** Predictions as far out as they go. @default certain ones, right and wrong; ±10,000 times those that go below 0 */
  extremes?: readonly TensorLike[];
}

type LossBench = Bench<Loss, LossCheckOptions>;

/** One-hot rows, which suit most losses and metrics. */
export const TARGETS = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]];
/** Probabilities for {@linkcode TARGETS}: three right answers and a wrong one. */
export const PREDICTIONS = [[0.7, 0.2, 0.1], [0.1, 0.6, 0.3], [0.2, 0.3, 0.5], [0.3, 0.45, 0.25]];

function batchOf({ options }: LossBench, dtype: "float32" | "float64" = "float32"): {
  yTrue: Tensor;
  yPred: Tensor;
} {
  const { yTrue = TARGETS, yPred = PREDICTIONS } = options;
  return { yTrue: tensor(yTrue), yPred: tensor(yPred, { dtype }) };
}

/** The loss with another reduction than its own. */
function withReduction(bench: LossBench, reduction: string): Loss {
  const loss = bench.again(bench.create(), { reduction });
  expect(
    loss.reduction === reduction,
    `it was made with reduction "${reduction}" and has "${loss.reduction}": pass its options to the base class`,
  );
  return loss;
}

/** What the loss of a batch is in a reduction. */
function reduced(bench: LossBench, reduction: string, weights: Tensor | null = null): Tensor {
  const { yTrue, yPred } = batchOf(bench);
  return withReduction(bench, reduction).call(yTrue, yPred, weights);
}

/** Weights for the first axis of values: 1, 2, 3, … or one for all. */
function weightsFor(values: Tensor, weight?: number): Tensor {
  if (values.ndim === 0) return tensor(weight ?? 2);
  return tensor(Array.from({ length: values.shape[0] }, (_, i) => weight ?? i + 1));
}

/** The values times weights of their first axis. */
function weighted(values: Tensor, weights: Tensor): Tensor {
  const ones = Array<number>(Math.max(values.ndim - weights.ndim, 0)).fill(1);
  return values.mul(weights.reshape([...weights.shape, ...ones]));
}

/** Rows of 0 and 1 for probabilities, large numbers for others. */
async function extremesFor({ options }: LossBench, yPred: Tensor): Promise<readonly Tensor[]> {
  if (options.extremes !== undefined) return options.extremes.map((values) => tensor(values));
  if ((await yPred.data()).some((value) => value < 0)) return [yPred.mul(1e4), yPred.mul(-1e4)];
  const greatest = ops.max(yPred, { axis: yPred.ndim === 0 ? null : -1, keepdims: true });
  const certain = yPred.equal(greatest).cast(yPred.dtype);
  return [certain, ops.subtract(1, certain)];
}

/**
 * Runs the contract of losses: what every built-in loss is held to.
 *
 * One number for a batch, finite also for extreme predictions; gradients against finite differences in float64; reductions
 * and sample weights that agree with each other; `call` and the manual `forward` and `backward` alike; a round trip
 * through the config; an error where shapes do not fit; no memory left behind.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts
 * import { Loss, ops, type Tensor } from "@tensaur/tensaur";
 * import { checkLoss } from "@tensaur/tensaur/testing";
 *
 * class Quartic extends Loss {
 *   compute(yTrue: Tensor, yPred: Tensor) {
 *     return ops.mean(ops.power(ops.subtract(yPred, yTrue), 4), { axis: -1 });
 *   }
 * }
 *
 * Deno.test("Quartic keeps the contract of losses", () => checkLoss(Quartic, { best: "yTrue" }));
 * ```
 */
export const checkLoss: Check<Loss, LossCheckOptions> = defineCheck({
  kind: "loss",
  base: Loss,
  checks: {
    "is one finite number for a batch": async (bench: LossBench) => {
      const value = reduced(bench, "sumOverBatchSize");
      expect(value.ndim === 0, `it is ${shown(value.dims)} instead of a scalar`);
      await expectFinite("it", value);
    },

    "computes in the dtype of the predictions": (bench) => {
      for (const dtype of ["float32", "float64"] as const) {
        const { yTrue, yPred } = batchOf(bench, dtype);
        const value = bench.create().call(yTrue, yPred);
        expect(value.dtype === dtype, `it is ${value.dtype} for predictions in ${dtype}`);
      }
    },

    "has the gradient that finite differences give": (bench) => {
      const { yTrue, yPred } = batchOf(bench, "float64");
      const loss = bench.create();
      const near = (seed: number): Tensor =>
        yPred.mul(draw(yPred.shape, { dtype: "float64", seed }).mul(0.02).add(1));
      inOneOfThree((seed) =>
        gradCheck(
          (prediction: Tensor) => loss.call(yTrue, prediction),
          [seed === 1 ? yPred : near(seed)],
          { most: 60 },
        )
      );
    },

    "adds up and averages what it is without reduction": async (bench) => {
      const { yTrue, yPred } = batchOf(bench);
      const values = reduced(bench, "none");
      await expectSame("the sum", reduced(bench, "sum"), values.sum(), 1e-5);
      if (bench.create().mask(yTrue, yPred) !== null) return;
      for (const reduction of ["sumOverBatchSize", "mean"]) {
        await expectSame(`"${reduction}"`, reduced(bench, reduction), values.mean(), 1e-5);
      }
    },

    "counts examples as sample weights say": async (bench) => {
      const values = reduced(bench, "none");
      const [ones, some, none] = [1, undefined, 0].map((weight) => weightsFor(values, weight));
      await expectSame("with weights of 1, it", reduced(bench, "none", ones), values, 1e-6);
      const sum = weighted(values, some).sum();
      await expectSame("the weighted sum", reduced(bench, "sum", some), sum, 1e-5);
      const nothing = tensor(0, { dtype: values.dtype });
      await expectSame("with weights of 0, it", reduced(bench, "sum", none), nothing);
    },

    "is the same by hand: forward() and backward()": async (bench) => {
      const { yTrue, yPred } = batchOf(bench);
      const loss = withReduction(bench, "sumOverBatchSize");
      yPred.requiresGrad_();
      const value = loss.call(yTrue, yPred);
      const [gradient] = gradientsWith(value, [yPred]);
      await expectSame("forward()", loss.forward(yPred, yTrue), value.detach());
      await expectSame("backward()", loss.backward(), gradient!, 1e-6);
    },

    "is the same again when made from its config": async (bench) => {
      const { yTrue, yPred } = batchOf(bench);
      const loss = bench.create();
      const again = bench.remade(loss);
      await expectSame("it", again.call(yTrue, yPred), loss.call(yTrue, yPred));
    },

    "is finite for extreme predictions, and so is its gradient": async (bench) => {
      const { yTrue, yPred } = batchOf(bench);
      const loss = bench.create();
      for (const extreme of await extremesFor(bench, yPred)) {
        const prediction = extreme.detach().requiresGrad_();
        const value = loss.call(yTrue, prediction).mean();
        await expectFinite(`the loss of ${extreme}`, value);
        const [gradient] = gradientsWith(value, [prediction]);
        if (gradient !== null) await expectFinite(`the gradient at ${extreme}`, gradient);
      }
    },

    "is least for the best predictions": async (bench) => {
      const { best } = bench.options;
      if (best === undefined) skip("no best predictions were given");
      const { yTrue, yPred } = batchOf(bench);
      const prediction = best === "yTrue" ? yTrue.cast(yPred.dtype) : tensor(best);
      const loss = bench.create();
      const [least] = await loss.call(yTrue, prediction).mean().data();
      for (const part of [1, 0.5, 0.1]) {
        const worse = prediction.add(yPred.sub(prediction).mul(part));
        const [value] = await loss.call(yTrue, worse).mean().data();
        expect(least <= value, `it is ${least} for the best, and ${value} for other predictions`);
      }
    },

    "says what is wrong where targets and predictions do not fit": (bench) => {
      const { yTrue, yPred } = batchOf(bench);
      const more = ops.concatenate([yTrue, yTrue]);
      let error: unknown = null;
      try {
        bench.create().call(more, yPred);
      } catch (thrown) {
        error = thrown;
      }
      expect(
        error instanceof RangeError || error instanceof TypeError,
        `it takes targets ${shown(more.dims)} beside predictions ${
          shown(yPred.dims)
        }, or throws ${error}: ` +
          `throw a RangeError`,
      );
    },

    "frees what it computes with": (bench) => {
      const loss = bench.create();
      const turn = (): void =>
        tidy(() => {
          const { yTrue, yPred } = batchOf(bench);
          loss.forward(yPred, yTrue);
        });
      turn();
      const expectFreed = watchMemory();
      for (let i = 0; i < 3; i++) turn();
      expectFreed();
    },
  },
});
