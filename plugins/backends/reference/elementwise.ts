/**
 * What is computed element by element. Every kernel reads an element before it writes there, so a
 * result may take the place of an input.
 *
 * Functions compute in float64; writing into the result rounds to float32, and wraps to int32.
 *
 * @module
 */

import type { Kernel } from "../../../core/backend.ts";
import { isFloating } from "../../../core/dtype.ts";
import type { NoAttributes } from "../../../core/primitives.ts";
import { broadcastOffsets, convert, type Kernels, valuesOf } from "./_values.ts";
import { erf, erfc, erfinv } from "./special.ts";

type Unary = (x: number) => number;
type Binary = (a: number, b: number) => number;

/** A kernel that applies a function to every element. */
function unary(compute: Unary): Kernel<NoAttributes> {
  return {
    run([x], [out]) {
      const [values, result] = [valuesOf(x), valuesOf(out)];
      for (let i = 0; i < result.length; i++) result[i] = compute(values[i]);
    },
  };
}

/** A kernel that applies a function to every pair of elements; to whole numbers, another one. */
function binary(compute: Binary, computeWhole: Binary = compute): Kernel<NoAttributes> {
  return {
    run([a, b], [out]) {
      const f = isFloating(a.dtype) ? compute : computeWhole;
      const [left, right, result] = [valuesOf(a), valuesOf(b), valuesOf(out)];
      const atLeft = broadcastOffsets(a.shape, out.shape);
      const atRight = broadcastOffsets(b.shape, out.shape);
      for (let i = 0; i < result.length; i++) result[i] = f(left[atLeft[i]], right[atRight[i]]);
    },
  };
}

const test = (holds: (x: number) => boolean) => unary((x) => Number(holds(x)));
const compare = (holds: (a: number, b: number) => boolean) => binary((a, b) => Number(holds(a, b)));

/** The nearest whole number, ties to even. */
function round(x: number): number {
  const up = Math.round(x); // ties up
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

/** 1 / (1 + e^−x); the exponential is taken of −|x|, so that it cannot overflow. */
function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

/** The remainder with the sign of the divisor, as Python's. */
function mod(a: number, b: number): number {
  const remainder = a % b;
  if (remainder === 0) return b < 0 ? -0 : 0;
  return (remainder < 0) === (b < 0) ? remainder : remainder + b;
}

/** The quotient rounded towards −∞: what {@linkcode mod} leaves, divided. */
function floorDivide(a: number, b: number): number {
  if (b === 0) return a / b;
  const remainder = a % b;
  const quotient = (a - remainder) / b; // whole, but for its rounding
  const borrows = remainder !== 0 && (remainder < 0) !== (b < 0);
  return round(borrows ? quotient - 1 : quotient);
}

const modWhole: Binary = (a, b) => b === 0 ? 0 : mod(a, b);
const floorDivideWhole: Binary = (a, b) => b === 0 ? 0 : Math.floor(a / b);

/** IEEE 754's power: JavaScript's differs where 1 is raised to NaN, or ±1 to ±∞. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return base ** exponent;
}

/**
 * The power modulo 2³², by squaring. A negative exponent gives the reciprocal truncated: 0 but for
 * ±1.
 */
function powerWhole(base: number, exponent: number): number {
  if (exponent < 0) {
    if (Math.abs(base) !== 1) return 0;
    exponent = -exponent;
  }
  let result = 1;
  for (let bits = exponent >>> 0; bits > 0; bits >>>= 1) {
    if (bits & 1) result = Math.imul(result, base);
    base = Math.imul(base, base);
  }
  return result;
}

/** Shifts by 32 or more, or by a negative number, leave nothing but the sign, as in NumPy. */
const leftShift: Binary = (a, b) => b >>> 0 < 32 ? a << b : 0;
const rightShift: Binary = (a, b) => a >> (b >>> 0 < 32 ? b : 31);

/** Kernels of the elementwise primitives. */
export const elementwise = {
  negative: unary((x) => -x),
  abs: unary(Math.abs),
  sign: unary(Math.sign),
  floor: unary(Math.floor),
  ceil: unary(Math.ceil),
  round: unary(round),
  trunc: unary(Math.trunc),
  sqrt: unary(Math.sqrt),
  rsqrt: unary((x) => 1 / Math.sqrt(x)),
  exp: unary(Math.exp),
  exp2: unary((x) => 2 ** x),
  expm1: unary(Math.expm1),
  log: unary(Math.log),
  log2: unary(Math.log2),
  log10: unary(Math.log10),
  log1p: unary(Math.log1p),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  tan: unary(Math.tan),
  arcsin: unary(Math.asin),
  arccos: unary(Math.acos),
  arctan: unary(Math.atan),
  sinh: unary(Math.sinh),
  cosh: unary(Math.cosh),
  tanh: unary(Math.tanh),
  arcsinh: unary(Math.asinh),
  arccosh: unary(Math.acosh),
  arctanh: unary(Math.atanh),
  erf: unary(erf),
  erfc: unary(erfc),
  erfinv: unary(erfinv),
  sigmoid: unary(sigmoid),
  isnan: test(Number.isNaN),
  isinf: test((x) => Math.abs(x) === Infinity),
  isfinite: test(Number.isFinite),
  logicalNot: test((x) => x === 0),
  bitwiseNot: {
    run(inputs, outputs, attributes) {
      const flip = inputs[0].dtype === "bool" ? unary((x) => x ^ 1) : unary((x) => ~x);
      flip.run(inputs, outputs, attributes);
    },
  },
  cast: {
    run(inputs, outputs, { dtype }) {
      unary((x) => convert(x, dtype)).run(inputs, outputs, {});
    },
  },

  add: binary((a, b) => a + b),
  subtract: binary((a, b) => a - b),
  multiply: binary((a, b) => a * b, Math.imul),
  divide: binary((a, b) => a / b),
  floorDivide: binary(floorDivide, floorDivideWhole),
  mod: binary(mod, modWhole),
  power: binary(power, powerWhole),
  maximum: binary(Math.max),
  minimum: binary(Math.min),
  arctan2: binary(Math.atan2),
  equal: compare((a, b) => a === b),
  notEqual: compare((a, b) => a !== b),
  less: compare((a, b) => a < b),
  lessEqual: compare((a, b) => a <= b),
  greater: compare((a, b) => a > b),
  greaterEqual: compare((a, b) => a >= b),
  logicalAnd: compare((a, b) => a !== 0 && b !== 0),
  logicalOr: compare((a, b) => a !== 0 || b !== 0),
  logicalXor: compare((a, b) => (a !== 0) !== (b !== 0)),
  bitwiseAnd: binary((a, b) => a & b),
  bitwiseOr: binary((a, b) => a | b),
  bitwiseXor: binary((a, b) => a ^ b),
  leftShift: binary(leftShift),
  rightShift: binary(rightShift),

  where: {
    run([condition, x, y], [out]) {
      const [holds, then, otherwise] = [condition, x, y].map(valuesOf);
      const [atHolds, atThen, atOtherwise] = [condition, x, y].map((operand) =>
        broadcastOffsets(operand.shape, out.shape)
      );
      const result = valuesOf(out);
      for (let i = 0; i < result.length; i++) {
        result[i] = holds[atHolds[i]] ? then[atThen[i]] : otherwise[atOtherwise[i]];
      }
    },
  },
} satisfies Kernels;
