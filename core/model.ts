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
  isDataSource,
  type TensorsLike,
  unpackBatch,
} from "./data/batches.ts";
import { isTensor, withRecording } from "./dispatch.ts";
import { errors, rangeError, stateError } from "./errors.ts";
import { type Exporter, formatFor, type Importer } from "./exporter.ts";
import { readGraph, writeGraph } from "./functional_config.ts";
import type { History } from "./history.ts";
import { type InputSignature, specsOf } from "./input_signature.ts";
import { Layer, type LayerOptions } from "./layer.ts";
import { LayerGraph } from "./layer_graph.ts";
import { type AnyModule, type CallContext, Module } from "./module.ts";
import { Names, uniqueNames } from "./names.ts";
import type { Nested } from "./nested.ts";
import { add } from "./ops/mod.ts";
import type { GradientAndParameter, Optimizer } from "./optimizer.ts";
import { onceLoaded } from "./registry.ts";
import { runtime } from "./runtime.ts";
import { Scope, tidy } from "./scope.ts";
import type { Config } from "./serialization.ts";
import type { Dims } from "./shape.ts";
import { summarize, type SummaryOptions } from "./summary.ts";
import type { Tensor } from "./tensor.ts";
import { inSection } from "./trace.ts";
import type { Variable } from "./variable.ts";
import type { LoadWeightsOptions } from "./weight_layout.ts";
import {
  checkLoss,
  dataForm,
  evaluate,
  type EvaluateOptions,
  fit,
  type FitOptions,
  isRunning,
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

/** Options of {@linkcode Model}. */
export interface ModelOptions<I extends Nested = Tensor, O extends Nested = Tensor>
  extends LayerOptions {
  /** What the model takes: what `Input()` returned, once, in a list or in a record by name. */
  inputs?: I;
  /** What it gives: what layers and operations made of the inputs, once, in a list or in a record by name. */
  outputs?: O;
}

/**
 * A model of any shape. With `inputs` and `outputs` it is functional: the layers and operations between the two, however
 * they branch and join. Without, extend it and write `forward`. See `Sequential` for a list of layers.
 *
 * @throws {RangeError} When an output depends on an `Input` that is not among `inputs`, or when two layers have one name.
 *
 * @example A functional model of two inputs
 * ```ts
 * import { Input, layers, Model, ones, ops } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const a = Input({ shape: [4], name: "a" });
 * const b = Input({ shape: [8], name: "b" });
 * const h = new layers.Dense({ units: 8, activation: "relu" }).apply(a);
 * const y = new layers.Dense({ units: 1 }).apply(ops.add(h, b));
 * const model = new Model({ inputs: [a, b], outputs: y });
 * assertEquals(model.apply([ones([3, 4]), ones([3, 8])]).shape, [3, 1]);
 * ```
 *
 * @example A subclassed model
 * ```ts
 * import { layers, Model, ones, type Tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * class TwoLayers extends Model {
 *   hidden = new layers.Dense({ units: 4, activation: "relu" });
 *   out = new layers.Dense({ units: 2 });
 *   override forward(x: Tensor) {
 *     return this.out.apply(this.hidden.apply(x));
 *   }
 * }
 * assertEquals(new TwoLayers().apply(ones([3, 5])).shape, [3, 2]);
 * ```
 */
export class Model<I extends Nested = Tensor, O extends Nested = Tensor> extends Layer<I, O> {
  /** Ends `fit` after the batch under way when a callback sets it. */
  stopTraining = false;
  /** Stands between backward and update. @default null */
  gradientReducer: GradientReducer | null = null;
  #compilation: Compilation | null = null;
  /** Ends when the plugins that `compile` named are loaded. */
  #compiling: void | Promise<void> = undefined;
  readonly #graph: LayerGraph | null = null;
  readonly #held: HeldVariables | null = null;

  /** Takes the inputs and outputs of a functional model; other models give none. */
  constructor(options: ModelOptions<I, O> = {}) {
    const { inputs, outputs, ...rest } = options;
    super(rest);
    if (inputs === undefined && outputs === undefined) return;
    this.#graph = new LayerGraph(this, inputs as I, outputs as O);
    const { variables } = this.#graph;
    this.#held = variables.length === 0 ? null : new HeldVariables(variables);
    const names = new Names(this.#held === null ? [] : [HELD]);
    const named = this.#graph.layers.toSorted((a, b) => Number(b.isNamed) - Number(a.isNamed));
    for (const layer of named) layer.joinNames(names, this.name);
    this.ensureBuilt(inputs as I);
  }

  // Building.

  /** What the model does between inputs and outputs, where it is functional; `null` for other models. */
  override get graph(): LayerGraph | null {
    return this.#graph;
  }

  /** The shape of the first input the model was built for, batch axis included; `null` before. */
  get builtShape(): Dims | null {
    const { inputSignature } = this;
    return inputSignature === null ? null : specsOf(inputSignature)[0].dims;
  }

  /** What the model takes; `null` before it is built. */
  override get inputSignature(): InputSignature | null {
    return this.#graph?.signature ?? super.inputSignature;
  }

  /** The symbolic inputs, as a functional model was given them. */
  get inputs(): I {
    return (this.#graph ?? this.#notFunctional("inputs")).inputs as I;
  }

  /** The symbolic outputs, as a functional model was given them. */
  get outputs(): O {
    return (this.#graph ?? this.#notFunctional("outputs")).outputs as O;
  }

  #notFunctional(what: string): never {
    throw stateError(
      "model.functional",
      `Cannot take the symbolic ${what} of ${this.name} as only its forward() knows them: give the model inputs and outputs`,
    );
  }

  /** As in Keras, what a graph alone makes is called `functional`. */
  protected override get automaticName(): string {
    return this.constructor === Model ? "functional" : super.automaticName;
  }

  /** What the outputs of a functional model are called; `null` for other models. */
  override get outputNames(): readonly string[] | null {
    return this.#graph?.outputNames ?? null;
  }

  /** Runs the layers between inputs and outputs; a subclass without these writes its own. */
  override forward(inputs: I, context: CallContext): O {
    if (this.#graph !== null) return this.#graph.run(inputs, context) as O;
    throw stateError(
      "model.forward",
      `Cannot apply the model ${this.name} as it has nothing to run: give new Model({ inputs, outputs }), or write ` +
        `forward() in a class that extends Model`,
    );
  }

  /** Builds the model; layers that stand in its fields, and have no name of the user's, get names that differ. */
  override ensureBuilt(inputs: I): void {
    if (this.built) return;
    super.ensureBuilt(inputs);
    if (this.#graph !== null) return;
    const { layers } = this;
    const names = new Names(layers.flatMap(({ isNamed, name }) => isNamed ? [name] : []));
    for (const layer of layers) if (!layer.isNamed) layer.joinNames(names, this.name);
  }

  /** The layers: those of a functional model by name, others by field. */
  override namedChildren(): [string, AnyModule][] {
    const own = super.namedChildren();
    if (this.#graph === null) return own;
    const { layers } = this.#graph;
    return [
      ...layers.map((layer): [string, AnyModule] => [layer.name, layer]),
      ...(this.#held === null ? [] : [[HELD, this.#held] as [string, AnyModule]]),
      ...own.filter(([, module]) => !layers.includes(module as Layer)),
    ];
  }

  /** The layers, those that hold others included, not their contents; of a functional model in the order of its graph. */
  get layers(): Layer[] {
    return this.children().filter((child): child is Layer => child instanceof Layer);
  }

  /**
   * A layer by name, by the field that it stands in, or by place.
   *
   * @throws {RangeError} When there is none.
   */
  getLayer(which: string | number): Layer {
    const { layers } = this;
    const found = typeof which === "number"
      ? layers.at(which)
      : layers.find((layer) => layer.name === which) ??
        this.namedChildren().find(([field]) => field === which)?.[1];
    if (!(found instanceof Layer)) {
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
      this.#compilation = new Compilation(options, () => this.outputNames);
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
  /** Trains on inputs and targets; `null` for a model that is trained without. */
  fit(x: TensorsLike, y: TensorsLike | null, options?: FitOptions): Promise<History>;
  async fit(
    x: TensorsLike | DataSource,
    yOrOptions?: TensorsLike | null | FitOptions,
    options?: FitOptions,
  ): Promise<History> {
    await this.#compiling;
    const compilation = this.#compiled("fit");
    const [y, chosen] = splitTargets("fit", x, yOrOptions, options);
    return await fit(this, compilation, x, y, chosen);
  }

  /**
   * The loss and metrics on inputs and targets.
   *
   * @returns A record: `{ loss, accuracy, … }`.
   */
  evaluate(x: DataSource, options?: EvaluateOptions): Promise<Record<string, number>>;
  /** The loss and metrics on inputs and targets; `null` for a model that is judged without. */
  evaluate(
    x: TensorsLike,
    y: TensorsLike | null,
    options?: EvaluateOptions,
  ): Promise<Record<string, number>>;
  async evaluate(
    x: TensorsLike | DataSource,
    yOrOptions?: TensorsLike | null | EvaluateOptions,
    options?: EvaluateOptions,
  ): Promise<Record<string, number>> {
    await this.#compiling;
    const compilation = this.#compiled("evaluate");
    const [y, chosen] = splitTargets("evaluate", x, yOrOptions, options);
    return await evaluate(this, compilation, x, y, chosen);
  }

  /** The outputs for inputs, batch by batch, joined: one tensor, or a list or record as the model gives it. */
  async predict(x: TensorsLike | DataSource, options: PredictOptions = {}): Promise<O> {
    return await predict(this, x, options) as O;
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
  predictStep(batch: Batch): O {
    return withRecording(false, () => this.apply(batch.x as I, { training: false }));
  }

  /** The loss of a batch: those of `compile`, and what layers and regularizers add. */
  computeLoss(batch: Batch, prediction: O): Tensor {
    const compilation = this.#compiled("train");
    const total = inSection("loss", () => {
      const extra = this.#extraLosses();
      const given = compilation.lossOf(batch.y, prediction, batch.sampleWeight);
      return extra.reduce(
        (sum: Tensor | null, cost) => sum === null ? cost : add(sum, cost),
        given,
      );
    });
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
    inSection("metrics", () =>
      this.#compiled("train").update(loss, y, prediction, sampleWeight, {
        examples: batchLength(batch),
      }));
  }

  /** Trains on one batch; returns the loss and metrics on it. */
  trainOnBatch(
    x: TensorsLike,
    y: TensorsLike,
    sampleWeight?: TensorsLike,
  ): Promise<Record<string, number>> {
    return this.#onBatch("train", [x, y, sampleWeight], (batch) => this.trainStep(batch));
  }

  /** Judges one batch; returns the loss and metrics on it. */
  testOnBatch(
    x: TensorsLike,
    y: TensorsLike,
    sampleWeight?: TensorsLike,
  ): Promise<Record<string, number>> {
    return this.#onBatch("test", [x, y, sampleWeight], (batch) => this.testStep(batch));
  }

  /** The output for one batch. */
  predictOnBatch(x: TensorsLike): O {
    return tidy(() => this.predictStep(unpackBatch([x] as unknown as BatchLike, dataForm(this))));
  }

  async #onBatch(
    operation: string,
    [x, y, weight]: readonly [TensorsLike, TensorsLike, TensorsLike | undefined],
    step: (batch: Batch) => void,
  ): Promise<Record<string, number>> {
    const compilation = this.#compiled(operation);
    const restore = isRunning(this) ? compilation.save() : null;
    try {
      compilation.resetMetrics();
      const scope = new Scope();
      try {
        const given: BatchLike = weight === undefined ? [x, y] : [x, y, weight];
        const batch = unpackBatch(given, dataForm(this));
        if (batchLength(batch) === 0) {
          throw rangeError(
            "data.empty",
            `Cannot ${operation} on a batch as it must have examples: current number of examples is 0; leave empty batches out`,
          );
        }
        step(batch);
      } finally {
        scope.close();
      }
      return await compilation.read();
    } finally {
      restore?.();
    }
  }

  // Config and files.

  /** The options that make an equal model: of a functional model, its graph. */
  override getConfig(): Config {
    const config = super.getConfig();
    return this.#graph === null ? config : { ...config, graph: writeGraph(this.#graph, this.name) };
  }

  /**
   * Makes an equal model, with new weights.
   *
   * @throws {RangeError} When the graph of the config is cyclic, or a part of it is missing.
   */
  static override fromConfig(
    // deno-lint-ignore no-explicit-any -- each class takes options of its own
    this: new (options: any) => unknown,
    { graph, ...options }: Config,
  ): unknown {
    return new this(graph === undefined ? options : { ...options, ...readGraph(graph) });
  }

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
   * Reads weights that {@linkcode saveWeights} or {@linkcode save} wrote, or another framework: `from: "pytorch"`.
   *
   * @throws {RangeError} When they belong to another architecture; then nothing is changed.
   */
  async loadWeights(path: string | URL, options: LoadWeightsOptions = {}): Promise<void> {
    const importer = await formatFor<Importer>("importer", path);
    await importer.import(path, { ...options, into: this });
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

/**
 * Makes a functional {@linkcode Model}.
 *
 * @example
 * ```ts
 * import { Input, layers, model } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const x = Input({ shape: [4] });
 * const double = model({ inputs: x, outputs: new layers.Dense({ units: 2 }).apply(x) });
 * assertEquals(double.countParams(), 10);
 * ```
 */
export function model<I extends Nested, O extends Nested>(
  options: ModelOptions<I, O> & { inputs: I; outputs: O },
): Model<I, O> {
  return new Model(options);
}

/** Where the variables that a functional model uses between its layers stand in its state. */
const HELD = "variables";

/** The variables that a functional model uses between its layers, by name. */
class HeldVariables extends Module {
  constructor(variables: readonly Variable[]) {
    super();
    const names = uniqueNames(variables.map(({ name }) => name));
    names.forEach((name, i) =>
      Object.defineProperty(this, name, { value: variables[i], enumerable: true })
    );
  }

  forward(inputs: Tensor): Tensor {
    return inputs;
  }
}

/**
 * Targets and options from the arguments after the data. What the second argument means follows from the first: options
 * where the data brings its own targets, else targets.
 */
function splitTargets<O extends object>(
  operation: string,
  x: TensorsLike | DataSource,
  second: TensorsLike | O | null | undefined,
  third: O | undefined,
): [TensorsLike | null, O] {
  if (!isDataSource(x)) return [second as TensorsLike ?? null, third ?? {} as O];
  const isGiven = second !== null && second !== undefined;
  const isTarget = isGiven &&
    (third !== undefined || typeof second !== "object" || isTensor(second) ||
      Array.isArray(second) || ArrayBuffer.isView(second));
  if (!isTarget) return [null, third ?? second as O ?? {} as O];
  throw errors.option(
    `${operation} data that brings its own targets`,
    "y",
    "left out",
    second,
  );
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
