/** Operands on a backend without tensors: what the tests of the wasm kernels run them on. */

import type { Backend, Operand } from "../../core/backend.ts";
import { bytesPerElement, type DType, type DTypeArrays, makeArray } from "../../core/dtype.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import { Storage } from "../../core/storage.ts";

/** Makes operands, runs kernels, and frees all at the end. */
export class Bench implements Disposable {
  readonly backend: Backend;
  readonly #storages: Storage[] = [];

  constructor(backend: Backend) {
    this.backend = backend;
  }

  /** An operand with values from a list or a function of the index; without either, of NaN bits. */
  operand<D extends DType>(
    shape: Shape,
    values?: ArrayLike<number> | ((i: number) => number),
    dtype: D = "float32" as D,
  ): Operand {
    const size = sizeOf(shape);
    const byteLength = size * bytesPerElement(dtype);
    const storage = new Storage(
      this.backend,
      this.backend.allocate(byteLength),
      byteLength,
      "test",
    );
    this.#storages.push(storage);
    const array = makeArray(dtype, size);
    if (values === undefined) new Uint8Array(array.buffer).fill(255);
    else if (typeof values === "function") array.forEach((_, i) => array[i] = values(i));
    else array.set(values);
    this.backend.write(storage, array);
    return { shape, dtype, size, storage };
  }

  /** The values of an operand, copied. */
  values<D extends DType = "float32">(operand: Operand): DTypeArrays[D] {
    const { storage, dtype, size } = operand;
    return this.backend.view!(storage, dtype, size).slice() as DTypeArrays[D];
  }

  /** Runs the backend's own kernel, which must take the operands. */
  run(
    name: string,
    inputs: readonly Operand[],
    outputs: readonly Operand[],
    attributes = {},
  ): void {
    const kernel = this.backend.kernels.get(name);
    if (kernel === undefined) throw new Error(`no kernel for ${name}`);
    if (kernel.accepts !== undefined && !kernel.accepts(inputs, attributes)) {
      throw new Error(`the kernel for ${name} does not take these operands`);
    }
    kernel.run(inputs, outputs, attributes);
  }

  [Symbol.dispose](): void {
    for (const storage of this.#storages) storage.release();
    this.#storages.length = 0;
  }
}

/** Reproducible numbers in [-1, 1). */
export function noise(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
