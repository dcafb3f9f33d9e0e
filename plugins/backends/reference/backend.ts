/**
 * The reference backend: the specification of every primitive, in plain loops over typed arrays. It
 * is written to be read and to be right; other backends are checked against it.
 *
 * @module
 */

import { Backend, type Kernel } from "../../../core/backend.ts";
import { type DType, type DTypeArrays, type TypedArray, viewArray } from "../../../core/dtype.ts";
import { rangeError } from "../../../core/errors.ts";
import type { Storage } from "../../../core/storage.ts";
import { kernels } from "./kernels.ts";

/**
 * Computes on typed arrays, without threads, in every dtype. Each tensor has an `ArrayBuffer` of
 * its own, which the garbage collector takes back.
 */
export class ReferenceBackend extends Backend {
  override readonly name = "reference";
  override readonly description = "plain TypeScript loops, the definition of every operation";
  override readonly kernels: ReadonlyMap<string, Kernel> = kernels;

  /**
   * @throws {RangeError} When no memory is left; the message says what is alive, and made where.
   */
  override allocate(byteLength: number): ArrayBuffer {
    try {
      return new ArrayBuffer(byteLength);
    } catch {
      throw this.#noMemory(byteLength);
    }
  }

  override free(): void {}

  /**
   * @throws {RangeError} When the values do not fill the storage.
   */
  override write(storage: Storage, values: TypedArray): void {
    if (values.byteLength !== storage.byteLength) {
      throw rangeError(
        "memory.length",
        `Cannot write values as they must fill the tensor: current values have ` +
          `${values.byteLength} bytes and the tensor ${storage.byteLength}; give one an element`,
      );
    }
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    new Uint8Array(storage.handle as ArrayBuffer).set(bytes);
  }

  override read<D extends DType>(
    storage: Storage,
    dtype: D,
    length: number,
  ): Promise<DTypeArrays[D]> {
    return Promise.resolve(this.view(storage, dtype, length).slice() as DTypeArrays[D]);
  }

  override view<D extends DType>(storage: Storage, dtype: D, length: number): DTypeArrays[D] {
    return viewArray(dtype, storage.handle as ArrayBuffer, 0, length);
  }

  #noMemory(byteLength: number): RangeError {
    const { bytes, storages, origins } = this.memory();
    const largest = origins.slice(0, 3).map(({ origin, bytes }) => `${bytes} by ${origin}`);
    return rangeError(
      "memory.full",
      `Cannot allocate ${byteLength} bytes as no such memory is left: currently ${bytes} bytes ` +
        `are alive in ${storages} tensors (${largest.join(", ") || "none"}); ` +
        "free tensors with dispose(), tidy() or a scope, or use smaller batches",
    );
  }
}
