/**
 * Counting right and wrong answers on either side of thresholds.
 *
 * @module
 */

import { noGrad } from "../../core/autograd.ts";
import { alignTarget, alignWeights } from "../../core/loss.ts";
import { Metric, type MetricOptions } from "../../core/metric.ts";
import {
  add,
  broadcastTo,
  cast,
  convertToTensor,
  expandDims,
  getItem,
  greater,
  logicalNot,
  multiHot,
  multiply,
  reshape,
  sum,
  tensor,
  type TensorLike,
  topK as greatest,
  where,
} from "../../core/ops/mod.ts";
import { numberIn } from "../../core/options.ts";
import { tidy } from "../../core/scope.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Variable } from "../../core/variable.ts";

/** Options of metrics that count on either side of thresholds. */
export interface ThresholdOptions extends MetricOptions {
  /** Predictions above a threshold count as positive; each in [0, 1]. Several give several results. @default 0.5 */
  thresholds?: number | readonly number[] | null;
}

/** Which answers count as positive. */
export interface PositiveOptions extends ThresholdOptions {
  /** Only the k greatest predictions of a row count as positive, whatever they are. @default null (no limit) */
  topK?: number | null;
  /** The one class that is looked at. @default null (all) */
  classId?: number | null;
}

/** The four outcomes: was the prediction right, and what was it. */
export type Outcome = "truePositives" | "falsePositives" | "trueNegatives" | "falseNegatives";

/** The base of metrics that count outcomes, one count for each threshold. */
export abstract class ConfusionMetric extends Metric {
  readonly topK: number | null;
  readonly classId: number | null;
  readonly #given: number | readonly number[] | null;
  readonly #thresholds: readonly number[];
  readonly #counts: ReadonlyMap<Outcome, Variable>;

  constructor(outcomes: readonly Outcome[], options: PositiveOptions = {}) {
    super(options);
    const { thresholds = null, topK = null, classId = null } = options;
    this.topK = topK === null ? null : this.number("topK", topK, "a whole number from 1 on");
    this.classId = classId === null
      ? null
      : this.number("classId", classId, "a whole number from 0 on");
    this.#given = thresholds;
    const list = typeof thresholds === "object" && thresholds !== null ? thresholds : [thresholds];
    this.#thresholds = list.map((threshold) =>
      threshold === null
        ? topK === null ? 0.5 : -Number.MAX_VALUE
        : numberIn("in [0, 1]", this.making, "each of thresholds", threshold)
    );
    this.#counts = new Map(
      outcomes.map((outcome) => [outcome, this.addVariable(outcome, [this.#thresholds.length])]),
    );
  }

  override updateState(
    yTrue: TensorLike,
    yPred: TensorLike,
    sampleWeight: TensorLike | null = null,
  ): void {
    noGrad(() =>
      tidy(() => {
        const { dtype } = this;
        const [target, prediction] = this.#selected(
          ...alignTarget(this.computing, convertToTensor(yTrue), convertToTensor(yPred, { dtype })),
        );
        const row = (x: Tensor): Tensor => reshape(x, [1, -1]);
        const isPositive = greater(
          row(prediction),
          reshape(tensor([...this.#thresholds], { dtype }), [-1, 1]),
        );
        const isTrue = row(cast(target, "bool"));
        let weights: Tensor | null = null;
        if (sampleWeight !== null) {
          const aligned = alignWeights(convertToTensor(sampleWeight, { dtype }), prediction);
          weights = row(broadcastTo(aligned, prediction.dims));
        }
        const [right, answered] = [cast(isTrue, dtype), cast(isPositive, dtype)];
        for (const [outcome, count] of this.#counts) {
          const of = cast(outcome.endsWith("Positives") ? answered : logicalNot(answered), dtype);
          const isRight = outcome === "truePositives" || outcome === "falseNegatives";
          let hits = multiply(of, cast(isRight ? right : logicalNot(right), dtype));
          if (weights !== null) hits = multiply(hits, weights);
          count.assign(add(count, sum(hits, { axis: 1 }).to(count.backend)));
        }
      })
    );
  }

  /** What is left of targets and predictions by `topK` and `classId`. */
  #selected(yTrue: Tensor, yPred: Tensor): [Tensor, Tensor] {
    const { topK, classId } = this;
    let prediction = yPred;
    if (topK !== null) {
      const classes = yPred.shape[yPred.ndim - 1];
      const isAmong = multiHot(greatest(yPred, topK).indices, classes, { dtype: "bool" });
      prediction = where(isAmong, yPred, -Infinity);
    }
    if (classId === null) return [yTrue, prediction];
    const pick = (x: Tensor): Tensor => expandDims(getItem(x, ["...", classId]), -1);
    return [pick(yTrue), pick(prediction)];
  }

  /** The count of an outcome: `[thresholds]`, or a scalar where there is one. */
  protected countOf(outcome: Outcome): Tensor {
    const count = this.#counts.get(outcome)!;
    return this.#thresholds.length === 1 ? reshape(count, []) : count.detach();
  }

  override getConfig(): Config {
    const { topK, classId } = this;
    const thresholds = this.#given;
    return { ...super.getConfig(), thresholds, topK, classId };
  }
}
