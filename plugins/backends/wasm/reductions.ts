/**
 * Kernels that reduce axes, or run along one.
 *
 * @module
 */

import type { Kernel, Operand } from "../../../core/backend.ts";
import type { Engine } from "./engine.ts";
import { addressOf, DTYPE_CODES, type KernelEntries, product } from "./operands.ts";

/** The reductions, in the order of the kernels. */
const SUM = 0;
const MAX = 1;
const MIN = 2;
const PROD = 3;

/** The dtype code of float32. */
const SINGLE = 0;
/** Bytes of an element by dtype code. */
const BYTES = [4, 8, 4, 1];

/**
 * One pass for each run of neighbouring axes, from the last one on. Where the result has another dtype, as the sum of
 * truths does, the input is converted first.
 */
function reductionKernel(engine: Engine, code: number, mean = false): Kernel {
  const { kernels, borrow, giveBack } = engine;
  return {
    run([x], [y], { axes }: { axes: readonly number[] }) {
      const dtype = DTYPE_CODES[y.dtype];
      let shape = x.shape;
      let borrowed = x.dtype === y.dtype ? 0 : borrow(x.size * BYTES[dtype]);
      let [from, divisor] = [borrowed || addressOf(x), 1];
      if (borrowed !== 0) {
        kernels.cast(DTYPE_CODES[x.dtype], dtype, addressOf(x), borrowed, x.size);
      }
      let end = axes.length;
      do {
        let start = Math.max(0, end - 1);
        while (start > 0 && axes[start - 1] === axes[start] - 1) start--;
        const low = end === 0 ? shape.length : axes[start];
        const high = end === 0 ? shape.length : axes[end - 1] + 1;
        const outer = product(shape, 0, low);
        const k = product(shape, low, high);
        const inner = product(shape, high, shape.length);
        if (mean) divisor *= k;
        const last = start === 0;
        const to = last ? addressOf(y) : borrow(outer * inner * BYTES[dtype]);
        kernels.reduce(code, dtype, from, to, outer, k, inner, last ? divisor : 1);
        if (borrowed !== 0) giveBack(borrowed);
        from = borrowed = to;
        end = start;
        if (!last) shape = [...shape.slice(0, low), ...shape.slice(high)];
      } while (end > 0);
    },
  };
}

/**
 * A running mean takes in values without weights: total' = total + share times the sum of the values, count' = count +
 * share times their number.
 */
function meanUpdateKernel(engine: Engine): Kernel<{ share: number }> {
  const { kernels, memory, borrow, giveBack } = engine;
  return {
    accepts: ([total, count, values, weights]) =>
      weights === undefined && total.dtype === "float32" && count.dtype === "float32" &&
      (values.dtype === "float32" || values.dtype === "bool"),
    run([total, count, values], [nextTotal, nextCount], { share }) {
      const { size, dtype } = values;
      const sum = borrow(16 + (dtype === "bool" ? 4 * size : 0));
      let from = addressOf(values);
      if (dtype === "bool") {
        kernels.cast(DTYPE_CODES.bool, SINGLE, from, sum + 16, size);
        from = sum + 16;
      }
      kernels.reduce(SUM, SINGLE, from, sum, 1, size, 1, 1);
      const { float32 } = memory;
      float32[addressOf(nextTotal) >>> 2] = float32[addressOf(total) >>> 2] +
        Math.fround(float32[sum >>> 2] * share);
      float32[addressOf(nextCount) >>> 2] = float32[addressOf(count) >>> 2] + share * size;
      giveBack(sum);
    },
  };
}

/** The three sizes around an axis: before, of, behind it. */
function around(x: Operand, axis: number): [outer: number, k: number, inner: number] {
  const { shape } = x;
  return [product(shape, 0, axis), shape[axis], product(shape, axis + 1, shape.length)];
}

function argKernel({ kernels }: Engine, least: number): Kernel {
  return {
    run([x], [y], { axis }: { axis: number }) {
      const dtype = DTYPE_CODES[x.dtype];
      kernels.argReduce(least, dtype, addressOf(x), addressOf(y), ...around(x, axis));
    },
  };
}

function cumsumKernel({ kernels }: Engine): Kernel {
  return {
    accepts: ([x]) => x.dtype !== "bool",
    run([x], [y], { axis, reverse }: { axis: number; reverse: boolean }) {
      const dtype = DTYPE_CODES[x.dtype];
      kernels.cumsum(reverse ? 1 : 0, dtype, addressOf(x), addressOf(y), ...around(x, axis));
    },
  };
}

function argsortKernel({ kernels, borrow, giveBack }: Engine): Kernel {
  return {
    run([x], [y], { axis, descending }: { axis: number; descending: boolean }) {
      const spare = borrow(x.shape[axis] * 8);
      const [order, dtype] = [descending ? 1 : 0, DTYPE_CODES[x.dtype]];
      kernels.argsort(order, dtype, addressOf(x), addressOf(y), spare, ...around(x, axis));
      giveBack(spare);
    },
  };
}

/** The kernels of this file. */
export function reductionKernels(engine: Engine): KernelEntries {
  return [
    ["sum", reductionKernel(engine, SUM)],
    ["mean", reductionKernel(engine, SUM, true)],
    ["max", reductionKernel(engine, MAX)],
    ["min", reductionKernel(engine, MIN)],
    ["prod", reductionKernel(engine, PROD)],
    ["meanUpdate", meanUpdateKernel(engine)],
    ["argmax", argKernel(engine, 0)],
    ["argmin", argKernel(engine, 1)],
    ["cumsum", cumsumKernel(engine)],
    ["argsort", argsortKernel(engine)],
  ];
}
