/**
 * A dataset that a module makes, so that workers can make it too.
 *
 * @module
 */

import { tensorFrom } from "../dispatch.ts";
import { errors, show, stateError, typeError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { Dataset } from "./dataset.ts";
import { type ExampleSource, packBatch, type Packed } from "./example_source.ts";
import type { SourceModule } from "./example_workers.ts";

/**
 * A dataset that the default export of a module makes: a function that takes options and gives an
 * {@linkcode ExampleSource}. A `DataLoader` with `workers` has batches of it made in other threads, so that decoding
 * and augmentation do not hold up training. It is read asynchronously, by `fit` or by `for await`.
 *
 * Loading a module of one's own takes the permission to read it; that of the package needs none.
 *
 * @example
 * ```ts
 * import { data } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * // In a file of its own: export default ({ length }) => ({ length, get: (i) => [[i, i], i * i] });
 * const module = "data:text/javascript," +
 *   encodeURIComponent("export default ({ length }) => ({ length, get: (i) => [[i, i], i * i] })");
 * const dataset = await data.ModuleDataset.open(module, { length: 4 });
 * using loader = new data.DataLoader(dataset, { batchSize: 2, workers: 1 });
 * const seen = [];
 * for await (const [x, y] of loader) seen.push([x.shape, y.toArray()]);
 * assertEquals(seen, [[[2, 2], [0, 1]], [[2, 2], [4, 9]]]);
 * ```
 */
export class ModuleDataset extends Dataset<readonly Tensor[]> {
  /** How many examples there are. */
  override readonly length: number;
  /**
   * Where the examples come from, for workers to open too.
   *
   * @internal
   */
  readonly module: SourceModule;
  readonly #source: ExampleSource;

  private constructor(module: SourceModule, source: ExampleSource) {
    super();
    this.module = module;
    this.length = source.length;
    this.#source = source;
  }

  /**
   * Loads a module, and has it make its examples.
   *
   * @param module The module's URL: `import.meta.resolve("./my_examples.ts")`.
   * @param options What its function is called with; workers are given a copy.
   * @throws {TypeError} When the module has no such default export, or the options cannot be copied.
   * @throws {Error} When the module cannot be loaded; `cause` keeps what was thrown.
   */
  static async open(module: string | URL, options: unknown = {}): Promise<ModuleDataset> {
    const url = String(module);
    if (!URL.canParse(url)) {
      throw typeError(
        "data.module",
        `Cannot open a dataset as its module must be a URL: current module is ${
          show(module)
        }; write import.meta.resolve("./my_examples.ts")`,
      );
    }
    const copied = copyOf(options, url);
    const source = await load(url, copied);
    if (typeof source?.get !== "function") {
      throw typeError(
        "data.module",
        `Cannot open the dataset ${url} as its function must give { length, get }: current result is ${
          show(source)
        }`,
      );
    }
    if (!Number.isInteger(source.length) || source.length < 0) {
      const requirement = "a whole number from 0 on";
      throw errors.option(`open the dataset ${url}`, "length", requirement, source.length);
    }
    return new ModuleDataset({ url, options: copied }, source);
  }

  /** The fields of the example of that number. */
  override async get(index: number, { seed = 0 } = {}): Promise<readonly Tensor[]> {
    const batch = await this.pack(Int32Array.of(index), Uint32Array.of(seed));
    return this.unpack(batch).map((field) => field.get(0));
  }

  /**
   * Gets examples on this thread.
   *
   * @internal
   */
  pack(indices: Int32Array, seeds: Uint32Array): Promise<Packed> {
    return packBatch(this.#source, indices, seeds);
  }

  /**
   * The tensors of a batch, wherever it was packed.
   *
   * @throws {Error} When the source failed.
   * @internal
   */
  unpack(packed: Packed): readonly Tensor[] {
    if ("fields" in packed) {
      return packed.fields.map(({ values, shape, dtype }) =>
        tensorFrom(values, shape, dtype, "batch")
      );
    }
    const { index, message, stack } = packed.failure;
    const what = index === null ? "a batch" : `example ${index}`;
    const error = stateError(
      "data.example",
      `Cannot get ${what} of ${this.module.url} as its source failed: ${message}`,
    );
    throw Object.assign(error, { cause: Object.assign(new Error(message), { stack }) });
  }
}

function copyOf(options: unknown, url: string): unknown {
  try {
    return structuredClone(options);
  } catch (cause) {
    const error = typeError(
      "data.module",
      `Cannot open the dataset ${url} as its options must be such as can be copied to workers: current options are ${
        show(options)
      }; give numbers, strings, arrays and plain objects of them`,
    );
    throw Object.assign(error, { cause });
  }
}

async function load(url: string, options: unknown): Promise<ExampleSource> {
  let make: unknown;
  try {
    ({ default: make } = await import(url));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const error = stateError(
      "data.module",
      `Cannot open the dataset ${url} as its module could not be loaded: ${message}`,
    );
    throw Object.assign(error, { cause });
  }
  if (typeof make === "function") return await make(options);
  throw typeError(
    "data.module",
    `Cannot open the dataset ${url} as its module must export a function as default: current default is ${
      show(make)
    }`,
  );
}
