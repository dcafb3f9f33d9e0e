/**
 * How kernels reach values: in place, on whatever host backend they live, and by offsets that
 * follow from shapes and strides.
 *
 * @module
 */

import type { Kernel, Operand } from "../../../core/backend.ts";
import type { DType, TypedArray } from "../../../core/dtype.ts";
import type { Primitive, PrimitiveAttributes } from "../../../core/primitives.ts";
import { type Shape, sizeOf, stridesOf } from "../../../core/shape.ts";

/** Kernels of some primitives, each with the attributes of its own. */
export type Kernels = { readonly [P in Primitive]?: Kernel<PrimitiveAttributes[P]> };

/** The values of an operand, in place. */
export function valuesOf({ storage, dtype, size }: Operand): TypedArray {
  return storage.backend.view!(storage, dtype, size);
}

/**
 * Where the elements of a shape lie, in row-major order: the element at index `i` at
 * `start + Σ i[axis] · strides[axis]`.
 */
export function offsetsOf(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const offsets = new Int32Array(sizeOf(shape));
  if (offsets.length === 0) return offsets;
  offsets[0] = start;
  let filled = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    for (let i = 1; i < shape[axis]; i++) {
      for (let j = 0; j < filled; j++) offsets[i * filled + j] = offsets[j] + i * strides[axis];
    }
    filled *= shape[axis];
  }
  return offsets;
}

/**
 * Where the elements of a shape lie when they are read as those of a wider one: NumPy's
 * broadcasting.
 */
export function broadcastOffsets(shape: Shape, wider: Shape): Int32Array {
  const own = stridesOf(shape);
  const missing = wider.length - shape.length;
  const strides = wider.map((_, axis) =>
    axis < missing || shape[axis - missing] === 1 ? 0 : own[axis - missing]
  );
  return offsetsOf(wider, strides);
}

/** A shape seen as three axes: those before one axis, the axis, those after it. */
export function aroundAxis(
  shape: Shape,
  axis: number,
): [before: number, length: number, after: number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis], sizeOf(shape.slice(axis + 1))];
}

/**
 * A value as a dtype holds it. Floats become int32 by truncation, saturating at the ends, NaN
 * becoming 0; what is not 0, NaN too, is true.
 */
export function convert(value: number, dtype: DType): number {
  if (dtype === "bool") return Number(value !== 0);
  if (dtype !== "int32") return value;
  return Math.min(Math.max(Math.trunc(value), -(2 ** 31)), 2 ** 31 - 1) || 0;
}
