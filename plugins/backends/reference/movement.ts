/**
 * What moves elements without computing. Each of these is one copy: elements in row-major order of
 * some shape, from where strides say, to where strides say.
 *
 * @module
 */

import type { TypedArray } from "../../../core/dtype.ts";
import { stridesOf } from "../../../core/shape.ts";
import { broadcastOffsets, convert, type Kernels, offsetsOf, valuesOf } from "./_values.ts";

function copyFrom(values: TypedArray, from: Int32Array, result: TypedArray): void {
  for (let i = 0; i < from.length; i++) result[i] = values[from[i]];
}

function copyTo(values: TypedArray, result: TypedArray, to: Int32Array): void {
  for (let i = 0; i < to.length; i++) result[to[i]] = values[i];
}

/** The offset of an index. */
function offsetAt(index: readonly number[], strides: readonly number[]): number {
  return index.reduce((offset, i, axis) => offset + i * strides[axis], 0);
}

/** Kernels of the moves. */
export const movement = {
  reshape: {
    run([x], [out]) {
      valuesOf(out).set(valuesOf(x));
    },
  },

  transpose: {
    run([x], [out], { axes }) {
      const strides = stridesOf(x.shape);
      const from = offsetsOf(out.shape, axes.map((axis) => strides[axis]));
      copyFrom(valuesOf(x), from, valuesOf(out));
    },
  },

  broadcastTo: {
    run([x], [out]) {
      copyFrom(valuesOf(x), broadcastOffsets(x.shape, out.shape), valuesOf(out));
    },
  },

  slice: {
    run([x], [out], { start, strides: steps }) {
      const strides = stridesOf(x.shape);
      const stepped = strides.map((stride, axis) => stride * steps[axis]);
      const from = offsetsOf(out.shape, stepped, offsetAt(start, strides));
      copyFrom(valuesOf(x), from, valuesOf(out));
    },
  },

  pad: {
    run([x], [out], { low, interior, value }) {
      const result = valuesOf(out).fill(convert(value, out.dtype));
      const strides = stridesOf(out.shape);
      const spread = strides.map((stride, axis) => stride * (1 + interior[axis]));
      copyTo(valuesOf(x), result, offsetsOf(x.shape, spread, offsetAt(low, strides)));
    },
  },

  concatenate: {
    run(inputs, [out], { axis }) {
      const result = valuesOf(out);
      const strides = stridesOf(out.shape);
      let start = 0;
      for (const x of inputs) {
        copyTo(valuesOf(x), result, offsetsOf(x.shape, strides, start));
        start += x.shape[axis] * strides[axis];
      }
    },
  },

  flip: {
    run([x], [out], { axes }) {
      const strides = stridesOf(x.shape);
      const last = x.shape.map((d, axis) => axes.includes(axis) ? d - 1 : 0);
      const backwards = strides.map((stride, axis) => axes.includes(axis) ? -stride : stride);
      copyFrom(valuesOf(x), offsetsOf(x.shape, backwards, offsetAt(last, strides)), valuesOf(out));
    },
  },
} satisfies Kernels;
