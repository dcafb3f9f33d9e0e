/**
 * Workers that make batches. Each loads the module of a dataset and packs the examples that it is asked for.
 *
 * @module
 */

import { stateError } from "../errors.ts";
import type { ExampleSource, Packed } from "./example_source.ts";
import { packBatch } from "./example_source.ts";

/** What workers are told when they begin. */
export interface SourceModule {
  /** The URL of the module, whose default export makes the source. */
  readonly url: string;
  /** What it is called with. */
  readonly options: unknown;
}

interface Request {
  readonly id: number;
  readonly indices: Int32Array;
  readonly seeds: Uint32Array;
}

type Reply = Packed & { readonly id: number };

/** The part of Node's workers that is used: they need no permission, and need not keep the process alive. */
interface NodeWorker {
  on(event: "message", listener: (reply: Reply) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "exit", listener: () => void): void;
  postMessage(request: Request): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

interface Port {
  on(event: "message", listener: (request: Request) => void): void;
  postMessage(reply: Reply, transfer: readonly ArrayBufferLike[]): void;
}

/** The program of a worker, which is given its text: it uses nothing from outside. */
function serve(port: Port, { url, options }: SourceModule, pack: typeof packBatch): void {
  const source: Promise<ExampleSource> = import(url).then(({ default: make }) => make(options));
  source.catch(() => {}); // Told with the first batch.
  port.on("message", async ({ id, indices, seeds }) => {
    const packed = await source.then(
      (made) => pack(made, indices, seeds),
      ({ message, stack }): Packed => ({ failure: { index: null, message, stack } }),
    );
    const buffers = "fields" in packed ? packed.fields.map(({ values }) => values.buffer) : [];
    port.postMessage({ id, ...packed }, [...new Set(buffers)]);
  });
}

const PROGRAM = `const { parentPort, workerData } = require("node:worker_threads");
(${serve})(parentPort, workerData, ${packBatch});`;

interface Waiting {
  resolve(packed: Packed): void;
  reject(error: Error): void;
}

class Helper {
  readonly #worker: NodeWorker;
  readonly #waiting = new Map<number, Waiting>();
  #requests = 0;

  constructor(worker: NodeWorker) {
    this.#worker = worker;
    worker.unref();
    worker.on("message", ({ id, ...packed }) => this.#settle(id, ({ resolve }) => resolve(packed)));
    worker.on("error", ({ message }) => this.#fail(`it failed: ${message}`));
    worker.on("exit", () => this.#fail("it ended"));
  }

  /** How many batches it has yet to make. */
  get load(): number {
    return this.#waiting.size;
  }

  pack(indices: Int32Array, seeds: Uint32Array): Promise<Packed> {
    const id = this.#requests++;
    return new Promise((resolve, reject) => {
      // Only while somebody waits for it, the process must not end.
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, indices, seeds });
    });
  }

  end(): void {
    this.#worker.terminate();
    this.#fail("it was ended");
  }

  #settle(id: number, how: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#worker.unref();
    how(waiting);
  }

  #fail(reason: string): void {
    for (const id of [...this.#waiting.keys()]) {
      this.#settle(
        id,
        ({ reject }) =>
          reject(
            stateError("data.worker", `Cannot go on to load data as a worker is gone: ${reason}`),
          ),
      );
    }
  }
}

/** So many workers on one module. They end with {@linkcode end}, or with the process. */
export class ExampleWorkers {
  readonly #helpers: readonly Helper[];

  /**
   * Starts them.
   *
   * @throws {Error} Where the host has none.
   */
  constructor(module: SourceModule, count: number) {
    // deno-lint-ignore no-explicit-any -- `process` is no global of a browser
    const load = (globalThis as any).process?.getBuiltinModule;
    const threads = typeof load === "function" ? load("node:worker_threads") : undefined;
    if (threads === undefined) {
      throw stateError(
        "data.workers",
        "Cannot load data with workers as this JavaScript host has no node:worker_threads: leave workers out",
      );
    }
    this.#helpers = Array.from(
      { length: count },
      () => new Helper(new threads.Worker(PROGRAM, { eval: true, workerData: module })),
    );
  }

  /** A batch, from the worker that has least to do. */
  pack(indices: Int32Array, seeds: Uint32Array): Promise<Packed> {
    let least = this.#helpers[0];
    for (const helper of this.#helpers) if (helper.load < least.load) least = helper;
    return least.pack(indices, seeds);
  }

  /** Ends the workers; what they were asked for fails. */
  end(): void {
    for (const helper of this.#helpers) helper.end();
  }
}
