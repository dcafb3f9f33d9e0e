/**
 * Layers: modules with Keras's life cycle. Options are given first, weights are made when the input's shape is
 * known, and `getConfig` writes the options down.
 *
 * @module
 */

import { isTensor } from "./dispatch.ts";
import { bytesPerElement, type DType, DTYPES, isDType } from "./dtype.ts";
import { errors, rangeError, show, stateError, typeError } from "./errors.ts";
import { Constraint, Initializer, Regularizer } from "./initializer.ts";
import { type InputSignature, signatureOf, symbolicInput } from "./input_signature.ts";
import { LayerCall } from "./layer_call.ts";
import type { LayerGraph } from "./layer_graph.ts";
import { type CallContext, Module } from "./module.ts";
import type { Names } from "./names.ts";
import { type Nested, nestEntries, nestLike, type NestOf, tensorsOf } from "./nested.ts";
import { tensor, type TensorLike, zeros } from "./ops/mod.ts";
import type { RandomGenerator } from "./random.ts";
import { runtime } from "./runtime.ts";
import { tensorsIn, tidy } from "./scope.ts";
import { type Config, type Configurable, type Identifier, resolve } from "./serialization.ts";
import { type Dims, formatShape, sameShape, type Shape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { Parameter, Variable } from "./variable.ts";
import type { WeightLayouts } from "./weight_layout.ts";

/** Options that every layer takes. */
export interface LayerOptions {
  /** What summaries and state dictionaries call it. @default its class, in snake case */
  name?: string;
  /** The dtype of its weights. @default "float32" */
  dtype?: DType;
  /** Whether its weights are trained. @default true */
  trainable?: boolean;
  /** The shape of the input without the batch axis, for a first layer. */
  inputShape?: Dims;
}

/** What {@linkcode Layer.addWeight} is told. */
export interface WeightOptions {
  /** What summaries and state dictionaries call it. @default "weight" */
  name?: string;
  /** All dimensions known. */
  shape: Shape;
  /** What the first values are. @default the runtime's: "glorotUniform" */
  initializer?: Identifier<Initializer>;
  /** Of its values. @default that of the layer */
  dtype?: DType;
  /** Whether it is trained. @default true */
  trainable?: boolean;
  /** What it costs. @default null */
  regularizer?: Regularizer | null;
  /** Keeps it in bounds. @default null */
  constraint?: Constraint | null;
}

export { symbolicInput };

/**
 * How many layers are being applied, one within the other: extra losses, and the calls that functional models are made
 * of, are those of the outermost.
 */
let depth = 0;

/** Counts the outermost calls of layers: what a call adds to the loss is told from what others added. */
let outermostCall = 0;
let lastCallWithLosses = 0;

function atDepth<T>(other: number, run: () => T): T {
  const before = depth;
  depth = other;
  try {
    return run();
  } finally {
    depth = before;
  }
}

/** Runs what applies layers to symbolic tensors and leaves the operations in them in sight, no calls of layers. */
export function withoutCalls<T>(run: () => T): T {
  return atDepth(depth + 1, run);
}

/** Runs what builds a model out of calls of layers, though a call of the model may be under way. */
export function withCalls<T>(run: () => T): T {
  return atDepth(0, run);
}

/** The name of a class as Keras writes it: `Conv2D` gives `conv2d`, `PReLU` gives `p_re_lu`. */
function snakeCase(name: string): string {
  return name.replace(/(.)([A-Z][a-z]+)/g, "$1_$2").replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/**
 * The base of all layers.
 *
 * @example A layer of one's own
 * ```ts
 * import { Layer, type LayerOptions, ones, ops, type Parameter, type Tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * class Scale extends Layer {
 *   factor!: Parameter;
 *   override build([, features]: number[]) {
 *     this.factor = this.addWeight({ name: "factor", shape: [features], initializer: "ones" });
 *   }
 *   forward(x: Tensor) {
 *     return ops.multiply(x, this.factor);
 *   }
 * }
 * assertEquals(new Scale().apply(ones([4, 3])).shape, [4, 3]);
 * ```
 */
export abstract class Layer<I extends Nested = Tensor, O extends Nested = Tensor>
  extends Module<I, O>
  implements Configurable {
  /** The dtype of its weights. */
  readonly dtype: DType;
  readonly #inputShape: Dims | null;
  #name: string | null;
  readonly #isNamed: boolean;
  /** The names beside it, in every model that it is part of. */
  readonly #namesBeside = new Set<Names>();
  #trainable: boolean;
  #built = false;
  #inputSignature: InputSignature | null = null;
  #losses: Tensor[] = [];
  /** The outermost calls during which it added losses, and during which it was called last. */
  #lossesOf = 0;
  #lastCall = 0;
  #outputDims: readonly Dims[] = [];
  #firstCall: LayerCall | null = null;
  #callCount = 0;

  /** Takes the options that every layer has. */
  constructor(options: LayerOptions = {}) {
    super();
    const { name = null, dtype = "float32", trainable = true, inputShape = null } = options;
    if (!isDType(dtype)) {
      throw errors.option("make a layer", "dtype", `one of ${DTYPES.join(", ")}`, dtype);
    }
    this.#name = name;
    this.#isNamed = name !== null;
    this.#trainable = trainable;
    this.dtype = dtype;
    this.#inputShape = inputShape;
  }

  /** The shape of the input without the batch axis, where it was given. */
  get inputShape(): Dims | null {
    return this.#inputShape;
  }

  /** What summaries and state dictionaries call it. */
  get name(): string {
    return this.#name ?? this.automaticName;
  }

  /** Whether the user named it; a name that a model gave may change when the layer joins another. */
  get isNamed(): boolean {
    return this.#isNamed;
  }

  /**
   * Takes a place among the names of a model: a layer that the user did not name gets one that no layer beside it has,
   * here and in the other models that it is part of.
   *
   * @throws {RangeError} When the user gave two layers this name.
   */
  joinNames(names: Names, model: string): void {
    if (this.#namesBeside.has(names)) return;
    if (names.has(this.name)) {
      if (this.#isNamed) {
        throw rangeError(
          "layer.name",
          `Cannot add a second layer named "${this.name}" to the model ${model}: names must differ`,
        );
      }
      const name = names.free(this.automaticName, this.#namesBeside);
      for (const others of this.#namesBeside) others.rename(this.name, name);
      this.#name = name;
    } else this.#name ??= this.name;
    names.add(this.name);
    this.#namesBeside.add(names);
  }

  /** A name to begin with where the user gave none. */
  suggestName(name: string): void {
    this.#name ??= name;
  }

  /** Leaves the names of a model. */
  leaveNames(names: Names): void {
    if (this.#namesBeside.delete(names)) names.release(this.name);
  }

  /** What it is called where nobody named it; models number it. */
  protected get automaticName(): string {
    return snakeCase(this.constructor.name) || "layer";
  }

  /** Its name. */
  override get displayName(): string {
    return this.name;
  }

  /** Whether the weights were made. */
  get built(): boolean {
    return this.#built;
  }

  /** Whether its weights, and those of the layers below, are trained. */
  get trainable(): boolean {
    return this.#trainable;
  }
  /** Freezes or thaws this layer and those below. Weights that were made untrainable stay so. */
  set trainable(trainable: boolean) {
    this.#trainable = trainable;
    for (const parameter of this.parameters()) {
      if (!trainable || parameter.madeTrainable) parameter.trainable = trainable;
    }
    for (const module of this.modules()) {
      if (module instanceof Layer && module !== this) module.#trainable = trainable;
    }
  }

  /** Makes the weights for an input of this shape, the batch axis included; a layer of several inputs sees all. */
  build(_inputShape: Dims, _inputShapes: readonly Dims[]): void {}

  /** What it expects where nobody says the dtype of an input. */
  get inputDType(): DType {
    return this.dtype;
  }

  /** What the layer was built for, for any size of the batch; `null` before. */
  get inputSignature(): InputSignature | null {
    return this.#inputSignature;
  }

  /** Builds the layer unless it was built before. */
  ensureBuilt(inputs: I): void {
    if (this.#built) return;
    const isNest = typeof inputs === "object" && inputs !== null;
    const tensors = isNest ? tensorsOf(inputs) : [];
    if (tensors.length === 0 || !tensors.every(isTensor)) throw notATensor(this.name, inputs);
    this.#buildFor(signatureOf(inputs), tensors.map(({ dims }) => dims));
  }

  /** Builds the layer for an input of this shape; a layer that was built stays as it is. */
  buildFor(inputShape: Dims): void {
    if (this.#built) return;
    this.#buildFor(
      signatureOf(symbolicInput(inputShape, this.inputDType)),
      [inputShape],
    );
  }

  #buildFor(signature: InputSignature, shapes: readonly Dims[]): void {
    this.#inputSignature = signature;
    try {
      this.build(shapes[0], shapes);
    } catch (error) {
      this.#inputSignature = null;
      throw error;
    }
    this.#built = true;
    if (!this.#trainable) this.trainable = false;
  }

  /** Builds the layer if need be, then runs it: hooks, then `forward`. */
  override apply(inputs: I, context: Partial<CallContext> = {}): O {
    if (depth === 0) outermostCall++;
    this.#lastCall = outermostCall;
    depth++;
    let outputs: O;
    const { training } = context;
    try {
      this.ensureBuilt(inputs);
      // What is traced is inference; how it was called is remembered with the call.
      outputs = super.apply(inputs, isSymbolic(inputs) ? INFERENCE : context);
    } finally {
      depth--;
    }
    if (!isSymbolic(outputs)) return outputs;
    this.#outputDims = tensorsOf(outputs).map(({ dims }) => dims);
    return depth === 0 ? this.#called(inputs, training, outputs) : outputs;
  }

  /** Stands a call of the layer into the graph, in place of the operations that it is made of. */
  #called(inputs: I, training: boolean | undefined, outputs: O): O {
    const call = new LayerCall(this, inputs, training, outputs);
    this.#firstCall ??= call;
    this.#callCount++;
    return call.results as O;
  }

  /**
   * The symbolic input of the layer, where it was called once on symbolic tensors.
   *
   * @throws {Error} When it was not called, or several times.
   */
  get input(): I {
    return this.#onlyCall("input").args as I;
  }

  /**
   * The symbolic output of the layer, where it was called once on symbolic tensors: what a model of a part of a model
   * ends in.
   *
   * @throws {Error} When it was not called, or several times.
   */
  get output(): O {
    return this.#onlyCall("output").results as O;
  }

  #onlyCall(what: string): LayerCall {
    if (this.#firstCall !== null && this.#callCount === 1) return this.#firstCall;
    throw stateError(
      "layer.calls",
      this.#callCount === 0
        ? `Cannot take the ${what} of ${this.name} as it was not called on symbolic tensors yet: apply it to Input({ shape })`
        : `Cannot take the ${what} of ${this.name} as it was called ${this.#callCount} times: keep what apply() returns`,
    );
  }

  /**
   * Where its draws come from, where it has a seed of its own; model files keep how far it got, so that training goes on
   * with the draws to come.
   */
  get generator(): RandomGenerator | undefined {
    return undefined;
  }

  /** The graph of a functional model; `null` for everything else. */
  get graph(): LayerGraph | null {
    return null;
  }

  /** What the outputs are called; `null` where that follows from what made them. */
  get outputNames(): readonly string[] | null {
    return null;
  }

  /** The shapes of the outputs as last traced; none where the layer was never traced. */
  get outputDims(): readonly Dims[] {
    return this.#outputDims;
  }

  /**
   * Adds a weight.
   *
   * @throws {RangeError} When its shape has an unknown dimension.
   */
  protected addWeight(options: WeightOptions): Parameter {
    const {
      name = "weight",
      shape,
      initializer = runtime().defaults.initializer,
      dtype = this.dtype,
      trainable = true,
      regularizer = null,
      constraint = null,
    } = options;
    return tidy(() => {
      const values = this.#firstValues(name, initializer, shape, dtype);
      const weight = new Parameter(values, { name, trainable });
      if (!this.#trainable) weight.trainable = false;
      weight.regularizer = regularizer;
      weight.constraint = constraint;
      return weight;
    });
  }

  /**
   * Adds state that is saved but not trained, such as moving statistics.
   *
   * @throws {RangeError} When its shape has an unknown dimension.
   */
  protected addBuffer(
    options: { name: string; shape: Shape; initializer?: Identifier<Initializer>; dtype?: DType },
  ): Variable {
    const { name, shape, initializer = "zeros", dtype = this.dtype } = options;
    return tidy(() => {
      const values = this.#firstValues(name, initializer, shape, dtype);
      return new Variable(values, { name });
    });
  }

  #firstValues(
    name: string,
    initializer: Identifier<Initializer>,
    shape: Shape,
    dtype: DType,
  ): Tensor {
    if (shape.some((d) => d === null || !Number.isInteger(d))) {
      throw rangeError(
        "layer.weight",
        `Cannot build ${this.name} as the shape of its weight "${name}" must be known: current shape is ${
          formatShape(shape)
        }; give the last axes of inputShape`,
      );
    }
    const active = runtime();
    if (active.weightsToCome === null) {
      return resolve<Initializer>("initializer", initializer).call(shape, { dtype });
    }
    takeWeightsToCome(this.name, shape, dtype);
    return zeros(shape, { dtype });
  }

  /**
   * Adds to the loss of the call under way, as activity regularizers do: a layer that is called twice by a model adds
   * twice, one that is left out by a call adds nothing.
   */
  protected addLoss(loss: Tensor): void {
    if (loss.isSymbolic) return;
    if (this.#lossesOf !== outermostCall) this.#losses = [];
    this.#lossesOf = lastCallWithLosses = outermostCall;
    this.#losses.push(loss);
  }

  /** The extra losses of the last call, of this layer and those below. */
  collectLosses(): Tensor[] {
    const call = this.#lastCall;
    if (lastCallWithLosses < call) return [];
    return this.modules().flatMap((module) =>
      module instanceof Layer && module.#lossesOf === call ? module.#losses : []
    );
  }

  /**
   * The shape of the output for an input of this shape, batch axis included; unknown dimensions are `null`. Where the
   * layer takes or gives several tensors, their shapes are nested as the tensors are.
   */
  computeOutputShape(inputShape: NestOf<Dims>): O extends Tensor ? Dims : NestOf<Dims> {
    const inputs = nestEntries<Dims>(inputShape, isDims).map(([, dims]) =>
      symbolicInput(dims, this.inputDType)
    );
    const outputs = withoutCalls(() => this.apply(nestLike(inputShape, inputs, isDims) as I));
    const shapes = nestLike(outputs, tensorsOf(outputs).map(({ dims }) => dims));
    return shapes as O extends Tensor ? Dims : NestOf<Dims>;
  }

  // Weights.

  /** Everything that is saved: parameters, then buffers, of this layer and those below. */
  get weights(): Variable[] {
    return [...this.parameters(), ...this.buffers()];
  }

  /** The weights that are trained. */
  get trainableWeights(): Parameter[] {
    return this.parameters().filter((parameter) => parameter.trainable);
  }

  /** The weights that are saved but not trained. */
  get nonTrainableWeights(): Variable[] {
    return this.weights.filter((w) => !(w instanceof Parameter) || !w.trainable);
  }

  /** Copies of all weights. */
  getWeights(): Tensor[] {
    return this.weights.map((weight) => weight.detach());
  }

  /**
   * Replaces all weights.
   *
   * @throws {RangeError} When their number or a shape differs; then nothing is changed.
   */
  setWeights(values: readonly TensorLike[]): void {
    const { weights } = this;
    if (!this.#built) {
      throw stateError(
        "layer.unbuilt",
        `Cannot set the weights of ${this.name} as it has none yet: call it once, or give inputShape`,
      );
    }
    tidy(() => {
      const given = values.map((value) => tensor(value));
      if (given.length !== weights.length) {
        throw rangeError(
          "layer.weights",
          `Cannot set the weights of ${this.name} as it has ${weights.length} of them: ${given.length} were given`,
        );
      }
      given.forEach((value, i) => {
        if (!sameShape(value.dims, weights[i].dims)) {
          throw errors.shapes(
            `set weight ${i} ("${weights[i].name}") of ${this.name}`,
            "its shape must stay",
            value.dims,
            weights[i].dims,
          );
        }
      });
      given.forEach((value, i) => weights[i].assign(value));
    });
  }

  /**
   * How another framework, such as `"pytorch"`, names its own weights and lays them out, by the names of the fields. A
   * weight that is not listed has the same name and shape there.
   */
  weightLayouts(_framework: string): WeightLayouts {
    return {};
  }

  // Config.

  /** The options that make an equal layer. */
  getConfig(): Config {
    return {
      name: this.name,
      dtype: this.dtype,
      trainable: this.#trainable,
      ...(this.#inputShape === null ? {} : { inputShape: this.#inputShape }),
    };
  }

  /** Makes a layer from its config. */
  // deno-lint-ignore no-explicit-any -- each class takes options of its own
  static fromConfig(this: new (options: any) => unknown, config: Config): unknown {
    return new this(config);
  }
}

function isDims(value: unknown): boolean {
  return Array.isArray(value) && value.every((d) => d === null || typeof d === "number");
}

const INFERENCE: Partial<CallContext> = Object.freeze({ training: false });

function isSymbolic(value: Nested): boolean {
  if (isTensor(value)) return value.isSymbolic;
  for (const tensor of tensorsIn(value)) if (tensor.isSymbolic) return true;
  return false;
}

function notATensor(name: string, inputs: unknown): TypeError {
  return typeError(
    "layer.input",
    `Cannot apply ${name} as its input must be a tensor: current input is ${
      show(inputs)
    }; make one by tensor(…)`,
  );
}

/**
 * Runs what builds layers for weights that a file brings: they take no more memory than the file has for them, draw no
 * random numbers, and are zero until the file's values are assigned.
 *
 * @throws {RangeError} When they take more than `byteLength`.
 */
export function withWeightsToCome<T>(byteLength: number, run: () => T): T {
  const active = runtime();
  const before = active.weightsToCome;
  active.weightsToCome = byteLength;
  try {
    return run();
  } finally {
    active.weightsToCome = before;
  }
}

/**
 * Takes a weight out of those to come; where none are to come, does nothing.
 *
 * @throws {RangeError} When it is more than is left.
 */
export function takeWeightsToCome(owner: string, shape: Shape, dtype: DType): void {
  const active = runtime();
  if (active.weightsToCome === null) return;
  active.weightsToCome -= sizeOf(shape) * bytesPerElement(dtype);
  if (active.weightsToCome >= 0) return;
  throw rangeError(
    "layer.weightsToCome",
    `Cannot build ${owner} as it needs more weights than the file has: current shape is ${
      formatShape(shape)
    }; the file belongs to another architecture`,
  );
}
