/**
 * Memory for tensors: two-level segregated fit (Masmano, Ripoll, Crespo, Real: "TLSF: a new dynamic memory
 * allocator for real-time systems", 2004) under a layer of exact-size lists.
 *
 * A freed block first goes to the list of its exact size, where the next step of a training loop finds it again
 * at once. Only when a request finds nothing do these blocks go back to the general store, where neighbours merge;
 * then memory grows; then the request fails.
 *
 * Addresses are multiples of 64. A block of 64 n bytes holds 64 n - 16 bytes of data: a header of 16 bytes lies in front of
 * each (size and free flag, the block before). Kernels may write up to the next multiple of 16 bytes.
 *
 * @module
 */

import type { LinearMemory } from "./memory.ts";

const UNIT = 64;
const HEADER = 16;
const FREE = 1;
/** Bytes kept beyond the last block, so that a vector read past the end of a tensor stays inside the memory. */
const SLACK = 256;
const CLASSES = 8 + 24 * 8;
const MOST_UNITS = 2 ** 26;

/** The class of blocks of so many units: exact below 8, then 8 classes for each doubling. */
function classOf(units: number): number {
  if (units < 8) return units;
  const exponent = 31 - Math.clz32(units);
  return 8 + (exponent - 3) * 8 + ((units >>> (exponent - 3)) & 7);
}

/** The first class whose blocks all hold so many units. */
function classHolding(units: number): number {
  if (units < 8) return units;
  return classOf(units + (1 << (28 - Math.clz32(units))) - 1);
}

/** Hands out and takes back pieces of a linear memory. */
export class Allocator {
  readonly #memory: LinearMemory;
  /** The first free block of each class, by address; 0 is none. */
  readonly #heads = new Float64Array(CLASSES + 1);
  /** One bit for each class that has a free block. */
  readonly #bitmap = new Int32Array((CLASSES >>> 5) + 1);
  /** Freed blocks by exact size in units. */
  readonly #recent = new Map<number, number[]>();
  /** The address at the end, where the next block will begin. */
  #end: number;

  constructor(memory: LinearMemory, start: number) {
    this.#memory = memory;
    const first = Math.ceil((start + HEADER) / UNIT) * UNIT;
    this.#setHeader(first, 0, 0);
    this.#end = first;
    this.#extend();
  }

  /** The address of room for so many bytes, or 0 where there is none. */
  allocate(byteLength: number): number {
    const units = Math.ceil((byteLength + HEADER) / UNIT);
    if (units >= MOST_UNITS) return 0;
    const address = this.#recent.get(units)?.pop();
    if (address !== undefined) return address;
    return this.#take(units) || this.#reclaim(units) || this.#grow(units);
  }

  /** Takes back what {@linkcode allocate} gave. */
  free(address: number): void {
    const units = this.#size(address) / UNIT;
    const list = this.#recent.get(units);
    if (list === undefined) this.#recent.set(units, [address]);
    else list.push(address);
  }

  /** A block from the general store. */
  #take(units: number): number {
    const from = classHolding(units);
    for (let word = from >>> 5, mask = -1 << (from & 31); word < this.#bitmap.length; word++) {
      const bits = this.#bitmap[word] & mask;
      mask = -1;
      if (bits !== 0) {
        return this.#cut(this.#heads[word * 32 + 31 - Math.clz32(bits & -bits)], units);
      }
    }
    // The class below may hold a block that is just large enough.
    const words = this.#memory.uint32;
    for (let at = this.#heads[classOf(units)]; at !== 0; at = words[at >>> 2]) {
      if (this.#size(at) >= units * UNIT) return this.#cut(at, units);
    }
    return 0;
  }

  /** Gives all recently freed blocks back to the general store, then tries again. */
  #reclaim(units: number): number {
    let any = false;
    for (const [, list] of this.#recent) {
      for (const address of list) this.#release(address);
      any ||= list.length > 0;
    }
    this.#recent.clear();
    return any ? this.#take(units) : 0;
  }

  #grow(units: number): number {
    const last = this.#previous(this.#end);
    const held = last !== 0 && this.#isFree(last) ? this.#size(last) : 0;
    if (!this.#memory.grow(units * UNIT - held)) return 0;
    this.#extend();
    return this.#take(units);
  }

  /** Makes a block of the memory beyond the end. */
  #extend(): void {
    const before = this.#end;
    const size = Math.floor((this.#memory.byteLength - SLACK - before) / UNIT) * UNIT;
    if (size <= 0) return;
    this.#end = before + size;
    this.#setHeader(before, size, this.#previous(before));
    this.#setHeader(this.#end, 0, before);
    this.#release(before);
  }

  /** Takes a free block off its list and leaves what is over in the store. */
  #cut(address: number, units: number): number {
    this.#unlink(address);
    const size = this.#size(address);
    const rest = size - units * UNIT;
    this.#setSize(address, size - rest);
    if (rest > 0) {
      this.#setHeader(address + size - rest, rest, address);
      this.#setPrevious(address + size, address + size - rest);
      this.#link(address + size - rest);
    }
    return address;
  }

  /** Puts a block into the store, merged with its free neighbours. */
  #release(address: number): void {
    let size = this.#size(address);
    const next = address + size;
    if (next !== this.#end && this.#isFree(next)) {
      this.#unlink(next);
      size += this.#size(next);
    }
    const previous = this.#previous(address);
    if (previous !== 0 && this.#isFree(previous)) {
      this.#unlink(previous);
      size += this.#size(previous);
      address = previous;
    }
    this.#setSize(address, size);
    this.#setPrevious(address + size, address);
    this.#link(address);
  }

  #link(address: number): void {
    const words = this.#memory.uint32;
    const at = classOf(this.#size(address) / UNIT);
    const head = this.#heads[at];
    words[address >>> 2] = head;
    words[(address >>> 2) + 1] = 0;
    if (head !== 0) words[(head >>> 2) + 1] = address;
    words[(address - HEADER) >>> 2] |= FREE;
    this.#heads[at] = address;
    this.#bitmap[at >>> 5] |= 1 << (at & 31);
  }

  #unlink(address: number): void {
    const words = this.#memory.uint32;
    const [next, before] = [words[address >>> 2], words[(address >>> 2) + 1]];
    if (next !== 0) words[(next >>> 2) + 1] = before;
    words[(address - HEADER) >>> 2] &= ~FREE;
    if (before !== 0) {
      words[before >>> 2] = next;
      return;
    }
    const at = classOf(this.#size(address) / UNIT);
    this.#heads[at] = next;
    if (next === 0) this.#bitmap[at >>> 5] &= ~(1 << (at & 31));
  }

  #size(address: number): number {
    return (this.#memory.uint32[(address - HEADER) >>> 2] & ~FREE) >>> 0;
  }

  #setSize(address: number, size: number): void {
    this.#memory.uint32[(address - HEADER) >>> 2] = size;
  }

  #isFree(address: number): boolean {
    return (this.#memory.uint32[(address - HEADER) >>> 2] & FREE) !== 0;
  }

  #previous(address: number): number {
    return this.#memory.uint32[(address - HEADER + 4) >>> 2];
  }

  #setPrevious(address: number, previous: number): void {
    this.#memory.uint32[(address - HEADER + 4) >>> 2] = previous;
  }

  #setHeader(address: number, size: number, previous: number): void {
    this.#setSize(address, size);
    this.#setPrevious(address, previous);
  }
}
