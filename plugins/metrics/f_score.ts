/**
 * F scores: precision and recall in one number.
 *
 * @module
 */

import { noGrad } from "../../core/autograd.ts";
import { errors } from "../../core/errors.ts";
import { alignTarget, alignWeights } from "../../core/loss.ts";
import { Metric, type MetricOptions } from "../../core/metric.ts";
import {
  abs,
  add,
  cast,
  convertToTensor,
  divideNoNan,
  greater,
  greaterEqual,
  logicalAnd,
  max,
  mean,
  multiply,
  sum,
  type TensorLike,
} from "../../core/ops/mod.ts";
import { oneOf } from "../../core/options.ts";
import { tidy } from "../../core/scope.ts";
import type { Config } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";
import type { Variable } from "../../core/variable.ts";

/** How the scores of classes become one: from common counts, as their mean, or weighted by how often each occurs. */
export type ScoreAverage = "none" | "micro" | "macro" | "weighted";

const AVERAGES: readonly ScoreAverage[] = ["none", "micro", "macro", "weighted"];

/** Options of {@linkcode F1Score}. */
export interface F1ScoreOptions extends MetricOptions {
  /** How the scores of the classes become one; `null` and `"none"` leave one for each. @default null */
  average?: ScoreAverage | (string & Record<never, never>) | null;
  /** Predictions above it count as positive, in (0, 1]; without one, the greatest of each row. @default null */
  threshold?: number | null;
}

/** Options of {@linkcode FBetaScore}. */
export interface FBetaScoreOptions extends F1ScoreOptions {
  /** How much more recall weighs than precision, above 0. @default 1 */
  beta?: number;
}

/** What is counted, for each class or for all. */
interface Counts {
  readonly right: Variable;
  readonly answered: Variable;
  readonly wanted: Variable;
}

/**
 * The weighted harmonic mean of precision and recall: `(1 + beta²) · P · R / (beta² · P + R)`.
 *
 * `[batch, classes]` and the same, targets being 0 and 1, to `[classes]`, or a scalar where an average is asked for.
 *
 * @throws {RangeError} When an option is out of range, or the shapes are not `[batch, classes]`.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertAlmostEquals } from "@std/assert";
 *
 * const score = new metrics.FBetaScore({ beta: 2, threshold: 0.5, average: "micro" });
 * const result = score.call([[1, 1], [1, 0]], [[0.9, 0.1], [0.2, 0.6]]);
 * assertAlmostEquals(result.item(), 5 * (1 / 2) * (1 / 3) / (4 / 2 + 1 / 3), 1e-6);
 * ```
 */
export class FBetaScore extends Metric {
  readonly average: ScoreAverage;
  readonly beta: number;
  readonly threshold: number | null;
  #counts: Counts | null = null;

  constructor(options: FBetaScoreOptions = {}) {
    super(options);
    const { average, beta = 1, threshold = null } = options;
    this.average = oneOf(this.making, "average", average ?? "none", AVERAGES);
    this.beta = this.number("beta", beta, "finite and above 0");
    this.threshold = threshold === null ? null : this.number("threshold", threshold, "in (0, 1]");
  }

  override updateState(
    yTrue: TensorLike,
    yPred: TensorLike,
    sampleWeight: TensorLike | null = null,
  ): void {
    noGrad(() =>
      tidy(() => {
        const { dtype } = this;
        const [target, prediction] = alignTarget(
          this.computing,
          convertToTensor(yTrue),
          convertToTensor(yPred, { dtype }),
        );
        if (prediction.ndim !== 2) {
          throw errors.rank(this.computing, "two axes, [batch, classes]", prediction.dims);
        }
        const answer = cast(this.#isPositive(prediction), dtype);
        const weights = sampleWeight === null
          ? null
          : alignWeights(convertToTensor(sampleWeight, { dtype }), prediction);
        const axis = this.average === "micro" ? null : 0;
        const { right, answered, wanted } = this.#countsFor(prediction);
        const take = (count: Variable, values: Tensor): void => {
          const weighted = weights === null ? values : multiply(values, weights);
          count.assign(add(count, sum(weighted, { axis }).to(count.backend)));
        };
        take(right, multiply(answer, target));
        take(answered, answer);
        take(wanted, target);
      })
    );
  }

  #isPositive(prediction: Tensor): Tensor {
    if (this.threshold !== null) return greater(prediction, this.threshold);
    const isGreatest = greaterEqual(prediction, max(prediction, { axis: -1, keepdims: true }));
    // As in Keras: a row of zeros names no class.
    return logicalAnd(isGreatest, greater(abs(prediction), 1e-9));
  }

  /** The counts, made when the number of classes is known. */
  #countsFor(prediction: Tensor): Counts {
    const shape = this.average === "micro" ? [] : [prediction.shape[1]];
    return this.#counts ??= {
      right: this.addVariable("right", shape),
      answered: this.addVariable("answered", shape),
      wanted: this.addVariable("wanted", shape),
    };
  }

  override result(): Tensor {
    if (this.#counts === null) return convertToTensor(0, { dtype: this.dtype });
    const { right, answered, wanted } = this.#counts;
    // (1 + b²)·TP / (answered + b²·wanted) is the same, and has no 0/0 but where there is nothing at all.
    const square = this.beta ** 2;
    const scores = divideNoNan(
      multiply(right, 1 + square),
      add(answered, multiply(wanted, square)),
    );
    switch (this.average) {
      case "weighted":
        return divideNoNan(sum(multiply(scores, wanted)), sum(wanted));
      case "macro":
        return mean(scores);
      default:
        return scores;
    }
  }

  override getConfig(): Config {
    const { average, beta, threshold } = this;
    return { ...super.getConfig(), average, beta, threshold };
  }
}

/**
 * The harmonic mean of precision and recall: `2 · P · R / (P + R)`.
 *
 * `[batch, classes]` and the same, targets being 0 and 1, to `[classes]`, or a scalar where an average is asked for.
 *
 * @throws {RangeError} When an option is out of range, or the shapes are not `[batch, classes]`.
 *
 * @example
 * ```ts
 * import { metrics } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const score = new metrics.F1Score({ threshold: 0.5 });
 * assertEquals(score.call([[1, 1], [1, 0]], [[0.9, 0.1], [0.7, 0.6]]).toArray(), [1, 0]);
 * ```
 */
export class F1Score extends FBetaScore {
  constructor(options: F1ScoreOptions = {}) {
    super({ ...options, beta: 1 });
  }
}
