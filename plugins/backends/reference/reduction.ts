/**
 * What folds axes away, or runs along one. Sums and products of floats are kept in float64 and
 * rounded once; those of int32 wrap.
 *
 * @module
 */

import type { Kernel } from "../../../core/backend.ts";
import { isFloating } from "../../../core/dtype.ts";
import type { PrimitiveAttributes } from "../../../core/primitives.ts";
import { stridesOf } from "../../../core/shape.ts";
import { aroundAxis, type Kernels, offsetsOf, valuesOf } from "./_values.ts";

type Step = (total: number, x: number) => number;

const add: Step = (total, x) => total + x;
const addWhole: Step = (total, x) => (total + x) | 0;
const multiply: Step = (total, x) => total * x;

/**
 * A kernel that folds the reduced axes into one value, which `finish` sees beside their number of
 * elements.
 */
function fold(
  start: number,
  step: Step,
  stepWhole: Step = step,
  finish: (total: number, count: number) => number = (total) => total,
): Kernel<PrimitiveAttributes["sum"]> {
  return {
    run([x], [out], { axes }) {
      const f = isFloating(out.dtype) ? step : stepWhole;
      const [values, result] = [valuesOf(x), valuesOf(out)];
      const strides = stridesOf(x.shape);
      const offsetsAlong = (some: number[]): Int32Array =>
        offsetsOf(some.map((axis) => x.shape[axis]), some.map((axis) => strides[axis]));
      const all = x.shape.map((_, axis) => axis);
      const kept = offsetsAlong(all.filter((axis) => !axes.includes(axis)));
      const reduced = offsetsAlong(all.filter((axis) => axes.includes(axis)));
      for (let i = 0; i < result.length; i++) {
        let total = start;
        for (let j = 0; j < reduced.length; j++) total = f(total, values[kept[i] + reduced[j]]);
        result[i] = finish(total, reduced.length);
      }
    },
  };
}

/** A kernel that finds the first element of an axis that no other beats; NaN beats every number. */
function argFold(beats: (a: number, b: number) => boolean): Kernel<PrimitiveAttributes["argmax"]> {
  return {
    run([x], [out], { axis }) {
      const [values, result] = [valuesOf(x), valuesOf(out)];
      const [before, length, after] = aroundAxis(x.shape, axis);
      for (let b = 0; b < before; b++) {
        for (let a = 0; a < after; a++) {
          const at = (i: number): number => values[(b * length + i) * after + a];
          let best = 0;
          for (let i = 1; i < length; i++) {
            const firstNaN = Number.isNaN(at(i)) && !Number.isNaN(at(best));
            if (firstNaN || beats(at(i), at(best))) best = i;
          }
          result[b * after + a] = best;
        }
      }
    },
  };
}

/** Kernels of the reductions. */
export const reduction = {
  sum: fold(0, add, addWhole),
  mean: fold(0, add, add, (total, count) => total / count),
  prod: fold(1, multiply, Math.imul),
  max: fold(-Infinity, Math.max),
  min: fold(Infinity, Math.min),
  argmax: argFold((a, b) => a > b),
  argmin: argFold((a, b) => a < b),

  cumsum: {
    run([x], [out], { axis, reverse }) {
      const step = isFloating(out.dtype) ? add : addWhole;
      const [values, result] = [valuesOf(x), valuesOf(out)];
      const [before, length, after] = aroundAxis(x.shape, axis);
      for (let b = 0; b < before; b++) {
        for (let a = 0; a < after; a++) {
          let total = 0;
          for (let i = 0; i < length; i++) {
            const place = (b * length + (reverse ? length - 1 - i : i)) * after + a;
            total = step(total, values[place]);
            result[place] = total;
          }
        }
      }
    },
  },
} satisfies Kernels;
