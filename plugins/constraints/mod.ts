/**
 * Constraints: bounds that weights are brought back to after each update.
 *
 * @module
 */

export { NonNeg } from "./non_neg.ts";
export {
  MaxNorm,
  type MaxNormOptions,
  MinMaxNorm,
  type MinMaxNormOptions,
  type NormOptions,
  UnitNorm,
} from "./norm.ts";
