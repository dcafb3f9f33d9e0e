/**
 * Operations that put elements in order.
 *
 * @module
 */

import { apply } from "../dispatch.ts";
import { errors } from "../errors.ts";
import { knownDim, normalizeAxes, normalizeAxis, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { add, cast, equal, isnan, multiply, subtract, where } from "./elementwise.ts";
import { takeAlongAxis } from "./indexing.ts";
import { expandDims, reshape, sliceAxis, transpose } from "./movement.ts";
import { asFloat, asTensor, type Operand } from "./operand.ts";
import { any, type ReduceOptions } from "./reduction.ts";

/** Options of {@linkcode sort} and {@linkcode argsort}. */
export interface SortOptions {
  /** The axis; of the flattened tensor when `null`. @default -1 */
  axis?: number | null;
  /** Whether the greatest comes first. @default false */
  descending?: boolean;
}

function flattenedIfNull(x: Tensor, axis: number | null): [Tensor, number] {
  return axis === null ? [reshape(x, [-1]), 0] : [x, normalizeAxis("sort", axis, x.ndim)];
}

/** The indices that sort an axis; ties keep their order, NaN counts as the greatest. */
export function argsort(x: Operand, options: SortOptions = {}): Tensor {
  const { axis = -1, descending = false } = options;
  const [input, along] = flattenedIfNull(asTensor(x), axis);
  return apply("argsort", [input], { axis: along, descending });
}

/**
 * Indices that put the `kth` element of an axis where it would be in order, lesser ones before it and greater ones
 * after it; here all are in order.
 */
export function argpartition(
  x: Operand,
  kth: number,
  options: { axis?: number | null } = {},
): Tensor {
  const [input, axis] = flattenedIfNull(asTensor(x), options.axis ?? -1);
  const length = input.dims[axis];
  if (!Number.isInteger(kth) || (length !== null && (kth < -length || kth >= length))) {
    throw errors.option("partition", "kth", `a whole number below ${length}`, kth);
  }
  return argsort(input, { axis });
}

/** The elements of an axis in order; NaN counts as the greatest. */
export function sort(x: Operand, options: SortOptions = {}): Tensor {
  const { axis = -1, descending = false } = options;
  const [input, along] = flattenedIfNull(asTensor(x), axis);
  const order = apply("argsort", [input], { axis: along, descending });
  return takeAlongAxis(input, order, { axis: along });
}

/**
 * The k greatest elements of the last axis and their indices, greatest first.
 *
 * @throws {RangeError} When k is not between 1 and the size of the axis.
 */
export function topK(
  x: Operand,
  k: number,
  options: { sorted?: boolean } = {},
): { values: Tensor; indices: Tensor } {
  void options; // Sorted results are valid where the order is not asked for.
  const input = asTensor(x);
  const axis = normalizeAxis("take the greatest of", -1, input.ndim);
  const length = input.dims[axis];
  if (!Number.isInteger(k) || k < 1 || (length !== null && k > length)) {
    throw errors.option("take the greatest", "k", `a whole number from 1 to ${length}`, k);
  }
  const order = apply("argsort", [input], { axis, descending: true });
  const indices = sliceAxis(order, axis, 0, k);
  return { values: takeAlongAxis(input, indices, { axis }), indices };
}

/** Whether each target is among the k greatest predictions of its row. */
export function inTopK(targets: Operand, predictions: Operand, options: { k: number }): Tensor {
  const classes = topK(predictions, options.k).indices;
  return any(equal(classes, expandDims(cast(targets, "int32"), -1)), { axis: -1 });
}

/** How a quantile between two elements is found. */
export type QuantileMethod = "linear" | "lower" | "higher" | "midpoint" | "nearest";

/** The value below which the part q of the elements lies; q is a number in [0, 1] or several. */
export function quantile(
  x: Operand,
  q: number | readonly number[],
  options: ReduceOptions & { method?: QuantileMethod } = {},
): Tensor {
  const { method = "linear", keepdims = false } = options;
  const input = asFloat(x);
  const parts = [q].flat() as number[];
  if (parts.some((part) => !(part >= 0 && part <= 1))) {
    throw errors.option("take the quantile", "q", "between 0 and 1", q);
  }
  const axes = normalizeAxes("take the quantile", options.axis, input.ndim);
  const rest = input.dims.map((_, i) => i).filter((i) => !axes.includes(i));
  const kept = rest.map((i) => input.dims[i]);
  const length = sizeOf(axes.map((i) => knownDim("take the quantile", input.dims, i)));
  if (length === 0) {
    throw errors.shapes("take the quantile", "the axes must not be empty", input.dims);
  }
  const flat = reshape(transpose(input, [...rest, ...axes]), [...kept, length]);
  const last = flat.ndim - 1;
  const ordered = sort(flat);
  const hasNan = any(isnan(flat), { axis: -1, keepdims: true });
  const results = parts.map((part) => {
    const place = part * (length - 1);
    const [low, high] = [Math.floor(place), Math.ceil(place)];
    const weight = {
      linear: place - low,
      lower: 0,
      higher: 1,
      midpoint: low === high ? 0 : 0.5,
      nearest: roundHalfEven(place) - low,
    }[method];
    const at = (i: number): Tensor => sliceAxis(ordered, last, i, i + 1);
    const value = add(at(low), multiply(subtract(at(high), at(low)), weight));
    const checked = where(hasNan, NaN, value);
    return keepdims
      ? reshape(checked, input.dims.map((d, i) => axes.includes(i) ? 1 : d))
      : reshape(checked, kept);
  });
  if (typeof q === "number") return results[0];
  return apply("concatenate", results.map((r) => expandDims(r, 0)), { axis: 0 });
}

function roundHalfEven(value: number): number {
  const low = Math.floor(value);
  const fraction = value - low;
  if (fraction !== 0.5) return Math.round(value);
  return low % 2 === 0 ? low : low + 1;
}

/** Like {@linkcode quantile}, with q in percent. */
export function percentile(
  x: Operand,
  q: number | readonly number[],
  options: ReduceOptions & { method?: QuantileMethod } = {},
): Tensor {
  return quantile(x, typeof q === "number" ? q / 100 : q.map((part) => part / 100), options);
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(x: Operand, options: ReduceOptions = {}): Tensor {
  return quantile(x, 0.5, options);
}
