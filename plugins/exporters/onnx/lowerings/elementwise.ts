/**
 * What is computed element by element, in ONNX.
 *
 * @module
 */

import { type DType, isFloating, promote } from "../../../../core/dtype.ts";
import {
  abs,
  add,
  arctan,
  divide,
  equal,
  exp,
  floor,
  isinf,
  isnan,
  less,
  log,
  logicalAnd,
  logicalNot,
  logicalOr,
  mod,
  multiply,
  power,
  round,
  sign,
  sqrt,
  subtract,
  where,
} from "../../../../core/ops/mod.ts";
import type { NoAttributes } from "../../../../core/primitives.ts";
import type { Tensor } from "../../../../core/tensor.ts";
import { DTYPE_CODES, type OnnxBuilder, type OnnxValue } from "../graph.ts";
import type { Rule, Rules } from "../lowering.ts";

type Plain = Rule<NoAttributes>;

/** One node whose inputs have the dtype of the result. */
function same(op: string): Plain {
  return {
    lower: (to, inputs, _, [{ dims, dtype }]) =>
      to.node(op, inputs.map((input) => to.cast(input, dtype)), {}, { dims, dtype }),
  };
}

/** One node for floats; whole numbers stay as they are. */
function rounding(op: string): Plain {
  return { lower: (to, [x]) => isFloat(x) ? to.node(op, [x]) : x };
}

/** Other operations. */
function composed(compose: (...inputs: Tensor[]) => Tensor): Plain {
  return { compose: (inputs) => compose(...inputs) };
}

/** Two truth values to one. */
function logical(op: string): Plain {
  return {
    lower: (to, inputs) => to.node(op, inputs.map((input) => to.cast(input, "bool"))),
  };
}

/** Compares two values in the dtype that both fit into; truth values as numbers, where the operator takes none. */
function comparison(op: string, takesBools = false): Plain {
  return {
    lower: (to, [a, b]) => {
      const dtype = promote(a.dtype as DType, b.dtype as DType);
      const common = dtype === "bool" && !takesBools ? "int32" : dtype;
      return to.node(op, [to.cast(a, common), to.cast(b, common)], {}, { dtype: "bool" });
    },
  };
}

const equality = comparison("Equal", true);

/** The greater or lesser of two, which of truth values is one or both of them. */
function extreme(op: string, opOfBools: string): Plain {
  return {
    lower: (to, inputs, _, [{ dtype }]) =>
      to.node(dtype === "bool" ? opOfBools : op, inputs.map((input) => to.cast(input, dtype))),
  };
}

/** Bits of int32, which ONNX has from opset 18 on; truth values have operators of their own. */
function bits(op: string, opOfBools: string): Plain {
  return {
    lower: (to, inputs, _, [{ dtype }]) => {
      const given = inputs.map((input) => to.cast(input, dtype));
      if (dtype === "bool") return to.node(opOfBools, given);
      return to.opset < 18 ? null : to.node(op, given);
    },
    without: "operations on bits take opset 18",
  };
}

function isFloat({ dtype }: OnnxValue): boolean {
  return isFloating(dtype as DType);
}

/** A truth value that is the same for all whole numbers; floats are tested. */
function test(op: string, ofWhole: boolean): Plain {
  return {
    lower: (to, [x]) => {
      if (isFloat(x)) return to.node(op, [x], {}, { dtype: "bool" });
      const isSame = to.node("Equal", [x, x], {}, { dtype: "bool" });
      return ofWhole ? isSame : to.node("Not", [isSame]);
    },
  };
}

/** The quotient and the remainder of whole numbers are 0 where the divisor is; ONNX leaves that case open. */
function divided(
  to: OnnxBuilder,
  b: OnnxValue,
  divide: (divisor: OnnxValue) => OnnxValue,
): OnnxValue {
  const [zero, one] = [0, 1].map((value) => to.scalar(value, b.dtype));
  const isZero = to.node("Equal", [b, zero], {}, { dtype: "bool" });
  const divisor = to.node("Where", [isZero, one, b], {}, { dtype: b.dtype });
  return to.node("Where", [isZero, zero, divide(divisor)], {}, { dtype: b.dtype });
}

/** Shifts that are none, of 32 bits or more, leave the sign alone. */
function shifted(
  to: OnnxBuilder,
  x: OnnxValue,
  by: OnnxValue,
  direction: "LEFT" | "RIGHT",
): OnnxValue {
  const unsigned = [x, by].map((value) => to.cast(value, "uint32"));
  return to.cast(to.node("BitShift", unsigned, { direction }), "int32");
}

function isShift(to: OnnxBuilder, by: OnnxValue): OnnxValue {
  const options = { dtype: "bool" } as const;
  return to.node("And", [
    to.node("GreaterOrEqual", [by, to.scalar(0, "int32")], {}, options),
    to.node("Less", [by, to.scalar(32, "int32")], {}, options),
  ]);
}

/** The coefficients of Giles's approximation of erf⁻¹, highest power first: for small w, and for its root. */
const ERFINV = {
  near: [
    2.81022636e-08,
    3.43273939e-07,
    -3.5233877e-06,
    -4.39150654e-06,
    0.00021858087,
    -0.00125372503,
    -0.00417768164,
    0.246640727,
    1.50140941,
  ],
  far: [
    -0.000200214257,
    0.000100950558,
    0.00134934322,
    -0.00367342844,
    0.00573950773,
    -0.0076224613,
    0.00943887047,
    1.00167406,
    2.83297682,
  ],
};

function polynomial(coefficients: readonly number[], x: Tensor): Tensor {
  const [first, second, ...rest] = coefficients;
  return rest.reduce((y, c) => add(multiply(y, x), c), add(multiply(x, first), second));
}

/** In single precision: Giles, "Approximating the erfinv function", 2012. */
function erfinv(x: Tensor): Tensor {
  const w = multiply(log(multiply(subtract(1, x), add(x, 1))), -1);
  const near = polynomial(ERFINV.near, subtract(w, 2.5));
  const far = polynomial(ERFINV.far, subtract(sqrt(w), 3));
  const inside = multiply(where(less(w, 5), near, far), x);
  return where(equal(abs(x), 1), multiply(x, Infinity), inside);
}

function arctan2(y: Tensor, x: Tensor): Tensor {
  const angle = arctan(divide(y, x));
  const turned = where(less(y, 0), subtract(angle, Math.PI), add(angle, Math.PI));
  const isOrigin = logicalAnd(equal(x, 0), equal(y, 0));
  return where(isOrigin, 0, where(less(x, 0), turned, angle));
}

/** By {@linkcode mod}, so that the two belong together however the quotient rounds. */
function floorDivide(a: Tensor, b: Tensor): Tensor {
  return where(equal(b, 0), divide(a, b), round(divide(subtract(a, mod(a, b)), b)));
}

/** How elementwise primitives are written. */
export const elementwise = {
  negative: same("Neg"),
  abs: { lower: (to, [x]) => x.dtype === "bool" ? x : to.node("Abs", [x]) },
  sign: { lower: (to, [x]) => x.dtype === "bool" ? x : to.node("Sign", [x]) },
  floor: rounding("Floor"),
  ceil: rounding("Ceil"),
  round: rounding("Round"),
  trunc: {
    lower: (_, [x]) => isFloat(x) ? null : x,
    compose: ([x]) => multiply(sign(x), floor(abs(x))),
  },
  sqrt: same("Sqrt"),
  rsqrt: composed((x) => divide(1, sqrt(x))),
  exp: same("Exp"),
  exp2: composed((x) => power(2, x)),
  expm1: composed((x) => subtract(exp(x), 1)),
  log: same("Log"),
  log2: composed((x) => multiply(log(x), Math.LOG2E)),
  log10: composed((x) => multiply(log(x), Math.LOG10E)),
  log1p: composed((x) => log(add(x, 1))),
  sin: same("Sin"),
  cos: same("Cos"),
  tan: same("Tan"),
  arcsin: same("Asin"),
  arccos: same("Acos"),
  arctan: same("Atan"),
  sinh: same("Sinh"),
  cosh: same("Cosh"),
  tanh: same("Tanh"),
  arcsinh: same("Asinh"),
  arccosh: same("Acosh"),
  arctanh: same("Atanh"),
  erf: same("Erf"),
  erfc: {
    lower: (to, [x]) => {
      const one = to.scalar(1, x.dtype);
      return to.node("Sub", [one, to.node("Erf", [x])], {}, { dims: x.dims });
    },
  },
  erfinv: composed(erfinv),
  sigmoid: same("Sigmoid"),
  isnan: test("IsNaN", false),
  isinf: test("IsInf", false),
  isfinite: {
    lower: (to, [x]) => isFloat(x) ? null : to.node("Equal", [x, x], {}, { dtype: "bool" }),
    compose: ([x]) => logicalNot(logicalOr(isnan(x), isinf(x))),
  },
  logicalNot: { lower: (to, [x]) => to.node("Not", [to.cast(x, "bool")]) },
  bitwiseNot: {
    lower: (to, [x]) =>
      x.dtype === "bool"
        ? to.node("Not", [x])
        : to.node("Sub", [to.scalar(-1, x.dtype), x], {}, { dims: x.dims }),
  },
  cast: {
    lower: (to, [x], { dtype }) => to.node("Cast", [x], { to: DTYPE_CODES[dtype] }, { dtype }),
  },

  add: same("Add"),
  subtract: same("Sub"),
  multiply: same("Mul"),
  divide: same("Div"),
  floorDivide: {
    lower: (to, inputs, _, [{ dtype }]) => {
      if (isFloating(dtype as DType)) return null;
      const [a, b] = inputs.map((input) => to.cast(input, dtype));
      return divided(to, b, (divisor) => {
        const whole = to.node("Sub", [a, to.node("Mod", [a, divisor])]);
        return to.node("Div", [whole, divisor]);
      });
    },
    compose: ([a, b]) => floorDivide(a, b),
  },
  mod: {
    lower: (to, inputs, _, [{ dtype }]) => {
      const [a, b] = inputs.map((input) => to.cast(input, dtype));
      if (!isFloating(dtype as DType)) {
        return divided(to, b, (divisor) => to.node("Mod", [a, divisor]));
      }
      // For floats ONNX has the remainder with the sign of the dividend alone.
      const remainder = to.node("Mod", [a, b], { fmod: 1 });
      const zero = to.scalar(0, dtype);
      const options = { dtype: "bool" } as const;
      const isZero = to.node("Equal", [remainder, zero], {}, options);
      const signs = [remainder, b].map((value) => to.node("Less", [value, zero], {}, options));
      const isAcross = to.node("And", [to.node("Not", [isZero]), to.node("Xor", signs)]);
      const moved = to.node("Add", [remainder, b]);
      return to.node("Where", [isAcross, moved, remainder], {}, { dtype });
    },
  },
  power: same("Pow"),
  maximum: extreme("Max", "Or"),
  minimum: extreme("Min", "And"),
  arctan2: composed(arctan2),
  equal: equality,
  notEqual: {
    lower: (to, inputs, attributes, outputs) => {
      const isEqual = equality.lower!(to, inputs, attributes, outputs) as OnnxValue;
      return to.node("Not", [isEqual]);
    },
  },
  less: comparison("Less"),
  lessEqual: comparison("LessOrEqual"),
  greater: comparison("Greater"),
  greaterEqual: comparison("GreaterOrEqual"),
  logicalAnd: logical("And"),
  logicalOr: logical("Or"),
  logicalXor: logical("Xor"),
  bitwiseAnd: bits("BitwiseAnd", "And"),
  bitwiseOr: bits("BitwiseOr", "Or"),
  bitwiseXor: bits("BitwiseXor", "Xor"),
  leftShift: {
    lower: (to, inputs) => {
      const [x, by] = inputs.map((input) => to.cast(input, "int32"));
      const zero = to.scalar(0, "int32");
      const fits = isShift(to, by);
      const safe = to.node("Where", [fits, by, zero], {}, { dtype: "int32" });
      const result = shifted(to, x, safe, "LEFT");
      return to.node("Where", [fits, result, zero], {}, { dtype: "int32" });
    },
  },
  rightShift: {
    lower: (to, inputs) => {
      const [x, by] = inputs.map((input) => to.cast(input, "int32"));
      const options = { dtype: "int32" } as const;
      const most = to.node("Where", [isShift(to, by), by, to.scalar(31, "int32")], {}, options);
      // The operator knows no sign: what is negative is shifted as its complement.
      const isNegative = to.node("Less", [x, to.scalar(0, "int32")], {}, { dtype: "bool" });
      const complement = (value: OnnxValue): OnnxValue =>
        to.node("Sub", [to.scalar(-1, "int32"), value]);
      const positive = to.node("Where", [isNegative, complement(x), x], {}, options);
      const result = shifted(to, positive, most, "RIGHT");
      return to.node("Where", [isNegative, complement(result), result], {}, options);
    },
  },
  where: {
    lower: (to, [condition, x, y], _, [{ dtype }]) => {
      const [a, b] = [x, y].map((value) => to.cast(value, dtype));
      if (dtype !== "bool") return to.node("Where", [condition, a, b], {}, { dtype });
      const otherwise = to.node("And", [to.node("Not", [condition]), b]);
      return to.node("Or", [to.node("And", [condition, a]), otherwise]);
    },
  },
} satisfies Partial<Rules>;
