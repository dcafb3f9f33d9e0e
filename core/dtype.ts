/**
 * Element types, the typed array of each, and the rules by which they mix.
 *
 * Promotion is a ladder: `bool < int32 < float32 < float64`; two tensors meet on the higher rung.
 * A plain JavaScript number is weak: it takes the tensor's dtype, except that a fractional number
 * lifts `bool` and `int32` to `float32`, and any number lifts `bool` to `int32`. True division and the functions
 * that leave the integers (`exp`, `sqrt`, `mean`, …) lift `bool` and `int32` to `float32`.
 *
 * @module
 */

import { errors } from "./errors.ts";

/** The element type of a tensor. */
export type DType = "float32" | "float64" | "int32" | "bool";

/** The typed array that holds the elements of a tensor: `bool` as 0 and 1 in bytes. */
export interface DTypeArrays {
  /** Single precision. */
  float32: Float32Array;
  /** Double precision. */
  float64: Float64Array;
  /** Whole numbers of 32 bits. */
  int32: Int32Array;
  /** Truth values, a byte each. */
  bool: Uint8Array;
}

/** Any typed array that a tensor of some dtype may be read as. */
export type TypedArray = DTypeArrays[DType];

/** All dtypes, in the order of promotion. */
export const DTYPES: readonly DType[] = ["bool", "int32", "float32", "float64"];

const BYTES: Record<DType, number> = { bool: 1, int32: 4, float32: 4, float64: 8 };
const RANK: Record<DType, number> = { bool: 0, int32: 1, float32: 2, float64: 3 };
const CONSTRUCTORS = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
} as const;

/** Says whether a value names a dtype. */
export function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(BYTES, value);
}

/**
 * A dtype, checked.
 *
 * @throws {RangeError} When it is none.
 */
export function checkDType(operation: string, dtype: DType): DType {
  if (isDType(dtype)) return dtype;
  throw errors.option(operation, "dtype", `one of ${DTYPES.join(", ")}`, dtype);
}

/** Bytes of one element. */
export function bytesPerElement(dtype: DType): number {
  return BYTES[dtype];
}

/** Says whether the dtype can carry gradients. */
export function isFloating(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** The dtype on which two tensors meet. */
export function promote(a: DType, b: DType): DType {
  return RANK[a] >= RANK[b] ? a : b;
}

/** The dtype in which a float function of a tensor of this dtype is computed. */
export function toFloating(dtype: DType): DType {
  return isFloating(dtype) ? dtype : "float32";
}

/** The dtype that a plain number takes beside a tensor of the given dtype. */
export function weakDType(value: number, beside: DType): DType {
  if (isFloating(beside)) return beside;
  if (!Number.isInteger(value)) return "float32";
  return "int32";
}

/** Makes a zero-filled typed array for `length` elements. */
export function makeArray<D extends DType>(dtype: D, length: number): DTypeArrays[D] {
  return new CONSTRUCTORS[dtype](length) as DTypeArrays[D];
}

/** Sees `length` elements of a buffer, from a byte offset on, as the dtype's typed array. */
export function viewArray<D extends DType>(
  dtype: D,
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): DTypeArrays[D] {
  return new CONSTRUCTORS[dtype](buffer as ArrayBuffer, byteOffset, length) as DTypeArrays[D];
}
