/**
 * Shapes: sizes, strides, broadcasting, axes. A dimension may be unknown (`null`) in the shape of a
 * symbolic tensor; every rule here takes such dimensions too.
 *
 * @module
 */

import { errors } from "./errors.ts";

/** The shape of a tensor that holds values. */
export type Shape = readonly number[];

/** One dimension of a symbolic shape; `null` where it is unknown, as a batch is. */
export type Dim = number | null;

/** A shape whose dimensions may be unknown. */
export type Dims = readonly Dim[];

/** One axis, several, or all of them (`null`). */
export type Axis = number | readonly number[] | null;

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

/** Says whether every dimension is known. */
export function isKnown(dims: Dims): dims is Shape {
  for (let i = 0; i < dims.length; i++) if (dims[i] === null) return false;
  return true;
}

/** Says whether two shapes are the same, unknown dimensions being equal only to unknown ones. */
export function sameShape(a: Dims, b: Dims): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Says whether two dimensions may be the same: an unknown one may be any. */
export function mayEqual(a: Dim, b: Dim): boolean {
  return a === b || a === null || b === null;
}

/** Says whether two shapes may be the same. */
export function mayBeSame(a: Dims, b: Dims): boolean {
  return a.length === b.length && a.every((d, i) => mayEqual(d, b[i]));
}

/** The product of dimensions; unknown where one of them is. */
export function productOf(dims: Dims): Dim {
  return isKnown(dims) ? sizeOf(dims) : null;
}

/**
 * A dimension that an operation cannot do without.
 *
 * @throws {RangeError} When it is unknown.
 */
export function knownDim(operation: string, dims: Dims, axis: number): number {
  const d = dims[axis];
  if (d === null) throw errors.shapes(operation, `axis ${axis} must be known`, dims);
  return d;
}

/**
 * A shape that an operation cannot do without.
 *
 * @throws {RangeError} When a dimension is unknown.
 */
export function knownShape(operation: string, dims: Dims): Shape {
  if (!isKnown(dims)) throw errors.shapes(operation, "all axes must be known", dims);
  return dims;
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/** A shape as people write it: `[2, 3]`, `[null, 784]`. */
export function formatShape(dims: Dims): string {
  return `[${dims.map((d) => d === null ? "null" : String(d)).join(", ")}]`;
}

/**
 * The shape on which two shapes meet under NumPy's rule: aligned at the last axis, each pair of
 * dimensions is equal or one of the two is 1. An unknown dimension beside a known one other than 1
 * is taken to be equal to it.
 *
 * @throws {RangeError} When a pair of dimensions does not meet.
 */
export function broadcastShapes(operation: string, a: Dims, b: Dims): Dims {
  if (sameShape(a, b)) return a;
  const ndim = Math.max(a.length, b.length);
  const result = new Array<Dim>(ndim);
  for (let i = 1; i <= ndim; i++) {
    const da = i > a.length ? 1 : a[a.length - i];
    const db = i > b.length ? 1 : b[b.length - i];
    if (da === db || db === 1) result[ndim - i] = da;
    else if (da === 1) result[ndim - i] = db;
    else if (da === null) result[ndim - i] = db;
    else if (db === null) result[ndim - i] = da;
    else throw errors.broadcast(operation, a, b);
  }
  return result;
}

/**
 * An axis counted from the front.
 *
 * @throws {RangeError} When the tensor has no such axis.
 */
export function normalizeAxis(operation: string, axis: number, ndim: number): number {
  if (!Number.isInteger(axis) || axis < -ndim || axis >= ndim) {
    throw errors.axisRange(operation, axis, ndim);
  }
  return axis < 0 ? axis + ndim : axis;
}

/**
 * Axes counted from the front, ascending; all of them for `null` and `undefined`.
 *
 * @throws {RangeError} When an axis is missing or named twice.
 */
export function normalizeAxes(operation: string, axis: Axis | undefined, ndim: number): number[] {
  if (axis === null || axis === undefined) return Array.from({ length: ndim }, (_, i) => i);
  const list = Array.isArray(axis) ? axis as readonly number[] : [axis as number];
  const axes = list.map((a) => normalizeAxis(operation, a, ndim)).sort((a, b) => a - b);
  for (let i = 1; i < axes.length; i++) {
    if (axes[i] === axes[i - 1]) throw errors.axisTwice(operation, axes[i]);
  }
  return axes;
}

/** The shape that is left when axes are reduced. */
export function reducedShape(dims: Dims, axes: readonly number[], keepdims: boolean): Dims {
  const result: Dim[] = [];
  for (let i = 0; i < dims.length; i++) {
    if (!axes.includes(i)) result.push(dims[i]);
    else if (keepdims) result.push(1);
  }
  return result;
}

/**
 * Checks a shape that a user gave: whole, non-negative dimensions.
 *
 * @throws {RangeError} When a dimension is negative, fractional or not a number.
 */
export function checkShape(operation: string, shape: Shape): Shape {
  if (!Array.isArray(shape)) throw errors.shapeKind(operation, shape);
  for (const d of shape) {
    if (!Number.isInteger(d) || d < 0) throw errors.shapeValue(operation, shape);
  }
  return shape;
}
