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

export const losses: readonly PluginEntry[] = [
  {
    kind: "loss",
    name: "MeanSquaredError",
    aliases: ["MSE"],
    value: MeanSquaredError,
    description: "The mean of squared differences",
  },
  {
    kind: "loss",
    name: "MeanAbsoluteError",
    aliases: ["MAE"],
    value: MeanAbsoluteError,
    description: "The mean of absolute differences",
  },
  {
    kind: "loss",
    name: "MeanAbsolutePercentageError",
    aliases: ["MAPE"],
    value: MeanAbsolutePercentageError,
    description: "The mean of absolute differences, in percent of the targets",
  },
  {
    kind: "loss",
    name: "MeanSquaredLogarithmicError",
    aliases: ["MSLE"],
    value: MeanSquaredLogarithmicError,
    description: "The mean of squared differences of logarithms",
  },
  {
    kind: "loss",
    name: "Huber",
    value: Huber,
    description: "Squared for small differences, absolute for large ones",
  },
  {
    kind: "loss",
    name: "LogCosh",
    value: LogCosh,
    description: "The logarithm of the hyperbolic cosine of differences",
  },
  {
    kind: "loss",
    name: "BinaryCrossentropy",
    aliases: ["BCE"],
    value: BinaryCrossentropy,
    description: "The cross entropy of independent yes-or-no targets",
  },
  {
    kind: "loss",
    name: "BinaryFocalCrossentropy",
    value: BinaryFocalCrossentropy,
    description: "A binary cross entropy in which easy examples count less",
  },
  {
    kind: "loss",
    name: "CategoricalCrossentropy",
    value: CategoricalCrossentropy,
    description: "The cross entropy of one class in many, for one-hot targets",
  },
  {
    kind: "loss",
    name: "CategoricalFocalCrossentropy",
    value: CategoricalFocalCrossentropy,
    description: "A categorical cross entropy in which easy examples count less",
  },
  {
    kind: "loss",
    name: "SparseCategoricalCrossentropy",
    value: SparseCategoricalCrossentropy,
    description: "The cross entropy of one class in many, for class numbers",
  },
  {
    kind: "loss",
    name: "CrossEntropy",
    aliases: ["CrossEntropyLoss"],
    value: CrossEntropy,
    description: "The cross entropy of logits, for class numbers or one-hot targets, as in PyTorch",
  },
  {
    kind: "loss",
    name: "KLDivergence",
    aliases: ["KLD"],
    value: KLDivergence,
    description: "The divergence of two distributions",
  },
  {
    kind: "loss",
    name: "Poisson",
    value: Poisson,
    description: "For counts and predictions of their mean",
  },
  { kind: "loss", name: "Hinge", value: Hinge, description: "How far the margin is missed" },
  {
    kind: "loss",
    name: "SquaredHinge",
    value: SquaredHinge,
    description: "The square of how far the margin is missed",
  },
  {
    kind: "loss",
    name: "CategoricalHinge",
    value: CategoricalHinge,
    description: "How far the right class is from leading by 1",
  },
  {
    kind: "loss",
    name: "CosineSimilarity",
    value: CosineSimilarity,
    description: "Minus the cosine of the angle between vectors",
  },
  { kind: "loss", name: "Dice", value: Dice, description: "What two masks do not have in common" },
  {
    kind: "loss",
    name: "Tversky",
    value: Tversky,
    description: "What two masks do not have in common, with a cost for each side",
  },
];
