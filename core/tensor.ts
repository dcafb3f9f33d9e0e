/**
 * The tensor: a shape, a dtype and a piece of a backend's memory; its methods are the operations.
 *
 * @module
 */

import { backward, type BackwardOptions } from "./autograd.ts";
import type { Backend } from "./backend.ts";
import { bindTensorClass, shareStorage } from "./dispatch.ts";
import type { DType, DTypeArrays } from "./dtype.ts";
import { rangeError, stateError, typeError } from "./errors.ts";
import { waitFor } from "./event_loop.ts";
import { formatTensor, nest } from "./format.ts";
import type { GraphNode } from "./graph.ts";
import { toBackend } from "./ops/creation.ts";
import * as ops from "./ops/mod.ts";
import type { ClipOptions, IndexItem, Operand, ReduceOptions } from "./ops/mod.ts";
import { forgetCollector, keep } from "./scope.ts";
import { type Axis, type Dims, formatShape, isKnown, type Shape, sizeOf } from "./shape.ts";
import type { Storage } from "./storage.ts";
import type { TraceNode } from "./trace.ts";

/** Values nested as the axes are: what `toArray()` returns. */
export type NestedArray = number | boolean | NestedArray[];

/**
 * An n-dimensional array on a backend, row-major. Values never change, save those of a
 * {@linkcode Variable}.
 *
 * @example
 * ```ts
 * import { tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, 2, 3], { requiresGrad: true });
 * x.mul(x).sum().backward();
 * assertEquals(x.grad!.toArray(), [2, 4, 6]);
 * ```
 */
export class Tensor implements Disposable {
  /** The shape as inference sees it: a dimension of a symbolic tensor may be `null`. */
  readonly dims: Dims;
  /** The element type. */
  readonly dtype: DType;
  /** The gradient that `backward()` accumulated, for a tensor that it was asked of. */
  grad: Tensor | null = null;
  /** Whether operations on this tensor are recorded for gradients. */
  requiresGrad = false;
  /** Whether `backward()` leaves a gradient in `grad` although the tensor is no leaf. */
  retainsGrad = false;
  /** The operation that made it, while recorded. */
  node: GraphNode | null = null;
  /** The traced operation that made it, for a symbolic tensor. */
  source: TraceNode | null = null;
  /** Counts assignments; only variables have any. */
  version = 0;
  /** Whether scopes leave it alone. */
  isKept = false;
  /** Tells the garbage collector how much memory hangs on this handle. */
  pressure: ArrayBuffer | null = null;
  /** The operation that made it; error messages name it. */
  readonly origin: string;
  #storage: Storage | null;

  /** Made by operations; users call `tensor()`. */
  constructor(dims: Dims, dtype: DType, storage: Storage | null) {
    this.dims = dims;
    this.dtype = dtype;
    this.origin = storage?.origin ?? "symbolic";
    this.#storage = storage;
  }

  /**
   * The size of each axis. On a symbolic tensor an unknown dimension reads as `null`, as it does in
   * Keras; {@linkcode dims} is typed so.
   */
  get shape(): Shape {
    return this.dims as Shape;
  }

  /** The number of axes. */
  get ndim(): number {
    return this.dims.length;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.dims as Shape);
  }

  /** Whether this tensor stands for a computation to come and holds no values. */
  get isSymbolic(): boolean {
    return this.source !== null;
  }

  /** Whether this tensor may be assigned to. */
  get isVariable(): boolean {
    return false;
  }

  /** Whether the memory was given back. */
  get isDisposed(): boolean {
    return this.#storage === null && this.source === null;
  }

  /**
   * The memory behind the values.
   *
   * @throws {Error} When it was given back, or when the tensor is symbolic.
   */
  get storage(): Storage {
    if (this.#storage !== null) return this.#storage;
    throw this.source !== null ? symbolicError(this) : freedError(this);
  }

  /** The memory, or `null` when there is none. */
  get storageOrNull(): Storage | null {
    return this.#storage;
  }

  /** The backend on which the values live. */
  get backend(): Backend {
    return this.storage.backend;
  }

  // Reading.

  /**
   * Copies the values out.
   *
   * @throws {Error} When the tensor was freed or is symbolic.
   */
  data(): Promise<DTypeArrays[DType]> {
    return waitFor(this.storage.backend.read(this.storage, this.dtype, this.size));
  }

  /**
   * Copies the values out at once.
   *
   * @throws {Error} When the backend's memory cannot be read synchronously: then `await data()`.
   */
  dataSync(): DTypeArrays[DType] {
    return readInPlace(this).slice();
  }

  /**
   * The one value of a tensor that has just one.
   *
   * @throws {RangeError} When there is not exactly one.
   */
  item(): number {
    if (this.isSymbolic) throw symbolicError(this);
    if (this.size !== 1) {
      throw rangeError(
        "tensor.item",
        `Cannot take the one item of a tensor as it has ${this.size} elements: current shape is ${
          formatShape(this.dims)
        }; use toArray() or data()`,
      );
    }
    return readInPlace(this)[0];
  }

  /** The values as nested arrays; of a scalar, the value. Bools are `true` and `false`. */
  // deno-lint-ignore no-explicit-any -- the depth is known to the caller alone
  toArray(): any {
    return nest(readInPlace(this), this.shape, this.dtype);
  }

  // Lifetime and place.

  /** Gives the memory back now. A second call does nothing. */
  dispose(): void {
    if (this.#storage === null) return;
    forgetCollector(this);
    this.#storage.release();
    this.#storage = null;
    this.node = null;
  }

  /** Gives the memory back at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Keeps the tensor beyond the scope it was made in; returns it. */
  keep(): this {
    return keep(this);
  }

  /** The same values outside the recorded graph, on the same memory. */
  detach(): Tensor {
    return this.isSymbolic ? this : shareStorage(this, this.shape);
  }

  /** The same values on another backend, outside the recorded graph; itself where it is there already. */
  to(backend: string | Backend): Tensor {
    return toBackend(this, backend);
  }

  /** For variables: sees the memory of another tensor from now on. */
  replaceStorage(values: Tensor): void {
    const next = values.storage.retain();
    forgetCollector(this);
    this.#storage?.release();
    this.#storage = next;
    this.version++;
    if (this.isKept) {
      this.isKept = false;
      keep(this);
    }
  }

  // Gradients.

  /**
   * Adds the gradient of this tensor with respect to every tensor that requires one to that tensor's `grad`.
   *
   * @throws {RangeError} When the tensor is no scalar and no `gradient` is given.
   */
  backward(options?: BackwardOptions): void {
    backward(this, options);
  }

  /** Asks `backward()` to leave the gradient in `grad` although the tensor is no leaf; returns the tensor. */
  retainGrad(): this {
    this.retainsGrad = true;
    return this;
  }

  /** Asks for a gradient; returns the tensor. */
  requiresGrad_(requires = true): this {
    this.requiresGrad = requires;
    return this;
  }

  // Element by element.

  /** The sum. */
  add(other: Operand): Tensor {
    return ops.add(this, other);
  }
  /** The difference. */
  sub(other: Operand): Tensor {
    return ops.subtract(this, other);
  }
  /** The product, element by element. */
  mul(other: Operand): Tensor {
    return ops.multiply(this, other);
  }
  /** The quotient, in a float dtype. */
  div(other: Operand): Tensor {
    return ops.divide(this, other);
  }
  /** The quotient rounded towards −∞. */
  floorDiv(other: Operand): Tensor {
    return ops.floorDivide(this, other);
  }
  /** The remainder, with the sign of the divisor. */
  mod(other: Operand): Tensor {
    return ops.mod(this, other);
  }
  /** The power. */
  pow(other: Operand): Tensor {
    return ops.power(this, other);
  }
  /** The greater of the two. */
  maximum(other: Operand): Tensor {
    return ops.maximum(this, other);
  }
  /** The lesser of the two. */
  minimum(other: Operand): Tensor {
    return ops.minimum(this, other);
  }
  /** The negative. */
  neg(): Tensor {
    return ops.negative(this);
  }
  /** The magnitude. */
  abs(): Tensor {
    return ops.abs(this);
  }
  /** −1, 0 or 1. */
  sign(): Tensor {
    return ops.sign(this);
  }
  /** x². */
  square(): Tensor {
    return ops.square(this);
  }
  /** √x. */
  sqrt(): Tensor {
    return ops.sqrt(this);
  }
  /** e^x. */
  exp(): Tensor {
    return ops.exp(this);
  }
  /** The natural logarithm. */
  log(): Tensor {
    return ops.log(this);
  }
  /** The sine. */
  sin(): Tensor {
    return ops.sin(this);
  }
  /** The cosine. */
  cos(): Tensor {
    return ops.cos(this);
  }
  /** The hyperbolic tangent. */
  tanh(): Tensor {
    return ops.tanh(this);
  }
  /** 1 / (1 + e^−x). */
  sigmoid(): Tensor {
    return ops.sigmoid(this);
  }
  /** max(x, 0). */
  relu(): Tensor {
    return ops.relu(this);
  }
  /** The nearest whole number, ties to even. */
  round(): Tensor {
    return ops.round(this);
  }
  /** The greatest whole number not above x. */
  floor(): Tensor {
    return ops.floor(this);
  }
  /** The least whole number not below x. */
  ceil(): Tensor {
    return ops.ceil(this);
  }
  /** x, but not below `xMin` nor above `xMax`. */
  clip(options: ClipOptions): Tensor {
    return ops.clip(this, options);
  }
  /** e^x / Σ e^x along an axis, the last by default. */
  softmax(options?: { axis?: number }): Tensor {
    return ops.softmax(this, options);
  }
  /** x − log Σ e^x along an axis, the last by default. */
  logSoftmax(options?: { axis?: number }): Tensor {
    return ops.logSoftmax(this, options);
  }
  /** Whether the two are equal. */
  equal(other: Operand): Tensor {
    return ops.equal(this, other);
  }
  /** Whether the two differ. */
  notEqual(other: Operand): Tensor {
    return ops.notEqual(this, other);
  }
  /** Whether it is below the other. */
  less(other: Operand): Tensor {
    return ops.less(this, other);
  }
  /** Whether it is not above the other. */
  lessEqual(other: Operand): Tensor {
    return ops.lessEqual(this, other);
  }
  /** Whether it is above the other. */
  greater(other: Operand): Tensor {
    return ops.greater(this, other);
  }
  /** Whether it is not below the other. */
  greaterEqual(other: Operand): Tensor {
    return ops.greaterEqual(this, other);
  }
  /** The values in another dtype. */
  cast(dtype: DType): Tensor {
    return ops.cast(this, dtype);
  }

  // Reductions.

  /** The sum over axes; of all elements by default. */
  sum(options?: ReduceOptions): Tensor {
    return ops.sum(this, options);
  }
  /** The mean over axes; of all elements by default. */
  mean(options?: ReduceOptions): Tensor {
    return ops.mean(this, options);
  }
  /** The product over axes; of all elements by default. */
  prod(options?: ReduceOptions): Tensor {
    return ops.prod(this, options);
  }
  /** The greatest value over axes; of all elements by default. */
  max(options?: ReduceOptions): Tensor {
    return ops.max(this, options);
  }
  /** The least value over axes; of all elements by default. */
  min(options?: ReduceOptions): Tensor {
    return ops.min(this, options);
  }
  /** Whether all hold. */
  all(options?: ReduceOptions): Tensor {
    return ops.all(this, options);
  }
  /** Whether any holds. */
  any(options?: ReduceOptions): Tensor {
    return ops.any(this, options);
  }
  /** The index of the greatest value along an axis; of the flattened tensor by default. */
  argmax(options?: { axis?: number | null }): Tensor {
    return ops.argmax(this, options);
  }
  /** The index of the least value along an axis; of the flattened tensor by default. */
  argmin(options?: { axis?: number | null }): Tensor {
    return ops.argmin(this, options);
  }

  // Shape and contents.

  /** The matrix product; batch axes broadcast. */
  matmul(other: Tensor): Tensor {
    return ops.matmul(this, other);
  }
  /** The same elements in another shape; one dimension may be `-1` or `null`. */
  reshape(shape: readonly (number | null)[]): Tensor {
    return ops.reshape(this, shape);
  }
  /** All elements along one axis. */
  flatten(): Tensor {
    return ops.ravel(this);
  }
  /** The axes in another order; reversed by default. */
  transpose(axes?: readonly number[]): Tensor {
    return ops.transpose(this, axes);
  }
  /** New axes of size 1. */
  expandDims(axis: Axis & (number | readonly number[])): Tensor {
    return ops.expandDims(this, axis);
  }
  /** The shape without axes of size 1: those named, or all. */
  squeeze(axis?: Axis): Tensor {
    return ops.squeeze(this, axis);
  }
  /** Repeated along axes of size 1 and new leading axes. */
  broadcastTo(shape: readonly (number | null)[]): Tensor {
    return ops.broadcastTo(this, shape);
  }
  /** The entries at the given indices of an axis. */
  take(indices: Tensor | readonly number[] | number, options?: { axis?: number | null }): Tensor {
    return ops.take(this, indices, options);
  }

  /**
   * Part of the tensor, as NumPy's `x[…]`: for each axis a number (that entry; the axis goes), a range
   * `[start, stop, step]` (`null` for an open end), `":"` (all of it), `"..."` (all axes between),
   * `null` (a new axis of size 1) or an int32 tensor of indices.
   *
   * @example
   * ```ts
   * import { tensor } from "@tensaur/tensaur";
   * import { assertEquals } from "@std/assert";
   *
   * const x = tensor([[1, 2, 3], [4, 5, 6]]);
   * assertEquals(x.get(1, [0, 2]).toArray(), [4, 5]);
   * assertEquals(x.get(":", -1).toArray(), [3, 6]);
   * ```
   */
  get(...index: IndexItem[]): Tensor {
    return ops.getItem(this, index);
  }

  /** Shape, dtype and values as people read them. */
  toString(): string {
    return formatTensor(this);
  }

  /**
   * The text where a text is asked for, as in templates.
   *
   * @throws {TypeError} Where a number is, as by `x > 0` and `x * 2`, which would be NaN.
   */
  [Symbol.toPrimitive](hint: string): string {
    if (hint !== "number") return this.toString();
    throw typeError(
      "tensor.number",
      `Cannot use a tensor as a number as operators like > and * know none: current shape is ${
        formatShape(this.dims)
      }; use methods such as greater() and mul(), or item() for the number of a scalar`,
    );
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return formatTensor(this);
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return formatTensor(this);
  }
}

/** The values where they are; what is returned is valid until the next allocation. */
function readInPlace(tensor: Tensor): DTypeArrays[DType] {
  const { storage } = tensor;
  if (storage.backend.view === undefined) {
    throw stateError(
      "backend.read",
      `Cannot read a tensor at once as the memory of the backend "${storage.backend.name}" is read asynchronously: ` +
        `use await tensor.data()`,
    );
  }
  return storage.backend.view(storage, tensor.dtype, tensor.size);
}

function symbolicError(tensor: Tensor): Error {
  const { operation, modulePath } = tensor.source!;
  const place = modulePath.length === 0 ? "" : ` in ${modulePath.join("/")}`;
  return typeError(
    "tensor.symbolic",
    `Cannot read the values of a symbolic tensor as it stands for a computation to come: it is the ${tensor.dtype} tensor ` +
      `of ${
        formatShape(tensor.dims)
      } made by "${operation}"${place}; use only operations on it, and predict() for values`,
  );
}

function freedError(tensor: Tensor): Error {
  const kind = isKnown(tensor.dims) ? formatShape(tensor.dims) : "unknown shape";
  return stateError(
    "tensor.freed",
    `Cannot use a tensor as its memory was given back: it is the ${tensor.dtype} tensor of ${kind} made by ` +
      `"${tensor.origin}"; keep() it inside the scope that made it, or return it from tidy()`,
  );
}

bindTensorClass(Tensor);
