/**
 * Tensors as the contract suite holds them, and where their values come from.
 *
 * @module
 */

import { type DType, isFloating, makeArray, type TypedArray } from "../../core/dtype.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";

/** A tensor as tests hold it. */
export interface Sample {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly values: TypedArray;
}

/** Nested arrays of numbers, as tests write tensors. */
export type Nested = number | readonly Nested[];

/** A sample from nested arrays. */
export function sample(dtype: DType, nested: Nested): Sample {
  const shape: number[] = [];
  let values: readonly Nested[] = [nested];
  while (values.some(Array.isArray)) {
    shape.push((values[0] as Nested[]).length);
    values = values.flat() as readonly Nested[];
  }
  return sampleOf(dtype, shape, values as number[]);
}

/** A sample from a shape and values in row-major order, wrapped or rounded to the dtype. */
export function sampleOf(dtype: DType, shape: Shape, values: ArrayLike<number>): Sample {
  const array = makeArray(dtype, sizeOf(shape));
  array.set(values);
  return { shape, dtype, values: array };
}

/** Values that have gone wrong somewhere before. */
const SPECIAL: Record<DType, readonly number[]> = {
  // deno-fmt-ignore
  float32: [
    0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 2, -2, 3, -3, 7, -7, 10, 0.1, -0.1, 1 / 3,
    100.25, -100.25, 1e-3, 1e-8, -1e-8, 1e10, -1e10, 8388609, 16777217, 2147483648, -2147483649,
    88.7, -87.3, -103, 1e-40, -1e-45, 2 ** -126, 1e30, -1e30, 3.4028234663852886e38,
    -3.4028234663852886e38, Infinity, -Infinity, NaN,
  ],
  // deno-fmt-ignore
  float64: [
    0, -0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 2, -2, 3, -3, 7, -7, 10, 0.1, -0.1, 1 / 3,
    100.25, -100.25, 1e-3, 1e-17, -1e-17, 1e10, -1e10, 4503599627370497.5, 2147483648, -2147483649,
    709.7, -708.3, -744, 5e-324, -5e-324, 1e-310, 1e300, -1e300, Number.MAX_VALUE,
    -Number.MAX_VALUE, Infinity, -Infinity, NaN,
  ],
  // deno-fmt-ignore
  int32: [
    0, 1, -1, 2, -2, 3, -3, 5, 7, -7, 10, 31, 32, 33, -33, 100, 46341, -46341, 65536, 16777217,
    1 << 30, 2147483647, -2147483647, -2147483648,
  ],
  bool: [0, 1],
};

/** Numbers that look random and are always the same (Lehmer's generator). */
export function draw(dtype: DType, shape: Shape, seed = 1): Sample {
  let state = seed * 7919 + sizeOf(shape) + 1;
  const next = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  next();
  const value: () => number = {
    float32: () => next() * 8 - 4,
    float64: () => next() * 8 - 4,
    int32: () => Math.floor(next() * 19) - 9,
    bool: () => Number(next() < 0.5),
  }[dtype];
  return sampleOf(dtype, shape, Array.from({ length: sizeOf(shape) }, value));
}

/** The special values of a dtype, over and over until the shape is full. */
export function special(dtype: DType, shape: Shape = [SPECIAL[dtype].length]): Sample {
  const values = SPECIAL[dtype];
  return sampleOf(
    dtype,
    shape,
    Array.from({ length: sizeOf(shape) }, (_, i) => values[i % values.length]),
  );
}

/** Indices into an axis, from both ends. */
export function drawIndices(shape: Shape, length: number, seed = 3): Sample {
  const { values } = draw("float64", shape, seed);
  return sampleOf("int32", shape, values.map((x) => Math.floor((x + 4) / 8 * 2 * length) - length));
}

/** Positive and negative numbers of every magnitude up to a limit. */
export function sweep(dtype: DType, limit: number): Sample {
  const values: number[] = [];
  for (let x = limit; x > limit * 1e-9; x *= 0.93) values.push(x, -x);
  return sampleOf(dtype, [values.length], values);
}

/** Rows that hold one or two special values each, in every place of a vector. */
export function specialRows(dtype: DType): Sample[] {
  if (dtype === "bool") return [];
  const length = 11;
  const few = isFloating(dtype) ? [NaN, Infinity, -Infinity, -0] : [2147483647, -2147483648];
  return few.map((value) => {
    const x = draw(dtype, [length, length]);
    for (let i = 0; i < length; i++) x.values[i * length + i] = value;
    x.values[3] = value;
    x.values[5 * length] = isFloating(dtype) ? Infinity : 1;
    return x;
  });
}
