/**
 * What puts elements in order.
 *
 * @module
 */

import { aroundAxis, type Kernels, valuesOf } from "./_values.ts";

/** Which of two comes first in ascending order: NaN counts as the greatest, −0 and 0 are equal. */
function ascending(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

/** Kernels of the orderings. */
export const sorting = {
  /** Ties keep their order in both directions. */
  argsort: {
    run([x], [out], { axis, descending }) {
      const [values, result] = [valuesOf(x), valuesOf(out)];
      const [before, length, after] = aroundAxis(x.shape, axis);
      const direction = descending ? -1 : 1;
      for (let b = 0; b < before; b++) {
        for (let a = 0; a < after; a++) {
          const place = (i: number): number => (b * length + i) * after + a;
          Int32Array.from({ length }, (_, i) => i)
            .sort((i, j) => direction * ascending(values[place(i)], values[place(j)]))
            .forEach((from, i) => result[place(i)] = from);
        }
      }
    },
  },
} satisfies Kernels;
