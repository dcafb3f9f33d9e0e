/**
 * Lifetimes, written once. A scope frees what was made in it and not kept. Outside any scope a
 * `FinalizationRegistry` frees what the garbage collector finds unreachable.
 *
 * @module
 */

import { typeError } from "./errors.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** Frees the storages of tensors that were collected without having been disposed. */
const collected = new FinalizationRegistry<Storage>((storage) => storage.release());

/**
 * Leaves a tensor to the garbage collector, which is told how much memory hangs on it: once for all that share the
 * memory, as far as the other is given.
 */
export function leaveToCollector(tensor: Tensor, sharing: Tensor | null = null): void {
  const storage = tensor.storage;
  tensor.pressure = sharing?.pressure ?? new ArrayBuffer(storage.byteLength);
  collected.register(tensor, storage, tensor);
}

/** The tensor's storage was let go by hand: the collector has nothing left to do. */
export function forgetCollector(tensor: Tensor): void {
  if (tensor.pressure === null) return;
  tensor.pressure = null;
  collected.unregister(tensor);
}

let innermost: Scope | null = null;

/**
 * A new tensor belongs to the innermost scope, or to the collector where there is none. It may share the memory of
 * another.
 */
export function adopt(tensor: Tensor, sharing: Tensor | null = null): void {
  if (innermost !== null) innermost.add(tensor);
  else leaveToCollector(tensor, sharing);
}

/**
 * A stretch of code whose tensors are freed at its end.
 *
 * @example A scope opened by `using` closes with its block
 * ```ts
 * import { ones, scope } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * let inner;
 * {
 *   using _ = scope();
 *   inner = ones([2]);
 * }
 * assert(inner.isDisposed);
 * ```
 */
export class Scope implements Disposable {
  #tensors: Tensor[] = [];
  #outer: Scope | null;
  #closed = false;

  /** Opens the scope. */
  constructor() {
    this.#outer = innermost;
    innermost = this;
  }

  /** What was made in it so far. */
  get tensors(): readonly Tensor[] {
    return this.#tensors;
  }

  /** Takes a tensor in, to be freed with the scope. */
  add(tensor: Tensor): void {
    this.#tensors.push(tensor);
  }

  /** Takes in a tensor that was kept while no scope of its own was open, as what is fetched ahead is. */
  own(tensor: Tensor): void {
    tensor.isKept = false;
    forgetCollector(tensor);
    this.add(tensor);
  }

  /** Keeps a tensor beyond the scope: it then belongs to the collector. Returns the tensor. */
  keep<T extends Tensor>(tensor: T): T {
    return keep(tensor);
  }

  /**
   * Frees what was made and not kept. Survivors, with what their gradients still need, move to the
   * scope around this one. A second call does nothing.
   */
  close(survivors: Iterable<Tensor> = []): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unlink();
    const surviving = withGraph(survivors);
    for (const tensor of this.#tensors) {
      if (tensor.isDisposed || tensor.isKept) continue;
      if (!surviving.has(tensor)) tensor.dispose();
      else if (this.#outer !== null) this.#outer.add(tensor);
      else leaveToCollector(tensor);
    }
    this.#tensors = [];
  }

  /** Scopes usually close innermost first, but two tasks that take turns may not. */
  #unlink(): void {
    if (innermost === this) {
      innermost = this.#outer;
      return;
    }
    for (let scope = innermost; scope !== null; scope = scope.#outer) {
      if (scope.#outer === this) scope.#outer = this.#outer;
    }
  }

  /** Closes the scope at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/** The tensors themselves and all that their recorded graphs hold, found without recursion. */
function withGraph(roots: Iterable<Tensor>): Set<Tensor> {
  const found = new Set<Tensor>(roots);
  for (const tensor of found) {
    if (tensor.grad !== null) found.add(tensor.grad);
    if (tensor.node === null) continue;
    for (const input of tensor.node.inputs) found.add(input);
    for (const output of tensor.node.outputs) found.add(output);
  }
  return found;
}

/** Opens a scope; `using` closes it at the end of the block. */
export function scope(): Scope {
  return new Scope();
}

/**
 * Keeps a tensor beyond the scopes it was made in; it is freed when it is unreachable, or by `dispose()`.
 *
 * @returns The tensor.
 */
export function keep<T extends Tensor>(tensor: T): T {
  if (!tensor.isKept && !tensor.isSymbolic) {
    tensor.isKept = true;
    if (tensor.pressure === null) leaveToCollector(tensor);
  }
  return tensor;
}

/** The tensors in a result: a tensor, or arrays and plain records of them. */
export function* tensorsIn(value: unknown): Generator<Tensor> {
  if (typeof value !== "object" || value === null) return;
  if (isTensorLike(value)) yield value;
  else if (Array.isArray(value)) { for (const item of value) yield* tensorsIn(item); }
  else if (Object.getPrototypeOf(value) === Object.prototype) {
    for (const item of Object.values(value)) yield* tensorsIn(item);
  }
}

function isTensorLike(value: object): value is Tensor {
  return "isSymbolic" in value && "storageOrNull" in value;
}

/**
 * Runs a function and frees every tensor made in it, except those in its result.
 *
 * @throws {TypeError} When the function is asynchronous: a scope must not stay open across `await`.
 *
 * @example
 * ```ts
 * import { tensor, tidy } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const x = tensor([1, 2, 3]);
 * const y = tidy(() => x.mul(x).sum()); // the product is freed, the sum is not
 * assertEquals(y.item(), 14);
 * ```
 */
export function tidy<T>(run: () => T): T {
  const opened = new Scope();
  let survivors: Iterable<Tensor> = [];
  try {
    const result = run();
    if (result instanceof Promise) {
      throw typeError(
        "scope.async",
        "Cannot tidy an asynchronous function as tensors that other tasks make in the meantime would be " +
          "freed too: tidy the synchronous parts, and await between them",
      );
    }
    survivors = tensorsIn(result);
    return result;
  } finally {
    opened.close(survivors);
  }
}
