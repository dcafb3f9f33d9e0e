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
export * from "./nn.ts";
export * from "./random.ts";
export { asDType, asFloat, asFloatPair, asTensor } from "./operand.ts";
