/**
 * The data that a run is given, as sources of batches: what is trained on, and what is judged by.
 *
 * @module
 */

import { errors, rangeError } from "../errors.ts";
import { alignWeights } from "../loss.ts";
import { isTensor } from "../dispatch.ts";
import { multiply, take, tensor } from "../ops/mod.ts";
import {
  type Batch,
  type BatchSource,
  batchSource,
  type DataForm,
  type DataSource,
  type Examples,
  examplesOf,
  examplesSource,
  isDataSource,
  type TensorsLike,
} from "./batches.ts";
import { Dataset, type TensorDataset } from "./dataset.ts";

/** Data to validate on: targets by position, or a source that brings them. */
export type ValidationData = readonly [TensorsLike, TensorsLike, TensorsLike?] | DataSource;

/** The options of `fit` that say what it trains on. */
export interface FitDataOptions {
  /** Examples in a batch. @default 32 */
  batchSize?: number;
  /** The part of the data, at its end, that is kept for validation: in [0, 1). @default 0 */
  validationSplit?: number;
  /** Data that the model is judged by after an epoch; it does not train on it. */
  validationData?: ValidationData;
  /** Whether each epoch has an order of its own. @default true */
  shuffle?: boolean;
  /** What each example weighs in the loss. */
  sampleWeight?: TensorsLike;
  /** Examples in a batch of validation. @default batchSize */
  validationBatchSize?: number;
}

/** What `fit` goes through. */
export interface TrainingData {
  /** What it trains on. */
  train: BatchSource;
  validation: BatchSource | null;
  /** What was made here and is freed at the end. */
  made: TensorDataset[];
}

/** The data that `fit` was given, as sources of batches. */
export function trainingData(
  x: TensorsLike | DataSource,
  y: TensorsLike | null,
  form: DataForm,
  options: FitDataOptions,
): TrainingData {
  const { validationData, validationSplit = 0, shuffle = true } = options;
  const made: TensorDataset[] = [];
  const evaluationOptions = {
    batchSize: options.validationBatchSize ?? options.batchSize ?? null,
    shuffle: false,
  };
  let validation: BatchSource | null = null;
  const validateOn = (examples: Examples): void => {
    made.push(examples.dataset);
    validation = examplesSource(examples, evaluationOptions);
  };
  if (validationData !== undefined) {
    if (isDataSource(validationData)) {
      const comesInBatches = !(validationData instanceof Dataset);
      const chosen = comesInBatches ? UNBATCHED : evaluationOptions;
      validation = batchSource(validationData, form, chosen);
    } else {
      const [vx, vy, weights = null] = validationData;
      validateOn(examplesOf(vx, vy, weights, form));
    }
  }
  if (isDataSource(x)) {
    if (validationSplit > 0 || options.sampleWeight !== undefined) {
      throw errors.option(
        "fit a dataset",
        "validationSplit and sampleWeight",
        "left out (give validationData, and weights as the third part of each batch)",
        validationSplit,
      );
    }
    const train = batchSource(x, form, { batchSize: options.batchSize ?? null, shuffle });
    return { train, validation, made };
  }
  const { unpack, ...examples } = examplesOf(x, y, options.sampleWeight ?? null, form);
  let { dataset } = examples;
  if (dataset.length === 0) {
    throw errors.option("fit", "the number of examples", "above 0", 0);
  }
  made.push(dataset);
  if (validationSplit > 0 && validationData === undefined) {
    const cut = Math.floor(dataset.length * (1 - validationSplit));
    if (cut === 0 || cut === dataset.length) {
      throw errors.option(
        "fit",
        "validationSplit",
        `such that ${dataset.length} examples leave some on both sides`,
        validationSplit,
      );
    }
    validateOn({ dataset: dataset.slice(cut), unpack });
    dataset = dataset.slice(0, cut);
    made.push(dataset);
  }
  const batches = { batchSize: options.batchSize ?? null, shuffle };
  const train = examplesSource({ dataset, unpack }, batches);
  return { train, validation, made };
}

const UNBATCHED = { batchSize: null, shuffle: false };

/** Frees what was made of the data a run was given. */
export function release(datasets: readonly TensorDataset[]): void {
  for (const { tensors } of datasets) for (const t of tensors) t.dispose();
}

/** The data that `evaluate` or `predict` was given, as a source of batches. */
export function sourceFor(
  x: TensorsLike | DataSource,
  y: TensorsLike | null,
  sampleWeight: TensorsLike | null,
  form: DataForm,
  batchSize: number | undefined,
): { source: BatchSource; made: TensorDataset[] } {
  const options = { batchSize: batchSize ?? null, shuffle: false };
  if (isDataSource(x)) return { source: batchSource(x, form, options), made: [] };
  const examples = examplesOf(x, y, sampleWeight, form);
  if (examples.dataset.length === 0) {
    throw errors.option("go through data", "the number of examples", "above 0", 0);
  }
  return { source: examplesSource(examples, options), made: [examples.dataset] };
}

/** The weights of a batch's examples, those of their classes included. */
export function withClassWeights(
  batch: Batch,
  classWeight: Readonly<Record<number, number>> | undefined,
): Batch {
  if (classWeight === undefined || batch.y === null) return batch;
  const labels = Object.keys(classWeight).map(Number);
  if (labels.some((label) => !Number.isInteger(label) || label < 0)) {
    throw errors.option("fit", "classWeight", "a record by class number", labels);
  }
  const table = new Float32Array(Math.max(...labels) + 1).fill(1);
  for (const label of labels) table[label] = classWeight[label];
  const { y, sampleWeight: given } = batch;
  if (!isTensor(y) || (given !== null && !isTensor(given))) {
    throw errors.option("fit a model of several outputs", "classWeight", "left out", classWeight);
  }
  const classes = y.ndim > 1 && y.shape[y.ndim - 1] > 1
    ? y.argmax({ axis: -1 })
    : y.reshape([-1]).cast("int32");
  const missing = classes.greaterEqual(table.length).any().item();
  if (missing) {
    throw rangeError(
      "fit.classWeight",
      `Cannot weigh classes as a label is above the greatest class of classWeight, ${
        table.length - 1
      }: give every class a weight`,
    );
  }
  const weights = take(tensor(table).to(y.backend), classes, { axis: 0 });
  const sampleWeight = given === null ? weights : multiply(alignWeights(given, weights), weights);
  return { ...batch, sampleWeight };
}
