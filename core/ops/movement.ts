/**
 * Operations that move elements: shape, order, joining, splitting, padding.
 *
 * @module
 */

import { apply } from "../dispatch.ts";
import { promote } from "../dtype.ts";
import { errors } from "../errors.ts";
import {
  type Axis,
  type Dim,
  type Dims,
  knownDim,
  knownShape,
  normalizeAxes,
  normalizeAxis,
  productOf,
  sameShape,
  sizeOf,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { asDType, asTensor, type Operand } from "./operand.ts";

/**
 * The same elements in another shape. One dimension may be `-1` (or `null`): it follows from the rest. Of a symbolic
 * tensor, several may be `null`: they are its unknown dimensions, in order, where as many elements lie between them.
 *
 * @throws {RangeError} When the number of elements does not fit.
 */
export function reshape(x: Operand, newshape: readonly Dim[]): Tensor {
  const input = asTensor(x);
  if (!Array.isArray(newshape)) throw errors.shapeKind("reshape", newshape);
  const shape = newshape.map((d) => d ?? -1);
  const kept = input.isSymbolic ? keptAxes(input.dims, newshape) : null;
  return apply("reshape", [input], kept === null ? { shape } : { shape, kept });
}

/** For each unknown dimension of a new shape the axis that it was; `null` where that cannot be told, or need not be. */
function keptAxes(dims: Dims, newshape: readonly Dim[]): (number | null)[] | null {
  const [from, to] = [dims, newshape].map(partsBetween);
  const fits = to.axes.length > 1 && !newshape.includes(-1) &&
    sameShape(from.sizes, to.sizes);
  return fits ? newshape.map((d, i) => d === null ? from.axes[to.axes.indexOf(i)] : null) : null;
}

/** The unknown axes of a shape, and how many elements lie before, between and behind them. */
function partsBetween(dims: readonly Dim[]): { axes: number[]; sizes: number[] } {
  const axes: number[] = [];
  const sizes = [1];
  dims.forEach((d, axis) => {
    if (d !== null) sizes[sizes.length - 1] *= d;
    else {
      axes.push(axis);
      sizes.push(1);
    }
  });
  return { axes, sizes };
}

/** The same values under another handle. */
export function copy(x: Operand): Tensor {
  const input = asTensor(x);
  return input.isSymbolic ? input : reshape(input, input.dims);
}

/** The size of each axis; `null` where it is unknown. */
export function shape(x: Operand): Dims {
  return asTensor(x).dims;
}

/** The number of axes. */
export function ndim(x: Operand): number {
  return asTensor(x).ndim;
}

/** The number of elements; `null` where it is unknown. */
export function size(x: Operand): Dim {
  return productOf(asTensor(x).dims);
}

/** All elements along one axis. */
export function ravel(x: Operand): Tensor {
  return reshape(x, [-1]);
}

/** The axes in another order; reversed when none is given. */
export function transpose(x: Operand, axes?: readonly number[]): Tensor {
  const input = asTensor(x);
  const { ndim } = input;
  const order = axes === undefined
    ? Array.from({ length: ndim }, (_, i) => ndim - 1 - i)
    : axes.map((axis) => normalizeAxis("transpose", axis, ndim));
  if (order.length !== ndim || new Set(order).size !== ndim) {
    throw errors.option("transpose", "axes", `an order of all ${ndim} axes`, axes);
  }
  return apply("transpose", [input], { axes: order });
}

/** Two axes exchanged. */
export function swapaxes(x: Operand, axis1: number, axis2: number): Tensor {
  const input = asTensor(x);
  const order = Array.from({ length: input.ndim }, (_, i) => i);
  const a = normalizeAxis("exchange axes", axis1, input.ndim);
  const b = normalizeAxis("exchange axes", axis2, input.ndim);
  [order[a], order[b]] = [order[b], order[a]];
  return transpose(input, order);
}

/** Axes moved to other places, the rest staying in order. */
export function moveaxis(
  x: Operand,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const input = asTensor(x);
  const list = (axes: number | readonly number[]): number[] =>
    [axes].flat().map((axis) => normalizeAxis("move axes", axis, input.ndim));
  const [from, to] = [list(source), list(destination)];
  if (from.length !== to.length) {
    throw errors.option("move axes", "source and destination", "as many axes each", [from, to]);
  }
  const order = Array.from({ length: input.ndim }, (_, i) => i).filter((i) => !from.includes(i));
  const moves = to.map((place, i) => ({ place, axis: from[i] })).sort((a, b) => a.place - b.place);
  for (const { place, axis } of moves) order.splice(place, 0, axis);
  return transpose(input, order);
}

/** New axes of size 1, at these places of the result. */
export function expandDims(x: Operand, axis: number | readonly number[]): Tensor {
  const input = asTensor(x);
  const list = [axis].flat() as number[];
  const ndim = input.ndim + list.length;
  const places = normalizeAxes("expand", list, ndim);
  const dims: Dim[] = [...input.dims];
  for (const place of places) dims.splice(place, 0, 1);
  return reshape(input, dims);
}

/**
 * The shape without axes of size 1: those named, or all.
 *
 * @throws {RangeError} When a named axis has another size.
 */
export function squeeze(x: Operand, axis?: Axis): Tensor {
  const input = asTensor(x);
  const axes = axis === undefined || axis === null
    ? input.dims.flatMap((d, i) => d === 1 ? [i] : [])
    : normalizeAxes("squeeze", axis, input.ndim);
  if (axes.some((i) => input.dims[i] !== 1)) {
    throw errors.shapes("squeeze", `axes ${axes.join(", ")} must have size 1`, input.dims);
  }
  return reshape(input, input.dims.filter((_, i) => !axes.includes(i)));
}

/** Repeated along axes of size 1 and new leading axes; `null` keeps a dimension. */
export function broadcastTo(x: Operand, shape: Dims): Tensor {
  const input = asTensor(x);
  if (!Array.isArray(shape)) throw errors.shapeKind("broadcast", shape);
  if (sameShape(input.dims, shape)) return input;
  return apply("broadcastTo", [input], { shape });
}

function asList(xs: readonly Operand[], operation: string): Tensor[] {
  if (!Array.isArray(xs) || xs.length === 0) {
    throw errors.option(operation, "the list of tensors", "an array of at least one", xs);
  }
  const tensors = xs.map(asTensor);
  const dtype = tensors.map((t) => t.dtype).reduce(promote);
  return tensors.map((t) => asDType(t, dtype));
}

/** Tensors one after another along an axis. */
export function concatenate(xs: readonly Operand[], options: { axis?: number } = {}): Tensor {
  const tensors = asList(xs, "concatenate");
  const axis = normalizeAxis("concatenate", options.axis ?? 0, tensors[0].ndim);
  return tensors.length === 1 ? tensors[0] : apply("concatenate", tensors, { axis });
}

/** Two tensors one after another; flattened first when the axis is `null`. */
export function append(x1: Operand, x2: Operand, options: { axis?: number | null } = {}): Tensor {
  const { axis = null } = options;
  return axis === null ? concatenate([ravel(x1), ravel(x2)]) : concatenate([x1, x2], { axis });
}

/** Tensors of one shape side by side along a new axis. */
export function stack(xs: readonly Operand[], options: { axis?: number } = {}): Tensor {
  const tensors = asList(xs, "stack");
  const axis = normalizeAxis("stack", options.axis ?? 0, tensors[0].ndim + 1);
  for (const t of tensors) {
    if (!sameShape(t.dims, tensors[0].dims)) {
      throw errors.shapes("stack", "all tensors must have one shape", tensors[0].dims, t.dims);
    }
  }
  return concatenate(tensors.map((t) => expandDims(t, axis)), { axis });
}

/** Concatenated along the second axis; vectors along the first. */
export function hstack(xs: readonly Operand[]): Tensor {
  const tensors = asList(xs, "stack").map((t) => t.ndim === 0 ? reshape(t, [1]) : t);
  return concatenate(tensors, { axis: tensors[0].ndim === 1 ? 0 : 1 });
}

/** Concatenated along the first axis; vectors become rows. */
export function vstack(xs: readonly Operand[]): Tensor {
  const rows = asList(xs, "stack").map((t) => t.ndim < 2 ? reshape(t, [1, -1]) : t);
  return concatenate(rows, { axis: 0 });
}

/** Concatenated along the third axis. */
export function dstack(xs: readonly Operand[]): Tensor {
  const deep = asList(xs, "stack").map((t) => {
    if (t.ndim < 2) return reshape(t, [1, -1, 1]);
    return t.ndim === 2 ? expandDims(t, 2) : t;
  });
  return concatenate(deep, { axis: 2 });
}

/** The entries along an axis as tensors of their own. */
export function unstack(x: Operand, options: { num?: number; axis?: number } = {}): Tensor[] {
  const input = asTensor(x);
  const axis = normalizeAxis("unstack", options.axis ?? 0, input.ndim);
  const length = options.num ?? knownDim("unstack", input.dims, axis);
  return Array.from(
    { length },
    (_, i) => squeeze(sliceAxis(input, axis, i, i + 1), axis),
  );
}

/**
 * Parts along an axis: that many equal ones, or cut before each of the given indices.
 *
 * @throws {RangeError} When equal parts do not come out even.
 */
export function split(
  x: Operand,
  indicesOrSections: number | readonly number[],
  options: { axis?: number } = {},
): Tensor[] {
  const input = asTensor(x);
  const axis = normalizeAxis("split", options.axis ?? 0, input.ndim);
  const length = knownDim("split", input.dims, axis);
  let cuts: number[];
  if (typeof indicesOrSections === "number") {
    const sections = indicesOrSections;
    if (!Number.isInteger(sections) || sections < 1 || length % sections !== 0) {
      throw errors.option("split", "the number of parts", `a divisor of ${length}`, sections);
    }
    cuts = Array.from({ length: sections - 1 }, (_, i) => (i + 1) * length / sections);
  } else {
    cuts = indicesOrSections.map((i) => Math.min(length, Math.max(0, i < 0 ? i + length : i)));
  }
  const edges = [0, ...cuts, length];
  return edges.slice(1).map((end, i) => sliceAxis(input, axis, edges[i], Math.max(edges[i], end)));
}

/** Parts along an axis, the first ones longer by one where they do not come out even. */
export function arraySplit(
  x: Operand,
  indicesOrSections: number | readonly number[],
  options: { axis?: number } = {},
): Tensor[] {
  if (typeof indicesOrSections !== "number") return split(x, indicesOrSections, options);
  const input = asTensor(x);
  const axis = normalizeAxis("split", options.axis ?? 0, input.ndim);
  const length = knownDim("split", input.dims, axis);
  const sections = indicesOrSections;
  if (!Number.isInteger(sections) || sections < 1) {
    throw errors.option("split", "the number of parts", "a whole number from 1 on", sections);
  }
  const [least, longer] = [Math.floor(length / sections), length % sections];
  const cuts = Array.from(
    { length: sections - 1 },
    (_, i) => (i + 1) * least + Math.min(i + 1, longer),
  );
  return split(input, cuts, { axis });
}

/** Parts along the first axis. */
export function vsplit(x: Operand, indicesOrSections: number | readonly number[]): Tensor[] {
  return split(x, indicesOrSections, { axis: 0 });
}

/** Parts along the second axis; of a vector, along its only one. */
export function hsplit(x: Operand, indicesOrSections: number | readonly number[]): Tensor[] {
  const input = asTensor(x);
  return split(input, indicesOrSections, { axis: input.ndim === 1 ? 0 : 1 });
}

/** Parts along the third axis. */
export function dsplit(x: Operand, indicesOrSections: number | readonly number[]): Tensor[] {
  return split(x, indicesOrSections, { axis: 2 });
}

/** The order of elements reversed along axes; all of them by default. */
export function flip(x: Operand, options: { axis?: Axis } = {}): Tensor {
  const input = asTensor(x);
  return apply("flip", [input], { axes: normalizeAxes("flip", options.axis, input.ndim) });
}

/** Reversed along the second axis. */
export function fliplr(x: Operand): Tensor {
  return flip(x, { axis: 1 });
}

/** Reversed along the first axis. */
export function flipud(x: Operand): Tensor {
  return flip(x, { axis: 0 });
}

/** Turned by 90 degrees `k` times, from the first of two axes towards the second. */
export function rot90(
  x: Operand,
  options: { k?: number; axes?: readonly [number, number] } = {},
): Tensor {
  const { k = 1, axes = [0, 1] } = options;
  const input = asTensor(x);
  const [a, b] = axes;
  switch (((k % 4) + 4) % 4) {
    case 1:
      return swapaxes(flip(input, { axis: b }), a, b);
    case 2:
      return flip(input, { axis: [a, b] });
    case 3:
      return flip(swapaxes(input, a, b), { axis: b });
    default:
      return input;
  }
}

/** Moved along axes, what leaves one end coming in at the other; of the flattened tensor without an axis. */
export function roll(
  x: Operand,
  shift: number | readonly number[],
  options: { axis?: number | readonly number[] | null } = {},
): Tensor {
  const input = asTensor(x);
  const { axis = null } = options;
  if (axis === null) {
    return reshape(roll(ravel(input), shift, { axis: 0 }), input.dims);
  }
  const axes = [axis].flat() as number[];
  const shifts = [shift].flat() as number[];
  if (!shifts.every(Number.isInteger)) {
    throw errors.option("roll", "shift", "a whole number, or one for each axis", shift);
  }
  let result = input;
  axes.forEach((named, i) => {
    const along = normalizeAxis("roll", named, input.ndim);
    const length = knownDim("roll", result.dims, along);
    if (length === 0) return;
    const by = shifts[i % shifts.length];
    const cut = length - (((by % length) + length) % length);
    if (cut === length) return;
    const parts = [sliceAxis(result, along, cut, length), sliceAxis(result, along, 0, cut)];
    result = concatenate(parts, { axis: along });
  });
  return result;
}

/** Each element repeated along an axis, as often as `repeats` says (for all, or for each entry). */
export function repeat(
  x: Operand,
  repeats: number | readonly number[],
  options: { axis?: number | null } = {},
): Tensor {
  const { axis = null } = options;
  if (axis === null) return repeat(ravel(x), repeats, { axis: 0 });
  const input = asTensor(x);
  const along = normalizeAxis("repeat", axis, input.ndim);
  const counts = typeof repeats === "number" || repeats.length > 1 ? repeats : repeats[0];
  if ([counts].flat().some((n) => !Number.isInteger(n) || (n as number) < 0)) {
    throw errors.option("repeat", "repeats", "whole numbers from 0 on", repeats);
  }
  if (typeof counts === "number") {
    const widened = expandDims(input, along + 1);
    const dims = widened.dims.map((d, i) => i === along + 1 ? counts : d);
    const d = input.dims[along];
    const target = input.dims.map((n, i) => i === along ? (d === null ? null : d * counts) : n);
    return reshape(broadcastTo(widened, dims), target);
  }
  const length = knownDim("repeat", input.dims, along);
  if (counts.length !== length) {
    throw errors.option("repeat", "repeats", `one number, or one for each of ${length}`, repeats);
  }
  const parts = counts.flatMap((n, i) => {
    const part = sliceAxis(input, along, i, i + 1);
    return Array<Tensor>(n).fill(part);
  });
  return parts.length > 0 ? concatenate(parts, { axis: along }) : sliceAxis(input, along, 0, 0);
}

/** The whole tensor repeated along each axis. */
export function tile(x: Operand, repeats: number | readonly number[]): Tensor {
  const input = asTensor(x);
  const counts = [repeats].flat() as number[];
  if (counts.some((n) => !Number.isInteger(n) || n < 0)) {
    throw errors.option("tile", "repeats", "whole numbers from 0 on", repeats);
  }
  const ndim = Math.max(counts.length, input.ndim);
  const reps = [...Array<number>(ndim - counts.length).fill(1), ...counts];
  const dims: Dim[] = [...Array<number>(ndim - input.ndim).fill(1), ...input.dims];
  const spread = dims.flatMap((d, i): Dim[] => [reps[i], d]);
  const single = dims.flatMap((d): Dim[] => [1, d]);
  const target = dims.map((d, i) => d === null ? null : d * reps[i]);
  return reshape(broadcastTo(reshape(input, single), spread), target);
}

/** The entries from `start` up to `stop`, or to the end (`null`), of one axis; the others whole. */
export function sliceAxis(x: Tensor, axis: number, start: number, stop: Dim, step = 1): Tensor {
  const whole = start === 0 && stop === x.dims[axis] && step === 1;
  if (whole) return x;
  return apply("slice", [x], {
    start: x.dims.map((_, i) => i === axis ? start : 0),
    limit: x.dims.map((d, i) => i === axis ? stop : d),
    strides: x.dims.map((_, i) => i === axis ? step : 1),
  });
}

/** Grids of coordinates, one for each vector. */
export function meshgrid(
  xs: readonly Operand[],
  options: { indexing?: "xy" | "ij" } = {},
): Tensor[] {
  const { indexing = "xy" } = options;
  const vectors = xs.map(asTensor);
  const order = vectors.map((_, i) => i);
  if (indexing === "xy" && order.length > 1) [order[0], order[1]] = [1, 0];
  const shape = order.map((i) => sizeOf(knownShape("make a grid", vectors[i].dims)));
  return vectors.map((vector, i) => {
    const place = order.indexOf(i);
    return broadcastTo(reshape(vector, shape.map((_, axis) => axis === place ? -1 : 1)), shape);
  });
}

/** Sums a gradient over the axes along which its tensor was broadcast. */
export function sumToShape(x: Tensor, dims: Dims): Tensor {
  if (sameShape(x.dims, dims)) return x;
  const lead = x.ndim - dims.length;
  const axes = x.dims.flatMap((d, i) => i < lead || (dims[i - lead] === 1 && d !== 1) ? [i] : []);
  const summed = apply("sum", [x], { axes, keepdims: false });
  return sameShape(summed.dims, dims) ? summed : reshape(summed, dims);
}
