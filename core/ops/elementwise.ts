/**
 * Operations that work element by element, under NumPy's broadcasting.
 *
 * @module
 */

import { apply, applyComposite, defineComposite } from "../dispatch.ts";
import { checkDType, type DType, isFloating } from "../dtype.ts";
import { errors } from "../errors.ts";
import type { Meta, NoAttributes, Primitive, PrimitiveAttributes } from "../primitives.ts";
import type { Tensor } from "../tensor.ts";
import { asDType, asFloat, asFloatPair, asPair, asTensor, type Operand } from "./operand.ts";

/** The primitives that have no attributes. */
type Plain = {
  [P in Primitive]: NoAttributes extends PrimitiveAttributes[P] ? P
    : never;
}[Primitive];

const NONE: NoAttributes = Object.freeze({});
const sameAsFirst = ([x]: readonly Meta[]): Meta[] => [{ dims: x.dims, dtype: x.dtype }];

/** One input in its own dtype. */
function unary(primitive: Plain): (x: Operand) => Tensor {
  return (x) => apply(primitive, [asTensor(x)], NONE);
}

/** One input in a float dtype. */
function float(primitive: Plain): (x: Operand) => Tensor {
  return (x) => apply(primitive, [asFloat(x)], NONE);
}

/** Two inputs in one dtype. */
function binary(primitive: Plain): (x1: Operand, x2: Operand) => Tensor {
  return (x1, x2) => apply(primitive, asPair(x1, x2), NONE);
}

/** Two inputs in one dtype that is not bool. */
function arithmetic(primitive: Plain): (x1: Operand, x2: Operand) => Tensor {
  return (x1, x2) => {
    const [a, b] = asPair(x1, x2);
    if (a.dtype !== "bool") return apply(primitive, [a, b], NONE);
    return apply(primitive, [asDType(a, "int32"), asDType(b, "int32")], NONE);
  };
}

/** Two inputs as truth values. */
function logical(primitive: Plain): (x1: Operand, x2: Operand) => Tensor {
  return (x1, x2) => {
    const [a, b] = asPair(x1, x2);
    return apply(primitive, [asDType(a, "bool"), asDType(b, "bool")], NONE);
  };
}

/** x1 + x2. */
export const add: (x1: Operand, x2: Operand) => Tensor = arithmetic("add");
/** x1 − x2. */
export const subtract: (x1: Operand, x2: Operand) => Tensor = arithmetic("subtract");
/** x1 · x2. */
export const multiply: (x1: Operand, x2: Operand) => Tensor = arithmetic("multiply");
/** x1 / x2, in a float dtype. */
export function divide(x1: Operand, x2: Operand): Tensor {
  return apply("divide", asFloatPair(x1, x2), NONE);
}
/** x1 / x2, in a float dtype. */
export const trueDivide: (x1: Operand, x2: Operand) => Tensor = divide;
/** x1 / x2 rounded towards −∞. Whole numbers divided by 0 give 0. */
export const floorDivide: (x1: Operand, x2: Operand) => Tensor = arithmetic("floorDivide");
/** The remainder of {@linkcode floorDivide}, with the sign of the divisor. */
export const mod: (x1: Operand, x2: Operand) => Tensor = arithmetic("mod");
/** x1 to the power x2. */
export const power: (x1: Operand, x2: Operand) => Tensor = arithmetic("power");
/** The greater of the two; NaN where either is NaN. */
export const maximum: (x1: Operand, x2: Operand) => Tensor = binary("maximum");
/** The lesser of the two; NaN where either is NaN. */
export const minimum: (x1: Operand, x2: Operand) => Tensor = binary("minimum");
/** The greater of the two; where one is NaN, the other. */
export function fmax(x1: Operand, x2: Operand): Tensor {
  const [a, b] = asPair(x1, x2);
  return where(isnan(a), b, where(isnan(b), a, maximum(a, b)));
}
/** The lesser of the two; where one is NaN, the other. */
export function fmin(x1: Operand, x2: Operand): Tensor {
  const [a, b] = asPair(x1, x2);
  return where(isnan(a), b, where(isnan(b), a, minimum(a, b)));
}
/** The remainder of x1 / x2 rounded towards 0, with the sign of the dividend. */
export function fmod(x1: Operand, x2: Operand): Tensor {
  const [a, b] = asPair(x1, x2);
  return multiply(sign(a), mod(abs(a), abs(b)));
}
/** x1 · 2^x2, in a float dtype. */
export function ldexp(x1: Operand, x2: Operand): Tensor {
  return multiply(asFloat(x1), exp2(x2));
}
/** The angle of the point (x2, x1), in [−π, π]. */
export function arctan2(x1: Operand, x2: Operand): Tensor {
  return apply("arctan2", asFloatPair(x1, x2), NONE);
}

/** x1 / x2, and 0 where x2 is 0. */
export function divideNoNan(x1: Operand, x2: Operand): Tensor {
  const [a, b] = asFloatPair(x1, x2);
  const isZero = equal(b, 0);
  return where(isZero, 0, divide(a, where(isZero, 1, b)));
}

/** −x. */
export function negative(x: Operand): Tensor {
  const input = asTensor(x);
  return apply("negative", [input.dtype === "bool" ? asDType(input, "int32") : input], NONE);
}
/** |x|. */
export const abs: (x: Operand) => Tensor = unary("abs");
/** |x|. */
export const absolute: (x: Operand) => Tensor = abs;
/** |x|, in a float dtype. */
export function fabs(x: Operand): Tensor {
  return abs(asFloat(x));
}
/** −1, 0 or 1; NaN of NaN. */
export const sign: (x: Operand) => Tensor = unary("sign");
/** The greatest whole number that is not above x. */
export const floor: (x: Operand) => Tensor = unary("floor");
/** The least whole number that is not below x. */
export const ceil: (x: Operand) => Tensor = unary("ceil");
/** The whole number towards 0. */
export const trunc: (x: Operand) => Tensor = unary("trunc");

/** The nearest multiple of 10^−`decimals`, ties to even. */
export function round(x: Operand, options: { decimals?: number } = {}): Tensor {
  const { decimals = 0 } = options;
  const input = asTensor(x);
  if (decimals === 0 || !isFloating(input.dtype)) return apply("round", [input], NONE);
  const scale = 10 ** decimals;
  return divide(apply("round", [multiply(input, scale)], NONE), scale);
}

/** x². */
export function square(x: Operand): Tensor {
  const input = asTensor(x);
  return multiply(input, input);
}
/** 1 / x. */
export function reciprocal(x: Operand): Tensor {
  return divide(1, asFloat(x));
}
/** √x. */
export const sqrt: (x: Operand) => Tensor = float("sqrt");
/** 1 / √x. */
export const rsqrt: (x: Operand) => Tensor = float("rsqrt");
/** The cube root of x, with the sign of x. */
export function cbrt(x: Operand): Tensor {
  const input = asFloat(x);
  return multiply(sign(input), power(abs(input), 1 / 3));
}
/** e^x. */
export const exp: (x: Operand) => Tensor = float("exp");
/** 2^x. */
export const exp2: (x: Operand) => Tensor = float("exp2");
/** e^x − 1, exact near 0. */
export const expm1: (x: Operand) => Tensor = float("expm1");
/** The natural logarithm. */
export const log: (x: Operand) => Tensor = float("log");
/** The logarithm to base 2. */
export const log2: (x: Operand) => Tensor = float("log2");
/** The logarithm to base 10. */
export const log10: (x: Operand) => Tensor = float("log10");
/** log(1 + x), exact near 0. */
export const log1p: (x: Operand) => Tensor = float("log1p");
/** The sine of x in radians. */
export const sin: (x: Operand) => Tensor = float("sin");
/** The cosine of x in radians. */
export const cos: (x: Operand) => Tensor = float("cos");
/** The tangent of x in radians. */
export const tan: (x: Operand) => Tensor = float("tan");
/** The inverse of the sine. */
export const arcsin: (x: Operand) => Tensor = float("arcsin");
/** The inverse of the cosine. */
export const arccos: (x: Operand) => Tensor = float("arccos");
/** The inverse of the tangent. */
export const arctan: (x: Operand) => Tensor = float("arctan");
/** The hyperbolic sine. */
export const sinh: (x: Operand) => Tensor = float("sinh");
/** The hyperbolic cosine. */
export const cosh: (x: Operand) => Tensor = float("cosh");
/** The hyperbolic tangent. */
export const tanh: (x: Operand) => Tensor = float("tanh");
/** The inverse of the hyperbolic sine. */
export const arcsinh: (x: Operand) => Tensor = float("arcsinh");
/** The inverse of the hyperbolic cosine. */
export const arccosh: (x: Operand) => Tensor = float("arccosh");
/** The inverse of the hyperbolic tangent. */
export const arctanh: (x: Operand) => Tensor = float("arctanh");
/** The error function 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf: (x: Operand) => Tensor = float("erf");
/** 1 − erf(x), exact for large x. */
export const erfc: (x: Operand) => Tensor = float("erfc");
/** The inverse of the error function. */
export const erfinv: (x: Operand) => Tensor = float("erfinv");

/** x in radians, from degrees. */
export function deg2rad(x: Operand): Tensor {
  return multiply(asFloat(x), Math.PI / 180);
}
/** x in degrees, from radians. */
export function rad2deg(x: Operand): Tensor {
  return multiply(asFloat(x), 180 / Math.PI);
}
/** sin(πx) / (πx), and 1 at 0. */
export function sinc(x: Operand): Tensor {
  const input = asFloat(x);
  const isZero = equal(input, 0);
  const angle = multiply(where(isZero, 1, input), Math.PI);
  return where(isZero, 1, divide(sin(angle), angle));
}
/** √(x1² + x2²), without overflow. */
export function hypot(x1: Operand, x2: Operand): Tensor {
  const [a, b] = asFloatPair(x1, x2);
  const [p, q] = [abs(a), abs(b)];
  const large = maximum(p, q);
  const ratio = divideNoNan(minimum(p, q), large);
  return multiply(large, sqrt(add(square(ratio), 1)));
}
/** log(e^x1 + e^x2), without overflow. */
export function logaddexp(x1: Operand, x2: Operand): Tensor {
  const [a, b] = asFloatPair(x1, x2);
  const difference = where(equal(a, b), 0, subtract(a, b));
  return add(maximum(a, b), log1p(exp(negative(abs(difference)))));
}
/** log₂(2^x1 + 2^x2), without overflow. */
export function logaddexp2(x1: Operand, x2: Operand): Tensor {
  const [a, b] = asFloatPair(x1, x2);
  return divide(logaddexp(multiply(a, Math.LN2), multiply(b, Math.LN2)), Math.LN2);
}

/** Whether the two are equal. */
export const equal: (x1: Operand, x2: Operand) => Tensor = binary("equal");
/** Whether the two differ. */
export const notEqual: (x1: Operand, x2: Operand) => Tensor = binary("notEqual");
/** Whether x1 is below x2. */
export const less: (x1: Operand, x2: Operand) => Tensor = binary("less");
/** Whether x1 is not above x2. */
export const lessEqual: (x1: Operand, x2: Operand) => Tensor = binary("lessEqual");
/** Whether x1 is above x2. */
export const greater: (x1: Operand, x2: Operand) => Tensor = binary("greater");
/** Whether x1 is not below x2. */
export const greaterEqual: (x1: Operand, x2: Operand) => Tensor = binary("greaterEqual");
/** Whether both hold. */
export const logicalAnd: (x1: Operand, x2: Operand) => Tensor = logical("logicalAnd");
/** Whether one or both hold. */
export const logicalOr: (x1: Operand, x2: Operand) => Tensor = logical("logicalOr");
/** Whether just one holds. */
export const logicalXor: (x1: Operand, x2: Operand) => Tensor = logical("logicalXor");
/** Whether it does not hold. */
export function logicalNot(x: Operand): Tensor {
  return apply("logicalNot", [asDType(asTensor(x), "bool")], NONE);
}
/** The bits set in both. */
export const bitwiseAnd: (x1: Operand, x2: Operand) => Tensor = binary("bitwiseAnd");
/** The bits set in one or both. */
export const bitwiseOr: (x1: Operand, x2: Operand) => Tensor = binary("bitwiseOr");
/** The bits set in just one. */
export const bitwiseXor: (x1: Operand, x2: Operand) => Tensor = binary("bitwiseXor");
/** The bits not set. */
export const bitwiseNot: (x: Operand) => Tensor = unary("bitwiseNot");
/** The bits not set. */
export const bitwiseInvert: (x: Operand) => Tensor = bitwiseNot;
/** x1 · 2^x2. */
export const leftShift: (x1: Operand, x2: Operand) => Tensor = arithmetic("leftShift");
/** x1 · 2^x2. */
export const bitwiseLeftShift: (x1: Operand, x2: Operand) => Tensor = leftShift;
/** x1 / 2^x2, rounded towards −∞. */
export const rightShift: (x1: Operand, x2: Operand) => Tensor = arithmetic("rightShift");
/** x1 / 2^x2, rounded towards −∞. */
export const bitwiseRightShift: (x1: Operand, x2: Operand) => Tensor = rightShift;

/** Whether it is NaN. */
export const isnan: (x: Operand) => Tensor = unary("isnan");
/** Whether it is +∞ or −∞. */
export const isinf: (x: Operand) => Tensor = unary("isinf");
/** Whether it is neither infinite nor NaN. */
export const isfinite: (x: Operand) => Tensor = unary("isfinite");
/** Whether it is +∞. */
export function isposinf(x: Operand): Tensor {
  return equal(asFloat(x), Infinity);
}
/** Whether it is −∞. */
export function isneginf(x: Operand): Tensor {
  return equal(asFloat(x), -Infinity);
}

/** Options of {@linkcode isclose} and {@linkcode allclose}. */
export interface ToleranceOptions {
  /** Relative to the second argument. @default 1e-5 */
  rtol?: number;
  /** The absolute tolerance. @default 1e-8 */
  atol?: number;
  /** Whether NaN equals NaN. @default false */
  equalNan?: boolean;
}

/** Whether |x1 − x2| ≤ atol + rtol·|x2|. */
export function isclose(x1: Operand, x2: Operand, options: ToleranceOptions = {}): Tensor {
  const { rtol = 1e-5, atol = 1e-8, equalNan = false } = options;
  const [a, b] = asFloatPair(x1, x2);
  const near = lessEqual(abs(subtract(a, b)), add(multiply(abs(b), rtol), atol));
  const close = logicalOr(equal(a, b), logicalAnd(near, isfinite(b)));
  return equalNan ? logicalOr(close, logicalAnd(isnan(a), isnan(b))) : close;
}

/** x1 where the condition holds, x2 elsewhere. */
export function where(condition: Operand, x1: Operand, x2: Operand): Tensor {
  const [a, b] = asPair(x1, x2);
  return apply("where", [asDType(asTensor(condition), "bool"), a, b], NONE);
}

/**
 * The first choice whose condition holds, element by element; the default where none does.
 *
 * @throws {RangeError} When there are not as many choices as conditions, or none.
 */
export function select(
  conditions: readonly Operand[],
  choices: readonly Operand[],
  options: { default?: Operand } = {},
): Tensor {
  if (conditions.length === 0 || conditions.length !== choices.length) {
    const requirement = `that of the conditions, ${conditions.length}, and above 0`;
    throw errors.option("select", "the number of choices", requirement, choices.length);
  }
  const chosen = conditions.reduceRight<Operand>(
    (rest, condition, i) => where(condition, choices[i], rest),
    options.default ?? 0,
  );
  return chosen as Tensor;
}

/**
 * The values in another dtype. Floats become int32 by truncation, with saturation, NaN becoming 0; as bool, all but 0
 * is true.
 */
export function cast(x: Operand, dtype: DType): Tensor {
  return asDType(asTensor(x), checkDType("cast", dtype));
}

/** Limits of {@linkcode clip}. */
export interface ClipOptions {
  /** The lower limit. @default none */
  xMin?: number;
  /** The upper limit. @default none */
  xMax?: number;
}

function limited(x: Tensor, { xMin, xMax }: ClipOptions): Tensor {
  const above = xMin === undefined ? x : maximum(x, xMin);
  return xMax === undefined ? above : minimum(above, xMax);
}

const clipComposite = defineComposite<ClipOptions>({
  name: "clip",
  infer: sameAsFirst,
  compose: ([x], limits) => [limited(x, limits)],
  gradient: ({ inputs: [x], outputs: [y] }, [g]) => [g && where(equal(x, y), g, 0)],
});

/** x, but not below `xMin` nor above `xMax`. Its gradient is that of x at the limits, and 0 beyond them. */
export function clip(x: Operand, options: ClipOptions): Tensor {
  const input = asTensor(x);
  if (!isFloating(input.dtype)) return limited(input, options);
  return applyComposite(clipComposite, [input], options)[0];
}

/** x with NaN and infinities replaced. */
export function nanToNum(
  x: Operand,
  options: { nan?: number; posinf?: number; neginf?: number } = {},
): Tensor {
  const input = asTensor(x);
  if (!isFloating(input.dtype)) return input;
  const largest = input.dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
  const { nan = 0, posinf = largest, neginf = -largest } = options;
  const finite = where(isposinf(input), posinf, where(isneginf(input), neginf, input));
  return where(isnan(input), nan, finite);
}

/** 0 below zero, 1 above, and x2 at zero. */
export function heaviside(x1: Operand, x2: Operand): Tensor {
  const [a, b] = asFloatPair(x1, x2);
  return where(equal(a, 0), b, cast(greater(a, 0), a.dtype));
}

/** Whether the sign bit is set, as it is of −0. */
export function signbit(x: Operand): Tensor {
  const input = asTensor(x);
  if (!isFloating(input.dtype)) return less(input, 0);
  return logicalOr(less(input, 0), isneginf(divide(1, where(equal(input, 0), input, 1))));
}

/** x as a constant for gradients. */
export function stopGradient(x: Tensor): Tensor {
  return x.detach();
}

const sigmoidOf = float("sigmoid");

/** 1 / (1 + e^−x). */
export function sigmoid(x: Operand): Tensor {
  return sigmoidOf(x);
}
