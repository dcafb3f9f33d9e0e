/**
 * Storage: the memory behind tensors, counted. Several tensors may share one storage (a reshape
 * does); it goes back to its backend when the last of them lets go.
 *
 * @module
 */

import type { Backend } from "./backend.ts";

/** What is alive on a backend, as {@linkcode Backend.memory} reports it. */
export interface MemoryReport {
  /** Bytes held by live tensors. */
  bytes: number;
  /** Storages held by live tensors. */
  storages: number;
  /** The most bytes that were alive at once. */
  peakBytes: number;
  /** Live bytes by the operation that made them, largest first. */
  origins: { origin: string; bytes: number }[];
}

/** Counts what is alive on one backend. */
export class MemoryLedger {
  /** Bytes alive. */
  bytes = 0;
  /** Storages alive. */
  storages = 0;
  /** The most bytes that were alive at once. */
  peakBytes = 0;
  readonly #byOrigin = new Map<string, number>();

  /** A storage was made. */
  add(origin: string, byteLength: number): void {
    this.bytes += byteLength;
    this.storages++;
    if (this.bytes > this.peakBytes) this.peakBytes = this.bytes;
    this.#byOrigin.set(origin, (this.#byOrigin.get(origin) ?? 0) + byteLength);
  }

  /** A storage went back. */
  remove(origin: string, byteLength: number): void {
    this.bytes -= byteLength;
    this.storages--;
    this.#byOrigin.set(origin, this.#byOrigin.get(origin)! - byteLength);
  }

  /** What is alive now. */
  report(): MemoryReport {
    const origins = [...this.#byOrigin]
      .filter(([, bytes]) => bytes > 0)
      .map(([origin, bytes]) => ({ origin, bytes }))
      .sort((a, b) => b.bytes - a.bytes);
    return { bytes: this.bytes, storages: this.storages, peakBytes: this.peakBytes, origins };
  }
}

/** A counted piece of a backend's memory. */
export class Storage {
  #references = 1;

  /** Takes memory that a backend reserved, and counts it. */
  constructor(
    /** The backend that owns the memory. */
    readonly backend: Backend,
    /** What the backend knows it by: an address, an `ArrayBuffer`, a device buffer. */
    readonly handle: unknown,
    /** Its size. */
    readonly byteLength: number,
    /** The operation that made it. */
    readonly origin: string,
  ) {
    backend.ledger.add(origin, byteLength);
  }

  /** One more tensor sees this storage. */
  retain(): this {
    this.#references++;
    return this;
  }

  /** One tensor less sees it; with the last, the memory goes back. */
  release(): void {
    if (--this.#references > 0) return;
    this.backend.ledger.remove(this.origin, this.byteLength);
    this.backend.free(this.handle, this.byteLength);
  }

  /** Says whether just one tensor sees it. */
  get exclusive(): boolean {
    return this.#references === 1;
  }
}
