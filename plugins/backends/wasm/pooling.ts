/**
 * Kernels of pooling.
 *
 * @module
 */

import type { Kernel, Operand } from "../../../core/backend.ts";
import { marginsOf, type Pooling, spatialDims } from "../../../core/windows.ts";
import type { Engine } from "./engine.ts";
import { addressOf, type KernelEntries, product } from "./operands.ts";
import {
  type Axis,
  clear,
  COVER,
  MOST_TAPS,
  type Plan,
  POOL,
  runWindows,
  slidingAxes,
  takesWindows,
} from "./windows.ts";

/** Runs one kind of pooling; `x` is what windows slide over, or its gradient. */
function pool(
  engine: Engine,
  kind: number,
  x: Operand,
  y: Operand,
  attributes: Pooling,
  other = 0,
  third = 0,
): void {
  if (x.size === 0 || y.size === 0) {
    return;
  }
  const { size, strides } = attributes;
  const margins = marginsOf(attributes, spatialDims(x.shape), size);
  const axes = slidingAxes(x.shape, y.shape, size, strides, size.map(() => 1), margins);
  const channels = x.shape[x.shape.length - 1];
  const plan: Plan = {
    source: addressOf(x),
    target: addressOf(y),
    other,
    third,
    images: x.shape[0],
    sourceImage: x.size / x.shape[0],
    channels,
    filters: channels,
    groups: 1,
    otherRow: 0,
    targetRow: channels,
    sourceGroup: 0,
    otherGroup: 0,
    targetGroup: 0,
    activation: 0,
    pieces: 1,
    cover: coverOf(axes),
  };
  runWindows(engine, plan, axes, 0, () => engine.kernels.pool(kind));
}

function coverOf(axes: readonly Axis[]): number {
  if (axes.some(({ stride, taps }) => stride < taps)) return COVER.overlap;
  const isFull = axes.every(({ windows, stride, start, length, taps }) =>
    stride === taps && start + windows * stride >= length
  );
  return isFull ? COVER.tile : COVER.gaps;
}

function takesPool(inputs: readonly Operand[], { size }: Pooling): boolean {
  return takesWindows(inputs) && product(size, 0, size.length) <= MOST_TAPS;
}

function poolKernel(engine: Engine, kind: number): Kernel<Pooling> {
  return {
    accepts: takesPool,
    run: ([x], [y], attributes) => pool(engine, kind, x, y, attributes),
  };
}

function maxPoolGradientKernel(engine: Engine): Kernel<Pooling> {
  return {
    accepts: takesPool,
    run([x, y, g], [dx], attributes) {
      if (g.size === 0) clear(engine, dx);
      else pool(engine, POOL.maximumGradient, x, g, attributes, addressOf(dx), addressOf(y));
    },
  };
}

function averagePoolGradientKernel(engine: Engine): Kernel<Pooling> {
  return {
    accepts: takesPool,
    run([g], [dx], attributes) {
      if (g.size === 0) clear(engine, dx);
      else pool(engine, POOL.meanGradient, dx, g, attributes);
    },
  };
}

/** The kernels of this file. */
export function poolingKernels(engine: Engine): KernelEntries {
  return [
    ["maxPool", poolKernel(engine, POOL.maximum)],
    ["maxPoolGradient", maxPoolGradientKernel(engine)],
    ["averagePool", poolKernel(engine, POOL.mean)],
    ["averagePoolGradient", averagePoolGradientKernel(engine)],
    ["poolArgmax", poolKernel(engine, POOL.place)],
  ];
}
