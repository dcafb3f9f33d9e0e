/**
 * Models: layers that are compiled, trained, judged, saved and summarised.
 *
 * @module
 */

import { gradientsWith } from "./autograd.ts";
import { Compilation, type CompileOptions } from "./compilation.ts";
import {
  type Batch,
  batchLength,
  type BatchLike,
  type DataSource,
  unpackBatch,
} from "./data/batches.ts";
import { isTensor, withRecording } from "./dispatch.ts";
import { errors, rangeError, stateError } from "./errors.ts";
import { type Exporter, formatFor, type Importer } from "./exporter.ts";
import type { History } from "./history.ts";
import { Layer } from "./layer.ts";
import type { Nested } from "./module.ts";
import { add, type TensorLike } from "./ops/mod.ts";
import type { GradientAndParameter, Optimizer } from "./optimizer.ts";
import { onceLoaded } from "./registry.ts";
import { runtime } from "./runtime.ts";
import { Scope, tidy } from "./scope.ts";
import type { Config } from "./serialization.ts";
import type { Dims } from "./shape.ts";
import { summarize, type SummaryOptions } from "./summary.ts";
import type { Tensor } from "./tensor.ts";
import {
  checkLoss,
  evaluate,
  type EvaluateOptions,
  fit,
  type FitOptions,
  predict,
  type PredictOptions,
} from "./trainer.ts";

/** A model of any inputs and outputs. */
// deno-lint-ignore no-explicit-any -- models with any inputs and outputs are trained by one loop
export type AnyModel = Model<any, any>;

/** Reduces gradients between backward and update, as training on several machines does. */
export type GradientReducer = (
  pairs: readonly GradientAndParameter[],
) => readonly GradientAndParameter[];

/**
 * The base of models: extend it and write `forward`, or use `Sequential`.
 *
 * @example A subclassed model
 * ```ts
 * import { layers, Model, ones, type Tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * class TwoLayers extends Model {
 *   hidden = new layers.Dense({ units: 4, activation: "relu" });
 *   out = new layers.Dense({ units: 2 });
 *   forward(x: Tensor) {
 *     return this.out.apply(this.hidden.apply(x));
 *   }
 * }
 * assertEquals(new TwoLayers().apply(ones([3, 5])).shape, [3, 2]);
 * ```
 */
export abstract class Model<I extends Nested = Tensor, O extends Nested = Tensor>
  extends Layer<I, O> {
  /** Ends `fit` after the batch under way when a callback sets it. */
  stopTraining = false;
  /** Stands between backward and update. @default null */
  gradientReducer: GradientReducer | null = null;
  #compilation: Compilation | null = null;
  /** Ends when the plugins that `compile` named are loaded. */
  #compiling: void | Promise<void> = undefined;
  #builtShape: Dims | null = null;

  // Building.

  /** The shape of the input the model was built for, batch axis included; `null` before. */
  get builtShape(): Dims | null {
    return this.#builtShape;
  }

  /** Builds the model for an input of this shape, and remembers it. */
  override buildFor(inputShape: Dims): void {
    const wasBuilt = this.built;
    super.buildFor(inputShape);
    if (!wasBuilt) this.#builtShape = [null, ...inputShape.slice(1)];
  }

  /** The layers, those that hold others included, not their contents. */
  get layers(): Layer[] {
    return this.children().filter((child): child is Layer => child instanceof Layer);
  }

  /**
   * A layer by name or place.
   *
   * @throws {RangeError} When there is none.
   */
  getLayer(which: string | number): Layer {
    const { layers } = this;
    const found = typeof which === "number"
      ? layers.at(which)
      : layers.find((layer) => layer.name === which);
    if (found === undefined) {
      throw rangeError(
        "model.layer",
        `Cannot find the layer ${JSON.stringify(which)} in ${this.name}: its layers are ${
          layers.map((layer) => layer.name).join(", ")
        }`,
      );
    }
    return found;
  }

  // Training.

  /**
   * Settles how the model is trained: optimizer, loss and metrics. It is done when the call returns, unless a plugin
   * that it names has to be loaded first: then it returns a promise, which `fit` and `evaluate` also await.
   *
   * @throws {RangeError} When a name is unknown; near matches are listed.
   *
   * @example
   * ```ts
   * import { layers, losses, optimizers, sequential } from "@tensaur/tensaur";
   *
   * const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
   * model.compile({
   *   optimizer: new optimizers.SGD({ learningRate: 0.1 }),
   *   loss: new losses.MeanSquaredError(),
   *   metrics: ["mae"],
   * });
   * ```
   */
  compile(options: CompileOptions = {}): void | Promise<void> {
    return this.#compiling = onceLoaded(() => {
      this.#compilation = new Compilation(options);
    });
  }

  /** The options of `compile` as JSON; `null` before it. */
  getCompileConfig(): Config | null {
    return this.#compilation?.getConfig() ?? null;
  }

  /** Compiles from what {@linkcode getCompileConfig} gave. */
  compileFromConfig(config: Config): void | Promise<void> {
    return this.compile(config);
  }

  #compiled(operation: string): Compilation {
    if (this.#compilation !== null) return this.#compilation;
    throw stateError(
      "model.compile",
      `Cannot ${operation} the model ${this.name} as it is not compiled: call compile({ optimizer, loss, metrics }) first`,
    );
  }

  /**
   * The optimizer given to `compile`.
   *
   * @throws {Error} When the model is not compiled.
   */
  get optimizer(): Optimizer {
    return this.#compiled("use the optimizer of").optimizer;
  }

  /** Whether `compile` was called. */
  get compiled(): boolean {
    return this.#compilation !== null;
  }

  /**
   * Trains on inputs and targets, or on data that brings its own targets. What `fit` makes it frees; it gives way to
   * the event loop, so timers and servers go on living.
   *
   * @throws {RangeError} When data or options do not fit together, or the loss is not finite; the weights are then
   * as they were before that batch.
   * @returns The record of losses and metrics, by epoch.
   */
  fit(x: DataSource, options?: FitOptions): Promise<History>;
  /** Trains on inputs and targets. */
  fit(x: TensorLike, y: TensorLike, options?: FitOptions): Promise<History>;
  async fit(
    x: TensorLike | DataSource,
    yOrOptions?: TensorLike | FitOptions,
    options?: FitOptions,
  ): Promise<History> {
    await this.#compiling;
    const compilation = this.#compiled("fit");
    const [y, chosen] = splitTargets("fit", yOrOptions, options);
    return await fit(this, compilation, x, y, chosen);
  }

  /**
   * The loss and metrics on inputs and targets.
   *
   * @returns A record: `{ loss, accuracy, … }`.
   */
  evaluate(x: DataSource, options?: EvaluateOptions): Promise<Record<string, number>>;
  /** The loss and metrics on inputs and targets. */
  evaluate(
    x: TensorLike,
    y: TensorLike,
    options?: EvaluateOptions,
  ): Promise<Record<string, number>>;
  async evaluate(
    x: TensorLike | DataSource,
    yOrOptions?: TensorLike | EvaluateOptions,
    options?: EvaluateOptions,
  ): Promise<Record<string, number>> {
    await this.#compiling;
    const compilation = this.#compiled("evaluate");
    const [y, chosen] = splitTargets("evaluate", yOrOptions, options);
    return await evaluate(this, compilation, x, y, chosen);
  }

  /** The outputs for inputs, batch by batch, as one tensor. */
  async predict(x: TensorLike | DataSource, options: PredictOptions = {}): Promise<Tensor> {
    return await predict(this, x, options);
  }

  /**
   * One step on a batch: prediction, loss, gradients, update, metrics. Override it to train otherwise while `fit`
   * stays; `minimize` and `updateMetrics` are its parts.
   */
  trainStep(batch: Batch): void {
    const prediction = withRecording(true, () => this.apply(batch.x as I, { training: true }));
    const loss = withRecording(true, () => this.computeLoss(batch, prediction));
    this.minimize(loss, batch);
    this.updateMetrics(batch, prediction, loss);
  }

  /** Judges a batch without training on it. */
  testStep(batch: Batch): void {
    withRecording(false, () => {
      const prediction = this.apply(batch.x as I, { training: false });
      this.updateMetrics(batch, prediction, this.computeLoss(batch, prediction));
    });
  }

  /** The output for a batch. */
  predictStep(batch: Batch): Tensor {
    const output = withRecording(false, () => this.apply(batch.x as I, { training: false }));
    if (isTensor(output)) return output;
    throw stateError(
      "predict.outputs",
      `Cannot predict by ${this.name} as it gives several outputs: call apply()`,
    );
  }

  /** The loss of a batch: that of `compile`, and what layers and regularizers add. */
  computeLoss(batch: Batch, prediction: O): Tensor {
    const { loss } = this.#compiled("train");
    const extra = this.#extraLosses();
    let total: Tensor | null = null;
    if (loss !== null) {
      if (batch.y === null) {
        throw errors.option(`compute the loss ${loss.name}`, "y", "given, as targets", undefined);
      }
      total = loss.call(batch.y, prediction as Tensor, batch.sampleWeight);
      if (total.ndim > 0) total = total.mean();
    }
    for (const cost of extra) total = total === null ? cost : add(total, cost);
    if (total !== null) return total;
    throw stateError(
      "model.loss",
      `Cannot train the model ${this.name} as it has no loss: give compile({ loss }), or override trainStep()`,
    );
  }

  #extraLosses(): Tensor[] {
    const regularized = this.parameters().flatMap((parameter) =>
      parameter.regularizer === null ? [] : [parameter.regularizer.call(parameter)]
    );
    return [...this.collectLosses(), ...regularized];
  }

  /**
   * Updates the trainable parameters down the gradient of a loss.
   *
   * @throws {RangeError} When the loss is not finite; the weights are untouched.
   */
  minimize(loss: Tensor, batch: Batch): void {
    checkLoss(loss, batch);
    const { optimizer } = this.#compiled("train");
    const parameters = this.parameters().filter((parameter) => parameter.trainable);
    if (!loss.requiresGrad) {
      throw stateError(
        "model.untrainable",
        `Cannot train the model ${this.name} as its loss depends on no trainable parameter: set trainable to true somewhere`,
      );
    }
    const gradients = gradientsWith(optimizer.scaleLoss(loss), parameters);
    const pairs = parameters.map((parameter, i): GradientAndParameter => [gradients[i], parameter]);
    optimizer.applyGradients(this.gradientReducer?.(pairs) ?? pairs);
  }

  /** Takes a batch into the running loss and metrics. */
  updateMetrics(batch: Batch, prediction: O, loss: Tensor | null): void {
    const { y, sampleWeight } = batch;
    this.#compiled("train").update(loss, y, prediction, sampleWeight, batchLength(batch));
  }

  /** Trains on one batch; returns the loss and metrics on it. */
  trainOnBatch(
    x: TensorLike,
    y: TensorLike,
    sampleWeight?: TensorLike,
  ): Promise<Record<string, number>> {
    return this.#onBatch("train", [x, y, sampleWeight], (batch) => this.trainStep(batch));
  }

  /** Judges one batch; returns the loss and metrics on it. */
  testOnBatch(
    x: TensorLike,
    y: TensorLike,
    sampleWeight?: TensorLike,
  ): Promise<Record<string, number>> {
    return this.#onBatch("test", [x, y, sampleWeight], (batch) => this.testStep(batch));
  }

  /** The output for one batch. */
  predictOnBatch(x: TensorLike): Tensor {
    return tidy(() => this.predictStep(unpackBatch([x] as unknown as BatchLike)));
  }

  async #onBatch(
    operation: string,
    [x, y, weight]: readonly [TensorLike, TensorLike, TensorLike | undefined],
    step: (batch: Batch) => void,
  ): Promise<Record<string, number>> {
    const compilation = this.#compiled(operation);
    compilation.resetMetrics();
    const scope = new Scope();
    try {
      step(unpackBatch(weight === undefined ? [x, y] : [x, y, weight]));
    } finally {
      scope.close();
    }
    return await compilation.read();
  }

  // Files.

  /**
   * Writes architecture, weights, training configuration and optimizer state to one file, whole or not at all.
   *
   * @throws {Error} When the file cannot be written; one that was there stays as it was.
   */
  async save(path: string | URL): Promise<void> {
    await this.export(path, { format: runtime().defaults.modelFormat });
  }

  /** Writes the weights alone. */
  async saveWeights(path: string | URL): Promise<void> {
    await this.export(path, { format: runtime().defaults.weightsFormat });
  }

  /**
   * Reads weights that {@linkcode saveWeights} or {@linkcode save} wrote.
   *
   * @throws {RangeError} When they belong to another architecture; then nothing is changed.
   */
  async loadWeights(path: string | URL): Promise<void> {
    const importer = await formatFor<Importer>("importer", path);
    await importer.import(path, { into: this });
  }

  /** Writes the model in the format of the file's extension, or the one named. */
  async export(
    path: string | URL,
    options: { format?: string } & Record<string, unknown> = {},
  ): Promise<void> {
    const { format, ...rest } = options;
    const exporter = await formatFor<Exporter>("exporter", path, format);
    await exporter.export(this, path, rest);
  }

  // Looking.

  /** Prints the layers, their output shapes and how many parameters they have. */
  summary(options: SummaryOptions = {}): void {
    const { print = console.log } = options;
    print(summarize(this, options));
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return summarize(this);
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return summarize(this);
  }
}

/** Targets and options from the arguments after the data. */
function splitTargets<O extends object>(
  operation: string,
  yOrOptions: TensorLike | O | undefined,
  options: O | undefined,
): [TensorLike | null, O] {
  const isTargets = isTensor(yOrOptions) || Array.isArray(yOrOptions) ||
    ArrayBuffer.isView(yOrOptions) || typeof yOrOptions === "number" ||
    typeof yOrOptions === "boolean";
  if (isTargets) return [yOrOptions as TensorLike, options ?? {} as O];
  if (options !== undefined && yOrOptions !== undefined && yOrOptions !== null) {
    throw errors.option(operation, "y", "a tensor, an array or a typed array", yOrOptions);
  }
  return [null, options ?? (yOrOptions as O | undefined) ?? {} as O];
}

/**
 * Reads a model that `save` wrote, with its training configuration and optimizer state.
 *
 * @throws {Error} When the file is damaged, of a newer version, or needs a package that is not in use. No code of the
 * file runs.
 */
export async function loadModel(path: string | URL): Promise<Model> {
  const importer = await formatFor<Importer>("importer", path, runtime().defaults.modelFormat);
  return await importer.import(path) as Model;
}
