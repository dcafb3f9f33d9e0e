/**
 * Windows that slide over spatial axes: where convolution and pooling place them, and the shapes that come of it.
 * Tensors are `[batch, …spatial, channels]`, kernels `[…size, channels / groups, filters]`.
 *
 * @module
 */

import { isFloating } from "./dtype.ts";
import { errors } from "./errors.ts";
import type { Meta } from "./primitives.ts";
import { type Dim, type Dims, mayBeSame, mayEqual } from "./shape.ts";

/** Zeros before and after each spatial axis. */
export type Margins = readonly (readonly [low: number, high: number])[];

/** How windows are placed, each option with one entry for each spatial axis. */
export interface Windows {
  /** How far it is from a window to the next. */
  readonly strides: readonly number[];
  /**
   * What is added around the input. `"same"` stands for what gives ⌈size / stride⌉ windows, and only where a size is
   * unknown; half of it comes before, an odd one more after.
   */
  readonly padding: "same" | Margins;
}

/** How a convolution places its kernel. */
export interface Convolution extends Windows {
  /** How far it is from an element of the kernel to the next. */
  readonly dilations: readonly number[];
  /** Channels and filters fall into so many groups, each convolved by itself. */
  readonly groups: number;
}

/** The adjoint of a convolution in its input. */
export interface InputGradient extends Convolution {
  readonly padding: Margins;
  /** How many elements at the end of an axis no window reached, from 0 to its stride − 1. */
  readonly outputPadding: readonly number[];
}

/** The adjoint of a convolution in its kernel. */
export interface KernelGradient extends Convolution {
  readonly padding: Margins;
  /** That of the kernel. */
  readonly size: readonly number[];
}

/** How pooling places its windows. */
export interface Pooling extends Windows {
  /** That of a window. */
  readonly size: readonly number[];
}

/** How many elements a window spans along an axis, those it skips included. */
export function spanOf(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}

/** The number of windows along an axis; none or fewer where a window is longer than the axis. */
export function windowCount(
  length: number,
  span: number,
  stride: number,
  [low, high]: readonly [number, number],
): number {
  return Math.floor((length + low + high - span) / stride) + 1;
}

/** What must be added to an axis for ⌈length / stride⌉ windows. */
export function sameMargin(length: number, span: number, stride: number): [number, number] {
  const count = Math.ceil(length / stride);
  const total = Math.max((count - 1) * stride + span - length, 0);
  const low = Math.floor(total / 2);
  return [low, total - low];
}

/** The spatial axes of `[batch, …spatial, channels]`. */
export function spatialDims<D extends Dim>(dims: readonly D[]): readonly D[] {
  return dims.slice(1, -1);
}

/** The padding in numbers, for spatial axes that are known. */
export function marginsOf(
  { padding, strides }: Windows,
  spatial: readonly number[],
  spans: readonly number[],
): Margins {
  if (padding !== "same") return padding;
  return spatial.map((length, i) => sameMargin(length, spans[i], strides[i]));
}

/** How many windows there are along each axis. */
function windowDims(
  operation: string,
  dims: Dims,
  spans: readonly number[],
  { strides, padding }: Windows,
): Dims {
  return spatialDims(dims).map((length, i): Dim => {
    if (length === null) return null;
    const margin = padding === "same" ? sameMargin(length, spans[i], strides[i]) : padding[i];
    const count = windowCount(length, spans[i], strides[i], margin);
    if (count > 0) return count;
    const padded = margin[0] + margin[1] > 0 ? ` and ${margin[0] + margin[1]} of padding` : "";
    throw errors.shapes(
      operation,
      `the window of ${spans[i]} must fit into axis ${i + 1}, which has ${length}${padded}`,
      dims,
    );
  });
}

function requireFloats(operation: string, metas: readonly Meta[]): void {
  for (const { dtype } of metas) {
    if (!isFloating(dtype) || dtype !== metas[0].dtype) {
      throw errors.dtype(operation, metas.map(() => "float").join(" and "), dtype);
    }
  }
}

/** Checks the number of axes and of options for each. */
function checkRanks(operation: string, metas: readonly Meta[], { strides }: Windows): void {
  for (const { dims } of metas) {
    if (dims.length !== strides.length + 2 || strides.length === 0) {
      const expected = `${strides.length + 2} axes, ${strides.length} of them spatial`;
      throw errors.rank(operation, expected, dims);
    }
  }
}

/** The number of channels that a kernel takes and gives; both must fall into the groups. */
function channelsOf(
  operation: string,
  kernel: Dims,
  groups: number,
): [channels: Dim, filters: Dim] {
  const [perGroup, filters] = kernel.slice(-2);
  if (filters !== null && filters % groups !== 0) {
    throw errors.shapes(operation, `${groups} groups must divide the ${filters} filters`, kernel);
  }
  return [perGroup === null ? null : perGroup * groups, filters];
}

function spansOf(operation: string, size: Dims, dilations: readonly number[]): number[] {
  return size.map((length, i) => {
    if (length === null || length < 1) {
      throw errors.shapes(operation, "the size of the kernel must be known and above 0", size);
    }
    return spanOf(length, dilations[i]);
  });
}

/** x, kernel → y. */
export function inferConv([x, kernel]: readonly Meta[], attributes: Convolution): Meta {
  const operation = "convolve";
  checkRanks(operation, [x, kernel], attributes);
  requireFloats(operation, [x, kernel]);
  const [channels, filters] = channelsOf(operation, kernel.dims, attributes.groups);
  if (!mayEqual(x.dims[x.dims.length - 1], channels)) {
    throw errors.shapes(
      operation,
      `the input's last axis must have the kernel's ${channels} channels`,
      x.dims,
      kernel.dims,
    );
  }
  const spans = spansOf(operation, kernel.dims.slice(0, -2), attributes.dilations);
  const windows = windowDims(operation, x.dims, spans, attributes);
  return { dims: [x.dims[0], ...windows, filters], dtype: x.dtype };
}

/** g (the shape of y), kernel → the shape of x. */
export function inferConvInputGradient(
  [g, kernel]: readonly Meta[],
  attributes: InputGradient,
): Meta {
  const operation = "convolve transposed";
  checkRanks(operation, [g, kernel], attributes);
  requireFloats(operation, [g, kernel]);
  const { strides, padding, outputPadding } = attributes;
  const [channels, filters] = channelsOf(operation, kernel.dims, attributes.groups);
  if (!mayEqual(g.dims[g.dims.length - 1], filters)) {
    throw errors.shapes(
      operation,
      `the input's last axis must be as long as the kernel's, ${filters}`,
      g.dims,
      kernel.dims,
    );
  }
  const spans = spansOf(operation, kernel.dims.slice(0, -2), attributes.dilations);
  const spatial = spatialDims(g.dims).map((count, i): Dim => {
    if (count === null) return null;
    const [low, high] = padding[i];
    const length = (count - 1) * strides[i] + spans[i] - low - high + outputPadding[i];
    if (length > 0) return length;
    throw errors.shapes(
      operation,
      `axis ${i + 1} must keep an element, and its padding takes all`,
      g.dims,
    );
  });
  return { dims: [g.dims[0], ...spatial, channels], dtype: g.dtype };
}

/** x, g (the shape of y) → the shape of the kernel. */
export function inferConvKernelGradient(
  [x, g]: readonly Meta[],
  attributes: KernelGradient,
): Meta {
  const operation = "take the gradient of a kernel";
  checkRanks(operation, [x, g], attributes);
  requireFloats(operation, [x, g]);
  const { size, dilations, groups } = attributes;
  const spans = spansOf(operation, size, dilations);
  const windows = windowDims(operation, x.dims, spans, attributes);
  if (!mayBeSame([x.dims[0], ...windows], g.dims.slice(0, -1))) {
    throw errors.shapes(operation, "there must be a gradient for each window", x.dims, g.dims);
  }
  const [channels, filters] = [x.dims, g.dims].map((dims) => dims[dims.length - 1]);
  if ([channels, filters].some((count) => count !== null && count % groups !== 0)) {
    throw errors.shapes(operation, `${groups} groups must divide all channels`, x.dims, g.dims);
  }
  return { dims: [...size, channels === null ? null : channels / groups, filters], dtype: x.dtype };
}

/** x → for each window and channel, a place in x. */
export function inferPoolArgmax([x]: readonly Meta[], attributes: Pooling): Meta {
  const { dims } = inferPool("pool", x, attributes);
  return { dims, dtype: "int32" };
}

/** x → one value for each window and channel. */
export function inferPool(operation: string, x: Meta, attributes: Pooling): Meta {
  checkRanks(operation, [x], attributes);
  const { size, padding } = attributes;
  // A window that lies in the padding alone would have no value.
  if (padding !== "same" && padding.some((ends, i) => Math.max(...ends) >= size[i])) {
    throw errors.shapes(operation, "the padding must be less than the window", x.dims);
  }
  const windows = windowDims(operation, x.dims, size, attributes);
  return { dims: [x.dims[0], ...windows, x.dims[x.dims.length - 1]], dtype: x.dtype };
}
