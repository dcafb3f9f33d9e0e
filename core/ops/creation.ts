/**
 * Operations that make tensors.
 *
 * @module
 */

import type { Backend } from "../backend.ts";
import { allocateTensor, apply, isTensor, shareStorage, tensorFrom } from "../dispatch.ts";
import {
  checkDType,
  type DType,
  isFloating,
  makeArray,
  toFloating,
  type TypedArray,
} from "../dtype.ts";
import { errors, rangeError, show, typeError } from "../errors.ts";
import type { Distribution } from "../primitives.ts";
import { RandomGenerator } from "../random.ts";
import { runtime } from "../runtime.ts";
import { checkShape, isKnown, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Numbers or bools, nested as the axes are. */
export type NestedValues = number | boolean | TypedArray | readonly NestedValues[];

/** What can be made into a tensor. */
export type TensorLike = Tensor | NestedValues;

/** Options of {@linkcode tensor}. */
export interface TensorOptions {
  /** The element type. @default float32 for numbers, bool for bools, the array's own for typed arrays */
  dtype?: DType;
  /** The shape, for flat values. */
  shape?: Shape;
  /** Whether gradients are wanted. @default false */
  requiresGrad?: boolean;
}

/** Options of functions that make tensors of a given shape. */
export interface CreationOptions {
  /** The element type. @default "float32" */
  dtype?: DType;
  /** Whether gradients are wanted. @default false */
  requiresGrad?: boolean;
}

function wantGradient(tensor: Tensor, requiresGrad: boolean | undefined): Tensor {
  if (!requiresGrad) return tensor;
  if (!isFloating(tensor.dtype)) {
    throw errors.dtype("ask for a gradient", "float32 or float64", tensor.dtype);
  }
  return tensor.requiresGrad_();
}

function typedArrayDType(values: TypedArray): DType | null {
  if (values instanceof Float32Array) return "float32";
  if (values instanceof Float64Array) return "float64";
  if (values instanceof Int32Array) return "int32";
  return null;
}

function isRow(value: NestedValues): value is TypedArray | readonly NestedValues[] {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

/** The shape of nested arrays, checked to be regular, and their values one after another. */
function flattenNested(values: NestedValues): { shape: number[]; flat: (number | boolean)[] } {
  const shape: number[] = [];
  for (let level = values; isRow(level); level = level[0]) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const flat: (number | boolean)[] = [];
  const visit = (level: NestedValues, depth: number): void => {
    if (isRow(level)) {
      if (level.length !== shape[depth]) throw ragged(depth, shape, `${level.length} entries`);
      for (const item of level) visit(item, depth + 1);
    } else if (typeof level !== "number" && typeof level !== "boolean") {
      throw typeError(
        "tensor.value",
        `Cannot make a tensor as its values must be numbers or bools: met ${show(level)}`,
      );
    } else if (depth < shape.length) throw ragged(depth, shape, show(level));
    else flat.push(level);
  };
  visit(values, 0);
  return { shape, flat };
}

function ragged(depth: number, shape: Shape, met: string): RangeError {
  const expected = depth < shape.length ? `${shape[depth]} entries` : "a number";
  return rangeError(
    "tensor.ragged",
    `Cannot make a tensor as nested arrays must be regular: at depth ${depth} expected ${expected}, met ${met}`,
  );
}

/** A value as a dtype holds it, by the rules of `ops.cast`. */
function converted(value: number, dtype: DType): number {
  if (dtype === "bool") return Number(value !== 0);
  return dtype === "int32" ? Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1) : value;
}

/** Zeros for a tensor of that shape, on the host. */
function makeValues(dtype: DType, shape: Shape): TypedArray {
  const size = sizeOf(shape);
  if (size > MOST_ELEMENTS) throw errors.tooLarge("make a tensor", shape);
  return makeArray(checkDType("make a tensor", dtype), size);
}

/** More than any backend holds: 2^32 bytes are the most that WebAssembly addresses. */
const MOST_ELEMENTS = 2 ** 32;

/** Converts values to the typed array of a dtype. */
export function toTypedArray(values: ArrayLike<number | boolean>, dtype: DType): TypedArray {
  const out = makeArray(dtype, values.length);
  for (let i = 0; i < values.length; i++) out[i] = converted(Number(values[i]), dtype);
  return out;
}

/**
 * Makes a tensor from numbers, bools, nested arrays or a typed array. The values are copied.
 *
 * @throws {RangeError} When nested arrays are ragged, or `shape` does not hold the number of values.
 *
 * @example
 * ```ts
 * import { tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(tensor([[1, 2], [3, 4]]).shape, [2, 2]);
 * assertEquals(tensor([1, 2, 3, 4], { shape: [2, 2], dtype: "int32" }).dtype, "int32");
 * ```
 */
export function tensor(values: TensorLike, options: TensorOptions = {}): Tensor {
  if (isTensor(values)) {
    const cast = options.dtype !== undefined && options.dtype !== values.dtype
      ? apply("cast", [values], { dtype: checkDType("make a tensor", options.dtype) })
      : shareStorage(values, values.shape);
    const shaped = options.shape === undefined
      ? cast
      : apply("reshape", [cast], { shape: options.shape });
    return wantGradient(shaped, options.requiresGrad);
  }
  let flat: ArrayLike<number | boolean>;
  let shape: Shape;
  let natural: DType;
  if (isRow(values) && !Array.isArray(values)) {
    flat = values as TypedArray;
    shape = [flat.length];
    natural = typedArrayDType(values as TypedArray) ?? "float32";
  } else {
    const nested = flattenNested(values);
    flat = nested.flat;
    shape = nested.shape;
    natural = nested.flat.length > 0 && nested.flat.every((v) => typeof v === "boolean")
      ? "bool"
      : "float32";
  }
  const dtype = checkDType("make a tensor", options.dtype ?? natural);
  if (options.shape !== undefined) {
    shape = checkShape("make a tensor", options.shape);
    if (sizeOf(shape) !== flat.length) {
      throw errors.shapes("make a tensor", `${flat.length} values do not fill the shape`, shape);
    }
  }
  const typed = typedArrayDType(flat as TypedArray) === dtype
    ? flat as TypedArray
    : toTypedArray(flat, dtype);
  return wantGradient(tensorFrom(typed, shape, dtype), options.requiresGrad);
}

/** Makes a tensor of a tensor-like value; a tensor is returned as it is. */
export function convertToTensor(value: TensorLike, options: { dtype?: DType } = {}): Tensor {
  if (!isTensor(value)) return tensor(value, options);
  if (options.dtype === undefined || options.dtype === value.dtype) return value;
  return apply("cast", [value], { dtype: checkDType("convert to a tensor", options.dtype) });
}

/** Makes a tensor of a tensor-like value; another name of {@linkcode convertToTensor}. */
export const array: (value: TensorLike, options?: { dtype?: DType }) => Tensor = convertToTensor;

/** A scalar on a given backend. */
export function scalarOn(backend: Backend, value: number, dtype: DType): Tensor {
  const values = makeArray(dtype, 1);
  values[0] = dtype === "bool" ? Number(value !== 0) : value;
  return tensorFrom(values, [], dtype, "constant", backend);
}

/** Fills memory where it is, on backends that can be written in place. */
function filled(backend: Backend, shape: Shape, dtype: DType, value: number | boolean): Tensor {
  const element = dtype === "bool" ? Number(value !== 0 && value !== false) : Number(value);
  const made = allocateTensor(backend, shape, dtype, "full");
  if (backend.view !== undefined) backend.view(made.storage, dtype, made.size).fill(element);
  else backend.write(made.storage, makeValues(dtype, shape).fill(element));
  return made;
}

/** A tensor filled with one value: `[…shape]`. */
export function full(
  shape: Shape,
  value: number | boolean,
  options: CreationOptions = {},
): Tensor {
  const { dtype = typeof value === "boolean" ? "bool" : "float32" } = options;
  checkShape("make a tensor", shape);
  const made = filled(runtime().backend, shape, checkDType("make a tensor", dtype), value);
  return wantGradient(made, options.requiresGrad);
}

/** A tensor of zeros. */
export function zeros(shape: Shape, options: CreationOptions = {}): Tensor {
  return full(shape, 0, { dtype: "float32", ...options });
}

/** A tensor of ones. */
export function ones(shape: Shape, options: CreationOptions = {}): Tensor {
  return full(shape, 1, { dtype: "float32", ...options });
}

/** A tensor of zeros; the framework never shows uninitialised memory. */
export function empty(shape: Shape, options: CreationOptions = {}): Tensor {
  return zeros(shape, options);
}

/** A tensor filled with one value, shaped as another and on its backend. */
export function fullLike(
  x: Tensor,
  value: number | boolean,
  options: CreationOptions = {},
): Tensor {
  const { dtype = x.dtype } = options;
  if (!x.isSymbolic && isKnown(x.dims)) {
    const made = filled(x.backend, x.shape, checkDType("make a tensor", dtype), value);
    return wantGradient(made, options.requiresGrad);
  }
  const backend = runtime().backend;
  const of = scalarOn(backend, Number(value), dtype);
  const like = x.dtype === dtype ? x : apply("cast", [x], { dtype });
  return apply("where", [scalarOn(backend, 1, "bool"), of, like], {});
}

/** Zeros, shaped as another tensor. */
export function zerosLike(x: Tensor, options: CreationOptions = {}): Tensor {
  return fullLike(x, 0, options);
}

/** Ones, shaped as another tensor. */
export function onesLike(x: Tensor, options: CreationOptions = {}): Tensor {
  return fullLike(x, 1, options);
}

/** Zeros, shaped as another tensor. */
export function emptyLike(x: Tensor, options: CreationOptions = {}): Tensor {
  return fullLike(x, 0, options);
}

/** Options of {@linkcode arange}. */
export interface ArangeOptions {
  /** The first value past the end; without it, `start` is the end and counting begins at 0. */
  stop?: number;
  /** What is between two values. @default 1 */
  step?: number;
  /** The element type. @default int32 where start, stop and step are whole, else float32 */
  dtype?: DType;
}

/**
 * Evenly spaced values `start, start + step, …` up to, not including, `stop`.
 *
 * @throws {RangeError} When the step is 0 or a number is not finite.
 *
 * @example
 * ```ts
 * import { arange } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(arange(4).toArray(), [0, 1, 2, 3]);
 * assertEquals(arange(1, { stop: 2, step: 0.5 }).toArray(), [1, 1.5]);
 * ```
 */
export function arange(start: number, options: ArangeOptions = {}): Tensor {
  const first = options.stop === undefined ? 0 : start;
  const stop = options.stop ?? start;
  const step = options.step ?? 1;
  if (![first, stop, step].every(Number.isFinite) || step === 0) {
    throw errors.option("count", "start, stop and step", "finite, and step not 0", [
      first,
      stop,
      step,
    ]);
  }
  const dtype = options.dtype ??
    ([first, stop, step].every(Number.isInteger) ? "int32" : "float32");
  const length = Math.max(0, Math.ceil((stop - first) / step));
  const values = makeValues(dtype, [length]);
  for (let i = 0; i < length; i++) values[i] = first + i * step;
  return tensorFrom(values, [length], dtype, "arange");
}

/** Options of {@linkcode linspace}. */
export interface LinspaceOptions {
  /** How many values. @default 50 */
  num?: number;
  /** Whether `stop` is the last value. @default true */
  endpoint?: boolean;
  /** The element type. @default "float32" */
  dtype?: DType;
}

/** `num` values from `start` to `stop`, each made from its evenly spaced place in [0, 1]. */
function spaced(
  operation: string,
  options: LinspaceOptions,
  valueAt: (place: number) => number,
): Tensor {
  const { num = 50, endpoint = true, dtype = "float32" } = options;
  if (!Number.isInteger(num) || num < 0) {
    throw errors.option("space values", "num", "a whole number from 0 on", num);
  }
  const last = Math.max(1, endpoint ? num - 1 : num);
  const values = Array.from({ length: num }, (_, i) => valueAt(i / last));
  checkDType("space values", dtype);
  return tensorFrom(toTypedArray(values, dtype), [num], dtype, operation);
}

/** `num` evenly spaced values from `start` to `stop`. */
export function linspace(start: number, stop: number, options: LinspaceOptions = {}): Tensor {
  const span = stop - start;
  return spaced("linspace", options, (place) => place === 1 ? stop : start + place * span);
}

/** `num` values spaced evenly on a logarithmic scale, from `base^start` to `base^stop`. */
export function logspace(
  start: number,
  stop: number,
  options: LinspaceOptions & { base?: number } = {},
): Tensor {
  const { base = 10 } = options;
  return spaced("logspace", options, (place) => base ** (start + place * (stop - start)));
}

/**
 * `num` values of which each is the one before times the same number, from `start` to `stop`.
 *
 * @throws {RangeError} When one of them is 0, or their signs differ.
 */
export function geomspace(start: number, stop: number, options: LinspaceOptions = {}): Tensor {
  if (!(start * stop > 0)) {
    throw errors.option("space values", "start and stop", "of one sign, and not 0", [start, stop]);
  }
  const ratio = stop / start;
  return spaced("geomspace", options, (place) => place === 1 ? stop : start * ratio ** place);
}

/** Options of {@linkcode eye}. */
export interface EyeOptions extends CreationOptions {
  /** Columns. @default the number of rows */
  m?: number;
  /** Which diagonal: above the main one for positive numbers. @default 0 */
  k?: number;
}

/** A matrix `[n, m]` with ones on a diagonal and zeros elsewhere. */
export function eye(n: number, options: EyeOptions = {}): Tensor {
  const { m = n, k = 0, dtype = "float32", requiresGrad } = options;
  checkShape("make an identity matrix", [n, m]);
  const values = makeValues(dtype, [n, m]);
  for (let i = 0; i < n; i++) if (i + k >= 0 && i + k < m) values[i * m + i + k] = 1;
  return wantGradient(tensorFrom(values, [n, m], dtype, "eye"), requiresGrad);
}

/** The identity matrix `[n, n]`. */
export function identity(n: number, options: CreationOptions = {}): Tensor {
  return eye(n, options);
}

/** A matrix `[n, m]` with ones at and below diagonal `k`, zeros above. */
export function tri(n: number, options: EyeOptions = {}): Tensor {
  const { m = n, k = 0, dtype = "float32", requiresGrad } = options;
  checkShape("make a triangular matrix", [n, m]);
  const values = makeValues(dtype, [n, m]);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m && j <= i + k; j++) values[i * m + j] = 1;
  }
  return wantGradient(tensorFrom(values, [n, m], dtype, "tri"), requiresGrad);
}

/** Options of random tensors. */
export interface RandomOptions extends CreationOptions {
  /** A seed of its own; without it the draw comes from the runtime's generator, see `setSeed`. */
  seed?: number | RandomGenerator;
}

/** Draws a tensor from a distribution. */
function draw(
  distribution: Distribution,
  shape: Shape,
  dtype: DType,
  options: RandomOptions,
): Tensor {
  checkShape("draw random numbers", shape);
  if (distribution !== "bits" && !isFloating(dtype)) {
    throw errors.dtype("draw random numbers", "float32 or float64", dtype);
  }
  const generator = typeof options.seed === "number"
    ? new RandomGenerator(options.seed)
    : options.seed ?? runtime().random;
  const attributes = {
    distribution,
    seed: generator.seed,
    stream: generator.nextStream(),
    shape,
    dtype,
  };
  return apply("random", [], attributes);
}

/** Uniform numbers in [0, 1). */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  return wantGradient(
    draw("uniform", shape, options.dtype ?? "float32", options),
    options.requiresGrad,
  );
}

/** Normal numbers of mean 0 and standard deviation 1. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  return wantGradient(
    draw("normal", shape, options.dtype ?? "float32", options),
    options.requiresGrad,
  );
}

/** Whole numbers in [`low`, `high`), int32. */
export function randint(
  shape: Shape,
  range: { low?: number; high: number },
  options: Omit<RandomOptions, "requiresGrad" | "dtype"> = {},
): Tensor {
  const { low = 0, high } = range;
  if (!Number.isInteger(low) || !Number.isInteger(high) || high <= low) {
    throw errors.option("draw whole numbers", "low and high", "whole, and low below high", [
      low,
      high,
    ]);
  }
  const unit = draw("uniform", shape, "float64", options);
  const scale = scalarOn(unit.backend, high - low, "float64");
  const offset = scalarOn(unit.backend, low, "float64");
  const scaled = apply("floor", [apply("multiply", [unit, scale], {})], {});
  return apply("cast", [apply("add", [scaled, offset], {})], { dtype: "int32" });
}

/** Uniform numbers in [0, 1), shaped as another tensor. */
export function randLike(x: Tensor, options: RandomOptions = {}): Tensor {
  return rand(x.shape, { dtype: toFloating(x.dtype), ...options });
}

/** Normal numbers, shaped as another tensor. */
export function randnLike(x: Tensor, options: RandomOptions = {}): Tensor {
  return randn(x.shape, { dtype: toFloating(x.dtype), ...options });
}

/** Whole numbers in [`low`, `high`), shaped as another tensor. */
export function randintLike(
  x: Tensor,
  range: { low?: number; high: number },
  options: Omit<RandomOptions, "requiresGrad" | "dtype"> = {},
): Tensor {
  return randint(x.shape, range, options);
}

/** The values of a tensor on another backend; the tensor itself where it is there already. */
export function toBackend(x: Tensor, backend: string | Backend): Tensor {
  const target = typeof backend === "string" ? runtime().backendNamed(backend) : backend;
  if (x.backend === target) return x;
  return tensorFrom(x.dataSync(), x.shape, x.dtype, x.origin, target);
}
