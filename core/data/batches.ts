/**
 * What `fit`, `evaluate` and `predict` take as data, brought to one form: a source of batches.
 *
 * @module
 */

import { isTensor } from "../dispatch.ts";
import { errors, rangeError, show, typeError } from "../errors.ts";
import { tensor, type TensorLike } from "../ops/mod.ts";
import { tensorsIn } from "../scope.ts";
import type { Nested } from "../module.ts";
import { type Dims, formatShape, isKnown, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { DataLoader } from "./data_loader.ts";
import { Dataset, TensorDataset } from "./dataset.ts";

/** A batch: inputs, and where there are any, targets and weights. */
export interface Batch {
  /** The inputs. */
  readonly x: Nested;
  /** The targets. */
  readonly y: Tensor | null;
  /** What each example weighs in the loss. */
  readonly sampleWeight: Tensor | null;
}

/** Batches as a user's iterable gives them: `[x, y]`, `[x, y, sampleWeight]` or `x` alone. */
export type BatchLike = Nested | readonly [TensorLike, TensorLike, TensorLike?];

/** Data in batches. */
export type BatchIterable = Iterable<BatchLike> | AsyncIterable<BatchLike>;

/** Anything that brings its own targets. */
// deno-lint-ignore no-explicit-any -- datasets and loaders of any example
export type DataSource = Dataset<any> | DataLoader<any, any> | BatchIterable;

/** A source of batches, gone through once an epoch. */
export interface BatchSource {
  /** Batches in a pass; `null` where the source does not say. */
  readonly length: number | null;
  /** The first pass's batches, and each next. */
  pass(): Iterator<BatchLike> | AsyncIterator<BatchLike>;
  /** Whether whoever draws a batch frees it; a user's own tensors stay the user's. */
  readonly owned: boolean;
}

/** Says whether a value brings its own targets. */
export function isDataSource(value: unknown): value is DataSource {
  if (value instanceof Dataset || value instanceof DataLoader) return true;
  if (typeof value !== "object" || value === null || isTensor(value)) return false;
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return false;
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

/** Options of {@linkcode batchSource}. */
export interface BatchOptions {
  batchSize: number | null;
  shuffle: boolean;
}

/** The batches of a source that brings its own targets. */
export function batchSource(source: DataSource, options: BatchOptions): BatchSource {
  if (source instanceof Dataset) {
    const { batchSize, shuffle } = options;
    return loaderSource(new DataLoader(source, { batchSize: batchSize ?? 32, shuffle }));
  }
  if (options.batchSize !== null) {
    throw errors.option(
      "use data that comes in batches",
      "batchSize",
      "left out",
      options.batchSize,
    );
  }
  if (source instanceof DataLoader) return loaderSource(source);
  const length = "length" in source && typeof source.length === "number" ? source.length : null;
  return {
    length,
    owned: false,
    pass: () =>
      Symbol.asyncIterator in source
        ? source[Symbol.asyncIterator]()
        : (source as Iterable<BatchLike>)[Symbol.iterator](),
  };
}

// deno-lint-ignore no-explicit-any -- loaders of any example
function loaderSource(loader: DataLoader<any, any>): BatchSource {
  const synchronous = loader.dataset instanceof TensorDataset;
  return {
    length: loader.length,
    owned: true,
    pass: () => synchronous ? loader.drawSync() : loader.draw(),
  };
}

/** Values as a tensor of examples; flat typed arrays are split by the model's input shape. */
export function asExamples(values: TensorLike, inputDims: Dims | null): Tensor {
  const x = tensor(values);
  if (ArrayBuffer.isView(values) && inputDims !== null && isKnown(inputDims)) {
    const each = sizeOf(inputDims);
    if (each > 1 && x.size % each === 0) return x.reshape([-1, ...inputDims]);
  }
  return x;
}

/** Inputs, targets and weights as a dataset. */
export function datasetOf(
  x: TensorLike,
  y: TensorLike | null,
  sampleWeight: TensorLike | null,
  inputDims: Dims | null,
): TensorDataset {
  const parts = [asExamples(x, inputDims)];
  if (y !== null) parts.push(tensor(y));
  if (sampleWeight !== null) parts.push(tensor(sampleWeight));
  const names = ["x", "y", "sampleWeight"];
  const lengths = parts.map((part, i) => {
    if (part.ndim === 0) {
      throw errors.rank(`use ${names[i]} as data`, "one or more axes", part.dims);
    }
    return part.shape[0];
  });
  lengths.forEach((length, i) => {
    if (length !== lengths[0]) {
      throw rangeError(
        "data.length",
        `Cannot use the data as x and ${names[i]} must have the same number of examples: x has ${
          lengths[0]
        } and ${names[i]} has ${length} (shapes ${formatShape(parts[0].dims)} and ${
          formatShape(parts[i].dims)
        })`,
      );
    }
  });
  return new TensorDataset(...parts);
}

/** A batch as the user's source gave it, in one form. */
export function unpackBatch(batch: BatchLike): Batch {
  if (isTensor(batch)) return { x: batch, y: null, sampleWeight: null };
  if (Array.isArray(batch)) {
    const [x, y, sampleWeight] = batch as (TensorLike | undefined)[];
    if (x === undefined || batch.length > 3) throw badBatch(batch);
    return {
      x: isTensor(x) ? x : isNested(x) ? x : tensor(x),
      y: y === undefined ? null : tensor(y),
      sampleWeight: sampleWeight === undefined ? null : tensor(sampleWeight),
    };
  }
  if (isNested(batch)) return { x: batch, y: null, sampleWeight: null };
  throw badBatch(batch);
}

function isNested(value: unknown): value is Nested {
  if (typeof value !== "object" || value === null) return false;
  const items = Array.isArray(value) ? value : Object.values(value);
  return items.length > 0 && items.every(isTensor);
}

function badBatch(batch: unknown): TypeError {
  return typeError(
    "data.batch",
    `Cannot use ${show(batch)} as a batch: give [x, y], [x, y, sampleWeight] or x`,
  );
}

/** The number of examples in a batch. */
export function batchLength({ x }: Batch): number {
  const [first] = tensorsIn(x);
  return first.ndim === 0 ? 1 : first.shape[0];
}
