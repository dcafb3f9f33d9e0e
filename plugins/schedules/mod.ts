/**
 * Learning rate schedules: rates that depend on the step.
 *
 * @module
 */

export {
  CosineDecay,
  type CosineDecayOptions,
  CosineDecayRestarts,
  type CosineDecayRestartsOptions,
} from "./cosine_decay.ts";
export {
  PiecewiseConstantDecay,
  type PiecewiseConstantDecayOptions,
} from "./piecewise_constant_decay.ts";
export { PolynomialDecay, type PolynomialDecayOptions } from "./polynomial_decay.ts";
export {
  ExponentialDecay,
  InverseTimeDecay,
  RateDecay,
  type RateDecayOptions,
} from "./rate_decay.ts";
