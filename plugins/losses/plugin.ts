/** The built-in losses, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";
import { BinaryCrossentropy, BinaryFocalCrossentropy } from "./binary_crossentropy.ts";
import {
  CategoricalCrossentropy,
  CategoricalFocalCrossentropy,
} from "./categorical_crossentropy.ts";
import { CosineSimilarity } from "./cosine_similarity.ts";
import { CrossEntropy } from "./cross_entropy.ts";
import { CategoricalHinge, Hinge, SquaredHinge } from "./hinge.ts";
import { Huber } from "./huber.ts";
import { KLDivergence } from "./kl_divergence.ts";
import { LogCosh } from "./log_cosh.ts";
import { MeanAbsoluteError } from "./mean_absolute_error.ts";
import { MeanAbsolutePercentageError } from "./mean_absolute_percentage_error.ts";
import { MeanSquaredError } from "./mean_squared_error.ts";
import { MeanSquaredLogarithmicError } from "./mean_squared_logarithmic_error.ts";
import { Dice, Tversky } from "./overlap.ts";
import { Poisson } from "./poisson.ts";
import { SparseCategoricalCrossentropy } from "./sparse_categorical_crossentropy.ts";

/** The classes of the batch that contracts are checked with, as numbers and as rows. */
const LABELS = [0, 1, 2, 0];
const ONE_HOT = LABELS.map((label) => [0, 1, 2].map((other) => Number(label === other)));

export const losses: readonly PluginEntry[] = [
  {
    kind: "loss",
    name: "MeanSquaredError",
    aliases: ["MSE"],
    value: MeanSquaredError,
    description: "The mean of squared differences",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "MeanAbsoluteError",
    aliases: ["MAE"],
    value: MeanAbsoluteError,
    description: "The mean of absolute differences",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "MeanAbsolutePercentageError",
    aliases: ["MAPE"],
    value: MeanAbsolutePercentageError,
    description: "The mean of absolute differences, in percent of the targets",
    sample: { yTrue: [[1, 2], [3, 4]], yPred: [[1.5, 1.8], [2.5, 5]], best: "yTrue" },
  },
  {
    kind: "loss",
    name: "MeanSquaredLogarithmicError",
    aliases: ["MSLE"],
    value: MeanSquaredLogarithmicError,
    description: "The mean of squared differences of logarithms",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "Huber",
    value: Huber,
    description: "Squared for small differences, absolute for large ones",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "LogCosh",
    value: LogCosh,
    description: "The logarithm of the hyperbolic cosine of differences",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "BinaryCrossentropy",
    aliases: ["BCE"],
    value: BinaryCrossentropy,
    description: "The cross entropy of independent yes-or-no targets",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "BinaryFocalCrossentropy",
    value: BinaryFocalCrossentropy,
    description: "A binary cross entropy in which easy examples count less",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "CategoricalCrossentropy",
    value: CategoricalCrossentropy,
    description: "The cross entropy of one class in many, for one-hot targets",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "CategoricalFocalCrossentropy",
    value: CategoricalFocalCrossentropy,
    description: "A categorical cross entropy in which easy examples count less",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "SparseCategoricalCrossentropy",
    value: SparseCategoricalCrossentropy,
    description: "The cross entropy of one class in many, for class numbers",
    sample: { yTrue: LABELS, best: ONE_HOT },
  },
  {
    kind: "loss",
    name: "CrossEntropy",
    aliases: ["CrossEntropyLoss"],
    value: CrossEntropy,
    description: "The cross entropy of logits, for class numbers or one-hot targets, as in PyTorch",
    sample: { yTrue: LABELS, best: ONE_HOT.map((row) => row.map((target) => 20 * target)) },
  },
  {
    kind: "loss",
    name: "KLDivergence",
    aliases: ["KLD"],
    value: KLDivergence,
    description: "The divergence of two distributions",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "Poisson",
    value: Poisson,
    description: "For counts and predictions of their mean",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "Hinge",
    value: Hinge,
    description: "How far the margin is missed",
    sample: { best: ONE_HOT.map((row) => row.map((target) => 2 * target - 1)) },
  },
  {
    kind: "loss",
    name: "SquaredHinge",
    value: SquaredHinge,
    description: "The square of how far the margin is missed",
    sample: { best: ONE_HOT.map((row) => row.map((target) => 2 * target - 1)) },
  },
  {
    kind: "loss",
    name: "CategoricalHinge",
    value: CategoricalHinge,
    description: "How far the right class is from leading by 1",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "CosineSimilarity",
    value: CosineSimilarity,
    description: "Minus the cosine of the angle between vectors",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "Dice",
    value: Dice,
    description: "What two masks do not have in common",
    sample: { best: "yTrue" },
  },
  {
    kind: "loss",
    name: "Tversky",
    value: Tversky,
    description: "What two masks do not have in common, with a cost for each side",
    sample: { best: "yTrue" },
  },
];
