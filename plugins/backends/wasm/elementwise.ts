/**
 * Kernels that work element by element.
 *
 * @module
 */

import type { Kernel, Operand } from "../../../core/backend.ts";
import type { DType } from "../../../core/dtype.ts";
import type { Engine } from "./engine.ts";
import { ALL_ONES, TRUE, ZERO } from "./layout.ts";
import { addressOf, DTYPE_CODES, type KernelEntries, mergeAxes, merged } from "./operands.ts";

/** Functions of one value, in the order of the kernels; with the dtypes that each takes. */
const UNARY: readonly (readonly [name: string, dtypes: readonly DType[]])[] = [
  ["negative", ["float32", "float64", "int32"]],
  ["abs", ["float32", "float64", "int32"]],
  ["sign", ["float32", "float64", "int32"]],
  ["floor", ["float32", "float64"]],
  ["ceil", ["float32", "float64"]],
  ["round", ["float32", "float64"]],
  ["trunc", ["float32", "float64"]],
  ["sqrt", ["float32", "float64"]],
  ["rsqrt", ["float32", "float64"]],
  ["exp", ["float32"]],
  ["exp2", ["float32"]],
  ["expm1", ["float32"]],
  ["log", ["float32"]],
  ["log2", ["float32"]],
  ["log10", ["float32"]],
  ["log1p", ["float32"]],
  ["sin", ["float32"]],
  ["cos", ["float32"]],
  ["tan", ["float32"]],
  ["arcsin", ["float32"]],
  ["arccos", ["float32"]],
  ["arctan", ["float32"]],
  ["sinh", ["float32"]],
  ["cosh", ["float32"]],
  ["tanh", ["float32"]],
  ["arcsinh", ["float32"]],
  ["arccosh", ["float32"]],
  ["arctanh", ["float32"]],
  ["erf", ["float32"]],
  ["erfc", ["float32"]],
  ["erfinv", ["float32"]],
  ["sigmoid", ["float32"]],
  ["relu", ["float32"]],
];

const FLOATS: readonly DType[] = ["float32", "float64"];
const NUMBERS: readonly DType[] = ["float32", "float64", "int32"];
const WHOLE: readonly DType[] = ["int32", "bool"];
const ALL: readonly DType[] = ["float32", "float64", "int32", "bool"];

/** Functions of two values, in the order of the kernels; from `equal` on they answer with a bool. */
const BINARY: readonly (readonly [name: string, dtypes: readonly DType[]])[] = [
  ["add", NUMBERS],
  ["subtract", NUMBERS],
  ["multiply", NUMBERS],
  ["divide", FLOATS],
  ["floorDivide", ["float32", "int32"]],
  ["mod", ["float32", "int32"]],
  ["power", ["float32", "int32"]],
  ["maximum", ALL],
  ["minimum", ALL],
  ["arctan2", ["float32"]],
  ["leftShift", ["int32"]],
  ["rightShift", ["int32"]],
  ["bitwiseAnd", WHOLE],
  ["bitwiseOr", WHOLE],
  ["bitwiseXor", WHOLE],
  ["equal", ALL],
  ["notEqual", ALL],
  ["less", ALL],
  ["lessEqual", ALL],
  ["greater", ALL],
  ["greaterEqual", ALL],
  ["logicalAnd", ALL],
  ["logicalOr", ALL],
  ["logicalXor", ALL],
];

/** Questions about one value, which the kernels count on behind the comparisons. */
const PREDICATES: readonly string[] = ["isnan", "isinf", "isfinite"];

const FIRST_COMPARISON = BINARY.findIndex(([name]) => name === "equal");
const EQUAL = FIRST_COMPARISON;
const SCALAR_A = 1;
const SCALAR_B = 2;
const EXCLUSIVE_OR = BINARY.findIndex(([name]) => name === "bitwiseXor");

function unaryKernel({ kernels }: Engine, code: number, dtypes: readonly DType[]): Kernel {
  return {
    accepts: ([x]) => dtypes.includes(x.dtype),
    run([x], [y]) {
      kernels.unary(code, DTYPE_CODES[x.dtype], addressOf(x), addressOf(y), x.size);
    },
  };
}

function predicateKernel({ kernels }: Engine, code: number): Kernel {
  return {
    accepts: ([x]) => FLOATS.includes(x.dtype),
    run([x], [y]) {
      const at = addressOf(x);
      kernels.binary(code, DTYPE_CODES[x.dtype], at, at, addressOf(y), x.size, 0);
    },
  };
}

function logicalNotKernel({ kernels }: Engine): Kernel {
  return {
    run([x], [y]) {
      const dtype = DTYPE_CODES[x.dtype];
      kernels.binary(EQUAL, dtype, addressOf(x), ZERO, addressOf(y), x.size, SCALAR_B);
    },
  };
}

function binaryKernel(engine: Engine, code: number, dtypes: readonly DType[]): Kernel {
  const { kernels, memory } = engine;
  return {
    accepts: ([a, b]) => a.dtype === b.dtype && dtypes.includes(a.dtype),
    run(inputs, [y]) {
      const [a, b] = inputs;
      const dtype = DTYPE_CODES[a.dtype];
      const [atA, atB, atY, n] = [addressOf(a), addressOf(b), addressOf(y), y.size];
      if (a.size === n && b.size === n) kernels.binary(code, dtype, atA, atB, atY, n, 0);
      else if (n === 0) return;
      else if (b.size === 1) kernels.binary(code, dtype, atA, atB, atY, n, SCALAR_B);
      else if (a.size === 1) kernels.binary(code, dtype, atA, atB, atY, n, SCALAR_A);
      else {
        mergeAxes(inputs, y.shape, memory.int32);
        const { inner, outer, single } = merged;
        kernels.binaryStrided(code, dtype, atA, atB, atY, inner, single, outer);
      }
    },
  };
}

/** Every bit of a whole number, or a truth, turned over. */
function bitwiseNotKernel({ kernels }: Engine): Kernel {
  return {
    run([x], [y]) {
      const [dtype, mask] = [DTYPE_CODES[x.dtype], x.dtype === "bool" ? TRUE : ALL_ONES];
      kernels.binary(EXCLUSIVE_OR, dtype, addressOf(x), mask, addressOf(y), x.size, SCALAR_B);
    },
  };
}

function castKernel({ kernels }: Engine): Kernel {
  return {
    run([x], [y]) {
      kernels.cast(DTYPE_CODES[x.dtype], DTYPE_CODES[y.dtype], addressOf(x), addressOf(y), x.size);
    },
  };
}

function whereKernel({ kernels, memory }: Engine): Kernel {
  return {
    accepts: ([condition, x, y]: readonly Operand[]) =>
      condition.dtype === "bool" && x.dtype === y.dtype,
    run(inputs, [out]) {
      if (out.size === 0) return;
      const [condition, x, y] = inputs;
      mergeAxes(inputs, out.shape, memory.int32);
      const { inner, outer, single } = merged;
      kernels.select(
        DTYPE_CODES[x.dtype],
        addressOf(condition),
        addressOf(x),
        addressOf(y),
        addressOf(out),
        inner,
        single,
        outer,
      );
    },
  };
}

/** The kernels of this file. */
export function elementwiseKernels(engine: Engine): KernelEntries {
  return [
    ...UNARY.map(([name, dtypes], code) => [name, unaryKernel(engine, code, dtypes)] as const),
    ...BINARY.map(([name, dtypes], code) => [name, binaryKernel(engine, code, dtypes)] as const),
    ...PREDICATES.map((name, i) => [name, predicateKernel(engine, BINARY.length + i)] as const),
    ["logicalNot", logicalNotKernel(engine)],
    ["bitwiseNot", bitwiseNotKernel(engine)],
    ["cast", castKernel(engine)],
    ["where", whereKernel(engine)],
  ];
}
