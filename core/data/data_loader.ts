/**
 * Batches from a dataset.
 *
 * @module
 */

import { isTensor } from "../dispatch.ts";
import { waitFor } from "../event_loop.ts";
import { errors, show, stateError, typeError } from "../errors.ts";
import { stack, tensor, type TensorLike } from "../ops/mod.ts";
import { type Nested, nestLike, type NestOf } from "../nested.ts";
import { fillRandom, permutation, RandomGenerator } from "../random.ts";
import { runtime } from "../runtime.ts";
import { Scope, tensorsIn, tidy } from "../scope.ts";
import type { Tensor } from "../tensor.ts";
import { Dataset, TensorDataset } from "./dataset.ts";
import { ExampleWorkers } from "./example_workers.ts";
import { ModuleDataset } from "./module_dataset.ts";

/** Options of a {@linkcode DataLoader}. */
export interface DataLoaderOptions<Example, Batch> {
  /** Examples in a batch. @default 32 */
  batchSize?: number;
  /** Whether each pass has an order of its own. @default false */
  shuffle?: boolean;
  /** Fixes the orders. @default drawn from the runtime's generator, see `setSeed` */
  seed?: number;
  /** Whether a last batch with fewer examples is left out. @default false */
  dropLast?: boolean;
  /** Makes a batch of examples. @default fields are stacked, each to a tensor `[batch, …]` */
  collate?: (examples: Example[]) => Batch;
  /** How many batches are fetched ahead, in asynchronous loops. @default 1, or two for each worker */
  prefetch?: number;
  /** How many threads beside this one make batches of a `ModuleDataset`. @default 0 */
  workers?: number;
}

/**
 * Batches of a dataset, for `fit` or for a loop of one's own. Each turn of a loop is a scope: what it made is
 * freed when the next turn begins, unless kept.
 *
 * @example
 * ```ts
 * import { data } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const loader = new data.DataLoader([[1, 2, 3], [4, 5, 6]], { batchSize: 2 });
 * assertEquals(loader.length, 2);
 * for (const [x, y] of loader) {
 *   assertEquals(x.shape, y.shape);
 * }
 * ```
 */
export class DataLoader<Example = readonly Tensor[], Batch = readonly Tensor[]> {
  /** Where the examples come from. */
  readonly dataset: Dataset<Example>;
  /** Examples in a batch. */
  readonly batchSize: number;
  /** Whether each pass has an order of its own. */
  readonly shuffle: boolean;
  /** Whether a last batch with fewer examples is left out. */
  readonly dropLast: boolean;
  /** How many batches are fetched ahead, in asynchronous loops. */
  readonly prefetch: number;
  /** How many threads beside this one make batches. */
  readonly workers: number;
  readonly #collate: ((examples: Example[]) => Batch) | null;
  readonly #seed: number | null;
  #passes = 0;
  /** Workers that wait for the next pass. */
  #idle: ExampleWorkers | null = null;

  /**
   * Takes a dataset, or tensors that agree on their first axis.
   *
   * @throws {RangeError} When the batch size is not a whole number from 1 on, or the dataset is empty.
   * @throws {TypeError} When workers are asked for and the dataset is no `ModuleDataset`.
   */
  constructor(
    source: Dataset<Example> | readonly TensorLike[],
    options: DataLoaderOptions<Example, Batch> = {},
  ) {
    const { batchSize = 32, shuffle = false, seed = null, dropLast = false, workers = 0 } = options;
    if (!Number.isInteger(workers) || workers < 0) {
      throw errors.option("load data", "workers", "a whole number from 0 on", workers);
    }
    const prefetch = options.prefetch ?? Math.max(1, 2 * workers);
    if (!Number.isInteger(batchSize) || batchSize < 1) {
      throw errors.option("load data", "batchSize", "a whole number from 1 on", batchSize);
    }
    if (!Number.isInteger(prefetch) || prefetch < 0) {
      throw errors.option("load data", "prefetch", "a whole number from 0 on", prefetch);
    }
    this.dataset = source instanceof Dataset
      ? source
      : new TensorDataset(...source) as unknown as Dataset<Example>;
    if (this.dataset.length === 0) {
      throw errors.option("load data", "the number of examples", "above 0", 0);
    }
    if (workers > 0 && !(this.dataset instanceof ModuleDataset)) throw unsendable(this.dataset);
    if (options.collate !== undefined && this.dataset instanceof ModuleDataset) {
      throw errors.option(
        "load data of a module",
        "collate",
        "left out, and given by the module, as collate of what its function makes",
        options.collate,
      );
    }
    this.workers = workers;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.prefetch = prefetch;
    this.#collate = options.collate ?? null;
    this.#seed = seed === null ? null : new RandomGenerator(seed).seed;
  }

  /** The number of batches in a pass. */
  get length(): number {
    const whole = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(whole) : Math.ceil(whole);
  }

  /** The numbers of the examples of each batch, for the next pass. */
  *#batches(): Generator<Draw> {
    const { order, seeds } = this.#nextPass();
    for (let i = 0; i < this.length; i++) {
      const indices = order.slice(i * this.batchSize, (i + 1) * this.batchSize);
      yield { indices, seeds: seeds === null ? null : Uint32Array.from(indices, (n) => seeds[n]) };
    }
  }

  /** The order of the next pass, and for a module a seed for each example. */
  #nextPass(): { order: Int32Array; seeds: Int32Array | null } {
    const { dataset, shuffle } = this;
    const { length } = dataset;
    const inTurn = (): Int32Array => Int32Array.from({ length }, (_, i) => i);
    const seeded = dataset instanceof ModuleDataset;
    if (!shuffle && !seeded) return { order: inTurn(), seeds: null };
    const { random } = runtime();
    const [seed, stream] = this.#seed === null
      ? [random.seed, random.nextStream()]
      : [this.#seed, this.#passes++];
    const order = shuffle ? permutation(length, seed, stream) : inTurn();
    if (!seeded) return { order, seeds: null };
    const seeds = new Int32Array(length);
    fillRandom("bits", seed, SEED_STREAMS + stream, seeds);
    return { order, seeds };
  }

  /** The batches of a pass, without scopes around the turns: whoever draws them frees them. */
  *drawSync(): Generator<Batch> {
    if (this.dataset instanceof ModuleDataset) throw asynchronousDataset();
    for (const { indices } of this.#batches()) {
      const whole = this.#wholeBatch(indices);
      if (whole !== null) {
        yield whole;
        continue;
      }
      const examples: Example[] = [];
      for (const index of indices) {
        const example = this.dataset.get(index);
        if (example instanceof Promise) throw asynchronousDataset();
        examples.push(example);
      }
      yield this.#join(examples);
    }
  }

  /** Like {@linkcode drawSync} for datasets that read asynchronously; some batches are fetched ahead. */
  async *draw(): AsyncGenerator<Batch> {
    const pending: Promise<Batch>[] = [];
    const batches = this.#batches();
    const workers = this.#takeWorkers();
    let isWhole = false;
    try {
      while (true) {
        while (pending.length <= this.prefetch) {
          const { value: drawn, done } = batches.next();
          if (done) break;
          const batch = this.#fetch(drawn, workers);
          batch.catch(() => {}); // Told to whoever awaits it; until then it is not unhandled.
          pending.push(batch);
        }
        const next = pending.shift();
        if (next === undefined) {
          isWhole = true;
          return;
        }
        yield await waitFor(next);
      }
    } finally {
      for (const batch of pending) batch.then(disposeFetched, () => {});
      // What the workers of a pass that was left are still making, nobody wants.
      if (workers !== null) this.#leaveWorkers(workers, isWhole);
    }
  }

  #takeWorkers(): ExampleWorkers | null {
    if (this.workers === 0) return null;
    const workers = this.#idle ??
      new ExampleWorkers((this.dataset as unknown as ModuleDataset).module, this.workers);
    this.#idle = null;
    abandoned.unregister(this);
    return workers;
  }

  #leaveWorkers(workers: ExampleWorkers, isWhole: boolean): void {
    if (!isWhole || this.#idle !== null) workers.end();
    else {
      this.#idle = workers;
      abandoned.register(this, workers, this);
    }
  }

  /** Ends the workers that wait for the next pass, at the end of a `using` block; one that comes starts others. */
  [Symbol.dispose](): void {
    this.#idle?.end();
    this.#idle = null;
    abandoned.unregister(this);
  }

  async #fetch({ indices, seeds }: Draw, workers: ExampleWorkers | null): Promise<Batch> {
    const { dataset } = this as { dataset: Dataset<unknown> };
    if (dataset instanceof ModuleDataset) {
      const packed = await (workers ?? dataset).pack(indices, seeds!);
      return ahead(() => dataset.unpack(packed) as Batch);
    }
    const whole = ahead(() => this.#wholeBatch(indices));
    if (whole !== null) return whole;
    // What the dataset makes for an example is needed until the batch is made of it, even where a promise hides it.
    const made: Tensor[] = [];
    const given = ahead(() => [...indices].map((index) => this.dataset.get(index)), made);
    const examples = await Promise.all(given);
    const batch = ahead(() => this.#join(examples));
    const parts = new Set(tensorsIn(batch));
    disposeFetched(made.filter((part) => !parts.has(part)));
    return batch;
  }

  #wholeBatch(indices: Int32Array): Batch | null {
    if (this.#collate !== null) return null;
    return tidy(() => this.dataset.getBatch(indices)) as Batch | null;
  }

  #join(examples: Example[]): Batch {
    return tidy(() => (this.#collate ?? stackFields)(examples) as Batch);
  }

  /** A pass over the batches; each turn is a scope. */
  *[Symbol.iterator](): Generator<Batch> {
    const batches = this.drawSync();
    let turn: Scope | null = null;
    try {
      while (true) {
        turn?.close();
        turn = new Scope();
        const { value, done } = batches.next();
        if (done) return;
        yield value;
      }
    } finally {
      turn?.close();
    }
  }

  /** A pass over the batches, read asynchronously; each turn is a scope. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
    let turn: Scope | null = null;
    try {
      for await (const batch of this.draw()) {
        turn?.close();
        turn = new Scope();
        ownFetched(turn, batch);
        yield batch;
      }
    } finally {
      turn?.close();
    }
  }
}

/** What a batch is made of. */
interface Draw {
  /** The numbers of its examples. */
  readonly indices: Int32Array;
  /** What their random changes are drawn by, for a module. */
  readonly seeds: Uint32Array | null;
}

/** The streams of the examples' seeds begin where no pass comes with those of the orders. */
const SEED_STREAMS = 2 ** 32;

/** Ends the workers of loaders that were collected. */
const abandoned = new FinalizationRegistry<ExampleWorkers>((workers) => workers.end());

/** What loaders made ahead of its turn, and nobody has drawn yet. */
const fetched = new WeakSet<Tensor>();

/** Makes something ahead of its turn; its tensors, which are listed, are kept out of the scopes that happen to be open. */
function ahead<T>(make: () => T, made: Tensor[] = []): T {
  using scope = new Scope();
  const value = make();
  for (const part of scope.tensors) {
    if (part.isKept || part.isDisposed) continue; // The dataset's own.
    fetched.add(part.keep());
    made.push(part);
  }
  return value;
}

/** Gives a scope what was made ahead for a batch; tensors that the dataset holds stay where they are. */
export function ownFetched(scope: Scope, batch: unknown): void {
  for (const part of tensorsIn(batch)) if (fetched.delete(part)) scope.own(part);
}

function disposeFetched(batch: unknown): void {
  for (const part of tensorsIn(batch)) if (fetched.delete(part)) part.dispose();
}

/** Stacks the fields of examples: arrays field by field, anything else as the one field. */
function stackFields(examples: unknown[]): Nested[] {
  const first = examples[0];
  if (!Array.isArray(first)) return [stackNested(examples)];
  return first.map((_, field) => stackNested(examples.map((e) => (e as unknown[])[field])));
}

/** Stacks one field: part by part where it is a record, or a list of tensors. */
function stackNested(values: unknown[]): Nested {
  const [first] = values;
  const isRecord = typeof first === "object" && first !== null &&
    Object.getPrototypeOf(first) === Object.prototype;
  const isList = Array.isArray(first) &&
    first.some((part) => isTensor(part) || ArrayBuffer.isView(part));
  if (!isRecord && !isList) return stackValues(values);
  const parts = Object.keys(first as object).map((key) =>
    stackValues(values.map((value) => (value as Record<string, unknown>)[key]))
  );
  return nestLike(first as NestOf<unknown>, parts);
}

function stackValues(values: unknown[]): Tensor {
  if (values.every(isTensor)) return stack(values);
  const usable = values.every((v) =>
    typeof v === "number" || typeof v === "boolean" || Array.isArray(v) || ArrayBuffer.isView(v)
  );
  if (!usable) {
    throw typeError(
      "data.collate",
      "Cannot make a batch as the examples hold something other than tensors, numbers and arrays: give collate",
    );
  }
  return stack(values.map((v) => tensor(v as TensorLike)));
}

function unsendable(dataset: unknown): Error {
  return typeError(
    "data.workers",
    `Cannot load data with workers as they can only be sent a module: current dataset is ${
      show(dataset)
    }; put what makes it into a module, and give await ModuleDataset.open(import.meta.resolve("./my_examples.ts"))`,
  );
}

function asynchronousDataset(): Error {
  return stateError(
    "data.async",
    "Cannot loop over this data synchronously as its dataset reads asynchronously: use for await (… of loader)",
  );
}
