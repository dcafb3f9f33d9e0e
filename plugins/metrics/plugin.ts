/** The built-in metrics, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";
import {
  Accuracy,
  BinaryAccuracy,
  CategoricalAccuracy,
  SparseCategoricalAccuracy,
} from "./accuracy.ts";
import {
  FalseNegatives,
  FalsePositives,
  Precision,
  Recall,
  TrueNegatives,
  TruePositives,
} from "./confusion_metrics.ts";
import { F1Score, FBetaScore } from "./f_score.ts";
import { CategoricalHinge, Hinge, SquaredHinge } from "./hinge_metrics.ts";
import { Mean, Sum } from "./mean.ts";
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  CosineSimilarity,
  KLDivergence,
  Poisson,
  SparseCategoricalCrossentropy,
} from "./probabilistic_metrics.ts";
import {
  LogCoshError,
  MeanAbsoluteError,
  MeanAbsolutePercentageError,
  MeanSquaredError,
  MeanSquaredLogarithmicError,
  RootMeanSquaredError,
} from "./regression_metrics.ts";
import { SparseTopKCategoricalAccuracy, TopKCategoricalAccuracy } from "./top_k_accuracy.ts";

/** The classes of the batch that contracts are checked with, for metrics that take them as numbers. */
const LABELS = [0, 1, 2, 0];

export const metrics: readonly PluginEntry[] = [
  {
    kind: "metric",
    name: "Mean",
    value: Mean,
    description: "The mean of values",
    sample: { yTrue: [1, 2, 3, 4], yPred: null },
  },
  {
    kind: "metric",
    name: "Sum",
    value: Sum,
    description: "The sum of values",
    sample: { yTrue: [1, 2, 3, 4], yPred: null },
  },
  {
    kind: "metric",
    name: "Accuracy",
    aliases: ["acc"],
    value: Accuracy,
    description: "How often predictions are right, in the sense that suits the shapes",
  },
  {
    kind: "metric",
    name: "BinaryAccuracy",
    value: BinaryAccuracy,
    description: "How often predictions are on the target's side of a threshold",
  },
  {
    kind: "metric",
    name: "CategoricalAccuracy",
    value: CategoricalAccuracy,
    description: "How often the greatest prediction is right, for one-hot targets",
  },
  {
    kind: "metric",
    name: "SparseCategoricalAccuracy",
    value: SparseCategoricalAccuracy,
    description: "How often the greatest prediction is right, for class numbers",
    sample: { yTrue: LABELS },
  },
  {
    kind: "metric",
    name: "TopKCategoricalAccuracy",
    value: TopKCategoricalAccuracy,
    description: "How often the right class is among the first k, for one-hot targets",
    sample: { config: { k: 2 } },
  },
  {
    kind: "metric",
    name: "SparseTopKCategoricalAccuracy",
    value: SparseTopKCategoricalAccuracy,
    description: "How often the right class is among the first k, for class numbers",
    sample: { config: { k: 2 }, yTrue: LABELS },
  },
  {
    kind: "metric",
    name: "MeanSquaredError",
    aliases: ["MSE"],
    value: MeanSquaredError,
    description: "The mean of squared differences",
  },
  {
    kind: "metric",
    name: "RootMeanSquaredError",
    aliases: ["RMSE"],
    value: RootMeanSquaredError,
    description: "The square root of the mean of squared differences",
  },
  {
    kind: "metric",
    name: "MeanAbsoluteError",
    aliases: ["MAE"],
    value: MeanAbsoluteError,
    description: "The mean of absolute differences",
  },
  {
    kind: "metric",
    name: "MeanAbsolutePercentageError",
    aliases: ["MAPE"],
    value: MeanAbsolutePercentageError,
    description: "The mean of absolute differences, in percent of the targets",
  },
  {
    kind: "metric",
    name: "MeanSquaredLogarithmicError",
    aliases: ["MSLE"],
    value: MeanSquaredLogarithmicError,
    description: "The mean of squared differences of logarithms",
  },
  {
    kind: "metric",
    name: "LogCoshError",
    aliases: ["LogCosh"],
    value: LogCoshError,
    description: "The logarithm of the hyperbolic cosine of differences",
  },
  {
    kind: "metric",
    name: "BinaryCrossentropy",
    aliases: ["BCE"],
    value: BinaryCrossentropy,
    description: "The cross entropy of independent yes-or-no targets",
  },
  {
    kind: "metric",
    name: "CategoricalCrossentropy",
    value: CategoricalCrossentropy,
    description: "The cross entropy of one class in many, for one-hot targets",
  },
  {
    kind: "metric",
    name: "SparseCategoricalCrossentropy",
    value: SparseCategoricalCrossentropy,
    description: "The cross entropy of one class in many, for class numbers",
    sample: { yTrue: LABELS },
  },
  {
    kind: "metric",
    name: "KLDivergence",
    aliases: ["KLD"],
    value: KLDivergence,
    description: "The divergence of two distributions",
  },
  {
    kind: "metric",
    name: "Poisson",
    value: Poisson,
    description: "For counts and predictions of their mean",
  },
  {
    kind: "metric",
    name: "CosineSimilarity",
    value: CosineSimilarity,
    description: "The cosine of the angle between vectors",
  },
  { kind: "metric", name: "Hinge", value: Hinge, description: "How far the margin is missed" },
  {
    kind: "metric",
    name: "SquaredHinge",
    value: SquaredHinge,
    description: "The square of how far the margin is missed",
  },
  {
    kind: "metric",
    name: "CategoricalHinge",
    value: CategoricalHinge,
    description: "How far the right class is from leading by 1",
  },
  {
    kind: "metric",
    name: "TruePositives",
    value: TruePositives,
    description: "How many positive answers are right",
  },
  {
    kind: "metric",
    name: "FalsePositives",
    value: FalsePositives,
    description: "How many positive answers are wrong",
  },
  {
    kind: "metric",
    name: "TrueNegatives",
    value: TrueNegatives,
    description: "How many negative answers are right",
  },
  {
    kind: "metric",
    name: "FalseNegatives",
    value: FalseNegatives,
    description: "How many negative answers are wrong",
  },
  {
    kind: "metric",
    name: "Precision",
    value: Precision,
    description: "How many of the positive answers are right",
  },
  {
    kind: "metric",
    name: "Recall",
    value: Recall,
    description: "How many of the positive targets are found",
  },
  {
    kind: "metric",
    name: "FBetaScore",
    value: FBetaScore,
    description: "The weighted harmonic mean of precision and recall",
    sample: { config: { average: "macro" } },
  },
  {
    kind: "metric",
    name: "F1Score",
    value: F1Score,
    description: "The harmonic mean of precision and recall",
    sample: { config: { average: "macro" } },
  },
];
