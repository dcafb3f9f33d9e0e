/**
 * Losses: how far predictions are from targets.
 *
 * @module
 */

import { KLDivergence } from "./kl_divergence.ts";
import { MeanAbsoluteError } from "./mean_absolute_error.ts";
import { MeanAbsolutePercentageError } from "./mean_absolute_percentage_error.ts";
import { MeanSquaredError } from "./mean_squared_error.ts";
import { MeanSquaredLogarithmicError } from "./mean_squared_logarithmic_error.ts";
import { BinaryCrossentropy } from "./binary_crossentropy.ts";

export { ElementwiseLoss } from "./_elementwise.ts";
export {
  BinaryCrossentropy,
  type BinaryCrossentropyOptions,
  BinaryFocalCrossentropy,
  type BinaryFocalCrossentropyOptions,
  BinaryLoss,
} from "./binary_crossentropy.ts";
export {
  CategoricalCrossentropy,
  type CategoricalCrossentropyOptions,
  CategoricalFocalCrossentropy,
  type CategoricalFocalCrossentropyOptions,
  CategoricalLoss,
} from "./categorical_crossentropy.ts";
export { CosineSimilarity, type CosineSimilarityOptions } from "./cosine_similarity.ts";
export { CrossEntropy, type CrossEntropyOptions } from "./cross_entropy.ts";
export { CategoricalHinge, Hinge, SquaredHinge } from "./hinge.ts";
export { Huber, type HuberOptions } from "./huber.ts";
export { KLDivergence } from "./kl_divergence.ts";
export { LogCosh } from "./log_cosh.ts";
export { MeanAbsoluteError } from "./mean_absolute_error.ts";
export { MeanAbsolutePercentageError } from "./mean_absolute_percentage_error.ts";
export { MeanSquaredError } from "./mean_squared_error.ts";
export { MeanSquaredLogarithmicError } from "./mean_squared_logarithmic_error.ts";
export { Dice, type DiceOptions, Tversky, type TverskyOptions } from "./overlap.ts";
export { Poisson } from "./poisson.ts";
export {
  SparseCategoricalCrossentropy,
  type SparseCategoricalCrossentropyOptions,
} from "./sparse_categorical_crossentropy.ts";

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
/** {@linkcode KLDivergence} for short. */
export const KLD: typeof KLDivergence = KLDivergence;
