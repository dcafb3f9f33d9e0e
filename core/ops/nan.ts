/**
 * Reductions that leave NaN out.
 *
 * @module
 */

import { isFloating } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { cast, divide, isnan, logicalNot, sqrt, square, subtract, where } from "./elementwise.ts";
import { asFloat, asTensor, type Operand } from "./operand.ts";
import {
  all,
  type AlongOptions,
  argmax,
  argmin,
  countNonzero,
  cumprod,
  cumsum,
  max,
  min,
  prod,
  type ReduceOptions,
  sum,
} from "./reduction.ts";

/** x with NaN replaced; whole numbers have none. */
function replaceNan(x: Tensor, value: number): Tensor {
  return isFloating(x.dtype) ? where(isnan(x), value, x) : x;
}

/** The sum of what is not NaN; of nothing, 0. */
export function nansum(x: Operand, options: ReduceOptions = {}): Tensor {
  return sum(replaceNan(asTensor(x), 0), options);
}

/** The product of what is not NaN; of nothing, 1. */
export function nanprod(x: Operand, options: ReduceOptions = {}): Tensor {
  return prod(replaceNan(asTensor(x), 1), options);
}

/** How many elements are not NaN, in the dtype of x. */
function countNumbers(x: Tensor, options: ReduceOptions): Tensor {
  return cast(countNonzero(logicalNot(isnan(x)), options), x.dtype);
}

/** The mean of what is not NaN; of nothing, NaN. */
export function nanmean(x: Operand, options: ReduceOptions = {}): Tensor {
  const input = asFloat(x);
  return divide(nansum(input, options), countNumbers(input, options));
}

/** The variance of what is not NaN around its mean, not corrected for the degree of freedom. */
export function nanvar(x: Operand, options: ReduceOptions = {}): Tensor {
  const input = asFloat(x);
  const centred = subtract(input, nanmean(input, { ...options, keepdims: true }));
  // Zeros before squaring, not after: the gradient of NaN² would be NaN.
  const squares = sum(square(where(isnan(input), 0, centred)), options);
  return divide(squares, countNumbers(input, options));
}

/** The square root of {@linkcode nanvar}. */
export function nanstd(x: Operand, options: ReduceOptions = {}): Tensor {
  return sqrt(nanvar(x, options));
}

/** The greatest value that is not NaN; where there is none, NaN. */
export function nanmax(x: Operand, options: ReduceOptions = {}): Tensor {
  const input = asTensor(x);
  const greatest = max(replaceNan(input, -Infinity), options);
  return isFloating(input.dtype) ? where(all(isnan(input), options), NaN, greatest) : greatest;
}

/** The least value that is not NaN; where there is none, NaN. */
export function nanmin(x: Operand, options: ReduceOptions = {}): Tensor {
  const input = asTensor(x);
  const least = min(replaceNan(input, Infinity), options);
  return isFloating(input.dtype) ? where(all(isnan(input), options), NaN, least) : least;
}

/** The index of the greatest value that is not NaN. */
export function nanargmax(
  x: Operand,
  options: AlongOptions & { keepdims?: boolean } = {},
): Tensor {
  return argmax(replaceNan(asTensor(x), -Infinity), options);
}

/** The index of the least value that is not NaN. */
export function nanargmin(
  x: Operand,
  options: AlongOptions & { keepdims?: boolean } = {},
): Tensor {
  return argmin(replaceNan(asTensor(x), Infinity), options);
}

/** Running sums, to which NaN adds nothing. */
export function nancumsum(x: Operand, options: AlongOptions = {}): Tensor {
  return cumsum(replaceNan(asTensor(x), 0), options);
}

/** Running products, which NaN leaves as they are. */
export function nancumprod(x: Operand, options: AlongOptions = {}): Tensor {
  return cumprod(replaceNan(asTensor(x), 1), options);
}
