/**
 * Metrics: what people watch while a model trains. Their state stays on the backend until it is shown.
 *
 * @module
 */

import {
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
} from "./regression_metrics.ts";
import { BinaryCrossentropy } from "./probabilistic_metrics.ts";

export {
  ConfusionMetric,
  type Outcome,
  type PositiveOptions,
  type ThresholdOptions,
} from "./_confusion.ts";
export { LossMetric } from "./_loss_metric.ts";
export {
  Accuracy,
  BinaryAccuracy,
  type BinaryAccuracyOptions,
  CategoricalAccuracy,
  SparseCategoricalAccuracy,
} from "./accuracy.ts";
export {
  FalseNegatives,
  FalsePositives,
  Precision,
  Recall,
  TrueNegatives,
  TruePositives,
} from "./confusion_metrics.ts";
export {
  F1Score,
  type F1ScoreOptions,
  FBetaScore,
  type FBetaScoreOptions,
  type ScoreAverage,
} from "./f_score.ts";
export { CategoricalHinge, Hinge, SquaredHinge } from "./hinge_metrics.ts";
export { Mean, Sum } from "./mean.ts";
export {
  BinaryCrossentropy,
  type BinaryCrossentropyOptions,
  CategoricalCrossentropy,
  type CategoricalCrossentropyOptions,
  CosineSimilarity,
  type CosineSimilarityOptions,
  KLDivergence,
  Poisson,
  SparseCategoricalCrossentropy,
  type SparseCategoricalCrossentropyOptions,
} from "./probabilistic_metrics.ts";
export {
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  RootMeanSquaredError,
} from "./regression_metrics.ts";
export {
  SparseTopKCategoricalAccuracy,
  type SparseTopKOptions,
  TopKCategoricalAccuracy,
  type TopKOptions,
} from "./top_k_accuracy.ts";

/** {@linkcode MeanSquaredError} for short. */
export const MSE: typeof MeanSquaredError = MeanSquaredError;
/** {@linkcode MeanAbsoluteError} for short. */
export const MAE: typeof MeanAbsoluteError = MeanAbsoluteError;
/** {@linkcode MeanAbsolutePercentageError} for short. */
export const MAPE: typeof MeanAbsolutePercentageError = MeanAbsolutePercentageError;
/** {@linkcode MeanSquaredLogarithmicError} for short. */
export const MSLE: typeof MeanSquaredLogarithmicError = MeanSquaredLogarithmicError;
/** {@linkcode BinaryCrossentropy} for short. */
export const BCE: typeof BinaryCrossentropy = BinaryCrossentropy;
