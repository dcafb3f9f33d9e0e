/**
 * What `fit`, `evaluate` and `predict` take as data, brought to one form: a source of batches.
 *
 * @module
 */

import { isTensor } from "../dispatch.ts";
import { errors, rangeError, show, typeError } from "../errors.ts";
import { tensor, type TensorLike } from "../ops/mod.ts";
import { tensorsIn } from "../scope.ts";
import type { Backend } from "../backend.ts";
import type { Nested } from "../nested.ts";
import { type Dims, formatShape, isKnown, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { DataLoader } from "./data_loader.ts";
import { Dataset, TensorDataset } from "./dataset.ts";
import { partsOf, type TensorsLike } from "./parts.ts";

export type { TensorsLike };

/** A batch: inputs, and where there are any, targets and weights. */
export interface Batch {
  /** The inputs. */
  readonly x: Nested;
  /** The targets: one tensor, or one an output in a list or record. */
  readonly y: Nested | null;
  /** What each example weighs in the loss: of all outputs, or of each. */
  readonly sampleWeight: Nested | null;
}

/** Batches as a user's iterable gives them: `[x, y]`, `[x, y, sampleWeight]` or `x` alone. */
export type BatchLike = Nested | readonly [TensorsLike, TensorsLike, TensorsLike?];

/** What a model says of the data that it takes. */
export interface DataForm {
  /** The names of its inputs; `null` where it is not built. */
  readonly inputNames: readonly string[] | null;
  /** The shape of one example of its one input; `null` where it is not known. */
  readonly inputDims: Dims | null;
  /** The names of its outputs; `null` where they are not known. */
  readonly outputNames: readonly string[] | null;
  /** Where its weights live; `null` where it has none. */
  readonly backend: Backend | null;
}

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
  /** A batch as it was drawn, in one form. */
  unpack(batch: BatchLike): Batch;
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

/** The batches of examples. */
export function examplesSource(
  { dataset, unpack }: Examples,
  { batchSize, shuffle }: BatchOptions,
): BatchSource {
  const loader = new DataLoader(dataset, { batchSize: batchSize ?? 32, shuffle });
  return { length: loader.length, owned: true, unpack, pass: () => loader.drawSync() };
}

/** The batches of a source that brings its own targets. */
export function batchSource(
  source: DataSource,
  form: DataForm,
  options: BatchOptions,
): BatchSource {
  if (source instanceof Dataset) {
    const { batchSize, shuffle } = options;
    return loaderSource(new DataLoader(source, { batchSize: batchSize ?? 32, shuffle }), form);
  }
  if (options.batchSize !== null) {
    throw errors.option(
      "use data that comes in batches",
      "batchSize",
      "left out",
      options.batchSize,
    );
  }
  if (source instanceof DataLoader) return loaderSource(source, form);
  const length = "length" in source && typeof source.length === "number" ? source.length : null;
  return {
    length,
    owned: false,
    unpack: (batch) => unpackBatch(batch, form),
    pass: () =>
      Symbol.asyncIterator in source
        ? source[Symbol.asyncIterator]()
        : (source as Iterable<BatchLike>)[Symbol.iterator](),
  };
}

// deno-lint-ignore no-explicit-any -- loaders of any example
function loaderSource(loader: DataLoader<any, any>, form: DataForm): BatchSource {
  if (loader.length === 0) {
    throw errors.option(
      "use data in batches with dropLast",
      "batchSize",
      `at most ${loader.dataset.length}, the number of examples`,
      loader.batchSize,
    );
  }
  const synchronous = loader.dataset instanceof TensorDataset;
  return {
    length: loader.length,
    owned: true,
    unpack: (batch) => unpackBatch(batch, form),
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

/** Values as a tensor; what is none yet is put where the model is. */
function placed(values: TensorLike, form: DataForm, inputDims: Dims | null = null): Tensor {
  if (isTensor(values)) return values;
  const x = asExamples(values, inputDims);
  const { backend } = form;
  return backend === null ? x : x.to(backend);
}

/** Examples, and how a batch of them becomes inputs, targets and weights. */
export interface Examples {
  readonly dataset: TensorDataset;
  unpack(batch: BatchLike): Batch;
}

/** Inputs, targets and weights as a dataset. */
export function examplesOf(
  x: TensorsLike,
  y: TensorsLike | null,
  sampleWeight: TensorsLike | null,
  form: DataForm,
): Examples {
  const { inputNames, outputNames, inputDims } = form;
  const parts = [
    partsOf("x", x, inputNames),
    ...(y === null ? [] : [partsOf("y", y, outputNames)]),
    ...(sampleWeight === null ? [] : [partsOf("sampleWeight", sampleWeight, outputNames)]),
  ];
  const tensors = parts.flatMap(({ values }, i) =>
    values.map((value) => placed(value, form, i === 0 && values.length === 1 ? inputDims : null))
  );
  checkLengths(tensors, parts.flatMap(({ labels }) => labels));
  const ends = parts.map((_, i) => parts.slice(0, i + 1).reduce((n, p) => n + p.values.length, 0));
  return {
    dataset: new TensorDataset(...tensors),
    unpack: (batch) => {
      const drawn = batch as readonly Tensor[];
      const part = (i: number): Nested =>
        parts[i].join(drawn.slice(i === 0 ? 0 : ends[i - 1], ends[i]));
      return {
        x: part(0),
        y: y === null ? null : part(1),
        sampleWeight: sampleWeight === null ? null : part(parts.length - 1),
      };
    },
  };
}

function checkLengths(tensors: readonly Tensor[], labels: readonly string[]): void {
  const lengths = tensors.map(({ dims, shape }, i) => {
    if (dims.length === 0) throw errors.rank(`use ${labels[i]} as data`, "one or more axes", dims);
    return shape[0];
  });
  const i = lengths.findIndex((length) => length !== lengths[0]);
  if (i < 0) return;
  throw rangeError(
    "data.length",
    `Cannot use the data as ${labels[0]} and ${labels[i]} must have the same number of examples: ${
      labels[0]
    } has ${lengths[0]} and ${labels[i]} has ${lengths[i]} (shapes ${
      formatShape(tensors[0].dims)
    } and ${formatShape(tensors[i].dims)})`,
  );
}

/** What a model whose data nobody described says of it. */
const ANY_FORM: DataForm = { inputNames: null, inputDims: null, outputNames: null, backend: null };

/** A batch as the user's source gave it, in one form. */
export function unpackBatch(batch: BatchLike, form: DataForm = ANY_FORM): Batch {
  const { inputNames, outputNames } = form;
  const tensorsOf = (
    what: string,
    nest: TensorsLike | undefined,
    names: readonly string[] | null,
  ): Nested | null => {
    if (nest === undefined || nest === null) return null;
    const { values, join } = partsOf(what, nest, names);
    return join(values.map((value) => placed(value, form)));
  };
  if (isTensor(batch) || !Array.isArray(batch)) {
    if (typeof batch !== "object" || batch === null) throw badBatch(batch);
    return { x: tensorsOf("x", batch as Nested, inputNames)!, y: null, sampleWeight: null };
  }
  const [x, y, sampleWeight] = batch as (TensorsLike | undefined)[];
  if (x === undefined || batch.length > 3) throw badBatch(batch);
  return {
    x: tensorsOf("x", x, inputNames)!,
    y: tensorsOf("y", y, outputNames),
    sampleWeight: tensorsOf("sampleWeight", sampleWeight, outputNames),
  };
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
