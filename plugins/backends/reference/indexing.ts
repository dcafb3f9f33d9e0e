/**
 * What reads and writes at indices. Negative indices count from the end; one that is out of range
 * throws before anything is written.
 *
 * @module
 */

import type { Operand } from "../../../core/backend.ts";
import { makeArray, type TypedArray } from "../../../core/dtype.ts";
import { rangeError } from "../../../core/errors.ts";
import { aroundAxis, convert, type Kernels, valuesOf } from "./_values.ts";

/** The indices counted from the front. */
function resolveIndices(
  operation: string,
  indices: Operand,
  axis: number,
  length: number,
): TypedArray {
  return valuesOf(indices).map((index, position) => {
    if (index < -length || index >= length) {
      throw rangeError(
        "index.range",
        `Cannot ${operation} along axis ${axis} as index ${index} at position ${position} is ` +
          `out of range: the axis has ${rangeOf(length)}`,
      );
    }
    return index < 0 ? index + length : index;
  });
}

function rangeOf(length: number): string {
  if (length === 0) return "no entries";
  const entries = length === 1 ? "1 entry" : `${length} entries`;
  return `${entries}; give indices from ${-length} to ${length - 1}`;
}

/** Zeros in which the elements of an output add up: int32 wraps, all else in float64. */
function accumulatorFor(out: Operand): Int32Array | Float64Array {
  return makeArray(out.dtype === "int32" ? "int32" : "float64", out.size);
}

/** Writes sums into an output: floats are rounded once, and any truth at a place makes it true. */
function writeSums(total: TypedArray, out: Operand): void {
  const result = valuesOf(out);
  for (let i = 0; i < result.length; i++) result[i] = convert(total[i], out.dtype);
}

/** Kernels of the indexings. */
export const indexing = {
  take: {
    run([x, indices], [out], { axis }) {
      const [before, length, after] = aroundAxis(x.shape, axis);
      const from = resolveIndices("take", indices, axis, length);
      const [values, result] = [valuesOf(x), valuesOf(out)];
      let place = 0;
      for (let b = 0; b < before; b++) {
        for (let i = 0; i < from.length; i++) {
          const start = (b * length + from[i]) * after;
          for (let a = 0; a < after; a++) result[place++] = values[start + a];
        }
      }
    },
  },

  scatterAdd: {
    run([updates, indices], [out], { axis, size }) {
      const [before, , after] = aroundAxis(out.shape, axis);
      const to = resolveIndices("scatter", indices, axis, size);
      const [values, total] = [valuesOf(updates), accumulatorFor(out)];
      let place = 0;
      for (let b = 0; b < before; b++) {
        for (let i = 0; i < to.length; i++) {
          const start = (b * size + to[i]) * after;
          for (let a = 0; a < after; a++) total[start + a] += values[place++];
        }
      }
      writeSums(total, out);
    },
  },

  takeAlongAxis: {
    run([x, indices], [out], { axis }) {
      const [, length, after] = aroundAxis(x.shape, axis);
      const from = resolveIndices("take", indices, axis, length);
      const [values, result] = [valuesOf(x), valuesOf(out)];
      const perBlock = out.shape[axis] * after;
      for (let i = 0; i < result.length; i++) {
        const block = Math.floor(i / perBlock);
        result[i] = values[(block * length + from[i]) * after + i % after];
      }
    },
  },

  scatterAddAlongAxis: {
    run([updates, indices], [out], { axis, size }) {
      const [, length, after] = aroundAxis(updates.shape, axis);
      const to = resolveIndices("scatter", indices, axis, size);
      const [values, total] = [valuesOf(updates), accumulatorFor(out)];
      const perBlock = length * after;
      for (let i = 0; i < values.length; i++) {
        const block = Math.floor(i / perBlock);
        total[(block * size + to[i]) * after + i % after] += values[i];
      }
      writeSums(total, out);
    },
  },

  scatterUpdate: {
    run([x, indices, updates], [out]) {
      const [, length, after] = aroundAxis(x.shape, 0);
      const to = resolveIndices("scatter", indices, 0, length);
      const [values, result] = [valuesOf(updates), valuesOf(out)];
      result.set(valuesOf(x));
      for (let i = 0; i < values.length; i++) {
        result[to[Math.floor(i / after)] * after + i % after] = values[i];
      }
    },
  },
} satisfies Kernels;
