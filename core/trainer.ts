/**
 * The one loop behind `fit`, `evaluate` and `predict`.
 *
 * @module
 */

import type { Callback, Logs, Verbosity } from "./callback.ts";
import { batchHook, type CallbackList, callbackList, liveLogs, NO_LOGS } from "./callback_list.ts";
import type { Compilation } from "./compilation.ts";
import {
  type Batch,
  type BatchLike,
  type BatchSource,
  type DataForm,
  type DataSource,
  type TensorsLike,
} from "./data/batches.ts";
import { ownFetched } from "./data/data_loader.ts";
import {
  type FitDataOptions,
  release,
  sourceFor,
  type TrainingData,
  trainingData,
  withClassWeights,
} from "./data/training_data.ts";
import { errors, rangeError, stateError } from "./errors.ts";
import { TimeSlice, waitFor } from "./event_loop.ts";
import { History } from "./history.ts";
import { specsOf } from "./input_signature.ts";
import type { AnyModel } from "./model.ts";
import { type Nested, nestLike, tensorsOf } from "./nested.ts";
import { concatenate, isfinite } from "./ops/mod.ts";
import { checkOptionNames } from "./options.ts";
import { Scope, tensorsIn, tidy } from "./scope.ts";
import type { Tensor } from "./tensor.ts";

/** Options of `fit`. */
export interface FitOptions extends FitDataOptions {
  /** How often to go through the data. @default 1 */
  epochs?: number;
  /** Observers. @default [] */
  callbacks?: readonly Callback[];
  /** What an example of a class weighs in the loss: `{ 0: 1, 1: 5 }`. */
  classWeight?: Readonly<Record<number, number>>;
  /** The number of the first epoch, to go on with a run. @default 0 */
  initialEpoch?: number;
  /** Batches in an epoch; a source without end needs it. @default all */
  stepsPerEpoch?: number;
  /** Batches of the validation data to judge by. @default all */
  validationSteps?: number;
  /** Validate after every so many epochs. @default 1 */
  validationFreq?: number;
  /** 0: nothing, 1: a progress bar, 2: a line an epoch, `"auto"`: what suits. @default "auto" */
  verbose?: Verbosity;
  /** Ends the run after the batch under way; `fit` then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Examples in a batch. @default 32 */
  batchSize?: number;
  /** What each example weighs in the loss. */
  sampleWeight?: TensorsLike;
  /** How many batches. @default all */
  steps?: number;
  /** Observers. @default [] */
  callbacks?: readonly Callback[];
  /** As in `fit`. @default 0 */
  verbose?: Verbosity;
  /** Ends the run after the batch under way. */
  signal?: AbortSignal;
}

/** Options of `predict`. */
export interface PredictOptions {
  /** Examples in a batch. @default 32 */
  batchSize?: number;
  /** How many batches. @default all */
  steps?: number;
  /** Observers. @default [] */
  callbacks?: readonly Callback[];
  /** As in `fit`. @default 0 */
  verbose?: Verbosity;
  /** Ends the run after the batch under way. */
  signal?: AbortSignal;
}

/** A loss that is not finite, met before the weights were touched. */
export class NonFiniteLossError extends RangeError {
  /** The stable name of the mistake. */
  readonly code = "fit.nonFiniteLoss";

  /** Made by the trainer. */
  constructor(
    /** The loss. */
    readonly value: number,
    message: string,
  ) {
    super(message);
  }
}

const FIT_OPTIONS = Object.keys(
  {
    epochs: true,
    batchSize: true,
    validationSplit: true,
    validationData: true,
    shuffle: true,
    callbacks: true,
    classWeight: true,
    sampleWeight: true,
    initialEpoch: true,
    stepsPerEpoch: true,
    validationSteps: true,
    validationBatchSize: true,
    validationFreq: true,
    verbose: true,
    signal: true,
  } satisfies Record<keyof FitOptions, true>,
);

const PREDICT_OPTIONS = Object.keys(
  {
    batchSize: true,
    steps: true,
    callbacks: true,
    verbose: true,
    signal: true,
  } satisfies Record<keyof PredictOptions, true>,
);

const EVALUATE_OPTIONS: readonly string[] = [
  ...PREDICT_OPTIONS,
  "sampleWeight" satisfies keyof EvaluateOptions,
];

function checkCount(operation: string, option: string, value: number | undefined, least = 1): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw errors.option(operation, option, `a whole number from ${least} on`, value);
}

function checkFitOptions(options: FitOptions): void {
  checkOptionNames("fit", options, FIT_OPTIONS);
  checkCount("fit", "epochs", options.epochs, 0);
  checkCount("fit", "initialEpoch", options.initialEpoch, 0);
  checkCount("fit", "batchSize", options.batchSize);
  checkCount("fit", "stepsPerEpoch", options.stepsPerEpoch);
  checkCount("fit", "validationSteps", options.validationSteps);
  checkCount("fit", "validationBatchSize", options.validationBatchSize);
  checkCount("fit", "validationFreq", options.validationFreq);
  const { validationSplit = 0 } = options;
  if (!(validationSplit >= 0 && validationSplit < 1)) {
    throw errors.option("fit", "validationSplit", "in [0, 1)", validationSplit);
  }
}

// The loop.

interface PassOptions {
  source: BatchSource;
  /** Batches to draw; all of them for `null`. */
  steps: number | null;
  signal: AbortSignal | undefined;
  /** Runs a batch, in a scope of its own. */
  step(batch: BatchLike, index: number): void;
  before: ((batch: number) => void | Promise<void>) | null;
  after: ((batch: number) => void | Promise<void>) | null;
  /** Whether to stop before the next batch. */
  stop(): boolean;
  /** Batches of an earlier pass to go on with. */
  iterator?: Iterator<BatchLike> | AsyncIterator<BatchLike>;
}

/** Goes through the batches of a source; returns how many there were. */
async function pass(options: PassOptions, slice: TimeSlice): Promise<number> {
  const { source, signal, before, after } = options;
  const steps = options.steps ?? source.length;
  const iterator = options.iterator ?? source.pass();
  let index = 0;
  try {
    while (steps === null || index < steps) {
      signal?.throwIfAborted();
      if (options.stop()) break;
      if (before !== null) await before(index);
      if (!await turn(iterator, options, index)) break;
      const waiting = after === null ? undefined : after(index);
      if (waiting !== undefined) await waiting;
      index++;
      if (slice.isOver) await slice.giveWay();
    }
  } finally {
    if (options.iterator === undefined) await iterator.return?.();
  }
  return index;
}

/** Draws a batch and runs it, in a scope that is open only while nothing else can run. */
async function turn(
  iterator: Iterator<BatchLike> | AsyncIterator<BatchLike>,
  { source, step }: PassOptions,
  index: number,
): Promise<boolean> {
  let scope = new Scope();
  try {
    let drawn = iterator.next();
    if (drawn instanceof Promise) {
      // What a user's own stream makes stays the user's, whether it was made before an await or after one.
      scope.close(source.owned ? [] : scope.tensors);
      drawn = await waitFor(drawn);
      scope = new Scope();
      if (source.owned && !drawn.done) ownFetched(scope, drawn.value);
    }
    if (drawn.done) return false;
    step(drawn.value, index);
    return true;
  } finally {
    scope.close();
  }
}

/** Whether a loss lets training go on; asked only where reading costs nothing. */
export function checkLoss(loss: Tensor, batch: Batch): void {
  if (loss.backend.view === undefined) return;
  const value = loss.item();
  if (Number.isFinite(value)) return;
  const inputs = [...tensorsIn(batch.x)];
  const faulty = (t: Tensor): boolean => tidy(() => !isfinite(t).all().item());
  const cause = inputs.some(faulty)
    ? "the input of this batch holds NaN or infinite values; remove or replace them"
    : [...tensorsIn(batch.y)].some(faulty)
    ? "the targets of this batch hold NaN or infinite values; remove or replace them"
    : "the computation overflowed; try a smaller learning rate, clipnorm, or scaled inputs";
  throw new NonFiniteLossError(
    value,
    `Cannot train on as the loss is ${value}: ${cause}. The weights are as they were before this batch`,
  );
}

/** Keeps a model from being trained twice at once. */
const running = new WeakSet<AnyModel>();

/** Whether the model is being fitted. */
export function isRunning(model: AnyModel): boolean {
  return running.has(model);
}

async function exclusively<T>(model: AnyModel, run: () => Promise<T>): Promise<T> {
  if (running.has(model)) {
    throw stateError(
      "fit.running",
      `Cannot fit the model ${model.name} as another fit of it is under way: await the first`,
    );
  }
  running.add(model);
  try {
    return await run();
  } finally {
    running.delete(model);
  }
}

/** What the model says of the data that it takes; looked up when it is asked for, as few batches need it. */
export function dataForm(model: AnyModel): DataForm {
  const specs = () => model.inputSignature === null ? null : specsOf(model.inputSignature);
  return {
    get inputNames() {
      return specs()?.map(({ name }) => name) ?? null;
    },
    get inputDims() {
      const inputs = specs();
      return inputs?.length === 1 ? inputs[0].dims.slice(1) : model.inputShape;
    },
    get outputNames() {
      return model.outputNames;
    },
    get backend() {
      return model.weights[0]?.backend ?? null;
    },
  };
}

// fit.

/** Trains a model; see `Model.fit`. */
export function fit(
  model: AnyModel,
  compilation: Compilation,
  x: TensorsLike | DataSource,
  y: TensorsLike | null,
  options: FitOptions,
): Promise<History> {
  return exclusively(model, async () => {
    checkFitOptions(options);
    const data = trainingData(x, y, dataForm(model), options);
    try {
      return await runEpochs(model, compilation, data, options);
    } finally {
      release(data.made);
    }
  });
}

async function runEpochs(
  model: AnyModel,
  compilation: Compilation,
  { train, validation }: TrainingData,
  options: FitOptions,
): Promise<History> {
  const { epochs = 1, initialEpoch = 0, stepsPerEpoch = null, validationFreq = 1, signal } =
    options;
  const { verbose = "auto", callbacks: given = [], classWeight } = options;
  const history = new History();
  const steps = stepsPerEpoch ?? train.length;
  const callbacks = callbackList(model, [history, ...given], {
    verbose,
    epochs,
    steps,
    mode: "fit",
  });
  const begin = batchHook(callbacks.for("onTrainBatchBegin"), "onTrainBatchBegin");
  const end = batchHook(callbacks.for("onTrainBatchEnd"), "onTrainBatchEnd");
  const slice = new TimeSlice();
  // A source without a length goes on from epoch to epoch where steps are counted.
  const lasting = stepsPerEpoch !== null && train.length === null ? train.pass() : undefined;
  model.stopTraining = false;
  await callbacks.call("onTrainBegin", NO_LOGS);
  let logs: Logs = NO_LOGS;
  try {
    for (let epoch = initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
      signal?.throwIfAborted();
      compilation.resetMetrics();
      await callbacks.call("onEpochBegin", epoch, NO_LOGS);
      const seen = await trainEpoch();
      if (seen === 0) throw noBatches(epoch);
      logs = await compilation.read();
      if (validation !== null && (epoch + 1) % validationFreq === 0 && !model.stopTraining) {
        const validated = await evaluatePass(model, compilation, validation, {
          steps: options.validationSteps ?? null,
          signal,
          callbacks,
          slice,
        });
        logs = { ...logs, ...prefixed(validated) };
      }
      await callbacks.call("onEpochEnd", epoch, logs);
    }
    compilation.optimizer.finalizeVariableValues();
  } finally {
    await lasting?.return?.();
    await callbacks.call("onTrainEnd", logs);
  }
  return history;

  function trainEpoch(): Promise<number> {
    let live: Logs | null = null;
    let failure: NonFiniteLossError | null = null;
    const logsNow = (): Logs =>
      failure !== null ? { loss: failure.value } : live ??= liveLogs(compilation);
    return pass({
      source: train,
      steps: stepsPerEpoch,
      signal,
      iterator: lasting,
      stop: () => model.stopTraining,
      before: begin && ((batch) => begin(batch, NO_LOGS)),
      step: (drawn) => {
        const batch = withClassWeights(train.unpack(drawn), classWeight);
        try {
          model.trainStep(batch);
        } catch (error) {
          if (!(error instanceof NonFiniteLossError)) throw error;
          failure = error;
        }
      },
      after: (batch) => {
        // A callback may end the run in peace when the loss is not finite; otherwise it is an error.
        const settle = (): void => {
          if (failure !== null && !model.stopTraining) throw failure;
        };
        const waiting = end?.(batch, logsNow());
        return waiting instanceof Promise ? waiting.then(settle) : settle();
      },
    }, slice);
  }
}

function noBatches(epoch: number): Error {
  return rangeError(
    "fit.empty",
    epoch === 0
      ? "Cannot fit as the data gave no batch: give at least one example"
      : `Cannot fit epoch ${epoch} as the data gave no further batch: give a source that can be gone through again, or stepsPerEpoch`,
  );
}

function prefixed(logs: Logs): Record<string, number> {
  return Object.fromEntries(
    Object.entries(logs).map((
      [name, value],
    ) => [`val${name[0].toUpperCase()}${name.slice(1)}`, value]),
  );
}

// evaluate.

interface EvaluationPass {
  steps: number | null;
  signal: AbortSignal | undefined;
  callbacks: CallbackList;
  slice: TimeSlice;
}

async function evaluatePass(
  model: AnyModel,
  compilation: Compilation,
  source: BatchSource,
  { steps, signal, callbacks, slice }: EvaluationPass,
): Promise<Record<string, number>> {
  const begin = batchHook(callbacks.for("onTestBatchBegin"), "onTestBatchBegin");
  const end = batchHook(callbacks.for("onTestBatchEnd"), "onTestBatchEnd");
  let live: Logs | null = null;
  compilation.resetMetrics();
  await callbacks.call("onTestBegin", NO_LOGS);
  const seen = await pass({
    source,
    steps,
    signal,
    stop: () => false,
    before: begin && ((batch) => begin(batch, NO_LOGS)),
    step: (drawn) => model.testStep(source.unpack(drawn)),
    after: end && ((batch) => end(batch, live ??= liveLogs(compilation))),
  }, slice);
  if (seen === 0) throw noBatches(0);
  const logs = await compilation.read();
  await callbacks.call("onTestEnd", logs);
  return logs;
}

/** Judges a model; see `Model.evaluate`. */
export async function evaluate(
  model: AnyModel,
  compilation: Compilation,
  x: TensorsLike | DataSource,
  y: TensorsLike | null,
  options: EvaluateOptions,
): Promise<Record<string, number>> {
  checkOptionNames("evaluate", options, EVALUATE_OPTIONS);
  const { batchSize, steps, verbose = 0, callbacks: given = [], signal } = options;
  checkCount("evaluate", "batchSize", batchSize);
  checkCount("evaluate", "steps", steps);
  const { source, made } = sourceFor(
    x,
    y,
    options.sampleWeight ?? null,
    dataForm(model),
    batchSize,
  );
  const total = steps ?? source.length;
  const params = { verbose, epochs: 1, steps: total, mode: "evaluate" } as const;
  const callbacks = callbackList(model, given, params);
  const restore = running.has(model) ? compilation.save() : null;
  try {
    return await evaluatePass(model, compilation, source, {
      steps: steps ?? null,
      signal,
      callbacks,
      slice: new TimeSlice(),
    });
  } finally {
    restore?.();
    release(made);
  }
}

// predict.

/** The outputs of a model; see `Model.predict`. */
export async function predict(
  model: AnyModel,
  x: TensorsLike | DataSource,
  options: PredictOptions,
): Promise<Nested> {
  checkOptionNames("predict", options, PREDICT_OPTIONS);
  const { batchSize, steps, verbose = 0, callbacks: given = [], signal } = options;
  checkCount("predict", "batchSize", batchSize);
  checkCount("predict", "steps", steps);
  const { source, made } = sourceFor(x, null, null, dataForm(model), batchSize);
  const total = steps ?? source.length;
  const params = { verbose, epochs: 1, steps: total, mode: "predict" } as const;
  const callbacks = callbackList(model, given, params);
  const begin = batchHook(callbacks.for("onPredictBatchBegin"), "onPredictBatchBegin");
  const end = batchHook(callbacks.for("onPredictBatchEnd"), "onPredictBatchEnd");
  const outputs: Nested[] = [];
  try {
    await callbacks.call("onPredictBegin", NO_LOGS);
    await pass({
      source,
      steps: steps ?? null,
      signal,
      stop: () => false,
      before: begin && ((batch) => begin(batch, NO_LOGS)),
      step: (drawn) => {
        const output: Nested = model.predictStep(source.unpack(drawn));
        for (const part of tensorsIn(output)) part.keep();
        outputs.push(output);
      },
      after: end && ((batch) => end(batch, NO_LOGS)),
    }, new TimeSlice());
    await callbacks.call("onPredictEnd", NO_LOGS);
    if (outputs.length === 0) throw noBatches(0);
    if (outputs.length === 1) return outputs.pop()!;
    const batches = outputs.map(tensorsOf);
    const joined = batches[0].map((_, i) => concatenate(batches.map((parts) => parts[i])));
    return nestLike(outputs[0], joined);
  } finally {
    for (const part of tensorsIn(outputs)) part.dispose();
    release(made);
  }
}
