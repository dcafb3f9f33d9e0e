/**
 * What every primitive is, said once more and in another way than the reference kernels say it: as
 * a function from the index of an element to its value. Slow, and written to be obviously right.
 *
 * @module
 */

import { type DType, isFloating, makeArray } from "../../core/dtype.ts";
import type { Primitive, PrimitiveAttributes } from "../../core/primitives.ts";
import type { InputGradient, Margins, Windows } from "../../core/windows.ts";
import { fillRandom } from "../../core/random.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import { type Sample, sampleOf } from "./samples.ts";
import { type Case, resultOf } from "./stage.ts";

type Index = readonly number[];

/** A sample read by index; a shorter shape, and axes of size 1, broadcast. */
class Table {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly #values: ArrayLike<number>;

  constructor({ shape, dtype, values }: Sample) {
    [this.shape, this.dtype, this.#values] = [shape, dtype, values];
  }

  at(index: Index): number {
    const own = index.slice(index.length - this.shape.length);
    return this.flat(
      this.shape.reduce((place, d, axis) => place * d + (d === 1 ? 0 : own[axis]), 0),
    );
  }

  flat(place: number): number {
    return this.#values[place];
  }
}

type Definition<Attributes> = (
  inputs: readonly Table[],
  attributes: Attributes,
  result: { shape: Shape; dtype: DType },
) => (index: Index) => number;

/** All indices of a shape, the last axis running fastest. */
export function* indicesOf(shape: Shape): Generator<number[]> {
  if (shape.length === 0) return yield [];
  for (let i = 0; i < shape[0]; i++) {
    for (const rest of indicesOf(shape.slice(1))) yield [i, ...rest];
  }
}

/** Place of an index among all indices of a shape. */
function placeOf(index: Index, shape: Shape): number {
  return shape.reduce((place, d, axis) => place * d + index[axis], 0);
}

function replaced(index: Index, axis: number, ...by: number[]): number[] {
  return [...index.slice(0, axis), ...by, ...index.slice(axis + 1)];
}

const toInt32 = (value: bigint): number => Number(BigInt.asIntN(32, value));

const each = (f: (x: number) => number | boolean) => ([x]: readonly Table[]) => (index: Index) =>
  Number(f(x.at(index)));

const pair = (
  f: (a: number, b: number) => number | boolean,
  whole?: (a: bigint, b: bigint) => bigint,
) =>
([a, b]: readonly Table[]) =>
(index: Index): number => {
  const [x, y] = [a.at(index), b.at(index)];
  if (whole === undefined || isFloating(a.dtype)) return Number(f(x, y));
  return toInt32(whole(BigInt(x), BigInt(y)));
};

function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  if (x - low !== 0.5) return x - low < 0.5 ? low : low + 1;
  return low % 2 === 0 ? low : low + 1;
}

function modulo(a: number, b: number): number {
  const remainder = a % b;
  return remainder !== 0 && Math.sign(remainder) !== Math.sign(b) ? remainder + b : remainder;
}

/** How often the divisor goes into what {@linkcode modulo} leaves. */
function floorQuotient(a: number, b: number): number {
  if (b === 0) return a / b;
  const remainder = a % b;
  const towardsZero = roundHalfEven((a - remainder) / b);
  return modulo(a, b) === remainder ? towardsZero : towardsZero - 1;
}

function moduloWhole(a: bigint, b: bigint): bigint {
  return b === 0n ? 0n : ((a % b) + b) % b;
}

/** C99's pow. */
function power(base: number, exponent: number): number {
  if (base === 1 || exponent === 0) return 1;
  if (base === -1 && !Number.isFinite(exponent) && !Number.isNaN(exponent)) return 1;
  return Math.pow(base, exponent);
}

function powerWhole(base: bigint, exponent: bigint): bigint {
  if (exponent < 0n) {
    return base === 1n ? 1n : base === -1n ? (exponent % 2n === 0n ? 1n : -1n) : 0n;
  }
  if (exponent === 0n) return 1n;
  const root = powerWhole(base, exponent / 2n);
  return BigInt.asIntN(32, root * root * (exponent % 2n === 0n ? 1n : base));
}

/** Taylor's series of erf. */
function erfSeries(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 30; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}

/**
 * erfc by the trapezoidal rule, whose error on this integral is below 1e-17 (F. Matta, A. Reichel:
 * "Uniform computation of the error function and other related functions", Math. Comp. 25, 1971).
 */
function erfcIntegral(x: number): number {
  const step = 0.5;
  let sum = 1 / (2 * x * x);
  for (let k = 1; k < 14; k++) sum += Math.exp(-((k * step) ** 2)) / ((k * step) ** 2 + x * x);
  const pole = x < Math.PI / step ? 2 / Math.expm1(2 * Math.PI * x / step) : 0;
  const head = Math.round(x * 64) / 64;
  const gaussian = Math.exp(-head * head) * Math.exp((head - x) * (head + x));
  return 2 * step * x * gaussian / Math.PI * sum - pole;
}

function erfc(x: number): number {
  if (Math.abs(x) < 0.5) return 1 - erfSeries(x);
  if (Math.abs(x) > 28) return x < 0 ? 2 : 0;
  return x < 0 ? 2 - erfcIntegral(-x) : erfcIntegral(x);
}

function erf(x: number): number {
  if (Math.abs(x) < 0.5) return erfSeries(x);
  return x < 0 ? erfc(-x) - 1 : 1 - erfc(x);
}

/** The inverse of erf, by bisection down to neighbouring numbers. */
function erfinv(y: number): number {
  if (y < 0) return -erfinv(-y);
  if (!(y < 1)) return y === 1 ? Infinity : NaN;
  const isBelow = (x: number): boolean => y < 0.5 ? erf(x) < y : erfc(x) > 1 - y;
  let [low, high] = [0, 7];
  for (let x = 3; low < x && x < high; x = (low + high) / 2) {
    if (isBelow(x)) low = x;
    else high = x;
  }
  return high;
}

const convert = (x: number, dtype: DType): number => {
  if (dtype === "bool") return x === 0 ? 0 : 1;
  if (dtype !== "int32") return x;
  if (Number.isNaN(x)) return 0;
  return x > 2147483647 ? 2147483647 : x < -2147483648 ? -2147483648 : Math.trunc(x);
};

/** The elements of `x` that are folded into one element of the result. */
function* folded(
  x: Table,
  axes: readonly number[],
  keepdims: boolean,
  index: Index,
): Generator<number> {
  const kept = keepdims ? index.filter((_, axis) => !axes.includes(axis)) : [...index];
  const isReduced = x.shape.map((_, axis) => axes.includes(axis));
  for (const inner of indicesOf(x.shape.filter((_, axis) => isReduced[axis]))) {
    const [outside, inside] = [[...kept], [...inner]];
    yield x.at(isReduced.map((reduced) => reduced ? inside.shift()! : outside.shift()!));
  }
}

const fold = (
  combine: (values: number[], isWhole: boolean) => number,
): Definition<PrimitiveAttributes["sum"]> =>
([x], { axes, keepdims }, { dtype }) =>
(index) => combine([...folded(x, axes, keepdims, index)], dtype === "int32");

function total(values: readonly number[], isWhole: boolean): number {
  if (isWhole) return toInt32(values.reduce((sum, x) => sum + BigInt(x), 0n));
  return values.reduce((sum, x) => sum + x, 0);
}

function product(values: readonly number[], isWhole: boolean): number {
  if (isWhole) return toInt32(values.reduce((all, x) => all * BigInt(x), 1n));
  return values.reduce((all, x) => all * x, 1);
}

function extreme(values: readonly number[], beats: (a: number, b: number) => boolean): number {
  if (values.some(Number.isNaN)) return NaN;
  return values.find((x) => !values.some((y) => beats(y, x)))!;
}

const isAbove = (a: number, b: number): boolean => a > b;
const isBelow = (a: number, b: number): boolean => a < b;

const argExtreme =
  (beats: (a: number, b: number) => boolean): Definition<PrimitiveAttributes["argmax"]> =>
  ([x], { axis }) =>
  (
    index,
  ) => {
    const values = [...folded(x, [axis], false, index)];
    const nan = values.findIndex(Number.isNaN);
    return nan >= 0 ? nan : values.indexOf(extreme(values, beats));
  };

/** An index counted from the front. */
const wrapped = (index: number, length: number): number => index < 0 ? index + length : index;

/** Where an element of a window lies in the input, axis by axis. */
const placeIn = (
  { strides, padding, dilations }: Windows & { dilations?: readonly number[] },
  window: Index,
  element: Index,
): number[] =>
  window.map((w, i) =>
    w * strides[i] + element[i] * (dilations?.[i] ?? 1) - (padding as Margins)[i][0]
  );

/** The window that has an input's place at that element; none where no window begins so. */
function windowAt(
  { strides, padding, dilations }: InputGradient,
  place: Index,
  element: Index,
): number[] | null {
  const window = place.map((p, i) => (p + padding[i][0] - element[i] * dilations[i]) / strides[i]);
  return window.every(Number.isInteger) ? window : null;
}

const isWithin = (place: Index, shape: Shape): boolean =>
  place.every((i, axis) => i >= 0 && i < shape[axis]);

/** An index in three parts: of the example, of the place, of the channel. */
const parts = (index: Index): [number, number[], number] => [
  index[0],
  index.slice(1, -1),
  index[index.length - 1],
];

/** The definition of every primitive. */
export const definitions: { readonly [P in Primitive]: Definition<PrimitiveAttributes[P]> } = {
  negative: each((x) => -x),
  abs: each((x) => x < 0 || Object.is(x, -0) ? -x : x),
  sign: each((x) => x > 0 ? 1 : x < 0 ? -1 : x),
  floor: each(Math.floor),
  ceil: each(Math.ceil),
  round: each(roundHalfEven),
  trunc: each((x) => x < 0 ? Math.ceil(x) : Math.floor(x)),
  sqrt: each(Math.sqrt),
  rsqrt: each((x) => 1 / Math.sqrt(x)),
  exp: each(Math.exp),
  exp2: each((x) => Math.pow(2, x)),
  expm1: each(Math.expm1),
  log: each(Math.log),
  log2: each(Math.log2),
  log10: each(Math.log10),
  log1p: each(Math.log1p),
  sin: each(Math.sin),
  cos: each(Math.cos),
  tan: each(Math.tan),
  arcsin: each(Math.asin),
  arccos: each(Math.acos),
  arctan: each(Math.atan),
  sinh: each(Math.sinh),
  cosh: each(Math.cosh),
  tanh: each(Math.tanh),
  arcsinh: each(Math.asinh),
  arccosh: each(Math.acosh),
  arctanh: each(Math.atanh),
  erf: each(erf),
  erfc: each(erfc),
  erfinv: each(erfinv),
  sigmoid: each((x) => x < -700 ? Math.exp(x) : 1 / (1 + Math.exp(-x))),
  isnan: each((x) => x !== x),
  isinf: each((x) => x === Infinity || x === -Infinity),
  isfinite: each((x) => x - x === 0),
  logicalNot: each((x) => !x && !Number.isNaN(x)),
  bitwiseNot: ([x]) => (index) => x.dtype === "bool" ? 1 - x.at(index) : -x.at(index) - 1,
  cast: ([x], { dtype }) => (index) => convert(x.at(index), dtype),

  add: pair((a, b) => a + b, (a, b) => a + b),
  subtract: pair((a, b) => a - b, (a, b) => a - b),
  multiply: pair((a, b) => a * b, (a, b) => a * b),
  divide: pair((a, b) => a / b),
  floorDivide: pair(
    floorQuotient,
    (a, b) => b === 0n ? 0n : (a - moduloWhole(a, b)) / b,
  ),
  mod: pair(modulo, moduloWhole),
  power: pair(power, powerWhole),
  maximum: pair((a, b) => extreme([a, b], isAbove)),
  minimum: pair((a, b) => extreme([a, b], isBelow)),
  arctan2: pair(Math.atan2),
  equal: pair((a, b) => a === b),
  notEqual: pair((a, b) => a !== b),
  less: pair((a, b) => a < b),
  lessEqual: pair((a, b) => a <= b),
  greater: pair((a, b) => a > b),
  greaterEqual: pair((a, b) => a >= b),
  logicalAnd: pair((a, b) => a + b === 2),
  logicalOr: pair((a, b) => a + b > 0),
  logicalXor: pair((a, b) => a + b === 1),
  bitwiseAnd: pair((a, b) => a & b, (a, b) => a & b),
  bitwiseOr: pair((a, b) => a | b, (a, b) => a | b),
  bitwiseXor: pair((a, b) => a ^ b, (a, b) => a ^ b),
  leftShift: pair(() => NaN, (a, b) => b < 0n || b > 31n ? 0n : a << b),
  rightShift: pair(() => NaN, (a, b) => a >> (b < 0n || b > 31n ? 31n : b)),
  where: ([condition, x, y]) => (index) => (condition.at(index) === 1 ? x : y).at(index),

  sum: fold(total),
  mean: fold((values) => total(values, false) / values.length),
  prod: fold(product),
  max: fold((values) => extreme(values, isAbove)),
  min: fold((values) => extreme(values, isBelow)),
  argmax: argExtreme(isAbove),
  argmin: argExtreme(isBelow),
  cumsum: ([x], { axis, reverse }, { dtype }) => (index) => {
    const from = reverse ? index[axis] : 0;
    const to = reverse ? x.shape[axis] - 1 : index[axis];
    const values: number[] = [];
    for (let i = from; i <= to; i++) values.push(x.at(replaced(index, axis, i)));
    return total(values, dtype === "int32");
  },
  /** The element before which as many come as the place says. */
  argsort: ([x], { axis, descending }) => (index) => {
    const line = Array.from({ length: x.shape[axis] }, (_, i) => x.at(replaced(index, axis, i)));
    const key = (i: number): [number, number] => [Number(Number.isNaN(line[i])), line[i]];
    const comesBefore = (i: number, j: number): boolean => {
      const [a, b] = descending ? [key(j), key(i)] : [key(i), key(j)];
      if (a[0] !== b[0]) return a[0] < b[0];
      return a[1] < b[1] || (!(a[1] > b[1]) && i < j);
    };
    return line.findIndex((_, i) =>
      line.filter((_, j) => comesBefore(j, i)).length === index[axis]
    );
  },

  matmul: ([a, b], { transposeA, transposeB }, { dtype }) => (index) => {
    const batch = index.slice(0, -2);
    const [i, j] = index.slice(-2);
    const inner = a.shape[a.shape.length - (transposeA ? 2 : 1)];
    const products: number[] = [];
    for (let k = 0; k < inner; k++) {
      const x = a.at([...batch, ...(transposeA ? [k, i] : [i, k])]);
      const y = b.at([...batch, ...(transposeB ? [j, k] : [k, j])]);
      products.push(product([x, y], dtype === "int32"));
    }
    return total(products, dtype === "int32");
  },

  conv: ([x, kernel], attributes) => (index) => {
    const [n, window, filter] = parts(index);
    const [perGroup, filters] = kernel.shape.slice(-2);
    const first = Math.floor(filter / (filters / attributes.groups)) * perGroup;
    const terms: number[] = [];
    for (const element of indicesOf(kernel.shape.slice(0, -2))) {
      const place = placeIn(attributes, window, element);
      if (!isWithin(place, x.shape.slice(1, -1))) continue;
      for (let c = 0; c < perGroup; c++) {
        terms.push(x.at([n, ...place, first + c]) * kernel.at([...element, c, filter]));
      }
    }
    return total(terms, false);
  },
  convInputGradient: ([g, kernel], attributes) => (index) => {
    const [n, place, channel] = parts(index);
    const [perGroup, filters] = kernel.shape.slice(-2);
    const each = filters / attributes.groups;
    const first = Math.floor(channel / perGroup) * each;
    const terms: number[] = [];
    for (const element of indicesOf(kernel.shape.slice(0, -2))) {
      const window = windowAt(attributes, place, element);
      if (window === null || !isWithin(window, g.shape.slice(1, -1))) continue;
      for (let f = first; f < first + each; f++) {
        terms.push(g.at([n, ...window, f]) * kernel.at([...element, channel % perGroup, f]));
      }
    }
    return total(terms, false);
  },
  convKernelGradient: ([x, g], attributes, { shape }) => (index) => {
    const element = index.slice(0, -2);
    const [channel, filter] = index.slice(-2);
    const [perGroup, filters] = shape.slice(-2);
    const group = Math.floor(filter / (filters / attributes.groups));
    const terms: number[] = [];
    for (const [n, ...window] of indicesOf(g.shape.slice(0, -1))) {
      const place = placeIn(attributes, window, element);
      if (!isWithin(place, x.shape.slice(1, -1))) continue;
      terms.push(x.at([n, ...place, group * perGroup + channel]) * g.at([n, ...window, filter]));
    }
    return total(terms, false);
  },
  poolArgmax: ([x], attributes) => (index) => {
    const [n, window, channel] = parts(index);
    const candidates = [...indicesOf(attributes.size)]
      .map((element) => placeIn(attributes, window, element))
      .filter((place) => isWithin(place, x.shape.slice(1, -1)))
      .map((place) => [n, ...place, channel]);
    const values = candidates.map((at) => x.at(at));
    const nan = values.findIndex(Number.isNaN);
    const first = nan >= 0 ? nan : values.indexOf(extreme(values, isAbove));
    return placeOf(candidates[first], x.shape);
  },

  reshape: ([x], _, { shape }) => (index) => x.flat(placeOf(index, shape)),
  transpose: ([x], { axes }) => (index) =>
    x.at(x.shape.map((_, axis) => index[axes.indexOf(axis)])),
  broadcastTo: ([x]) => (index) => x.at(index),
  slice: ([x], { start, strides }) => (index) =>
    x.at(index.map((i, axis) => start[axis] + i * strides[axis])),
  pad: ([x], { low, interior, value }, { dtype }) => (index) => {
    const from = index.map((i, axis) => (i - low[axis]) / (1 + interior[axis]));
    const isInside = from.every((i, axis) => Number.isInteger(i) && i >= 0 && i < x.shape[axis]);
    return isInside ? x.at(from) : convert(value, dtype);
  },
  concatenate: (inputs, { axis }) => (index) => {
    let i = index[axis];
    const source = inputs.find(({ shape }) => {
      if (i < shape[axis]) return true;
      i -= shape[axis];
      return false;
    })!;
    return source.at(replaced(index, axis, i));
  },
  flip: ([x], { axes }) => (index) =>
    x.at(index.map((i, axis) => axes.includes(axis) ? x.shape[axis] - 1 - i : i)),

  take: ([x, indices], { axis }) => (index) => {
    const end = axis + indices.shape.length;
    const chosen = wrapped(indices.at(index.slice(axis, end)), x.shape[axis]);
    return x.at([...index.slice(0, axis), chosen, ...index.slice(end)]);
  },
  scatterAdd: ([updates, indices], { axis, size }, { dtype }) => (index) => {
    const values: number[] = [];
    for (const from of indicesOf(indices.shape)) {
      if (wrapped(indices.at(from), size) === index[axis]) {
        values.push(updates.at(replaced(index, axis, ...from)));
      }
    }
    return convert(total(values, dtype === "int32"), dtype);
  },
  takeAlongAxis: ([x, indices], { axis }) => (index) =>
    x.at(replaced(index, axis, wrapped(indices.at(index), x.shape[axis]))),
  scatterAddAlongAxis: ([updates, indices], { axis, size }, { dtype }) => (index) => {
    const values: number[] = [];
    for (let i = 0; i < updates.shape[axis]; i++) {
      const from = replaced(index, axis, i);
      if (wrapped(indices.at(from), size) === index[axis]) values.push(updates.at(from));
    }
    return convert(total(values, dtype === "int32"), dtype);
  },
  scatterUpdate: ([x, indices, updates]) => (index) => {
    for (let i = indices.shape[0] - 1; i >= 0; i--) {
      const to = wrapped(indices.flat(i), x.shape[0]);
      if (to === index[0]) return updates.at([i, ...index.slice(1)]);
    }
    return x.at(index);
  },

  random: (_, { distribution, seed, stream }, { shape, dtype }) => {
    const draws = makeArray(dtype, sizeOf(shape));
    fillRandom(distribution, seed, stream, draws);
    return (index) => draws[placeOf(index, shape)];
  },
};

/** The result of a call by the primitive's definition. */
export function byDefinition<P extends Primitive>(
  primitive: P,
  call: Case<PrimitiveAttributes[P]>,
): Sample {
  const result = resultOf(primitive, call);
  const valueAt = definitions[primitive](
    call.inputs.map((input) => new Table(input)),
    call.attributes,
    result,
  );
  return sampleOf(result.dtype, result.shape, Array.from(indicesOf(result.shape), valueAt));
}
