/**
 * Layers: modules with Keras's life cycle. Options are given first, weights are made when the input's shape is
 * known, and `getConfig` writes the options down.
 *
 * @module
 */

import { symbolicTensor } from "./dispatch.ts";
import { bytesPerElement, type DType, DTYPES, isDType } from "./dtype.ts";
import { errors, rangeError, show, stateError, typeError } from "./errors.ts";
import { Constraint, Initializer, Regularizer } from "./initializer.ts";
import { type CallContext, Module, type Nested } from "./module.ts";
import { tensor, type TensorLike, zeros } from "./ops/mod.ts";
import { runtime } from "./runtime.ts";
import { tensorsIn, tidy } from "./scope.ts";
import { type Config, type Configurable, type Identifier, resolve } from "./serialization.ts";
import { type Dims, formatShape, sameShape, type Shape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { TraceNode } from "./trace.ts";
import { Parameter, Variable } from "./variable.ts";

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

/** How many layers are being applied, one within the other: extra losses belong to the call of the outermost. */
let depth = 0;

function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
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
  #trainable: boolean;
  #built = false;
  #losses: Tensor[] = [];
  #outputDims: readonly Dims[] = [];

  /** Takes the options that every layer has. */
  constructor(options: LayerOptions = {}) {
    super();
    const { name = null, dtype = "float32", trainable = true, inputShape = null } = options;
    if (!isDType(dtype)) {
      throw errors.option("make a layer", "dtype", `one of ${DTYPES.join(", ")}`, dtype);
    }
    this.#name = name;
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
    return this.#name ?? snakeCase(this.constructor.name);
  }

  /** Whether a name was given, by the user or by the model that took the layer in. */
  get isNamed(): boolean {
    return this.#name !== null;
  }

  /** Gives the layer a name, once; models name the layers that came without. */
  giveName(name: string): void {
    this.#name ??= name;
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
  /** Freezes or thaws this layer and those below. */
  set trainable(trainable: boolean) {
    this.#trainable = trainable;
    for (const parameter of this.parameters()) parameter.trainable = trainable;
    for (const module of this.modules()) {
      if (module instanceof Layer && module !== this) module.#trainable = trainable;
    }
  }

  /** Makes the weights for an input of this shape, the batch axis included. */
  build(_inputShape: Dims): void {}

  /** Builds the layer unless it was built before. */
  ensureBuilt(inputs: I): void {
    const [first] = tensorsIn(inputs);
    if (first === undefined) throw notATensor(this.name, inputs);
    this.buildFor(first.dims);
  }

  /** Builds the layer for an input of this shape; a layer that was built stays as it is. */
  buildFor(inputShape: Dims): void {
    if (this.#built) return;
    this.build(inputShape);
    this.#built = true;
    if (!this.#trainable) this.trainable = false;
  }

  /** Builds the layer if need be, then runs it: hooks, then `forward`. */
  override apply(inputs: I, context: Partial<CallContext> = {}): O {
    if (depth === 0) this.#forgetLosses();
    depth++;
    let outputs: O;
    try {
      this.ensureBuilt(inputs);
      outputs = super.apply(inputs, context);
    } finally {
      depth--;
    }
    const [firstOutput] = tensorsIn(outputs);
    if (firstOutput.isSymbolic) this.#outputDims = [...tensorsIn(outputs)].map((t) => t.dims);
    return outputs;
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
    if (shape.some((d) => d === null || !Number.isInteger(d))) {
      throw rangeError(
        "layer.weight",
        `Cannot build ${this.name} as the shape of its weight "${name}" must be known: current shape is ${
          formatShape(shape)
        }; give the last axes of inputShape`,
      );
    }
    return tidy(() => {
      const values = this.#firstValues(initializer, shape, dtype);
      const weight = new Parameter(values, { name, trainable: trainable && this.#trainable });
      weight.regularizer = regularizer;
      weight.constraint = constraint;
      return weight;
    });
  }

  /** Adds state that is saved but not trained, such as moving statistics. */
  protected addBuffer(
    options: { name: string; shape: Shape; initializer?: Identifier<Initializer>; dtype?: DType },
  ): Variable {
    const { name, shape, initializer = "zeros", dtype = this.dtype } = options;
    return tidy(() => {
      const values = this.#firstValues(initializer, shape, dtype);
      return new Variable(values, { name });
    });
  }

  #firstValues(initializer: Identifier<Initializer>, shape: Shape, dtype: DType): Tensor {
    const active = runtime();
    if (active.weightsToCome === null) {
      return resolve<Initializer>("initializer", initializer).call(shape, { dtype });
    }
    active.weightsToCome -= sizeOf(shape) * bytesPerElement(dtype);
    if (active.weightsToCome >= 0) return zeros(shape, { dtype });
    throw rangeError(
      "layer.weightsToCome",
      `Cannot build ${this.name} as it needs more weights than the file has: current shape is ${
        formatShape(shape)
      }; the file belongs to another architecture`,
    );
  }

  /** Adds to the loss of the call under way, as activity regularizers do. */
  protected addLoss(loss: Tensor): void {
    if (!loss.isSymbolic) this.#losses.push(loss);
  }

  /** A layer that is called twice by a model adds twice; one that is left out by a call adds nothing. */
  #forgetLosses(): void {
    for (const module of this.modules()) if (module instanceof Layer) module.#losses = [];
  }

  /** The extra losses of the last call, of this layer and those below. */
  collectLosses(): Tensor[] {
    return this.modules().flatMap((module) => module instanceof Layer ? module.#losses : []);
  }

  /** The shape of the output for an input of this shape, batch axis included; unknown dimensions are `null`. */
  computeOutputShape(inputShape: Dims): Dims {
    this.buildFor(inputShape);
    const input = symbolicInput(inputShape, this.dtype);
    const [output] = tensorsIn(this.apply(input as I));
    return output.dims;
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

function notATensor(name: string, inputs: unknown): TypeError {
  return typeError(
    "layer.input",
    `Cannot apply ${name} as its input must be a tensor: current input is ${
      show(inputs)
    }; make one by tensor(…)`,
  );
}

/** Options of {@linkcode Input}. */
export interface InputOptions {
  /** The shape of one example. */
  shape: Dims;
  /** Of its values. @default "float32" */
  dtype?: DType;
  /** What exports call it. @default "input" */
  name?: string;
}

/**
 * A symbolic tensor that stands for a model's input: `[null, …shape]`, the batch unknown.
 *
 * @example
 * ```ts
 * import { Input, layers, sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const model = sequential([Input({ shape: [4] }), new layers.Dense({ units: 2 })]);
 * assertEquals(model.countParams(), 10);
 * ```
 */
export function Input({ shape, dtype = "float32", name = "input" }: InputOptions): Tensor {
  return symbolicInput([null, ...shape], dtype, name);
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

/** A symbolic tensor that stands for an input. */
export function symbolicInput(dims: Dims, dtype: DType, name = "input"): Tensor {
  const node = new TraceNode("input", [], { name }, null);
  const input = symbolicTensor(dims, dtype, node);
  node.outputs = [input];
  return input;
}
