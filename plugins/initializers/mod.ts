/**
 * Initializers: how the first values of weights are made.
 *
 * @module
 */

export {
  Constant,
  type ConstantOptions,
  Identity,
  type IdentityOptions,
  Ones,
  Zeros,
} from "./constant.ts";
export { Orthogonal, type OrthogonalOptions } from "./orthogonal.ts";
export {
  RandomNormal,
  type RandomNormalOptions,
  RandomUniform,
  type RandomUniformOptions,
  TruncatedNormal,
} from "./random.ts";
export type { SeedOptions } from "./_random_initializer.ts";
export {
  type FanMode,
  type FanOptions,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  type ScaledDistribution,
  VarianceScaling,
  type VarianceScalingOptions,
} from "./variance_scaling.ts";
