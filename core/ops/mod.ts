/**
 * All operations, under the names of `keras.ops` in camelCase: tensors by position, the rest in options.
 *
 * @module
 */

export * from "./creation.ts";
export type { Operand } from "./operand.ts";
export * from "./elementwise.ts";
export * from "./reduction.ts";
export * from "./movement.ts";
export * from "./padding.ts";
export * from "./indexing.ts";
export * from "./diagonals.ts";
export * from "./linalg.ts";
export * from "./sorting.ts";
export * from "./nan.ts";
export { FUSED_ACTIVATIONS, isFusedActivation } from "./epilogue.ts";
export * from "./activations.ts";
export * from "./nn.ts";
export {
  conv,
  type ConvOptions,
  convTranspose,
  type ConvTransposeOptions,
  type DataFormat,
  depthwiseConv,
  separableConv,
  type WindowOptions,
} from "./convolution.ts";
export { averagePool, maxPool, type PoolOptions } from "./pooling.ts";
export * as image from "./image.ts";
export * from "./normalization.ts";
export * from "./random.ts";
export { asDType, asFloat, asFloatPair, asTensor } from "./operand.ts";
