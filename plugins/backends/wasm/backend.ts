/**
 * The default backend: WebAssembly with 128-bit vectors, on several threads where work is large enough, without any
 * permission.
 *
 * @module
 */

import { Backend, type Kernel } from "../../../core/backend.ts";
import { type DType, type DTypeArrays, type TypedArray, viewArray } from "../../../core/dtype.ts";
import { rangeError } from "../../../core/errors.ts";
import type { Storage } from "../../../core/storage.ts";
import { Allocator } from "./allocator.ts";
import { convolutionKernels } from "./convolution.ts";
import { elementwiseKernels } from "./elementwise.ts";
import { type Build, type Engine, loadKernels, NO_LIBRARY, type ProductLibrary } from "./engine.ts";
import { fusedKernels } from "./fused.ts";
import { indexingKernels } from "./indexing.ts";
import { LIBRARY, MOST_THREADS, WORK, WORK_PER_THREAD } from "./layout.ts";
import { matmulKernels } from "./matmul.ts";
import type { LinearMemory } from "./memory.ts";
import { movementKernels } from "./movement.ts";
import { normalizationKernels } from "./normalization.ts";
import { poolingKernels } from "./pooling.ts";
import { randomKernels } from "./random.ts";
import { reductionKernels } from "./reductions.ts";
import { Threads } from "./threads.ts";

/** How a {@linkcode WasmBackend} is set up. */
export interface WasmBackendOptions {
  /**
   * Threads that share the work, the main one included; 1 to 16.
   *
   * @default The number of processors, at most 8.
   */
  threads?: number;
  /**
   * Whether to use relaxed SIMD (fused multiply-add) where the engine has it.
   *
   * @default true
   */
  relaxedSimd?: boolean;
  /**
   * The size that the memory may grow to, in bytes; at most 4 GiB.
   *
   * @default 4294967296
   */
  maximumBytes?: number;
}

const MOST_BYTES = 2 ** 32;

function defaultThreads(): number {
  return Math.min(8, globalThis.navigator?.hardwareConcurrency ?? 1);
}

function inMebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/**
 * The backend that runs where nothing else is set: all tensors in one linear memory, kernels with SIMD and threads.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { WasmBackend } from "./backend.ts";
 *
 * const backend = new WasmBackend({ threads: 1 });
 * const handle = backend.allocate(1024);
 * assertEquals(typeof handle, "number");
 * backend.dispose();
 * ```
 */
export class WasmBackend extends Backend {
  /** Its name in the registry. */
  override get name(): string {
    return "wasm";
  }
  /** Kernels by the name of the primitive or composite. */
  override readonly kernels: ReadonlyMap<string, Kernel>;
  readonly #memory: LinearMemory;
  readonly #allocator: Allocator;
  readonly #threads: Threads;
  readonly #build: Build;

  /**
   * Loads the kernels and reserves the first memory. A backend that builds on this one may bring a library for large
   * matrix products.
   *
   * @throws {RangeError} When an option is out of its range.
   */
  constructor(options: WasmBackendOptions = {}, library: ProductLibrary = NO_LIBRARY) {
    super();
    const { threads = defaultThreads(), relaxedSimd = true, maximumBytes = MOST_BYTES } = options;
    if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
      throw rangeError(
        "option.value",
        `Cannot make the ${this.name} backend as threads must be a whole number from 1 to ${MOST_THREADS}: current ` +
          `threads is ${threads}`,
      );
    }
    const { memory, module, build, kernels } = loadKernels(
      relaxedSimd,
      maximumBytes,
      library,
    );
    this.#memory = memory;
    this.#allocator = new Allocator(memory, WORK + Math.max(5, threads) * WORK_PER_THREAD);
    this.#threads = new Threads(memory, module, threads, library);
    Threads.allowBlocking(memory);
    this.#build = build;
    if (library !== NO_LIBRARY) memory.int32[LIBRARY >>> 2] = this.#threads.count;
    const engine: Engine = {
      memory,
      kernels,
      borrow: (bytes) => this.allocate(bytes),
      giveBack: (address) => this.#allocator.free(address),
    };
    this.kernels = new Map<string, Kernel>([
      ...elementwiseKernels(engine),
      ...reductionKernels(engine),
      ...movementKernels(engine),
      ...indexingKernels(engine),
      ...matmulKernels(engine),
      ...convolutionKernels(engine),
      ...poolingKernels(engine),
      ...normalizationKernels(engine),
      ...fusedKernels(engine),
      ...randomKernels(engine),
    ]);
  }

  /** What it runs on: instructions, memory, threads. */
  override get description(): string {
    const { count } = this.#threads;
    return `WebAssembly with ${this.#build}, ${count === 1 ? "one thread" : `${count} threads`}`;
  }

  /**
   * Reserves memory, aligned to 64 bytes; the handle is its address.
   *
   * @throws {RangeError} When no memory is left; the message says what is alive, and made where.
   */
  override allocate(byteLength: number): number {
    this.#threads.startOnDemand();
    const address = this.#allocator.allocate(byteLength);
    if (address === 0) throw this.#full(byteLength);
    return address;
  }

  /** Takes memory back, for the next request of the size. */
  override free(handle: unknown, _byteLength: number): void {
    this.#allocator.free(handle as number);
  }

  /**
   * Copies values in.
   *
   * @throws {RangeError} When they do not fill the tensor.
   */
  override write(storage: Storage, values: TypedArray): void {
    if (values.byteLength !== storage.byteLength) {
      throw rangeError(
        "memory.length",
        `Cannot write values as they must fill the tensor: current values have ` +
          `${values.byteLength} bytes and the tensor ${storage.byteLength}; give one an element`,
      );
    }
    const address = storage.handle as number;
    const memory = this.#memory;
    if (values instanceof Float32Array) memory.float32.set(values, address >>> 2);
    else if (values instanceof Int32Array) memory.int32.set(values, address >>> 2);
    else if (values instanceof Float64Array) memory.float64.set(values, address / 8);
    else memory.uint8.set(values, address);
  }

  /** Copies values out. */
  override read<D extends DType>(
    storage: Storage,
    dtype: D,
    length: number,
  ): Promise<DTypeArrays[D]> {
    return Promise.resolve(this.view(storage, dtype, length).slice() as DTypeArrays[D]);
  }

  /** The values in place: valid until memory grows. */
  override view<D extends DType>(storage: Storage, dtype: D, length: number): DTypeArrays[D] {
    const { buffer } = this.#memory.uint8;
    return viewArray(dtype, buffer, storage.handle as number, length);
  }

  /**
   * Starts all threads now and waits until they are ready. Without this call they start one by one once there was work for
   * them, without making anyone wait.
   */
  startThreads(): Promise<void> {
    return this.#threads.startAll();
  }

  /** How many threads share large work now, the main one included. */
  get activeThreads(): number {
    return this.#threads.active;
  }

  /** Ends the helper threads; kernels still run, on one. */
  override dispose(): void {
    this.#threads.end();
  }

  #full(byteLength: number): RangeError {
    const { bytes, storages, origins } = this.memory();
    const largest = origins.slice(0, 3)
      .map(({ origin, bytes }) => `${origin} ${inMebibytes(bytes)}`)
      .join(", ");
    return rangeError(
      "memory.full",
      `Cannot allocate ${
        inMebibytes(byteLength)
      } as the memory of the ${this.name} backend is limited to ${
        inMebibytes(this.#memory.maximumBytes)
      }: alive are ${inMebibytes(bytes)} in ${storages} tensors${
        largest === "" ? "" : `, most of it made by ${largest}`
      }; free tensors with dispose(), tidy() or a scope, or use smaller batches`,
    );
  }
}
