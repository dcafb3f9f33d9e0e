/**
 * Operations that reduce axes or run along one.
 *
 * @module
 */

import { apply, applyComposite, defineComposite } from "../dispatch.ts";
import { errors } from "../errors.ts";
import { type Axis, knownDim, normalizeAxes, normalizeAxis, reducedShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { onesLike } from "./creation.ts";
import {
  abs,
  add,
  cast,
  divide,
  equal,
  exp,
  isclose,
  isfinite,
  log,
  maximum,
  minimum,
  multiply,
  notEqual,
  power,
  sqrt,
  square,
  subtract,
  type ToleranceOptions,
  where,
} from "./elementwise.ts";
import { expandDims, flip, reshape, sliceAxis } from "./movement.ts";
import { asDType, asFloat, asTensor, constantBeside, type Operand } from "./operand.ts";
import { pad } from "./padding.ts";

/** Which axes a reduction takes, and whether they stay. */
export interface ReduceOptions {
  /** One axis, several, or all of them. @default null (all) */
  axis?: Axis;
  /** Whether reduced axes stay, with size 1. @default false */
  keepdims?: boolean;
}

type Reducing = "sum" | "mean" | "prod" | "max" | "min";

function reduce(primitive: Reducing, x: Tensor, options: ReduceOptions): Tensor {
  if (typeof options !== "object") throw errors.options(`take the ${primitive}`, options);
  const axes = normalizeAxes(primitive, options.axis, x.ndim);
  return apply(primitive, [x], { axes, keepdims: options.keepdims ?? false });
}

/** The sum; of no elements, 0. */
export function sum(x: Operand, options: ReduceOptions = {}): Tensor {
  const input = asTensor(x);
  return reduce("sum", input.dtype === "bool" ? asDType(input, "int32") : input, options);
}

/** The product; of no elements, 1. */
export function prod(x: Operand, options: ReduceOptions = {}): Tensor {
  const input = asTensor(x);
  return reduce("prod", input.dtype === "bool" ? asDType(input, "int32") : input, options);
}

/** The arithmetic mean, in a float dtype. */
export function mean(x: Operand, options: ReduceOptions = {}): Tensor {
  return reduce("mean", asFloat(x), options);
}

/** Options of {@linkcode max} and {@linkcode min}. */
export interface ExtremeOptions extends ReduceOptions {
  /** A value that takes part besides the elements; of no elements it is the result. @default none */
  initial?: number;
}

/** The greatest value; NaN where there is one. */
export function max(x: Operand, options: ExtremeOptions = {}): Tensor {
  return extreme("max", asTensor(x), options);
}
/** The greatest value. */
export const amax: (x: Operand, options?: ExtremeOptions) => Tensor = max;

/** The least value; NaN where there is one. */
export function min(x: Operand, options: ExtremeOptions = {}): Tensor {
  return extreme("min", asTensor(x), options);
}
/** The least value. */
export const amin: (x: Operand, options?: ExtremeOptions) => Tensor = min;

function extreme(primitive: "max" | "min", x: Tensor, options: ExtremeOptions): Tensor {
  const { initial } = options;
  if (initial === undefined) return reduce(primitive, x, options);
  if (x.dims.includes(0)) return add(multiply(sum(x, options), 0), initial);
  const choose = primitive === "max" ? maximum : minimum;
  return choose(reduce(primitive, x, options), initial);
}

/** The greatest value minus the least. */
export function ptp(x: Operand, options: ReduceOptions = {}): Tensor {
  const input = asTensor(x);
  return subtract(max(input, options), min(input, options));
}

/** Whether all hold; of no elements, true. */
export function all(x: Operand, options: ReduceOptions = {}): Tensor {
  return equal(countNonzero(equal(asDType(asTensor(x), "bool"), false), options), 0);
}

/** Whether any holds; of no elements, false. */
export function any(x: Operand, options: ReduceOptions = {}): Tensor {
  return notEqual(countNonzero(x, options), 0);
}

/** Whether all elements are close, as a scalar bool. */
export function allclose(x1: Operand, x2: Operand, options: ToleranceOptions = {}): Tensor {
  return all(isclose(x1, x2, options));
}

/** How many elements are not 0. */
export function countNonzero(x: Operand, options: ReduceOptions = {}): Tensor {
  return sum(asDType(asDType(asTensor(x), "bool"), "int32"), options);
}

/** The variance around the mean, not corrected for the degree of freedom. */
export function variance(x: Operand, options: ReduceOptions = {}): Tensor {
  const input = asFloat(x);
  const centred = subtract(input, mean(input, { ...options, keepdims: true }));
  return mean(square(centred), options);
}
export { variance as var };

/** The square root of the variance. */
export function std(x: Operand, options: ReduceOptions = {}): Tensor {
  return sqrt(variance(x, options));
}

/** Mean and variance. */
export function moments(x: Operand, options: { axes?: Axis; keepdims?: boolean } = {}): [
  Tensor,
  Tensor,
] {
  const reduction = { axis: options.axes, keepdims: options.keepdims };
  return [mean(x, reduction), variance(x, reduction)];
}

/** The weighted mean Σ w·x / Σ w; without weights, the mean. */
export function average(
  x: Operand,
  options: { axis?: Axis; weights?: Operand } = {},
): Tensor {
  if (options.weights === undefined) return mean(x, { axis: options.axis });
  const input = asFloat(x);
  let weights = asDType(asTensor(options.weights), input.dtype);
  if (weights.ndim === 1 && input.ndim > 1 && typeof options.axis === "number") {
    const axis = normalizeAxis("average", options.axis, input.ndim);
    weights = reshape(weights, input.dims.map((_, i) => i === axis ? weights.dims[0] : 1));
  }
  const reduction = { axis: options.axis };
  const total = sum(multiply(weights, onesLike(input)), reduction);
  return divide(sum(multiply(input, weights), reduction), total);
}

/** The index of the greatest value along an axis; of the flattened tensor when the axis is `null`. */
export function argmax(
  x: Operand,
  options: { axis?: number | null; keepdims?: boolean } = {},
): Tensor {
  return argReduce("argmax", asTensor(x), options);
}

/** The index of the least value along an axis; of the flattened tensor when the axis is `null`. */
export function argmin(
  x: Operand,
  options: { axis?: number | null; keepdims?: boolean } = {},
): Tensor {
  return argReduce("argmin", asTensor(x), options);
}

function argReduce(
  primitive: "argmax" | "argmin",
  x: Tensor,
  { axis = null, keepdims = false }: { axis?: number | null; keepdims?: boolean },
): Tensor {
  if (axis === null) {
    const result = apply(primitive, [reshape(x, [-1])], { axis: 0 });
    return keepdims ? reshape(result, x.dims.map(() => 1)) : result;
  }
  const from = normalizeAxis(primitive, axis, x.ndim);
  const result = apply(primitive, [x], { axis: from });
  return keepdims ? expandDims(result, from) : result;
}

interface LogsumexpAttributes {
  axes: readonly number[];
  keepdims: boolean;
}

const logsumexpComposite = defineComposite<LogsumexpAttributes>({
  name: "logsumexp",
  infer: ([x], { axes, keepdims }) => [{
    dims: reducedShape(x.dims, axes, keepdims),
    dtype: x.dtype,
  }],
  compose: ([x], { axes, keepdims }) => {
    const initial = x.dims.includes(0) ? -Infinity : undefined;
    const largest = max(x, { axis: axes, keepdims: true, initial });
    const shift = where(isfinite(largest), largest, 0);
    const total = log(sum(exp(subtract(x, shift)), { axis: axes, keepdims: true }));
    const result = add(total, shift);
    return [keepdims ? result : reshape(result, reducedShape(x.dims, axes, false))];
  },
  gradient: ({ inputs: [x], outputs: [y], attributes: { axes } }, [g]) => {
    if (g === null) return [null];
    const kept = reducedShape(x.dims, axes, true);
    const [yKept, gKept] = [reshape(y, kept), reshape(g, kept)];
    const shift = where(isfinite(yKept), yKept, 0);
    return [multiply(gKept, exp(subtract(x, shift)))];
  },
});

/** log Σ e^x, without overflow. */
export function logsumexp(x: Operand, options: ReduceOptions = {}): Tensor {
  const input = asFloat(x);
  const axes = normalizeAxes("logsumexp", options.axis, input.ndim);
  const attributes = { axes, keepdims: options.keepdims ?? false };
  return applyComposite(logsumexpComposite, [input], attributes)[0];
}

/** Options of operations that run along one axis. */
export interface AlongOptions {
  /** The axis; of the flattened tensor when `null`. @default null */
  axis?: number | null;
}

/** Running sums. */
export function cumsum(x: Operand, options: AlongOptions = {}): Tensor {
  let input = asTensor(x);
  if (input.dtype === "bool") input = asDType(input, "int32");
  if (options.axis === undefined || options.axis === null) {
    return apply("cumsum", [reshape(input, [-1])], { axis: 0, reverse: false });
  }
  const axis = normalizeAxis("cumsum", options.axis, input.ndim);
  return apply("cumsum", [input], { axis, reverse: false });
}

/**
 * Running products, by doubling: log₂(n) products of the tensor with itself shifted, so that the gradient is
 * right where elements are 0 (Hillis and Steele's scan).
 */
export function cumprod(x: Operand, options: AlongOptions = {}): Tensor {
  let input = asTensor(x);
  if (input.dtype === "bool") input = asDType(input, "int32");
  if (options.axis === undefined || options.axis === null) {
    return cumprod(reshape(input, [-1]), { axis: 0 });
  }
  const axis = normalizeAxis("cumprod", options.axis, input.ndim);
  const length = knownDim("take running products", input.dims, axis);
  for (let shift = 1; shift < length; shift *= 2) {
    input = multiply(input, shiftAlong(input, axis, shift, length));
  }
  return input;
}

/** The tensor moved up an axis by `shift`, ones coming in. */
function shiftAlong(x: Tensor, axis: number, shift: number, length: number): Tensor {
  const kept = sliceAxis(x, axis, 0, length - shift);
  const widths = x.dims.map((_, i): [number, number] => i === axis ? [shift, 0] : [0, 0]);
  return pad(kept, widths, { constantValues: 1 });
}

/** The products of all elements along an axis but the element itself. */
export function productOfOthers(x: Tensor, axis: number): Tensor {
  const length = x.shape[axis];
  const before = shiftAlong(cumprod(x, { axis }), axis, 1, length);
  const reversed = flip(x, { axis });
  const after = flip(shiftAlong(cumprod(reversed, { axis }), axis, 1, length), { axis });
  return multiply(before, after);
}

/** Differences of neighbours along an axis, taken `n` times. */
export function diff(x: Operand, options: { n?: number; axis?: number } = {}): Tensor {
  const { n = 1 } = options;
  if (!Number.isInteger(n) || n < 0) {
    throw errors.option("take differences", "n", "a whole number from 0 on", n);
  }
  let result = asTensor(x);
  const axis = normalizeAxis("take differences", options.axis ?? -1, result.ndim);
  for (let i = 0; i < n; i++) {
    const length = knownDim("take differences", result.dims, axis);
    result = subtract(
      sliceAxis(result, axis, Math.min(1, length), length),
      sliceAxis(result, axis, 0, Math.max(0, length - 1)),
    );
  }
  return result;
}

/** The trapezoidal rule along an axis: Σ (y_i + y_{i+1}) / 2 · dx. */
export function trapezoid(y: Operand, options: { dx?: number; axis?: number } = {}): Tensor {
  const { dx = 1 } = options;
  const input = asFloat(y);
  const axis = normalizeAxis("integrate", options.axis ?? -1, input.ndim);
  const length = knownDim("integrate", input.dims, axis);
  const left = sliceAxis(input, axis, 0, Math.max(0, length - 1));
  const right = sliceAxis(input, axis, Math.min(1, length), length);
  return multiply(sum(add(left, right), { axis }), dx / 2);
}

/** Options of {@linkcode norm}. */
export interface NormOptions extends ReduceOptions {
  /** The order: `2`, `1`, `Infinity`, `-Infinity`, `0`, any other number for vectors, or `"fro"`. @default 2 */
  ord?: number | "fro" | null;
}

/**
 * A norm: of vectors along one axis, or of all elements (Frobenius) when no order is given; with two axes and
 * an order of 1 or ±∞, the matrix norm.
 *
 * @throws {RangeError} When the order is no norm for that number of axes.
 */
export function norm(x: Operand, options: NormOptions = {}): Tensor {
  const input = asFloat(x);
  const { ord = null, keepdims = false } = options;
  const axes = normalizeAxes("take the norm", options.axis, input.ndim);
  const reduction = { axis: axes, keepdims };
  if (ord === null || ord === "fro" || (axes.length === 1 && ord === 2)) {
    const squares = sum(square(input), reduction);
    // The gradient of the root at 0 is infinite; that of the norm of zeros is taken to be 0.
    const isZero = equal(squares, 0);
    return where(isZero, 0, sqrt(where(isZero, 1, squares)));
  }
  if (axes.length === 2) return matrixNorm(input, ord, axes, keepdims);
  if (axes.length > 2) {
    throw errors.option("take the norm", "ord", "null for more than two axes", ord);
  }
  if (ord === Infinity) return max(abs(input), reduction);
  if (ord === -Infinity) return min(abs(input), reduction);
  if (ord === 0) return cast(countNonzero(input, reduction), input.dtype);
  if (ord === 1) return sum(abs(input), reduction);
  return power(sum(power(abs(input), ord), reduction), 1 / ord);
}

function matrixNorm(x: Tensor, ord: number, axes: readonly number[], keepdims: boolean): Tensor {
  const [row, column] = axes;
  const magnitude = Math.abs(ord);
  if (magnitude !== 1 && magnitude !== Infinity) {
    throw errors.option(
      "take the matrix norm",
      "ord",
      '1, -1, Infinity, -Infinity or "fro" (others need singular values)',
      ord,
    );
  }
  const [summed, other] = magnitude === 1 ? [row, column] : [column, row];
  const sums = sum(abs(x), { axis: summed, keepdims: true });
  const extreme = (ord > 0 ? max : min)(sums, { axis: other, keepdims: true });
  return keepdims ? extreme : reshape(extreme, reducedShape(x.dims, axes, false));
}

/** x divided by its norm along an axis; the norm is taken to be at least `epsilon`. */
export function normalize(
  x: Operand,
  options: { axis?: Axis; order?: number; epsilon?: number } = {},
): Tensor {
  const { axis = -1, order = 2, epsilon } = options;
  const input = asFloat(x);
  const least = epsilon ?? 1e-12;
  if (order === 2) {
    const squares = sum(square(input), { axis, keepdims: true });
    return divide(input, sqrt(maximum(squares, constantBeside(input, least * least))));
  }
  return divide(input, maximum(norm(input, { ord: order, axis, keepdims: true }), least));
}
