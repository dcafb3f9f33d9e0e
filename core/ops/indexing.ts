/**
 * Operations that read and write by position: slices, indices, one-hot.
 *
 * @module
 */

import { apply, isTensor } from "../dispatch.ts";
import type { DType } from "../dtype.ts";
import { errors, rangeError, show } from "../errors.ts";
import {
  type Dim,
  type Dims,
  formatShape,
  knownDim,
  knownShape,
  normalizeAxis,
  type Shape,
  sizeOf,
  stridesOf,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { arange, fullLike, type NestedValues, tensor } from "./creation.ts";
import {
  add,
  cast,
  equal,
  floorDivide,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalOr,
  mod,
  multiply,
  where,
} from "./elementwise.ts";
import { broadcastTo, concatenate, expandDims, flip, reshape, sliceAxis } from "./movement.ts";
import { asDType, asTensor, type Operand, placedWith } from "./operand.ts";
import { pad } from "./padding.ts";
import { any, sum } from "./reduction.ts";

function areWhole(values: NestedValues): boolean {
  if (typeof values === "number") return Number.isInteger(values);
  return typeof values !== "boolean" && Array.from<NestedValues>(values).every(areWhole);
}

/** Indices as an int32 tensor, beside the values they point into. */
function asIndices(operation: string, indices: Operand, values?: Tensor): Tensor {
  if (isTensor(indices)) {
    if (indices.dtype !== "int32") throw errors.dtype(operation, "int32 index", indices.dtype);
    return indices;
  }
  if (!areWhole(indices)) throw errors.option(operation, "every index", "a whole number", indices);
  const made = tensor(indices, { dtype: "int32" });
  return values === undefined ? made : placedWith(values, made);
}

/**
 * The entries at the given indices of an axis: `[…before, …indices, …after]`; of the flattened tensor without
 * an axis. Negative indices count from the end.
 *
 * @throws {RangeError} When an index is out of range.
 */
export function take(
  x: Operand,
  indices: Operand,
  options: { axis?: number | null } = {},
): Tensor {
  const input = asTensor(x);
  const index = asIndices("take", indices, input);
  const { axis = null } = options;
  if (axis === null) return apply("take", [reshape(input, [-1]), index], { axis: 0 });
  return apply("take", [input, index], { axis: normalizeAxis("take", axis, input.ndim) });
}

/** For each place of `indices`, the entry of x at that index along the axis; other axes broadcast. */
export function takeAlongAxis(
  x: Operand,
  indices: Operand,
  options: { axis?: number | null } = {},
): Tensor {
  const input = asTensor(x);
  const index = asIndices("take along an axis", indices, input);
  const { axis = -1 } = options;
  if (axis === null) {
    return apply("takeAlongAxis", [reshape(input, [-1]), reshape(index, [-1])], { axis: 0 });
  }
  if (index.ndim !== input.ndim) {
    throw errors.shapes(
      "take along an axis",
      "values and indices must have as many axes",
      input.dims,
      index.dims,
    );
  }
  const along = normalizeAxis("take along an axis", axis, input.ndim);
  const wide = (own: Dims, other: Dims): Dim[] =>
    own.map((d, i) => i !== along && d === 1 ? other[i] : d);
  return apply("takeAlongAxis", [
    broadcastTo(input, wide(input.dims, index.dims)),
    broadcastTo(index, wide(index.dims, input.dims)),
  ], { axis: along });
}

/**
 * Row-major positions of multi-dimensional indices `[n, k]` into the first k axes of a shape. An index that is out of
 * range on its axis becomes a position past the end, which the kernels refuse.
 */
function flatPositions(indices: Tensor, shape: Shape): Tensor {
  const k = knownDim("scatter", indices.dims, indices.ndim - 1);
  if (k > shape.length) {
    throw errors.shapes("scatter", `indices address at most ${shape.length} axes`, indices.dims);
  }
  const addressed = shape.slice(0, k);
  const constant = (values: Shape) => placedWith(indices, tensor(values, { dtype: "int32" }));
  const [strides, sizes] = [constant(stridesOf(addressed)), constant(addressed)];
  const wrapped = where(less(indices, 0), add(indices, sizes), indices);
  const positions = sum(multiply(wrapped, strides), { axis: -1 });
  const isOutside = logicalOr(less(wrapped, 0), greaterEqual(wrapped, sizes));
  return where(any(isOutside, { axis: -1 }), sizeOf(addressed), positions);
}

/** Checks that indices are `[…n, k]` and flattens them to `[n, k]`. */
function indexRows(indices: Tensor): Tensor {
  if (indices.ndim < 1) throw errors.rank("scatter", "indices of one axis or more", indices.dims);
  return reshape(indices, [-1, indices.dims[indices.ndim - 1]]);
}

/** Zeros of a shape with values added at the given indices `[…n, k]`; values at one place add up. */
export function scatter(indices: Operand, values: Operand, shape: Shape): Tensor {
  const rows = indexRows(asIndices("scatter", indices));
  const k = knownDim("scatter", rows.dims, 1);
  const rest = shape.slice(k);
  const size = sizeOf(shape.slice(0, k));
  const updates = reshape(asTensor(values), [rows.dims[0], ...rest]);
  const positions = flatPositions(rows, shape);
  return reshape(apply("scatterAdd", [updates, positions], { axis: 0, size }), shape);
}

/** Options of {@linkcode scatterUpdate}. */
export interface ScatterUpdateOptions {
  /** What happens where a value stands already: `"add"` adds to it, `null` replaces it. @default null */
  reduction?: "add" | null;
}

/**
 * x with values put at the given indices `[…n, k]`. Where indices repeat, the last value stands, or all of them add up.
 */
export function scatterUpdate(
  inputs: Operand,
  indices: Operand,
  updates: Operand,
  options: ScatterUpdateOptions = {},
): Tensor {
  const { reduction = null } = options;
  const x = asTensor(inputs);
  if (reduction === "add") {
    return add(
      x,
      scatter(indices, asDType(asTensor(updates), x.dtype), knownShape("scatter", x.dims)),
    );
  }
  if (reduction !== null) {
    throw errors.option("scatter", "reduction", '"add" or null', reduction);
  }
  const rows = indexRows(asIndices("scatter", indices, x));
  const k = knownDim("scatter", rows.dims, 1);
  const rest = x.dims.slice(k);
  const addressed = knownShape("scatter", x.dims.slice(0, k));
  const flat = reshape(x, [sizeOf(addressed), ...rest]);
  const values = asDType(reshape(asTensor(updates), [rows.dims[0], ...rest]), x.dtype);
  return reshape(
    apply("scatterUpdate", [flat, flatPositions(rows, addressed), values], {}),
    x.dims,
  );
}

/** The part of a shape that begins at some indices. */
export function slice(
  x: Operand,
  startIndices: readonly number[],
  shape: readonly number[],
): Tensor {
  const input = asTensor(x);
  const part = shape.map((d) => d === -1 ? null : d);
  checkPart(input.dims, startIndices, part);
  const limit = part.map((d, i) => d === null ? input.dims[i] : startIndices[i] + d);
  return apply("slice", [input], {
    start: startIndices,
    limit,
    strides: startIndices.map(() => 1),
  });
}

/** Checks that a part, from some indices on, lies within a tensor. */
function checkPart(whole: Dims, start: readonly number[], part: Dims): void {
  const fits = start.length === whole.length && part.length === whole.length &&
    start.every((first, i) => {
      const [d, size] = [whole[i], part[i] ?? 0];
      const isWhole = Number.isInteger(first) && Number.isInteger(size);
      return isWhole && first >= 0 && size >= 0 && (d === null || first + size <= d);
    });
  if (fits) return;
  throw rangeError(
    "slice.range",
    `Cannot slice a tensor from ${show([...start])} in the shape ${
      formatShape(part)
    } as the part must lie within it: current shape is ${formatShape(whole)}`,
  );
}

/** x with a part replaced by `updates`, beginning at some indices. */
export function sliceUpdate(
  inputs: Operand,
  startIndices: readonly number[],
  updates: Operand,
): Tensor {
  const x = asTensor(inputs);
  const part = asDType(asTensor(updates), x.dtype);
  checkPart(x.dims, startIndices, part.dims);
  const widths = knownShape("slice", x.dims).map((d, i): [number, number] => [
    startIndices[i],
    d - startIndices[i] - knownDim("slice", part.dims, i),
  ]);
  const inside = pad(fullLike(part, true, { dtype: "bool" }), widths);
  return where(inside, pad(part, widths), x);
}

/** `[start, stop, step]` of an axis; `null` or nothing for an open end. */
export type IndexRange = readonly [(number | null)?, (number | null)?, (number | null)?];

/** One item of an index: see `Tensor.get`. */
export type IndexItem = number | IndexRange | ":" | "..." | null | Tensor;

function checkRange(range: IndexRange): void {
  const isOpen = (part: unknown) => part === null || part === undefined;
  const isRange = Array.isArray(range) && range.length <= 3 &&
    range.every((part) => isOpen(part) || Number.isInteger(part));
  if (!isRange) {
    const requirement = 'a number, [start, stop, step], ":", "...", null or an int32 tensor';
    throw errors.option("index", "every item", requirement, range);
  }
  if (range[2] !== 0) return;
  throw errors.option("slice", "the step", "a whole number other than 0", 0);
}

/** Start, limit and step of a range over an axis, NumPy's rules for negative and open ends. */
function resolveRange(
  range: IndexRange,
  length: number,
): { start: number; limit: number; step: number } {
  const step = range[2] ?? 1;
  const bound = (value: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, value < 0 ? value + length : value));
  if (step > 0) {
    const start = bound(range[0] ?? 0, 0, length);
    return { start, limit: Math.max(start, bound(range[1] ?? length, 0, length)), step };
  }
  const first = range[0] === null || range[0] === undefined
    ? length - 1
    : bound(range[0], -1, length - 1);
  const past = range[1] === null || range[1] === undefined ? -1 : bound(range[1], -1, length - 1);
  return { start: first, limit: Math.min(first, past), step };
}

/**
 * Part of a tensor, as NumPy's `x[…]`; see `Tensor.get` for the items.
 *
 * @throws {RangeError} When an index is out of range, or there are more items than axes.
 */
export function getItem(x: Operand, index: readonly IndexItem[]): Tensor {
  let result = asTensor(x);
  const items = expandEllipsis(index, result.ndim);
  let axis = 0;
  for (const item of items) {
    if (item === null) result = expandDims(result, axis++);
    else if (item === ":") axis++;
    else if (typeof item === "number") result = pick(result, axis, item);
    else if (isTensor(item)) {
      result = take(result, item, { axis });
      axis += item.ndim;
    } else result = sliceRange(result, axis++, item);
  }
  return result;
}

function expandEllipsis(
  index: readonly IndexItem[],
  ndim: number,
): Exclude<IndexItem, "...">[] {
  const used = index.filter((item) => item !== null && item !== "...").length;
  const dots = index.filter((item) => item === "...").length;
  if (used > ndim || dots > 1) {
    throw errors.option(
      "index",
      "the index",
      `at most ${ndim} items, and at most one "..."`,
      index.map((item) => isTensor(item) ? "tensor" : item),
    );
  }
  const whole = Array<":">(ndim - used).fill(":");
  return index.flatMap((item) => item === "..." ? whole : [item]);
}

/** The entry at one index; the axis goes. */
function pick(x: Tensor, axis: number, index: number): Tensor {
  const length = x.dims[axis];
  if (length === null) return take(x, index, { axis });
  if (!Number.isInteger(index) || index < -length || index >= length) {
    throw errors.option(
      "index",
      `index of axis ${axis}`,
      `a whole number from ${-length} to ${length - 1}`,
      index,
    );
  }
  const at = index < 0 ? index + length : index;
  return reshape(sliceAxis(x, axis, at, at + 1), x.dims.filter((_, i) => i !== axis));
}

/** A range over an axis of unknown size: what is counted from its end is counted from the beginning of it flipped. */
function sliceOpen(x: Tensor, axis: number, range: IndexRange): Tensor {
  const [start, stop, step] = [range[0] ?? 0, range[1] ?? null, range[2] ?? 1];
  if (step < 1 || (start < 0 && stop !== null && stop >= 0)) {
    throw errors.shapes("slice", `axis ${axis} must be known`, x.dims);
  }
  const flipped = (from: number, to: number | null, y: Tensor): Tensor =>
    flip(sliceAxis(flip(y, { axis }), axis, from, to), { axis });
  const cut = stop !== null && stop < 0 ? flipped(-stop, null, x) : x;
  if (start >= 0) {
    const limit = stop === null || stop < 0 ? null : Math.max(start, stop);
    return sliceAxis(cut, axis, start, limit, step);
  }
  return sliceAxis(flipped(0, Math.max(0, (stop ?? 0) - start), cut), axis, 0, null, step);
}

function sliceRange(
  x: Tensor,
  axis: number,
  range: IndexRange,
): Tensor {
  checkRange(range);
  const length = x.dims[axis];
  if (length === null) return sliceOpen(x, axis, range);
  const { start, limit, step } = resolveRange(range, length);
  if (step > 0) return sliceAxis(x, axis, start, limit, step);
  // Backwards: the same entries counted from the other end.
  const reversed = flip(x, { axis });
  return sliceAxis(reversed, axis, length - 1 - start, length - 1 - limit, -step);
}

/**
 * For each index a row that is 1 at the index and 0 elsewhere: `[…x, numClasses]`; an index out of range gives
 * zeros.
 */
export function oneHot(
  x: Operand,
  numClasses: number,
  options: { axis?: number; dtype?: DType } = {},
): Tensor {
  const { axis = -1, dtype = "float32" } = options;
  if (!Number.isInteger(numClasses) || numClasses < 1) {
    throw errors.option("one-hot encode", "numClasses", "a whole number from 1 on", numClasses);
  }
  const indices = asIndices("one-hot encode", x);
  const place = normalizeAxis("one-hot encode", axis, indices.ndim + 1);
  const classes = placedWith(indices, arange(numClasses, { dtype: "int32" }));
  const shape = Array.from({ length: indices.ndim + 1 }, (_, i) => i === place ? numClasses : 1);
  return cast(equal(expandDims(indices, place), reshape(classes, shape)), dtype);
}

/** For each row of indices, a row that is 1 at every index: `[…batch, numClasses]`. */
export function multiHot(
  x: Operand,
  numClasses: number,
  options: { axis?: number; dtype?: DType } = {},
): Tensor {
  const { dtype = "float32" } = options;
  const hot = oneHot(x, numClasses, { dtype });
  const present = sum(hot, { axis: normalizeAxis("encode", options.axis ?? -1, hot.ndim - 1) });
  return cast(greater(present, 0), dtype);
}

/** How often each whole number from 0 on occurs, or the sum of its weights. */
export function bincount(
  x: Operand,
  options: { weights?: Operand; minlength?: number } = {},
): Tensor {
  const { minlength = 0 } = options;
  const indices = reshape(asIndices("count", x), [-1]);
  const values = indices.dataSync();
  let size = minlength;
  for (const value of values) {
    if (value < 0) throw errors.option("count", "every value", "0 or above", value);
    if (value >= size) size = value + 1;
  }
  const updates = options.weights === undefined
    ? fullLike(indices, 1)
    : reshape(asTensor(options.weights), [-1]);
  return apply("scatterAdd", [updates, indices], { axis: 0, size });
}

/** Sums of the values that share a segment number: `[numSegments, …]`. */
export function segmentSum(
  data: Operand,
  segmentIds: Operand,
  options: { numSegments: number },
): Tensor {
  const ids = asIndices("sum segments", segmentIds);
  return apply("scatterAdd", [asTensor(data), ids], { axis: 0, size: options.numSegments });
}

/** Where each value would go in a sorted vector, to keep it sorted. */
export function searchsorted(
  sortedSequence: Operand,
  values: Operand,
  options: { side?: "left" | "right" } = {},
): Tensor {
  const { side = "left" } = options;
  const sequence = asTensor(sortedSequence);
  const wanted = asTensor(values);
  if (sequence.ndim !== 1) throw errors.rank("search", "one axis", sequence.dims);
  const column = expandDims(wanted, -1);
  const before = (side === "left" ? less : lessEqual)(sequence, column);
  return sum(cast(before, "int32"), { axis: -1 });
}

/** The bin of each value: how many of the ascending edges it is not below. */
export function digitize(x: Operand, bins: Operand): Tensor {
  return searchsorted(bins, x, { side: "right" });
}

/** The coordinates of elements that are not 0, one vector an axis. */
export function nonzero(x: Operand): Tensor[] {
  const input = asTensor(x);
  const values = input.dataSync();
  const positions: number[] = [];
  values.forEach((value, i) => {
    if (value !== 0) positions.push(i);
  });
  return unravelIndex(placedWith(input, tensor(positions, { dtype: "int32" })), input.shape);
}

/** Coordinates, one tensor an axis, from positions in a flattened tensor of that shape. */
export function unravelIndex(indices: Operand, shape: Shape): Tensor[] {
  const positions = asIndices("unravel", indices);
  return stridesOf(shape).map((stride, i) => mod(floorDivide(positions, stride), shape[i]));
}

/** Whether each element of x is among the test elements. */
export function isin(x: Operand, testElements: Operand): Tensor {
  const input = asTensor(x);
  const among = reshape(asTensor(testElements), [-1]);
  const hits = cast(equal(expandDims(input, -1), among), "int32");
  return cast(sum(hits, { axis: -1 }), "bool");
}

/** The columns 1, x, x², … of a vector; highest power first unless `increasing`. */
export function vander(x: Operand, options: { n?: number; increasing?: boolean } = {}): Tensor {
  const input = asTensor(x);
  const n = options.n ?? knownDim("take powers", input.dims, 0);
  const columns: Tensor[] = [];
  let column = fullLike(input, 1);
  for (let i = 0; i < n; i++) {
    columns.push(expandDims(column, 1));
    column = multiply(column, input);
  }
  if (!options.increasing) columns.reverse();
  return concatenate(columns, { axis: 1 });
}
