/**
 * Kernels that move values without changing them. All are one copy between strided arrays.
 *
 * @module
 */

import type { Kernel, Operand } from "../../../core/backend.ts";
import type { PrimitiveAttributes } from "../../../core/primitives.ts";
import type { Engine } from "./engine.ts";
import { MOST_AXES, SHAPES } from "./layout.ts";
import { addressOf, DTYPE_CODES, type KernelEntries, product } from "./operands.ts";

/** The logarithm of an element's size, by dtype code. */
const SHIFTS = [2, 3, 2, 0];

/** Where a fill value is put for the kernels: behind the shapes. */
const VALUE = SHAPES + 4 * 4 * MOST_AXES;

/** The copy under preparation: axes from the last one on, neighbours merged where both sides allow it. */
const copy = {
  axes: 0,
  sizes: new Int32Array(MOST_AXES),
  stridesX: new Int32Array(MOST_AXES),
  stridesY: new Int32Array(MOST_AXES),
};

/** Adds the next axis in front of those that are there. */
function addAxis(size: number, strideX: number, strideY: number): void {
  if (size === 1) return;
  const last = copy.axes - 1;
  if (
    last >= 0 && strideX === copy.stridesX[last] * copy.sizes[last] &&
    strideY === copy.stridesY[last] * copy.sizes[last]
  ) {
    copy.sizes[last] *= size;
    return;
  }
  copy.sizes[copy.axes] = size;
  copy.stridesX[copy.axes] = strideX;
  copy.stridesY[copy.axes++] = strideY;
}

/** Runs the prepared copy; offsets are in elements. */
function runCopy(
  engine: Engine,
  x: Operand,
  y: Operand,
  offsetX: number,
  offsetY: number,
): void {
  const shift = SHIFTS[DTYPE_CODES[x.dtype]];
  const bytes = 1 << shift;
  copyBetween(engine, shift, addressOf(x) + offsetX * bytes, addressOf(y) + offsetY * bytes);
}

/** Runs the prepared copy between addresses. */
function copyBetween(
  { kernels, memory }: Engine,
  shift: number,
  from: number,
  to: number,
): void {
  if (copy.axes === 0) addOne();
  const { axes, sizes, stridesX, stridesY } = copy;
  const base = SHAPES >>> 2;
  for (let i = 0; i < axes; i++) {
    const at = base + axes - 1 - i;
    memory.int32[at] = sizes[i];
    memory.int32[at + MOST_AXES] = stridesX[i];
    memory.int32[at + 2 * MOST_AXES] = stridesY[i];
  }
  copy.axes = 0;
  kernels.copyStrided(shift, from, to, axes);
}

/** Elements of 4 bytes, as the kernels count them. */
export const FOUR_BYTES = 2;

/** An axis of a copy: its size, and the elements from one to the next, where they are and where they go. */
export type CopiedAxis = readonly [size: number, strideFrom: number, strideTo: number];

/** Copies float32 values between strided arrays. */
export function copyStrided(
  engine: Engine,
  from: number,
  to: number,
  axes: readonly CopiedAxis[],
): void {
  for (let i = axes.length - 1; i >= 0; i--) addAxis(...axes[i]);
  copyBetween(engine, FOUR_BYTES, from, to);
}

/** A copy of one element still needs an axis. */
function addOne(): void {
  copy.sizes[0] = copy.stridesX[0] = copy.stridesY[0] = 1;
  copy.axes = 1;
}

function transposeKernel(engine: Engine): Kernel<PrimitiveAttributes["transpose"]> {
  return {
    run([x], [y], { axes }) {
      if (y.size === 0) return;
      let strideY = 1;
      for (let i = axes.length - 1; i >= 0; i--) {
        const size = y.shape[i];
        addAxis(size, product(x.shape, axes[i] + 1, x.shape.length), strideY);
        strideY *= size;
      }
      runCopy(engine, x, y, 0, 0);
    },
  };
}

function broadcastToKernel(engine: Engine): Kernel<PrimitiveAttributes["broadcastTo"]> {
  return {
    run([x], [y]) {
      if (y.size === 0) return;
      let [strideX, strideY] = [1, 1];
      for (let fromEnd = 1; fromEnd <= y.shape.length; fromEnd++) {
        const size = y.shape[y.shape.length - fromEnd];
        const sizeX = x.shape[x.shape.length - fromEnd] ?? 1;
        addAxis(size, sizeX === 1 ? 0 : strideX, strideY);
        strideX *= sizeX;
        strideY *= size;
      }
      runCopy(engine, x, y, 0, 0);
    },
  };
}

function sliceKernel(engine: Engine): Kernel<PrimitiveAttributes["slice"]> {
  return {
    run([x], [y], { start, strides }) {
      if (y.size === 0) return;
      let [strideX, strideY, offset] = [1, 1, 0];
      for (let i = x.shape.length - 1; i >= 0; i--) {
        offset += start[i] * strideX;
        addAxis(y.shape[i], strides[i] * strideX, strideY);
        strideX *= x.shape[i];
        strideY *= y.shape[i];
      }
      runCopy(engine, x, y, offset, 0);
    },
  };
}

function flipKernel(engine: Engine): Kernel<PrimitiveAttributes["flip"]> {
  return {
    run([x], [y], { axes }) {
      if (y.size === 0) return;
      let [stride, offset] = [1, 0];
      for (let i = x.shape.length - 1; i >= 0; i--) {
        const turned = axes.includes(i);
        if (turned) offset += (x.shape[i] - 1) * stride;
        addAxis(x.shape[i], turned ? -stride : stride, stride);
        stride *= x.shape[i];
      }
      runCopy(engine, x, y, offset, 0);
    },
  };
}

/** Fills with the value, then puts x in its place; what negative padding cuts off is not copied. */
function padKernel(engine: Engine): Kernel<PrimitiveAttributes["pad"]> {
  const { kernels, memory } = engine;
  return {
    run([x], [y], { low, high, interior, value }) {
      const dtype = x.dtype;
      if (dtype === "float64") memory.float64[VALUE >>> 3] = value;
      else if (dtype === "float32") memory.float32[VALUE >>> 2] = value;
      else if (dtype === "int32") memory.int32[VALUE >>> 2] = value;
      else memory.uint8[VALUE] = value === 0 ? 0 : 1;
      if (y.size === 0) return;
      kernels.fill(SHIFTS[DTYPE_CODES[dtype]], VALUE, addressOf(y), y.size);
      if (x.size === 0) return;
      let [strideX, strideY, offsetX, offsetY] = [1, 1, 0, 0];
      for (let i = x.shape.length - 1; i >= 0; i--) {
        const step = interior[i] + 1;
        const first = low[i] < 0 ? Math.ceil(-low[i] / step) : 0;
        const last = high[i] < 0 ? Math.floor((y.shape[i] - 1 - low[i]) / step) : x.shape[i] - 1;
        if (last < first) {
          copy.axes = 0;
          return;
        }
        offsetX += first * strideX;
        offsetY += (low[i] + first * step) * strideY;
        addAxis(last - first + 1, strideX, step * strideY);
        strideX *= x.shape[i];
        strideY *= y.shape[i];
      }
      runCopy(engine, x, y, offsetX, offsetY);
    },
  };
}

function concatenateKernel(engine: Engine): Kernel<PrimitiveAttributes["concatenate"]> {
  return {
    accepts: (inputs) => inputs.every((x) => x.dtype === inputs[0].dtype),
    run(inputs, [y], { axis }) {
      if (y.size === 0) return;
      const inner = product(y.shape, axis + 1, y.shape.length);
      const outer = product(y.shape, 0, axis);
      let offset = 0;
      for (const x of inputs) {
        if (x.size === 0) continue;
        const row = x.shape[axis] * inner;
        addAxis(row, 1, 1);
        addAxis(outer, row, y.shape[axis] * inner);
        runCopy(engine, x, y, 0, offset);
        offset += row;
      }
    },
  };
}

/** The kernels of this file. */
export function movementKernels(engine: Engine): KernelEntries {
  return [
    ["transpose", transposeKernel(engine)],
    ["broadcastTo", broadcastToKernel(engine)],
    ["slice", sliceKernel(engine)],
    ["flip", flipKernel(engine)],
    ["pad", padKernel(engine)],
    ["concatenate", concatenateKernel(engine)],
  ];
}
