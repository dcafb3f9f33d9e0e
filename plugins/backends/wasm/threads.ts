/**
 * Helper threads. Each runs the same kernels on the same memory and lives in a loop inside WebAssembly: it claims chunks
 * of work, and sleeps while there are none. The host never waits for a helper to start: until it is ready, the others do
 * its share.
 *
 * @module
 */

import type { ProductLibrary } from "./engine.ts";
import { CHUNKS, EPOCH, MAY_BLOCK, QUIT, READY } from "./layout.ts";
import type { LinearMemory } from "./memory.ts";

/** What is needed of a worker, Node's or the web's. */
interface Helper {
  terminate(): unknown;
}

/** How a helper thread receives what it runs on, in Node's way and the web's. */
const NODE = `((run) => run(require("node:worker_threads").workerData))`;
const WEB = `((run) => { onmessage = (event) => run(event.data); })`;

/** The program of a helper thread. */
function program(receive: string, { link }: ProductLibrary): string {
  return `${receive}(({ module, memory, index, path }) => {
    const multiply = (${link})(memory, path);
    new WebAssembly.Instance(module, { env: { memory, multiply } }).exports.help(index);
  });`;
}

/** A helper costs some 20 ms to start; so many chunks of work (about 10 us each) must have passed before. */
const FIRST_AFTER = 1000;
const NEXT_AFTER = 2000;
/** How long {@linkcode Threads.startAll} waits for helpers, in ms. */
const PATIENCE = 5000;

/** Helper threads of one memory. They start one by one, as work comes that they could have shared. */
export class Threads {
  readonly #memory: LinearMemory;
  readonly #module: WebAssembly.Module;
  /** How many threads there will be, the main one included. */
  readonly count: number;
  readonly #library: ProductLibrary;
  readonly #helpers: Helper[] = [];
  #nextAfter: number;

  constructor(
    memory: LinearMemory,
    module: WebAssembly.Module,
    count: number,
    library: ProductLibrary,
  ) {
    this.#memory = memory;
    this.#module = module;
    this.#library = library;
    this.count = memory.shared ? count : 1;
    this.#nextAfter = this.count > 1 ? FIRST_AFTER : Infinity;
  }

  /** How many threads can work now, the main one included. */
  get active(): number {
    return 1 + Atomics.load(this.#memory.int32, READY >>> 2);
  }

  /** Starts the next helper when enough work was there for it. */
  startOnDemand(): void {
    const passed = this.#memory.int32[CHUNKS >>> 2];
    if (passed < this.#nextAfter) return;
    const started = this.#startNext();
    const isMore = started && this.#helpers.length + 1 < this.count;
    this.#nextAfter = isMore ? passed + NEXT_AFTER : Infinity;
  }

  /** Starts all helpers now, and waits until they are ready. */
  async startAll(): Promise<void> {
    this.#nextAfter = Infinity;
    while (this.#helpers.length + 1 < this.count && this.#startNext());
    const deadline = Date.now() + PATIENCE;
    while (this.active <= this.#helpers.length) {
      if (Date.now() > deadline) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Lets the helpers end, and ends those that do not. */
  end(): void {
    this.#nextAfter = Infinity;
    const { int32 } = this.#memory;
    if (this.#helpers.length === 0) return;
    Atomics.store(int32, QUIT >>> 2, 1);
    Atomics.add(int32, EPOCH >>> 2, 1);
    Atomics.notify(int32, EPOCH >>> 2);
    for (const helper of this.#helpers) helper.terminate();
  }

  #startNext(): boolean {
    const index = this.#helpers.length + 1;
    const { path } = this.#library;
    const data = { module: this.#module, memory: this.#memory.memory, index, path };
    const helper = startInNode(program(NODE, this.#library), data) ??
      startInBrowser(program(WEB, this.#library), data);
    if (helper !== null) this.#helpers.push(helper);
    return helper !== null;
  }

  /** Tells the kernels whether this thread may block while it waits. */
  static allowBlocking(memory: LinearMemory): void {
    const inPage = typeof (globalThis as { document?: unknown }).document !== "undefined";
    memory.int32[MAY_BLOCK >>> 2] = inPage ? 0 : 1;
  }
}

interface HelperData {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  index: number;
  path: string;
}

/** Node's workers need no permission in Deno, and do not keep the process alive. */
function startInNode(text: string, data: HelperData): Helper | null {
  // deno-lint-ignore no-explicit-any -- `process` is no global of a browser
  const load = (globalThis as any).process?.getBuiltinModule;
  const workers = typeof load === "function" ? load("node:worker_threads") : undefined;
  if (workers === undefined) return null;
  try {
    const worker = new workers.Worker(text, { eval: true, workerData: data });
    worker.on("error", () => {}); // it never becomes ready, and the others do its share
    worker.unref();
    return worker;
  } catch {
    return null; // no threads here
  }
}

function startInBrowser(text: string, data: HelperData): Helper | null {
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  if (!isolated || typeof Worker === "undefined" || typeof Blob === "undefined") return null;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url);
  worker.postMessage(data);
  URL.revokeObjectURL(url);
  return worker;
}
