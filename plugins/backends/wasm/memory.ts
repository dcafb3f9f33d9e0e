/**
 * The linear memory that all tensors of the backend live in, and the views through which the host sees it.
 *
 * @module
 */

const PAGE = 65536;
const FIRST_PAGES = 256;
/** Below this there is no room for tensors. */
const LEAST_PAGES = 512;
const MOST_PAGES = 65536;

/** A growing WebAssembly memory with its views kept fresh. */
export class LinearMemory {
  readonly memory: WebAssembly.Memory;
  /** Whether threads can share it. */
  readonly shared: boolean;
  /** The size that it may grow to. */
  readonly maximumBytes: number;
  uint8!: Uint8Array;
  uint32!: Uint32Array;
  int32!: Int32Array;
  float32!: Float32Array;
  float64!: Float64Array;

  constructor(shared: boolean, maximumBytes: number) {
    this.shared = shared;
    let maximum = Math.min(MOST_PAGES, Math.max(LEAST_PAGES, Math.floor(maximumBytes / PAGE)));
    for (;;) {
      try {
        this.memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared });
        break;
      } catch (error) {
        // Address space is scarce here (a container, a small device): ask for less.
        if (maximum <= LEAST_PAGES) throw error;
        maximum = Math.max(LEAST_PAGES, maximum >>> 1);
      }
    }
    this.maximumBytes = maximum * PAGE;
    this.#refresh();
  }

  /** The present size. */
  get byteLength(): number {
    return this.uint8.byteLength;
  }

  /** Grows by at least so many bytes, and by more where that saves later growth; says whether it could. */
  grow(bytes: number): boolean {
    const least = Math.ceil(bytes / PAGE);
    const room = (this.maximumBytes - this.byteLength) / PAGE;
    if (least > room) return false;
    const generous = Math.min(room, Math.max(least, this.byteLength / PAGE / 2));
    for (const pages of [Math.floor(generous), least]) {
      try {
        this.memory.grow(pages);
        this.#refresh();
        return true;
      } catch {
        continue;
      }
    }
    return false;
  }

  #refresh(): void {
    const buffer = this.memory.buffer as ArrayBuffer;
    this.uint8 = new Uint8Array(buffer);
    this.uint32 = new Uint32Array(buffer);
    this.int32 = new Int32Array(buffer);
    this.float32 = new Float32Array(buffer);
    this.float64 = new Float64Array(buffer);
  }
}
