/**
 * The backend contract: memory, reads and writes, and a table of kernels. Its size does not grow
 * with the number of operations: a kernel is found by name, and what a backend lacks runs on the
 * reference kernels (a primitive) or as its composition (a composite).
 *
 * @module
 */

import type { DType, DTypeArrays, TypedArray } from "./dtype.ts";
import { MemoryLedger, type MemoryReport, type Storage } from "./storage.ts";

/** What a kernel sees of a tensor: row-major, contiguous values of one dtype. */
export interface Operand {
  /** The size of each axis. */
  readonly shape: readonly number[];
  /** The element type. */
  readonly dtype: DType;
  /** The number of elements. */
  readonly size: number;
  /** The memory behind the values. */
  readonly storage: Storage;
}

/**
 * One kernel. Outputs are allocated, not cleared, and of the shapes and dtypes that inference gave. An output
 * may share the storage of an input of the same shape when the caller donated that input: then a kernel that
 * works element by element simply writes in place.
 */
// deno-lint-ignore no-explicit-any -- each kernel narrows the attributes of its own operation
export interface Kernel<Attributes = any> {
  /** Says whether the kernel takes these operands; a kernel without it takes all. */
  accepts?(inputs: readonly Operand[], attributes: Attributes): boolean;
  /** Computes the outputs. */
  run(inputs: readonly Operand[], outputs: readonly Operand[], attributes: Attributes): void;
  /** Does several calls at once, none of which sees what another writes. Without it they run one by one. */
  runAll?(calls: readonly KernelCall<Attributes>[]): void;
}

/** What a kernel is run on. */
// deno-lint-ignore no-explicit-any -- as of the kernel
export interface KernelCall<Attributes = any> {
  /** What is read. */
  readonly inputs: readonly Operand[];
  /** What is written. */
  readonly outputs: readonly Operand[];
  /** The attributes of the operation. */
  readonly attributes: Attributes;
}

/** A backend: where tensors live and what computes on them. */
export abstract class Backend {
  /** Its name in the registry. */
  abstract readonly name: string;

  /** One line for people: what it runs on. */
  abstract readonly description: string;

  /** Kernels by the name of the primitive or composite. */
  abstract readonly kernels: ReadonlyMap<string, Kernel>;

  /** The names under which a composite may bring a kernel for it, the most wanted first. @default its own name */
  get kernelNames(): readonly string[] {
    return [this.name];
  }

  /** Counts what is alive. */
  readonly ledger: MemoryLedger = new MemoryLedger();

  /** How often each operation ran on a reference kernel because this backend brings none for it. */
  readonly fallbacks: Map<string, number> = new Map();

  /**
   * Reserves memory.
   *
   * @throws {RangeError} When no memory is left; the message says what is alive.
   */
  abstract allocate(byteLength: number): unknown;

  /** Takes memory back. */
  abstract free(handle: unknown, byteLength: number): void;

  /** Copies values in. */
  abstract write(storage: Storage, values: TypedArray): void;

  /** Copies values out. */
  abstract read<D extends DType>(
    storage: Storage,
    dtype: D,
    length: number,
  ): Promise<DTypeArrays[D]>;

  /**
   * The values in place, without a copy: valid until the next allocation. Only a host backend has
   * this; reference kernels and synchronous reads stand on it.
   */
  view?<D extends DType>(storage: Storage, dtype: D, length: number): DTypeArrays[D];

  /** What is alive on this backend. */
  memory(): MemoryReport {
    return this.ledger.report();
  }

  /** Ends threads and the like. */
  dispose(): void {}
}
