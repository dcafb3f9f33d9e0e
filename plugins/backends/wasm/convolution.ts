/**
 * Kernels of convolution and its gradients.
 *
 * @module
 */

import type { Kernel, Operand } from "../../../core/backend.ts";
import {
  type Convolution,
  type InputGradient,
  type KernelGradient,
  marginsOf,
  spanOf,
  spatialDims,
} from "../../../core/windows.ts";
import type { Engine } from "./engine.ts";
import { ZERO } from "./layout.ts";
import { ACTIVATIONS } from "./matmul.ts";
import { type CopiedAxis, copyStrided, FOUR_BYTES } from "./movement.ts";
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

/** Addition, of float32, as the reductions count them. */
const SUM = 0;
const SINGLE = 0;
const TRANSPOSE_B = 2;

/** A convolution as the kernels see it: what its three operands have in common. */
interface Placement {
  readonly plan: Plan;
  readonly axes: Axis[];
  /** Of the kernel. */
  readonly size: readonly number[];
  /** Whether the kernel has one element, and each place of the input its window. */
  readonly isPointwise: boolean;
  /** Whether each channel has a filter of its own. */
  readonly isDepthwise: boolean;
}

function place(
  x: Operand,
  kernel: Operand,
  y: Operand,
  attributes: Convolution,
): Placement {
  const { groups, strides, dilations } = attributes;
  const size = kernel.shape.slice(0, -2);
  const [channels, filters] = [kernel.shape[size.length], kernel.shape[size.length + 1]];
  const spans = size.map((n, i) => spanOf(n, dilations[i]));
  const margins = marginsOf(attributes, spatialDims(x.shape), spans);
  const axes = slidingAxes(x.shape, y.shape, size, strides, dilations, margins);
  const plan: Plan = {
    source: addressOf(x),
    target: addressOf(y),
    other: addressOf(kernel),
    third: 0,
    images: x.shape[0],
    sourceImage: product(x.shape, 1, x.shape.length),
    channels,
    filters: filters / groups,
    groups,
    otherRow: filters,
    targetRow: filters,
    sourceGroup: channels,
    otherGroup: filters / groups,
    targetGroup: filters / groups,
    activation: 0,
    pieces: 1,
    cover: COVER.overlap,
  };
  const taps = product(size, 0, size.length);
  const isPointwise = groups === 1 && taps === 1 && strides.every((n) => n === 1) &&
    margins.every(([low, high]) => low === 0 && high === 0);
  const isDepthwise = channels === 1 && filters === groups && groups > 1 && taps <= MOST_TAPS;
  if (isDepthwise) plan.channels = groups;
  return { plan, axes, size, isPointwise, isDepthwise };
}

/** Takes neighbouring taps along the last axis for one of more channels, where memory has them side by side. */
function joinTaps(plan: Plan, axes: readonly Axis[]): void {
  const last = axes[axes.length - 1];
  const end = last.start + (last.windows - 1) * last.stride + last.taps;
  if (plan.groups > 1 || last.tapStep !== 1 || last.start < 0 || end > last.length) return;
  plan.channels *= last.taps;
  last.taps = 1;
}

/** Up to so many columns, or of so few channels, reading windows costs as much as multiplying them. */
const FEW_FILTERS = 32;
const FEW_CHANNELS = 8;
/** How many times as large as without it an array with its padding may be. */
const MOST_PADDING = 2;

/**
 * Runs a kernel on windows that do not reach into the padding where copying the source into the middle of zeros pays:
 * then no window has to be asked which of its taps are there, and the taps of a line are neighbours.
 */
function withoutPadding(engine: Engine, plan: Plan, axes: readonly Axis[], run: () => void): void {
  const isDear = plan.filters <= FEW_FILTERS || plan.channels < FEW_CHANNELS;
  const low = axes.map(({ start }) => Math.max(0, -start));
  const padded = axes.map(({ windows, stride, start, length, taps, tapStep }, i) =>
    low[i] + Math.max(length, start + (windows - 1) * stride + (taps - 1) * tapStep + 1)
  );
  const lengths = axes.map(({ length }) => length);
  const size = product(padded, 0, padded.length);
  const original = product(lengths, 0, lengths.length);
  if (!isDear || size === original || size > MOST_PADDING * original) {
    run();
    return;
  }
  const { kernels, borrow, giveBack } = engine;
  const channels = axes[axes.length - 1].sourceStep;
  const images = plan.images;
  const source = borrow(images * size * channels * 4);
  kernels.fill(FOUR_BYTES, ZERO, source, images * size * channels);
  const copied: CopiedAxis[] = [[channels, 1, 1]];
  let [sourceStep, offset] = [channels, 0];
  for (let i = axes.length - 1; i >= 0; i--) {
    const axis = axes[i];
    copied.unshift([axis.length, axis.sourceStep, sourceStep]);
    offset += low[i] * sourceStep;
    axis.start += low[i];
    axis.length = padded[i];
    axis.sourceStep = sourceStep;
    sourceStep *= padded[i];
  }
  copied.unshift([images, plan.sourceImage, sourceStep]);
  copyStrided(engine, plan.source, source + offset * 4, copied);
  plan.source = source;
  plan.sourceImage = sourceStep;
  try {
    run();
  } finally {
    giveBack(source);
  }
}

/** Bytes of a kernel in strips of 8 columns. */
function packedBytes(groups: number, rows: number, columns: number): number {
  return groups * rows * Math.ceil(columns / 8) * 32;
}

/** y = act(x * kernel + bias). */
function convolve(
  engine: Engine,
  [x, kernel, bias]: readonly Operand[],
  y: Operand,
  attributes: Convolution,
  activation: number,
): void {
  if (y.size === 0) return;
  const { kernels } = engine;
  const { plan, axes, isPointwise, isDepthwise } = place(x, kernel, y, attributes);
  const { source, target, other, channels, filters } = plan;
  const third = bias === undefined ? 0 : addressOf(bias);
  if (isPointwise || kernel.size === 0) {
    const [rows, flags] = [y.size / filters, activation << 2];
    kernels.matmul(source, other, target, third, rows, filters, channels, flags, 1);
    return;
  }
  plan.third = third;
  plan.activation = activation;
  if (isDepthwise) {
    runWindows(engine, plan, axes, 0, () => kernels.pool(POOL.depthwise));
    return;
  }
  slide(engine, plan, axes);
}

/** Multiplies windows by a kernel. */
function slide(engine: Engine, plan: Plan, axes: readonly Axis[]): void {
  const taps = axes.reduce((all, axis) => all * axis.taps, 1);
  const room = packedBytes(plan.groups, taps * plan.channels, plan.filters);
  withoutPadding(engine, plan, axes, () => {
    joinTaps(plan, axes);
    runWindows(engine, plan, axes, room, () => engine.kernels.convolve());
  });
}

/** How many times as many windows the gradient of an input may have as a convolution as it has otherwise. */
const MOST_TURNED = 1.1;

/** Says whether windows are next to each other, and cover about as many places as there are. */
function isDense(axes: readonly Axis[]): boolean {
  let ratio = 1;
  for (const { stride, length, windows } of axes) {
    if (stride !== 1) return false;
    ratio *= length / windows;
  }
  return ratio <= MOST_TURNED;
}

/**
 * From the plan of a convolution to that of its input's gradient: windows slide over the upstream gradient instead, and
 * the kernel is turned round, taps backward, channels and filters exchanged.
 */
function turn(engine: Engine, plan: Plan, axes: readonly Axis[], taps: number, to: number): void {
  const { channels, filters, groups, otherRow } = plan;
  const step = channels * otherRow;
  copyStrided(engine, plan.other + (taps - 1) * step * 4, to, [
    [groups, filters, taps * step / groups],
    [taps, -step, step / groups],
    [filters, 1, channels],
    [channels, otherRow, 1],
  ]);
  plan.other = to;
  plan.otherRow = channels;
  plan.otherGroup = taps * step / groups;
  [plan.source, plan.target] = [plan.target, plan.source];
  [plan.channels, plan.filters] = [plan.filters, plan.channels];
  plan.sourceGroup = plan.channels;
  plan.targetGroup = plan.filters;
  plan.targetRow = plan.filters * plan.groups;
  let sourceStep = plan.channels * plan.groups;
  for (let i = axes.length - 1; i >= 0; i--) {
    const axis = axes[i];
    [axis.windows, axis.length] = [axis.length, axis.windows];
    axis.start = -axis.start - (axis.taps - 1) * axis.tapStep;
    axis.sourceStep = sourceStep;
    sourceStep *= axis.length;
  }
  plan.sourceImage = sourceStep;
}

function convKernel(engine: Engine): Kernel<Convolution> {
  return {
    accepts: takesWindows,
    run: (inputs, [y], attributes) => convolve(engine, inputs, y, attributes, ACTIVATIONS.linear),
  };
}

function convolutionKernel(engine: Engine): Kernel<Convolution & { activation: string }> {
  return {
    accepts: (inputs, { activation }) => takesWindows(inputs) && activation in ACTIVATIONS,
    run: (inputs, [y], attributes) =>
      convolve(engine, inputs, y, attributes, ACTIVATIONS[attributes.activation]),
  };
}

function inputGradientKernel(engine: Engine): Kernel<InputGradient> {
  return {
    accepts: takesWindows,
    run([g, kernel], [x], attributes) {
      if (x.size === 0) return;
      if (g.size === 0 || kernel.size === 0) {
        clear(engine, x);
        return;
      }
      const { kernels } = engine;
      const { plan, axes, size, isPointwise, isDepthwise } = place(x, kernel, g, attributes);
      const { source, target, other, channels, filters, groups } = plan;
      if (isPointwise) {
        const rows = x.size / channels;
        kernels.matmul(target, other, source, 0, rows, channels, filters, TRANSPOSE_B, 1);
      } else if (isDepthwise) {
        runWindows(engine, plan, axes, 0, () => kernels.pool(POOL.depthwiseInput));
      } else if (channels >= FEW_CHANNELS && isDense(axes)) {
        const turned = engine.borrow(kernel.size * 4);
        turn(engine, plan, axes, product(size, 0, size.length), turned);
        try {
          slide(engine, plan, axes);
        } finally {
          engine.giveBack(turned);
        }
      } else {
        const room = packedBytes(groups, filters, product(size, 0, size.length) * channels);
        joinTaps(plan, axes);
        runWindows(engine, plan, axes, room, () => kernels.inputGradient());
      }
    },
  };
}

/** Windows of a piece of a kernel's gradient, the most pieces, and the most bytes of all. */
const PIECE_WINDOWS = 1024;
const MOST_PIECES = 16;
const PIECES_BYTES = 2 ** 22;

/** Sums over many windows are formed in pieces, so many whatever the number of threads. */
function kernelGradientKernel(engine: Engine): Kernel<KernelGradient> {
  return {
    accepts: takesWindows,
    run([x, g], [kernel], attributes) {
      if (kernel.size === 0) return;
      if (x.size === 0 || g.size === 0) {
        clear(engine, kernel);
        return;
      }
      const { kernels, borrow, giveBack } = engine;
      const { plan, axes, isDepthwise } = place(x, kernel, g, attributes);
      const windows = g.size / g.shape[g.shape.length - 1];
      const bytes = kernel.size * 4;
      const wanted = Math.min(Math.round(windows / PIECE_WINDOWS), MOST_PIECES);
      const pieces = Math.max(1, Math.min(wanted, Math.floor(PIECES_BYTES / bytes)));
      const result = addressOf(kernel);
      const sums = pieces === 1 ? result : borrow(pieces * bytes);
      plan.pieces = pieces;
      try {
        if (isDepthwise) {
          plan.other = sums;
          runWindows(engine, plan, axes, 0, () => kernels.pool(POOL.depthwiseKernel));
        } else {
          plan.other = plan.target;
          plan.target = sums;
          withoutPadding(engine, plan, axes, () => {
            joinTaps(plan, axes);
            runWindows(engine, plan, axes, 0, () => kernels.kernelGradient());
          });
        }
        if (pieces > 1) kernels.reduce(SUM, SINGLE, sums, result, 1, pieces, kernel.size, 1);
      } finally {
        if (pieces > 1) giveBack(sums);
      }
    },
  };
}

/** The kernels of this file. */
export function convolutionKernels(engine: Engine): KernelEntries {
  return [
    ["conv", convKernel(engine)],
    ["convolution", convolutionKernel(engine)],
    ["convInputGradient", inputGradientKernel(engine)],
    ["convKernelGradient", kernelGradientKernel(engine)],
  ];
}
