/**
 * Kernels that read and write through indices.
 *
 * @module
 */

import type { Kernel, Operand } from "../../../core/backend.ts";
import { rangeError } from "../../../core/errors.ts";
import type { Engine } from "./engine.ts";
import { addressOf, DTYPE_CODES, type KernelEntries, product } from "./operands.ts";

interface AlongAxis {
  axis: number;
}

interface Scatter extends AlongAxis {
  size: number;
}

/** Throws where a kernel found an index out of range: it then has written nothing. */
function check(
  { memory }: Engine,
  action: string,
  axis: number,
  indices: Operand,
  size: number,
  bad: number,
): void {
  if (bad < 0) return;
  const index = memory.int32[(addressOf(indices) >>> 2) + bad];
  const entries = size === 1 ? "1 entry" : `${size} entries`;
  const range = size === 0 ? "no entries" : `${entries}; give indices from ${-size} to ${size - 1}`;
  throw rangeError(
    "index.range",
    `Cannot ${action} along axis ${axis} as index ${index} at position ${bad} is out of range: the axis has ${range}`,
  );
}

function takeKernel(engine: Engine): Kernel<AlongAxis> {
  return {
    run([x, indices], [y], { axis }) {
      const [outer, size] = [product(x.shape, 0, axis), x.shape[axis]];
      const inner = product(x.shape, axis + 1, x.shape.length);
      const bad = engine.kernels.take(
        DTYPE_CODES[x.dtype],
        addressOf(x),
        addressOf(indices),
        addressOf(y),
        outer,
        size,
        indices.size,
        inner,
      );
      check(engine, "take", axis, indices, size, bad);
    },
  };
}

function scatterAddKernel(engine: Engine): Kernel<Scatter> {
  return {
    accepts: ([updates]) => updates.dtype !== "bool",
    run([updates, indices], [y], { axis, size }) {
      const outer = product(updates.shape, 0, axis);
      const inner = product(y.shape, axis + 1, y.shape.length);
      const bad = engine.kernels.scatterAdd(
        DTYPE_CODES[updates.dtype],
        addressOf(updates),
        addressOf(indices),
        addressOf(y),
        outer,
        size,
        indices.size,
        inner,
      );
      check(engine, "scatter", axis, indices, size, bad);
    },
  };
}

function takeAlongAxisKernel(engine: Engine): Kernel<AlongAxis> {
  return {
    run([x, indices], [y], { axis }) {
      const bad = engine.kernels.takeAlong(
        DTYPE_CODES[x.dtype],
        addressOf(x),
        addressOf(indices),
        addressOf(y),
        product(y.shape, 0, axis),
        x.shape[axis],
        y.shape[axis],
        product(y.shape, axis + 1, y.shape.length),
      );
      check(engine, "take", axis, indices, x.shape[axis], bad);
    },
  };
}

function scatterAddAlongAxisKernel(engine: Engine): Kernel<Scatter> {
  return {
    accepts: ([updates]) => updates.dtype !== "bool",
    run([updates, indices], [y], { axis, size }) {
      const bad = engine.kernels.scatterAddAlong(
        DTYPE_CODES[updates.dtype],
        addressOf(updates),
        addressOf(indices),
        addressOf(y),
        product(updates.shape, 0, axis),
        size,
        updates.shape[axis],
        product(updates.shape, axis + 1, updates.shape.length),
      );
      check(engine, "scatter", axis, indices, size, bad);
    },
  };
}

function scatterUpdateKernel(engine: Engine): Kernel {
  return {
    accepts: ([x, , updates]) => x.dtype === updates.dtype,
    run([x, indices, updates], [y]) {
      const bad = engine.kernels.scatterUpdate(
        DTYPE_CODES[x.dtype],
        addressOf(x),
        addressOf(indices),
        addressOf(updates),
        addressOf(y),
        x.shape[0],
        indices.size,
        product(x.shape, 1, x.shape.length),
      );
      check(engine, "scatter", 0, indices, x.shape[0], bad);
    },
  };
}

/** The kernels of this file. */
export function indexingKernels(engine: Engine): KernelEntries {
  return [
    ["take", takeKernel(engine)],
    ["scatterAdd", scatterAddKernel(engine)],
    ["takeAlongAxis", takeAlongAxisKernel(engine)],
    ["scatterAddAlongAxis", scatterAddAlongAxisKernel(engine)],
    ["scatterUpdate", scatterUpdateKernel(engine)],
  ];
}
