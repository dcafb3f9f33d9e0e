/**
 * The closed set of primitives: the attributes of each, and the rule that gives the shape and dtype
 * of its result, unknown dimensions included. A reference kernel and a gradient rule belong to every
 * primitive; the compiler names what is missing.
 *
 * @module
 */

import { type DType, promote, toFloating } from "./dtype.ts";
import { errors } from "./errors.ts";
import {
  broadcastShapes,
  type Dim,
  type Dims,
  isKnown,
  mayBeSame,
  mayEqual,
  reducedShape,
  sizeOf,
} from "./shape.ts";
import {
  type Convolution,
  inferConv,
  inferConvInputGradient,
  inferConvKernelGradient,
  inferPoolArgmax,
  type InputGradient,
  type KernelGradient,
  type Pooling,
} from "./windows.ts";

/** Shape and dtype of a tensor, without values. */
export interface Meta {
  /** The size of each axis; `null` where unknown. */
  readonly dims: Dims;
  /** The element type. */
  readonly dtype: DType;
}

/** A primitive without attributes. */
export type NoAttributes = Record<never, never>;

interface Reduction {
  /** Axes, counted from the front, ascending. */
  axes: readonly number[];
  /** Whether reduced axes stay, with size 1. */
  keepdims: boolean;
}

interface AlongAxis {
  /** Counted from the front. */
  axis: number;
}

/** The distributions that the random primitive draws from. */
export type Distribution = "bits" | "uniform" | "normal";

/** The attributes of every primitive. */
export interface PrimitiveAttributes {
  // One input, element by element.
  negative: NoAttributes;
  abs: NoAttributes;
  sign: NoAttributes;
  floor: NoAttributes;
  ceil: NoAttributes;
  round: NoAttributes;
  trunc: NoAttributes;
  sqrt: NoAttributes;
  rsqrt: NoAttributes;
  exp: NoAttributes;
  exp2: NoAttributes;
  expm1: NoAttributes;
  log: NoAttributes;
  log2: NoAttributes;
  log10: NoAttributes;
  log1p: NoAttributes;
  sin: NoAttributes;
  cos: NoAttributes;
  tan: NoAttributes;
  arcsin: NoAttributes;
  arccos: NoAttributes;
  arctan: NoAttributes;
  sinh: NoAttributes;
  cosh: NoAttributes;
  tanh: NoAttributes;
  arcsinh: NoAttributes;
  arccosh: NoAttributes;
  arctanh: NoAttributes;
  erf: NoAttributes;
  erfc: NoAttributes;
  erfinv: NoAttributes;
  sigmoid: NoAttributes;
  isnan: NoAttributes;
  isinf: NoAttributes;
  isfinite: NoAttributes;
  logicalNot: NoAttributes;
  bitwiseNot: NoAttributes;
  cast: { dtype: DType };
  // Two inputs, broadcast.
  add: NoAttributes;
  subtract: NoAttributes;
  multiply: NoAttributes;
  divide: NoAttributes;
  floorDivide: NoAttributes;
  mod: NoAttributes;
  power: NoAttributes;
  maximum: NoAttributes;
  minimum: NoAttributes;
  arctan2: NoAttributes;
  equal: NoAttributes;
  notEqual: NoAttributes;
  less: NoAttributes;
  lessEqual: NoAttributes;
  greater: NoAttributes;
  greaterEqual: NoAttributes;
  logicalAnd: NoAttributes;
  logicalOr: NoAttributes;
  logicalXor: NoAttributes;
  bitwiseAnd: NoAttributes;
  bitwiseOr: NoAttributes;
  bitwiseXor: NoAttributes;
  leftShift: NoAttributes;
  rightShift: NoAttributes;
  // Condition, then, else.
  where: NoAttributes;
  // Reductions.
  sum: Reduction;
  mean: Reduction;
  prod: Reduction;
  max: Reduction;
  min: Reduction;
  argmax: AlongAxis;
  argmin: AlongAxis;
  // Along one axis.
  cumsum: AlongAxis & { reverse: boolean };
  argsort: AlongAxis & { descending: boolean };
  // Contraction of the last axis of a with the second to last of b, batch axes broadcast.
  matmul: { transposeA: boolean; transposeB: boolean };
  // Windows that slide over [batch, …spatial, channels].
  /** The correlation of an input with a kernel `[…size, channels / groups, filters]`. */
  conv: Convolution;
  /** Its adjoint in the input: gradients of its result, then the kernel. A transposed convolution. */
  convInputGradient: InputGradient;
  /** Its adjoint in the kernel: the input, then gradients of its result. */
  convKernelGradient: KernelGradient;
  /** Where in the input, seen flat, each window has its greatest element: the first NaN, or the first of equals. */
  poolArgmax: Pooling;
  // Movement.
  /**
   * `-1` stands for the dimension that follows from the others, or, where `kept` names an axis of the input, for the size
   * of that.
   */
  reshape: { shape: readonly number[]; kept?: readonly (number | null)[] };
  transpose: { axes: readonly number[] };
  /** `null` keeps the input's dimension. */
  broadcastTo: { shape: Dims };
  /** Per axis; a limit of `null`, or beyond the end, is the end. Strides are positive. */
  slice: { start: readonly number[]; limit: Dims; strides: readonly number[] };
  /** Per axis; `interior` elements go between neighbours. */
  pad: {
    low: readonly number[];
    high: readonly number[];
    interior: readonly number[];
    value: number;
  };
  concatenate: AlongAxis;
  flip: { axes: readonly number[] };
  // Indexing: values, then int32 indices.
  take: AlongAxis;
  /** The adjoint of take: adds slices of the first input into zeros of `size` along the axis. */
  scatterAdd: AlongAxis & { size: number };
  takeAlongAxis: AlongAxis;
  /** The adjoint of takeAlongAxis. */
  scatterAddAlongAxis: AlongAxis & { size: number };
  /** Inputs x, indices, updates: x along axis 0 with the indexed slices replaced; the last one wins. */
  scatterUpdate: NoAttributes;
  /** Counter-based: block `i` of the result depends on seed, stream and `i` alone. */
  random: {
    distribution: Distribution;
    seed: number;
    stream: number;
    shape: readonly number[];
    dtype: DType;
  };
}

/** The name of a primitive. */
export type Primitive = keyof PrimitiveAttributes;

type Infer<P extends Primitive> = (
  inputs: readonly Meta[],
  attributes: PrimitiveAttributes[P],
) => Meta;

const elementwise = ([x]: readonly Meta[]): Meta => x;
const floatElementwise = ([x]: readonly Meta[]): Meta => {
  const dtype = toFloating(x.dtype);
  return dtype === x.dtype ? x : { dims: x.dims, dtype };
};
const predicate = ([x]: readonly Meta[]): Meta => ({ dims: x.dims, dtype: "bool" });

function wholeElementwise([x]: readonly Meta[]): Meta {
  if (x.dtype !== "int32" && x.dtype !== "bool") {
    throw errors.dtype("compute bits", "int32 or bool", x.dtype);
  }
  return x;
}

function binary(operation: string, result: (a: DType, b: DType) => DType) {
  return ([a, b]: readonly Meta[]): Meta => ({
    dims: broadcastShapes(operation, a.dims, b.dims),
    dtype: result(a.dtype, b.dtype),
  });
}

/** Arithmetic has no bool form: the result of two bools is int32. */
const arithmetic = (a: DType, b: DType): DType => {
  const dtype = promote(a, b);
  return dtype === "bool" ? "int32" : dtype;
};
const floating = (a: DType, b: DType): DType => toFloating(promote(a, b));
const truth = (): DType => "bool";

function whole(operation: string) {
  return binary(operation, (a, b) => {
    const dtype = promote(a, b);
    if (dtype !== "int32" && dtype !== "bool") {
      throw errors.dtype(`${operation} tensors`, "int32 or bool", dtype);
    }
    return dtype;
  });
}

function reduction(operation: string, result: (dtype: DType) => DType, emptyIsDefined: boolean) {
  return ([x]: readonly Meta[], { axes, keepdims }: Reduction): Meta => {
    if (!emptyIsDefined && axes.some((axis) => x.dims[axis] === 0)) {
      throw errors.shapes(`take the ${operation}`, "the reduced axes must not be empty", x.dims);
    }
    return { dims: reducedShape(x.dims, axes, keepdims), dtype: result(x.dtype) };
  };
}

function argReduction(operation: string) {
  return ([x]: readonly Meta[], { axis }: AlongAxis): Meta => {
    if (x.dims[axis] === 0) {
      throw errors.shapes(`take the ${operation}`, "the axis must not be empty", x.dims);
    }
    return { dims: reducedShape(x.dims, [axis], false), dtype: "int32" };
  };
}

function inferMatmul(
  [a, b]: readonly Meta[],
  { transposeA, transposeB }: PrimitiveAttributes["matmul"],
): Meta {
  const [da, db] = [a.dims, b.dims];
  if (da.length < 2 || db.length < 2) {
    throw errors.rank("multiply matrices", "two or more axes", da.length < 2 ? da : db);
  }
  const m = da[da.length - (transposeA ? 1 : 2)];
  const ka = da[da.length - (transposeA ? 2 : 1)];
  const kb = db[db.length - (transposeB ? 1 : 2)];
  const n = db[db.length - (transposeB ? 2 : 1)];
  if (ka !== kb && ka !== null && kb !== null) {
    const requirement = `the inner dimensions must agree and are ${ka} and ${kb}`;
    throw errors.shapes("multiply matrices", requirement, da, db);
  }
  const dtype = arithmetic(a.dtype, b.dtype);
  if (da.length === 2 && db.length === 2) return { dims: [m, n], dtype };
  const batch = broadcastShapes("multiply matrices", da.slice(0, -2), db.slice(0, -2));
  return { dims: [...batch, m, n], dtype };
}

function inferReshape(
  [x]: readonly Meta[],
  { shape: given, kept }: PrimitiveAttributes["reshape"],
): Meta {
  if (given.some((d) => !Number.isInteger(d) || d < -1)) {
    throw errors.shapeValue("reshape", given);
  }
  const wanted: Dims = kept === undefined ? given : given.map((d, i) => {
    const axis = kept[i] ?? null;
    return d === -1 && axis !== null && axis < x.dims.length ? x.dims[axis] : d;
  });
  const hole = wanted.indexOf(-1);
  if (hole !== wanted.lastIndexOf(-1)) {
    throw errors.shapes(
      "reshape",
      `only one dimension of [${given.join(", ")}] may be -1 or unknown`,
      x.dims,
    );
  }
  if (!isKnown(x.dims)) return { dims: wanted.map((d) => d === -1 ? null : d), dtype: x.dtype };
  const shape = wanted as readonly number[];
  const known = shape.reduce((product, d) => d === -1 ? product : product * d, 1);
  const size = sizeOf(x.dims);
  if (hole < 0) {
    if (known === size) return { dims: shape, dtype: x.dtype };
  } else if (known > 0 && size % known === 0) {
    return { dims: shape.map((d) => d === -1 ? size / known : d), dtype: x.dtype };
  } else if (known === 0 && size === 0) {
    return { dims: shape.map((d) => d === -1 ? 0 : d), dtype: x.dtype };
  }
  const requirement = `${size} elements do not fill the shape [${shape.join(", ")}]`;
  throw errors.shapes("reshape", requirement, x.dims);
}

function inferBroadcastTo(
  [x]: readonly Meta[],
  { shape }: PrimitiveAttributes["broadcastTo"],
): Meta {
  const offset = shape.length - x.dims.length;
  const dims = shape.map((d, i) => d ?? (i < offset ? 1 : x.dims[i - offset]));
  const fits = offset >= 0 && x.dims.every((d, i) => {
    const target = dims[i + offset];
    return d === 1 || mayEqual(d, target);
  });
  if (!fits) {
    throw errors.shapes("broadcast", "its dimensions must be 1 or the target's", x.dims, shape);
  }
  return { dims, dtype: x.dtype };
}

function inferSlice(
  [x]: readonly Meta[],
  { start, limit, strides }: PrimitiveAttributes["slice"],
): Meta {
  const dims = x.dims.map((d, i): Dim => {
    if (d === null) return null;
    const end = Math.min(limit[i] ?? d, d);
    return Math.max(0, Math.ceil((end - start[i]) / strides[i]));
  });
  return { dims, dtype: x.dtype };
}

function inferPad(
  [x]: readonly Meta[],
  { low, high, interior }: PrimitiveAttributes["pad"],
): Meta {
  const dims = x.dims.map((d, i): Dim =>
    d === null ? null : low[i] + high[i] + d + Math.max(0, d - 1) * interior[i]
  );
  return { dims, dtype: x.dtype };
}

function inferConcatenate(inputs: readonly Meta[], { axis }: AlongAxis): Meta {
  const first = inputs[0].dims;
  let total: Dim = 0;
  let dtype = inputs[0].dtype;
  for (const { dims, dtype: other } of inputs) {
    const fits = dims.length === first.length &&
      dims.every((d, i) => i === axis || mayEqual(d, first[i]));
    if (!fits) {
      const requirement = `all axes but axis ${axis} must agree`;
      throw errors.shapes("concatenate", requirement, first, dims);
    }
    const d: Dim = dims[axis];
    total = d === null || total === null ? null : total + d;
    dtype = promote(dtype, other);
  }
  return { dims: first.map((d, i) => i === axis ? total : d), dtype };
}

function requireIndices(operation: string, indices: Meta): void {
  if (indices.dtype !== "int32") throw errors.dtype(operation, "int32 index", indices.dtype);
}

function inferTake([x, indices]: readonly Meta[], { axis }: AlongAxis): Meta {
  requireIndices("take", indices);
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  return { dims, dtype: x.dtype };
}

function inferScatterAdd(
  [updates, indices]: readonly Meta[],
  { axis, size }: PrimitiveAttributes["scatterAdd"],
): Meta {
  requireIndices("scatter", indices);
  const after = updates.dims.slice(axis + indices.dims.length);
  return { dims: [...updates.dims.slice(0, axis), size, ...after], dtype: updates.dtype };
}

function inferTakeAlongAxis([x, indices]: readonly Meta[], { axis }: AlongAxis): Meta {
  requireIndices("take along an axis", indices);
  const fits = x.dims.length === indices.dims.length &&
    x.dims.every((d, i) => i === axis || mayEqual(d, indices.dims[i]));
  if (!fits) {
    const requirement = `all axes but axis ${axis} must agree`;
    throw errors.shapes("take along an axis", requirement, x.dims, indices.dims);
  }
  return { dims: indices.dims, dtype: x.dtype };
}

function inferScatterUpdate([x, indices, updates]: readonly Meta[]): Meta {
  requireIndices("scatter", indices);
  const expected = [...indices.dims, ...x.dims.slice(1)];
  const fits = indices.dims.length === 1 && mayBeSame(expected, updates.dims);
  if (!fits) {
    const requirement = `the updates must have the shape [${expected.join(", ")}]`;
    throw errors.shapes("scatter", requirement, updates.dims);
  }
  return { dims: x.dims, dtype: x.dtype };
}

const sameDType = (dtype: DType): DType => dtype;
const summed = (dtype: DType): DType => dtype === "bool" ? "int32" : dtype;

/** Shape and dtype inference for every primitive. */
export const inference: { readonly [P in Primitive]: Infer<P> } = {
  negative: ([x]) => x.dtype === "bool" ? { dims: x.dims, dtype: "int32" } : x,
  abs: elementwise,
  sign: elementwise,
  floor: elementwise,
  ceil: elementwise,
  round: elementwise,
  trunc: elementwise,
  sqrt: floatElementwise,
  rsqrt: floatElementwise,
  exp: floatElementwise,
  exp2: floatElementwise,
  expm1: floatElementwise,
  log: floatElementwise,
  log2: floatElementwise,
  log10: floatElementwise,
  log1p: floatElementwise,
  sin: floatElementwise,
  cos: floatElementwise,
  tan: floatElementwise,
  arcsin: floatElementwise,
  arccos: floatElementwise,
  arctan: floatElementwise,
  sinh: floatElementwise,
  cosh: floatElementwise,
  tanh: floatElementwise,
  arcsinh: floatElementwise,
  arccosh: floatElementwise,
  arctanh: floatElementwise,
  erf: floatElementwise,
  erfc: floatElementwise,
  erfinv: floatElementwise,
  sigmoid: floatElementwise,
  isnan: predicate,
  isinf: predicate,
  isfinite: predicate,
  logicalNot: predicate,
  bitwiseNot: wholeElementwise,
  cast: ([x], { dtype }) => ({ dims: x.dims, dtype }),
  add: binary("add", arithmetic),
  subtract: binary("subtract", arithmetic),
  multiply: binary("multiply", arithmetic),
  divide: binary("divide", floating),
  floorDivide: binary("divide", arithmetic),
  mod: binary("take the remainder of", arithmetic),
  power: binary("raise", arithmetic),
  maximum: binary("take the maximum of", promote),
  minimum: binary("take the minimum of", promote),
  arctan2: binary("take the angle of", floating),
  equal: binary("compare", truth),
  notEqual: binary("compare", truth),
  less: binary("compare", truth),
  lessEqual: binary("compare", truth),
  greater: binary("compare", truth),
  greaterEqual: binary("compare", truth),
  logicalAnd: binary("combine", truth),
  logicalOr: binary("combine", truth),
  logicalXor: binary("combine", truth),
  bitwiseAnd: whole("combine the bits of"),
  bitwiseOr: whole("combine the bits of"),
  bitwiseXor: whole("combine the bits of"),
  leftShift: whole("shift"),
  rightShift: whole("shift"),
  where: ([condition, x, y]) => ({
    dims: broadcastShapes(
      "select from",
      broadcastShapes("select from", x.dims, y.dims),
      condition.dims,
    ),
    dtype: promote(x.dtype, y.dtype),
  }),
  sum: reduction("sum", summed, true),
  mean: reduction("mean", toFloating, true),
  prod: reduction("product", summed, true),
  max: reduction("maximum", sameDType, false),
  min: reduction("minimum", sameDType, false),
  argmax: argReduction("argmax"),
  argmin: argReduction("argmin"),
  cumsum: ([x]) => ({ dims: x.dims, dtype: summed(x.dtype) }),
  argsort: ([x]) => ({ dims: x.dims, dtype: "int32" }),
  matmul: inferMatmul,
  conv: inferConv,
  convInputGradient: inferConvInputGradient,
  convKernelGradient: inferConvKernelGradient,
  poolArgmax: inferPoolArgmax,
  reshape: inferReshape,
  transpose: ([x], { axes }) => ({ dims: axes.map((axis) => x.dims[axis]), dtype: x.dtype }),
  broadcastTo: inferBroadcastTo,
  slice: inferSlice,
  pad: inferPad,
  concatenate: inferConcatenate,
  flip: elementwise,
  take: inferTake,
  scatterAdd: inferScatterAdd,
  takeAlongAxis: inferTakeAlongAxis,
  scatterAddAlongAxis: ([updates], { axis, size }) => ({
    dims: updates.dims.map((d, i) => i === axis ? size : d),
    dtype: updates.dtype,
  }),
  scatterUpdate: inferScatterUpdate,
  random: (_, { shape, dtype, distribution }) => ({
    dims: shape,
    dtype: distribution === "bits" ? "int32" : dtype,
  }),
};

/** Says whether a name is a primitive's. */
export function isPrimitive(name: string): name is Primitive {
  return Object.hasOwn(inference, name);
}
