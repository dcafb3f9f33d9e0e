/**
 * The contract of metrics.
 *
 * @module
 */

import { Metric, type Tensor, tensor, type TensorLike, tidy } from "../mod.ts";
import { type Bench, type Check, type CheckOptions, defineCheck, watchMemory } from "./contract.ts";
import { PREDICTIONS, TARGETS } from "./loss.ts";
import { expect } from "./outcome.ts";
import { expectFinite, expectSame, shown } from "./values.ts";

/** Options of {@linkcode checkMetric}. */
export interface MetricCheckOptions extends CheckOptions {
  /** Targets of a batch of two examples or more, or plain values. @default four one-hot rows of three classes */
  yTrue?: TensorLike;
  /** Predictions for them; `null` for a metric of plain values. @default four rows of three probabilities */
  yPred?: TensorLike | null;
}

type MetricBench = Bench<Metric, MetricCheckOptions>;

/** What an update takes, but for the weights: targets and predictions, or values alone. */
type Batch = readonly Tensor[];

function batchOf({ options }: MetricBench): Batch {
  const { yTrue = TARGETS, yPred = PREDICTIONS } = options;
  return yPred === null ? [tensor(yTrue)] : [tensor(yTrue), tensor(yPred)];
}

/** The examples from one place up to another. */
function part(batch: Batch, start: number, end: number): Batch {
  return batch.map((x) => x.get([start, end]));
}

function lengthOf(batch: Batch): number {
  return batch[0].shape[0];
}

function update(metric: Metric, batch: Batch, weights?: Tensor): void {
  const take = metric.updateState as (...inputs: Tensor[]) => void;
  take.call(metric, ...batch, ...weights === undefined ? [] : [weights]);
}

/** What a new metric says of a batch. */
function judged(bench: MetricBench, batch: Batch, weights?: Tensor): Tensor {
  const metric = bench.create();
  update(metric, batch, weights);
  return metric.result();
}

/**
 * Runs the contract of metrics: what every built-in metric is held to.
 *
 * One finite number, also before the first batch; the same for batches at once and in parts, after a reset, with weights
 * of 1, and without examples of weight 0; a round trip through the config; no gradients recorded, no memory left behind.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts
 * import { MeanOverExamples, ops, type Tensor } from "@tensaur/tensaur";
 * import { checkMetric } from "@tensaur/tensaur/testing";
 *
 * class Overshoot extends MeanOverExamples {
 *   compute(yTrue: Tensor, yPred: Tensor) {
 *     return ops.greater(yPred, yTrue);
 *   }
 * }
 *
 * Deno.test("Overshoot keeps the contract of metrics", () => checkMetric(Overshoot));
 * ```
 */
export const checkMetric: Check<Metric, MetricCheckOptions> = defineCheck({
  kind: "metric",
  base: Metric,
  release: (metric: Metric) => {
    for (const variable of metric.variables) variable.dispose();
  },
  checks: {
    "is one finite number": async (bench: MetricBench) => {
      const metric = bench.create();
      await expectFinite("the result before the first batch", metric.result());
      update(metric, batchOf(bench));
      const result = metric.result();
      expect(result.ndim === 0, `the result is ${shown(result.dims)} instead of a scalar`);
      await expectFinite("the result", result);
    },

    "keeps its state in the dtype it was given": (bench) => {
      for (const dtype of ["float32", "float64"] as const) {
        const metric = bench.again(bench.create(), { dtype });
        update(metric, batchOf(bench));
        for (const variable of metric.variables) {
          expect(variable.dtype === dtype, `"${variable.name}" is ${variable.dtype}, not ${dtype}`);
        }
      }
    },

    "is the same for a batch at once and in parts": async (bench) => {
      const batch = batchOf(bench);
      const metric = bench.create();
      for (let i = 0; i < lengthOf(batch); i++) update(metric, part(batch, i, i + 1));
      await expectSame("the result", metric.result(), judged(bench, batch), 1e-6);
    },

    "forgets all batches when it is reset": async (bench) => {
      const batch = batchOf(bench);
      const metric = bench.create();
      update(metric, part(batch, 1, lengthOf(batch)));
      metric.resetState();
      await expectSame("the result after a reset", metric.result(), bench.create().result());
      update(metric, batch);
      await expectSame("the result", metric.result(), judged(bench, batch));
    },

    "counts examples as sample weights say": async (bench) => {
      const batch = batchOf(bench);
      const n = lengthOf(batch);
      const ones = Array<number>(n).fill(1);
      const plain = judged(bench, batch);
      await expectSame("with weights of 1, it", judged(bench, batch, tensor(ones)), plain, 1e-6);
      const without = judged(bench, part(batch, 0, n - 1));
      const weighted = judged(bench, batch, tensor(ones.with(-1, 0)));
      await expectSame("with a weight of 0, it", weighted, without, 1e-6);
    },

    "gives the value so far by call()": async (bench) => {
      const batch = batchOf(bench);
      const metric = bench.create();
      const call = metric.call as (...inputs: Tensor[]) => Tensor;
      await expectSame("call()", call.call(metric, ...batch), judged(bench, batch));
    },

    "is the same again when made from its config": async (bench) => {
      const metric = bench.create();
      const again = bench.remade(metric);
      update(again, batchOf(bench));
      await expectSame("the result", again.result(), judged(bench, batchOf(bench)));
    },

    "records nothing for gradients": (bench) => {
      const metric = bench.create();
      update(metric, batchOf(bench).map((x) => x.requiresGrad_()));
      const recorded = [...metric.variables, metric.result()].find((x) => x.requiresGrad);
      expect(recorded === undefined, "its state or its result asks for gradients");
    },

    "frees what it computes with": (bench) => {
      const metric = bench.create();
      const turn = (): void =>
        tidy(() => {
          update(metric, batchOf(bench));
          metric.result();
        });
      turn();
      const expectFreed = watchMemory();
      for (let i = 0; i < 3; i++) turn();
      metric.resetState();
      expectFreed();
    },
  },
});
