/**
 * What primitives do where it could have been otherwise, by hand: every backend must agree.
 *
 * @module
 */

import { type DType, DTYPES } from "../../core/dtype.ts";
import type { Primitive } from "../../core/primitives.ts";
import { type Nested, type Sample, sample } from "./samples.ts";
import type { Case } from "./stage.ts";

const FLOATS: readonly DType[] = ["float32", "float64"];
const NUMBERS: readonly DType[] = ["float32", "float64", "int32"];
const INT: readonly DType[] = ["int32"];
const BOOL: readonly DType[] = ["bool"];
const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const [LEAST, GREATEST] = [-2147483648, 2147483647];

/** One thing that holds of a primitive. */
export interface Fact {
  readonly primitive: Primitive;
  /** The end of a sentence that begins with the primitive's name. */
  readonly says: string;
  /**
   * The dtypes of the inputs, but of those that always have one of their own (conditions, indices).
   */
  readonly dtypes: readonly DType[];
  readonly inputs: readonly Nested[];
  readonly result: Nested;
  readonly attributes?: Record<string, unknown>;
}

/** Inputs that have a dtype of their own, by position. */
const FIXED: { readonly [P in Primitive]?: readonly (DType | undefined)[] } = {
  where: ["bool"],
  take: [undefined, "int32"],
  scatterAdd: [undefined, "int32"],
  takeAlongAxis: [undefined, "int32"],
  scatterAddAlongAxis: [undefined, "int32"],
  scatterUpdate: [undefined, "int32"],
};

/** The call that a fact is about. */
export function callOf({ primitive, inputs, attributes = {} }: Fact, dtype: DType): Case {
  return { inputs: inputs.map((x, i) => sample(FIXED[primitive]?.[i] ?? dtype, x)), attributes };
}

/** The result that a fact states. */
export function resultOfFact({ result }: Fact, dtype: DType): Sample {
  return sample(dtype, result);
}

function fact(
  primitive: Primitive,
  says: string,
  dtypes: readonly DType[],
  inputs: readonly Nested[],
  result: Nested,
  attributes?: Record<string, unknown>,
): Fact {
  return { primitive, says, dtypes, inputs, result, attributes };
}

const all = { axes: [0], keepdims: false };
const plain = { transposeA: false, transposeB: false };

/** All facts: what goes in, what comes out. */
// deno-fmt-ignore
export const facts: readonly Fact[] = [
  fact("negative", "turns the sign of zero", FLOATS, [[0, -0, 1.5, nan]], [-0, 0, -1.5, nan]),
  fact("negative", "wraps at the least int32", INT, [[LEAST, GREATEST]], [LEAST, -GREATEST]),
  fact("abs", "clears the sign of zero", FLOATS, [[-0, -2.5, -inf]], [0, 2.5, inf]),
  fact("abs", "wraps at the least int32", INT, [[LEAST, -3]], [LEAST, 3]),
  fact("sign", "is NaN of NaN", FLOATS, [[-0.1, 0, 7, -inf, nan]], [-1, 0, 1, -1, nan]),
  fact("sign", "is -1, 0 or 1", INT, [[LEAST, 0, 7]], [-1, 0, 1]),
  fact("floor", "goes towards -∞", FLOATS, [[-1.5, -0.5, 0.5, inf]], [-2, -1, 0, inf]),
  fact("ceil", "goes towards +∞", FLOATS, [[-1.5, -0.5, 0.5, -inf]], [-1, -0, 1, -inf]),
  fact("trunc", "goes towards 0", FLOATS, [[-1.5, -0.5, 1.9, nan]], [-1, -0, 1, nan]),
  fact("round", "takes ties to even", FLOATS,
    [[-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997, 8388609]], [-2, -2, -0, 0, 2, 2, 0, 8388609]),
  fact("sqrt", "is NaN below 0", FLOATS, [[4, 0, 2, -1, inf]], [2, 0, Math.SQRT2, nan, inf]),
  fact("rsqrt", "is infinite at 0", FLOATS, [[4, 0, -1, inf]], [0.5, inf, nan, 0]),
  fact("exp", "overflows to ∞ and vanishes to 0", FLOATS,
    [[0, 1, -0.5, 1000, -1000, inf, -inf, nan]],
    [1, Math.E, 0.6065306597126334, inf, 0, inf, 0, nan]),
  fact("exp2", "is exact on whole numbers", FLOATS,
    [[0, 10, -3, 0.5]], [1, 1024, 0.125, Math.SQRT2]),
  fact("expm1", "keeps small numbers", FLOATS, [[0, 0.5, -inf]], [0, 0.6487212707001282, -1]),
  fact("log", "is -∞ at 0 and NaN below", FLOATS,
    [[1, 10, 0, -1, inf]], [0, Math.LN10, -inf, nan, inf]),
  fact("log2", "is exact on powers of 2", FLOATS, [[8, 0.125, 10]], [3, -3, 3.321928094887362]),
  fact("log10", "is the logarithm to base 10", FLOATS, [[1, 2, 10]], [0, 0.3010299956639812, 1]),
  fact("log1p", "is -∞ at -1", FLOATS, [[0, 0.5, -1, -2]], [0, 0.4054651081081644, -inf, nan]),
  fact("sin", "is NaN of ∞", FLOATS,
    [[0, 0.5, 100, inf]], [0, 0.479425538604203, -0.5063656411097588, nan]),
  fact("cos", "is NaN of ∞", FLOATS,
    [[0, 0.5, 100, -inf]], [1, 0.8775825618903728, 0.8623188722876839, nan]),
  fact("tan", "is NaN of ∞", FLOATS,
    [[0, 0.5, 100, inf]], [0, 0.5463024898437905, -0.5872139151569291, nan]),
  fact("arcsin", "is NaN outside [-1, 1]", FLOATS,
    [[0.5, 1, -1, 2]], [0.5235987755982989, Math.PI / 2, -Math.PI / 2, nan]),
  fact("arccos", "is NaN outside [-1, 1]", FLOATS,
    [[0.5, 1, -1, -2]], [1.0471975511965979, 0, Math.PI, nan]),
  fact("arctan", "is ±π/2 at ±∞", FLOATS,
    [[0.5, inf, -inf]], [0.4636476090008061, Math.PI / 2, -Math.PI / 2]),
  fact("sinh", "grows to ±∞", FLOATS, [[0.5, 1000, -1000]], [0.5210953054937474, inf, -inf]),
  fact("cosh", "grows to ∞", FLOATS, [[0.5, 1000, -1000]], [1.1276259652063807, inf, inf]),
  fact("tanh", "ends at ±1", FLOATS, [[0.5, 1000, -1000, -inf]], [0.46211715726000974, 1, -1, -1]),
  fact("arcsinh", "is odd", FLOATS,
    [[0.5, -0.5, inf]], [0.48121182505960347, -0.48121182505960347, inf]),
  fact("arccosh", "is NaN below 1", FLOATS, [[1.5, 1, 0.5]], [0.9624236501192069, 0, nan]),
  fact("arctanh", "is ±∞ at ±1", FLOATS, [[0.5, 1, -1, 2]], [0.5493061443340549, inf, -inf, nan]),
  fact("erf", "ends at ±1", FLOATS,
    [[0, 0.25, 0.5, 1, -1, 2, 3, 6, -inf, nan]],
    [0, 0.27632639016823696, 0.5204998778130465, 0.8427007929497149, -0.8427007929497149,
      0.9953222650189527, 0.9999779095030014, 1, -1, nan]),
  fact("erfc", "keeps its digits in the tail", FLOATS,
    [[0, 0.5, 1, -1, 2, 3.5, 5, 8, inf, -inf, nan]],
    [1, 0.4795001221869535, 0.15729920705028513, 1.8427007929497148, 0.004677734981047266,
      7.430983723414128e-07, 1.537459794428035e-12, 1.1224297172982926e-29, 0, 2, nan]),
  fact("erfinv", "is ±∞ at ±1", FLOATS,
    [[0, 0.125, -0.125, 0.5, 0.75, -0.9375, 0.999755859375, 1, -1, 2]],
    [0, 0.11123545184094996, -0.11123545184094996, 0.4769362762044699, 0.8134198475976185,
      -1.3171503349861307, 2.5939005131344874, inf, -inf, nan]),
  fact("sigmoid", "does not overflow", FLOATS,
    [[0, 0.5, 1000, -1000, inf, -inf, nan]], [0.5, 0.6224593312018546, 1, 0, 1, 0, nan]),
  fact("isnan", "holds of NaN alone", FLOATS, [[nan, inf, 0]], [1, 0, 0]),
  fact("isinf", "holds of both infinities", FLOATS, [[nan, inf, -inf, 1e30]], [0, 1, 1, 0]),
  fact("isfinite", "holds of numbers", FLOATS, [[nan, inf, -inf, 1e30]], [0, 0, 0, 1]),
  fact("isfinite", "holds of all whole numbers", INT, [[LEAST, 0]], [1, 1]),
  fact("logicalNot", "turns truth", BOOL, [[0, 1]], [1, 0]),
  fact("bitwiseNot", "turns all bits", INT, [[0, -1, 5, GREATEST]], [-1, 0, -6, LEAST]),
  fact("bitwiseNot", "turns truth", BOOL, [[0, 1]], [1, 0]),
  fact("cast", "truncates floats to int32, saturates, and makes 0 of NaN", FLOATS,
    [[1.9, -1.9, 3e9, -3e9, inf, -inf, nan, -0]],
    [1, -1, GREATEST, LEAST, GREATEST, LEAST, 0, 0],
    { dtype: "int32" }),
  fact("cast", "makes true of all but 0", FLOATS,
    [[0, -0, 1e-30, nan]], [0, 0, 1, 1], { dtype: "bool" }),
  fact("cast", "makes true of all but 0", INT, [[0, 256, LEAST]], [0, 1, 1], { dtype: "bool" }),
  fact("cast", "makes 1 of true", BOOL, [[0, 1]], [0, 1], { dtype: "float32" }),
  fact("cast", "rounds int32 to float32", INT,
    [[16777217, -3]], [16777216, -3], { dtype: "float32" }),

  fact("add", "broadcasts a column over a row", NUMBERS,
    [[[1], [2]], [10, 20, 30]], [[11, 21, 31], [12, 22, 32]]),
  fact("add", "wraps int32", INT, [[GREATEST, LEAST], [1, -1]], [LEAST, GREATEST]),
  fact("subtract", "wraps int32", INT, [[GREATEST, LEAST], [-1, 1]], [LEAST, GREATEST]),
  fact("multiply", "wraps int32", INT,
    [[65536, 46341, GREATEST], [65536, 46341, GREATEST]], [0, -2147479015, 1]),
  fact("multiply", "keeps the sign of zero", FLOATS, [[0, -0, inf], [-1, -1, 0]], [-0, 0, nan]),
  fact("divide", "by 0 is ±∞ or NaN", FLOATS,
    [[1, -1, 0, 1], [0, 0, 0, -0]], [inf, -inf, nan, -inf]),
  fact("floorDivide", "goes towards -∞", NUMBERS,
    [[7, -7, 7, -7, 6], [2, 2, -2, -2, 3]], [3, -4, -4, 3, 2]),
  fact("floorDivide", "of int32 by 0 is 0", INT, [[7, -7, 0], [0, 0, 0]], [0, 0, 0]),
  fact("floorDivide", "wraps int32", INT, [[LEAST], [-1]], [LEAST]),
  fact("floorDivide", "of floats by 0 is ±∞ or NaN", FLOATS,
    [[1, -1, 0], [0, 0, 0]], [inf, -inf, nan]),
  fact("floorDivide", "agrees with mod", FLOATS,
    [[1, -5, 5, inf], [0.1, inf, inf, 2]], [9, -1, 0, nan]),
  fact("mod", "has the sign of the divisor", NUMBERS,
    [[7, -7, 7, -7, 6], [3, 3, -3, -3, 3]], [1, 2, -2, -1, 0]),
  fact("mod", "of int32 by 0 is 0", INT, [[7, -7, LEAST], [0, 0, -1]], [0, 0, 0]),
  fact("mod", "of floats by 0 is NaN", FLOATS,
    [[7, inf, 5, -5], [0, 2, inf, inf]], [nan, nan, 5, inf]),
  fact("mod", "takes fractions", FLOATS, [[5.5, -5.5, 0.75], [2, 2, -0.5]], [1.5, 0.5, -0.25]),
  fact("power", "is 1 where the exponent is 0 or the base 1", FLOATS,
    [[0, nan, 1, 1, -1], [0, 0, nan, inf, -inf]], [1, 1, 1, 1, 1]),
  fact("power", "is NaN of a negative base to a fraction", FLOATS,
    [[-8, 0, 2], [0.5, -1, 10]], [nan, inf, 1024]),
  fact("power", "wraps int32", INT,
    [[3, 2, 3, 46341], [4, 31, 21, 2]], [81, LEAST, 1870418611, -2147479015]),
  fact("power", "of int32 to a negative exponent is 0 but for ±1", INT,
    [[2, 0, 1, -1, -1], [-1, -1, -5, -3, LEAST]], [0, 0, 1, -1, 1]),
  fact("maximum", "is NaN where either is", FLOATS,
    [[1, nan, 2, -inf], [nan, 1, 3, 0]], [nan, nan, 3, 0]),
  fact("minimum", "is NaN where either is", FLOATS,
    [[1, nan, 2, -inf], [nan, 1, 3, 0]], [nan, nan, 2, -inf]),
  fact("maximum", "takes int32 with its sign", INT, [[LEAST, 1], [GREATEST, -1]], [GREATEST, 1]),
  fact("arctan2", "knows all quadrants", FLOATS,
    [[1, 1, -1, -1, 0, -0], [1, -1, -1, 1, -1, -1]],
    [Math.PI / 4, 3 * Math.PI / 4, -3 * Math.PI / 4, -Math.PI / 4, Math.PI, -Math.PI]),
  ...([
    ["equal", [0, 0, 1, 1]],
    ["notEqual", [1, 1, 0, 0]],
    ["less", [0, 0, 0, 0]],
    ["lessEqual", [0, 0, 1, 1]],
    ["greater", [0, 0, 0, 0]],
    ["greaterEqual", [0, 0, 1, 1]],
  ] as const).map(([primitive, result]) =>
    fact(primitive, "treats -0 as 0 and NaN as unequal", FLOATS, [[nan, nan, 0, inf], [
      nan,
      1,
      -0,
      inf,
    ]], result)
  ),
  fact("less", "takes int32 with its sign", INT, [[LEAST, 2], [GREATEST, 1]], [1, 0]),
  fact("less", "puts false before true", BOOL, [[0, 0, 1, 1], [0, 1, 0, 1]], [0, 1, 0, 0]),
  fact("logicalAnd", "holds where both do", BOOL, [[0, 0, 1, 1], [0, 1, 0, 1]], [0, 0, 0, 1]),
  fact("logicalOr", "holds where either does", BOOL, [[0, 0, 1, 1], [0, 1, 0, 1]], [0, 1, 1, 1]),
  fact("logicalXor", "holds where just one does", BOOL, [[0, 0, 1, 1], [0, 1, 0, 1]], [0, 1, 1, 0]),
  fact("bitwiseAnd", "keeps common bits", INT, [[12, -1], [10, GREATEST]], [8, GREATEST]),
  fact("bitwiseOr", "keeps all bits", INT, [[12, LEAST], [10, 1]], [14, LEAST + 1]),
  fact("bitwiseXor", "keeps differing bits", INT, [[12, -1], [10, 1]], [6, -2]),
  fact("leftShift", "leaves nothing past 31", INT,
    [[1, 1, 3, 1, 1], [4, 31, 31, 32, -1]], [16, LEAST, LEAST, 0, 0]),
  fact("rightShift", "leaves the sign past 31", INT,
    [[-16, 16, -1, 5, -5], [2, 2, 31, 32, 32]], [-4, 4, -1, 0, -1]),
  fact("where", "takes nothing from what it does not choose", FLOATS,
    [[1, 0, 1], [1, nan, -0], [inf, 2, 3]], [1, 2, -0]),

  fact("sum", "of nothing is 0", NUMBERS, [[]], 0, all),
  fact("sum", "folds the rows", NUMBERS, [[[1, 2], [3, 4]]], [4, 6], all),
  fact("sum", "takes several axes at once", NUMBERS,
    [[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]], [14, 22], { axes: [0, 2], keepdims: false }),
  fact("sum", "keeps axes with size 1", NUMBERS,
    [[[1, 2], [3, 4]]], [[3], [7]], { axes: [1], keepdims: true }),
  fact("sum", "wraps int32", INT, [[GREATEST, 1, 1]], LEAST + 1, all),
  fact("sum", "of opposite infinities is NaN", FLOATS, [[inf, -inf]], nan, all),
  fact("mean", "of nothing is NaN", FLOATS, [[]], nan, all),
  fact("mean", "is the sum over the count", FLOATS, [[1, 2, 6]], 3, all),
  fact("prod", "of nothing is 1", NUMBERS, [[]], 1, all),
  fact("prod", "multiplies", NUMBERS,
    [[[1, -2], [3, 4]]], [-2, 12], { axes: [1], keepdims: false }),
  fact("prod", "wraps int32", INT, [[65536, 65536, 3]], 0, all),
  fact("max", "is NaN where there is one", FLOATS,
    [[[1, nan, 3], [-inf, -2, -5]]], [nan, -2], { axes: [1], keepdims: false }),
  fact("min", "is NaN where there is one", FLOATS,
    [[[1, nan, 3], [inf, 2, 5]]], [nan, 2], { axes: [1], keepdims: false }),
  fact("max", "takes int32 with its sign", INT, [[LEAST, -5]], -5, all),
  fact("max", "of bools is whether any holds", BOOL, [[0, 1, 0]], 1, all),
  fact("argmax", "takes the first of equals", NUMBERS, [[1, 3, 2, 3]], 1, { axis: 0 }),
  fact("argmin", "takes the first of equals", NUMBERS, [[2, 1, 3, 1]], 1, { axis: 0 }),
  fact("argmax", "takes the first NaN", FLOATS, [[1, nan, inf, nan]], 1, { axis: 0 }),
  fact("argmin", "takes the first NaN", FLOATS, [[1, nan, -inf, nan]], 1, { axis: 0 }),
  fact("argmax", "takes -0 and 0 for equal", FLOATS, [[-0, 0]], 0, { axis: 0 }),
  fact("cumsum", "adds from the front", NUMBERS,
    [[1, 2, 3]], [1, 3, 6], { axis: 0, reverse: false }),
  fact("cumsum", "adds from the end in reverse", NUMBERS,
    [[[1, 2], [3, 4]]], [[4, 6], [3, 4]], { axis: 0, reverse: true }),
  fact("argsort", "keeps ties in order", NUMBERS,
    [[3, 1, 3, 1, 2]], [1, 3, 4, 0, 2], { axis: 0, descending: false }),
  fact("argsort", "keeps ties in order when descending", NUMBERS,
    [[3, 1, 3, 1, 2]], [0, 2, 4, 1, 3], { axis: 0, descending: true }),
  fact("argsort", "puts NaN last", FLOATS,
    [[nan, inf, nan, -inf, 0, -0]], [3, 4, 5, 1, 0, 2], { axis: 0, descending: false }),
  fact("argsort", "puts NaN first when descending", FLOATS,
    [[0, nan, inf, nan]], [1, 3, 2, 0], { axis: 0, descending: true }),

  fact("matmul", "multiplies rows by columns", NUMBERS,
    [[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[19, 22], [43, 50]], plain),
  fact("matmul", "transposes the first", NUMBERS,
    [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
    [[26, 30], [38, 44]],
    { transposeA: true, transposeB: false }),
  fact("matmul", "transposes the second", NUMBERS,
    [[[1, 2], [3, 4]], [[5, 6], [7, 8]]],
    [[17, 23], [39, 53]],
    { transposeA: false, transposeB: true }),
  fact("matmul", "broadcasts batches", NUMBERS,
    [[[[1, 2]], [[3, 4]]], [[1], [10]]], [[[21]], [[43]]], plain),
  fact("matmul", "wraps int32", INT, [[[65536, 1]], [[65536], [5]]], [[5]], plain),
  fact("matmul", "carries NaN and ∞", FLOATS,
    [[[0, 1], [1, 1]], [[inf, 1], [1, nan]]], [[nan, nan], [inf, nan]], plain),

  fact("transpose", "permutes axes", DTYPES,
    [[[[1, 0, 1]], [[0, 1, 1]]]], [[[1, 0]], [[0, 1]], [[1, 1]]], { axes: [2, 1, 0] }),
  fact("broadcastTo", "repeats axes of size 1", DTYPES,
    [[[1], [0]]], [[[1, 1], [0, 0]], [[1, 1], [0, 0]]], { shape: [2, 2, 2] }),
  fact("slice", "steps", NUMBERS,
    [[0, 1, 2, 3, 4, 5, 6]], [1, 3, 5], { start: [1], limit: [6], strides: [2] }),
  fact("pad", "fills around and between", NUMBERS,
    [[1, 2]], [9, 1, 9, 2, 9, 9], { low: [1], high: [2], interior: [1], value: 9 }),
  fact("concatenate", "joins along an axis", NUMBERS,
    [[[1], [2]], [[3, 4], [5, 6]]], [[1, 3, 4], [2, 5, 6]], { axis: 1 }),
  fact("flip", "turns axes around", NUMBERS,
    [[[1, 2], [3, 4]]], [[4, 3], [2, 1]], { axes: [0, 1] }),
  fact("take", "counts negative indices from the end", NUMBERS,
    [[[1, 2], [3, 4], [5, 6]], [-1, 0]], [[5, 6], [1, 2]], { axis: 0 }),
  fact("take", "puts the shape of the indices in place of the axis", NUMBERS,
    [[[1, 2, 3]], [[0, 2], [1, 1]]], [[[1, 3], [2, 2]]], { axis: 1 }),
  fact("scatterAdd", "adds up what meets at an index", NUMBERS,
    [[1, 2, 4], [0, -1, 0]], [5, 0, 2], { axis: 0, size: 3 }),
  fact("scatterAdd", "of bools holds where any does", BOOL,
    [[1, 1, 0], [0, 0, 1]], [1, 0, 0], { axis: 0, size: 3 }),
  fact("takeAlongAxis", "takes one for each index", NUMBERS,
    [[[1, 2, 3], [4, 5, 6]], [[2], [-3]]], [[3], [4]], { axis: 1 }),
  fact("scatterAddAlongAxis", "adds up what meets at an index", NUMBERS,
    [[[1, 2], [4, 8]], [[1, 1], [0, -1]]], [[0, 3, 0], [4, 0, 8]], { axis: 1, size: 3 }),
  fact("scatterUpdate", "lets the last one win", NUMBERS,
    [[1, 2, 3], [0, 2, -3], [7, 8, 9]], [9, 2, 8]),
  fact("random", "draws the published numbers of Philox4x32-10", INT,
    [],
    [0x6627e8d5 | 0, 0xe169c58d | 0, 0xbc57ac4c | 0, 0x9b00dbd8 | 0],
    { distribution: "bits", seed: 0, stream: 0, shape: [4], dtype: "int32" }),
  fact("random", "makes numbers in [0, 1) of the upper bits", ["float32"],
    [],
    [0x6627e8 / 2 ** 24, 0xe169c5 / 2 ** 24, 0xbc57ac / 2 ** 24],
    { distribution: "uniform", seed: 0, stream: 0, shape: [3], dtype: "float32" }),
];
