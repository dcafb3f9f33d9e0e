/**
 * What the kernel tables share: addresses, dtype codes, and the merging of axes for broadcasting.
 *
 * @module
 */

import type { Kernel, Operand } from "../../../core/backend.ts";
import type { DType } from "../../../core/dtype.ts";
import { MOST_AXES, SHAPES } from "./layout.ts";

/** Kernels of one family, by name. */
export type KernelEntries = Iterable<readonly [string, Kernel]>;

/** How the kernels count element types. */
export const DTYPE_CODES: Readonly<Record<DType, number>> = {
  float32: 0,
  float64: 1,
  int32: 2,
  bool: 3,
};

/** Where an operand's values begin. */
export function addressOf(operand: Operand): number {
  return operand.storage.handle as number;
}

/** Says whether all operands are float32. */
export function allFloat32(operands: readonly Operand[]): boolean {
  for (let i = 0; i < operands.length; i++) if (operands[i].dtype !== "float32") return false;
  return true;
}

/** The axes of a broadcast operation after merging, as {@linkcode mergeAxes} leaves them. */
export const merged = {
  /** How many axes lie outside the innermost one. */
  outer: 0,
  /** The size of the innermost axis. */
  inner: 1,
  /** Which operands (bits, from the first) have one value for the whole innermost axis. */
  single: 0,
};

const sizes = new Int32Array(MOST_AXES);
const flags = new Int32Array(MOST_AXES);

/**
 * Merges neighbouring axes along which the same operands broadcast. Sizes and strides of the outer axes go to the
 * kernels' block of shapes; the rest to {@linkcode merged}.
 */
export function mergeAxes(
  operands: readonly Operand[],
  shape: readonly number[],
  int32: Int32Array,
): void {
  let groups = 0;
  for (let axis = shape.length - 1, fromEnd = 1; axis >= 0; axis--, fromEnd++) {
    const size = shape[axis];
    if (size === 1) continue;
    let flag = 0;
    for (let i = 0; i < operands.length; i++) {
      const dims = operands[i].shape;
      if (fromEnd > dims.length || dims[dims.length - fromEnd] === 1) flag |= 1 << i;
    }
    if (groups > 0 && flags[groups - 1] === flag) sizes[groups - 1] *= size;
    else {
      sizes[groups] = size;
      flags[groups++] = flag;
    }
  }
  merged.outer = Math.max(0, groups - 1);
  merged.inner = groups === 0 ? 1 : sizes[0];
  merged.single = groups === 0 ? 0 : flags[0];
  for (let i = -1; i < operands.length; i++) {
    const base = (SHAPES >>> 2) + (i + 1) * MOST_AXES + merged.outer;
    let stride = i < 0 || (merged.single & (1 << i)) !== 0 ? 1 : merged.inner;
    for (let group = 1; group < groups; group++) {
      if (i < 0) int32[base - group] = sizes[group];
      else if ((flags[group] & (1 << i)) !== 0) int32[base - group] = 0;
      else {
        int32[base - group] = stride;
        stride *= sizes[group];
      }
    }
  }
}

/** The product of the sizes of axes `from` to `to`. */
export function product(shape: readonly number[], from: number, to: number): number {
  let size = 1;
  for (let i = from; i < to; i++) size *= shape[i];
  return size;
}
