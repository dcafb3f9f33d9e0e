/**
 * Batches from a dataset.
 *
 * @module
 */

import { isTensor } from "../dispatch.ts";
import { errors, stateError, typeError } from "../errors.ts";
import { stack, tensor, type TensorLike } from "../ops/mod.ts";
import { permutation, RandomGenerator } from "../random.ts";
import { runtime } from "../runtime.ts";
import { Scope, tensorsIn, tidy } from "../scope.ts";
import type { Tensor } from "../tensor.ts";
import { Dataset, TensorDataset } from "./dataset.ts";

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
  /** How many batches are fetched ahead, in asynchronous loops. @default 1 */
  prefetch?: number;
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
  readonly #collate: ((examples: Example[]) => Batch) | null;
  readonly #seed: number | null;
  #passes = 0;

  /**
   * Takes a dataset, or tensors that agree on their first axis.
   *
   * @throws {RangeError} When the batch size is not a whole number from 1 on, or the dataset is empty.
   */
  constructor(
    source: Dataset<Example> | readonly TensorLike[],
    options: DataLoaderOptions<Example, Batch> = {},
  ) {
    const { batchSize = 32, shuffle = false, seed = null, dropLast = false, prefetch = 1 } =
      options;
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
  *#batches(): Generator<Int32Array> {
    const order = this.#nextOrder();
    for (let i = 0; i < this.length; i++) {
      yield order.slice(i * this.batchSize, (i + 1) * this.batchSize);
    }
  }

  #nextOrder(): Int32Array {
    const { length } = this.dataset;
    if (!this.shuffle) return Int32Array.from({ length }, (_, i) => i);
    if (this.#seed !== null) return permutation(length, this.#seed, this.#passes++);
    const { random } = runtime();
    return permutation(length, random.seed, random.nextStream());
  }

  /** The batches of a pass, without scopes around the turns: whoever draws them frees them. */
  *drawSync(): Generator<Batch> {
    for (const indices of this.#batches()) {
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
    try {
      while (true) {
        while (pending.length <= this.prefetch) {
          const { value: indices, done } = batches.next();
          if (done) break;
          const batch = this.#fetch(indices);
          batch.catch(() => {}); // Told to whoever awaits it; until then it is not unhandled.
          pending.push(batch);
        }
        const next = pending.shift();
        if (next === undefined) return;
        yield await next;
      }
    } finally {
      for (const batch of pending) batch.then(disposeFetched, () => {});
    }
  }

  async #fetch(indices: Int32Array): Promise<Batch> {
    const whole = ahead(() => this.#wholeBatch(indices));
    if (whole !== null) return whole;
    const examples = await Promise.all([...indices].map((index) => this.dataset.get(index)));
    return ahead(() => this.#join(examples));
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

/** What loaders made ahead of its turn, and nobody has drawn yet. */
const fetched = new WeakSet<Tensor>();

/** Makes a batch ahead of its turn; what was made is kept out of the scopes that happen to be open meanwhile. */
function ahead<Batch>(make: () => Batch): Batch {
  using made = new Scope();
  const batch = make();
  for (const part of tensorsIn(batch)) if (made.tensors.includes(part)) fetched.add(part.keep());
  return batch;
}

/** Gives a scope what was made ahead for a batch; tensors that the dataset holds stay where they are. */
export function ownFetched(scope: Scope, batch: unknown): void {
  for (const part of tensorsIn(batch)) if (fetched.delete(part)) scope.own(part);
}

function disposeFetched(batch: unknown): void {
  for (const part of tensorsIn(batch)) if (fetched.delete(part)) part.dispose();
}

/** Stacks the fields of examples: arrays field by field, anything else as the one field. */
function stackFields(examples: unknown[]): Tensor[] {
  const first = examples[0];
  if (!Array.isArray(first)) return [stackValues(examples)];
  return first.map((_, field) => stackValues(examples.map((e) => (e as unknown[])[field])));
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

function asynchronousDataset(): Error {
  return stateError(
    "data.async",
    "Cannot loop over this data synchronously as its dataset reads asynchronously: use for await (… of loader)",
  );
}
