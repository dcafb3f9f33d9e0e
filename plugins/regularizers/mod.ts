/**
 * Regularizers: what weights cost.
 *
 * @module
 */

export {
  OrthogonalRegularizer,
  type OrthogonalRegularizerOptions,
} from "./orthogonal_regularizer.ts";
export { L1, L1L2, type L1L2Options, type L1Options, L2, type L2Options } from "./penalties.ts";
