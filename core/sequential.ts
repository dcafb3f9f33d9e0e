/**
 * A model that is a list of layers.
 *
 * @module
 */

import { isTensor } from "./dispatch.ts";
import type { DType } from "./dtype.ts";
import { rangeError, show, stateError, typeError } from "./errors.ts";
import { Input, InputNode } from "./input_layer.ts";
import { INPUT_NAME, type InputSpec, specsOf, symbolicInputs } from "./input_signature.ts";
import { Layer, type LayerOptions, withCalls } from "./layer.ts";
import {
  readLayer,
  type SharedLayer,
  sharingLayers,
  writeLayer,
  type WrittenLayer,
} from "./layer_config.ts";
import { Model } from "./model.ts";
import type { AnyModule, CallContext } from "./module.ts";
import { Names } from "./names.ts";
import type { Config } from "./serialization.ts";
import type { Dims } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Options of {@linkcode Sequential}. */
export interface SequentialOptions extends LayerOptions {
  /** The layers, first to last. */
  layers?: readonly (Layer | Tensor)[];
}

/**
 * A model in which each layer takes the output of the one before. With the `inputShape` of the first layer (or an
 * `Input` before it) it is built at once, otherwise at the first call.
 *
 * @example
 * ```ts
 * import { layers, ones, Sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const model = new Sequential([
 *   new layers.Dense({ units: 8, activation: "relu", inputShape: [4] }),
 *   new layers.Dense({ units: 3 }),
 * ]);
 * assertEquals(model.apply(ones([2, 4])).shape, [2, 3]);
 * assertEquals(model.countParams(), 4 * 8 + 8 + 8 * 3 + 3);
 * ```
 */
export class Sequential extends Model {
  readonly #layers: Layer[] = [];
  readonly #names = new Names();
  /** What the model takes, where that is known before it is built. */
  #input: InputSpec | null = null;
  /** The symbolic input, then the output of each layer, once the model is built. */
  #chain: Tensor[] = [];

  /** Takes the layers, first to last. */
  constructor(layers?: readonly (Layer | Tensor)[], options?: LayerOptions);
  /** Takes the layers as an option. */
  constructor(options?: SequentialOptions);
  constructor(
    layersOrOptions: readonly (Layer | Tensor)[] | SequentialOptions = [],
    options: LayerOptions = {},
  ) {
    const given = isList(layersOrOptions)
      ? { ...options, layers: layersOrOptions }
      : layersOrOptions;
    if (typeof given !== "object") throw notALayer(given);
    const { layers = [], ...rest } = given;
    super(rest);
    for (const layer of layers) this.#take(layer);
    this.#buildIfKnown();
  }

  /**
   * Adds a layer at the end.
   *
   * @throws {Error} When the model was trained or called already with other layers at its end.
   */
  add(layer: Layer | Tensor): this {
    this.#take(layer);
    if (this.built && layer instanceof Layer) this.#extendChain(layer);
    this.#buildIfKnown();
    return this;
  }

  /** Takes the last layer away and returns it. */
  pop(): Layer {
    const last = this.#layers.pop();
    if (last === undefined) {
      throw stateError("sequential.empty", "Cannot take a layer away as the model has none");
    }
    if (this.built) this.#chain.pop();
    if (!this.#layers.includes(last)) last.leaveNames(this.#names);
    return last;
  }

  #take(layer: Layer | Tensor): void {
    if (isTensor(layer)) {
      if (!layer.isSymbolic || this.#layers.length > 0 || this.#input !== null) {
        throw typeError(
          "sequential.layer",
          "Cannot put a tensor into a Sequential model: only Input({ shape }) may stand there, once and first",
        );
      }
      const { source, dims, dtype } = layer;
      const isNamed = source instanceof InputNode && source.layer.isNamed;
      this.#input = { name: isNamed ? source.layer.name : INPUT_NAME, dims, dtype };
      return;
    }
    if (!(layer instanceof Layer)) {
      throw notALayer(layer);
    }
    if (layer.modules().includes(this)) {
      throw rangeError(
        "sequential.cycle",
        `Cannot add ${layer.name} to the model ${this.name} as no model may be part of itself: give another layer`,
      );
    }
    layer.joinNames(this.#names, this.name);
    if (this.#layers.length === 0 && layer.inputShape !== null) {
      const dims = [null, ...layer.inputShape];
      this.#input = { name: INPUT_NAME, dims, dtype: layer.inputDType };
    }
    this.#layers.push(layer);
  }

  #buildIfKnown(): void {
    if (this.#input !== null && this.#layers.length > 0) {
      this.ensureBuilt(symbolicInputs(this.#input) as Tensor);
    }
  }

  #extendChain(layer: Layer): void {
    const input = this.#chain[this.#chain.length - 1];
    this.#chain.push(withCalls(() => layer.apply(input)));
  }

  /** Builds each layer for the output of the one before. */
  override build(inputShape: Dims): void {
    if (this.#layers.length === 0) {
      throw stateError(
        "sequential.empty",
        `Cannot build the model ${this.name} as it has no layers: add() some`,
      );
    }
    const { name, dtype } = specsOf(this.inputSignature!)[0];
    this.#chain = [Input({ batchShape: [null, ...inputShape.slice(1)], dtype, name })];
    for (const layer of this.#layers) this.#extendChain(layer);
  }

  /** What it expects where nobody says the dtype of the input. */
  override get inputDType(): DType {
    return this.#input?.dtype ?? this.#layers[0]?.inputDType ?? this.dtype;
  }

  /** The symbolic input. */
  override get inputs(): Tensor {
    return this.#chain[0] ?? this.#unbuilt("inputs");
  }

  /** The symbolic output. */
  override get outputs(): Tensor {
    return this.#chain[this.#chain.length - 1] ?? this.#unbuilt("outputs");
  }

  #unbuilt(what: string): never {
    throw stateError(
      "sequential.unbuilt",
      `Cannot take the symbolic ${what} of ${this.name} as it is not built yet: give the first layer an inputShape`,
    );
  }

  /** Passes the input through the layers. */
  override forward(inputs: Tensor, { training }: CallContext): Tensor {
    return this.#layers.reduce((x, layer) => layer.apply(x, { training }), inputs);
  }

  /** The chain rule by hand, from the last layer to the first. */
  override backward(gradient: Tensor): Tensor | null {
    let g: Tensor | null = gradient;
    for (let i = this.#layers.length - 1; i >= 0 && g !== null; i--) {
      g = this.#layers[i].backward(g);
    }
    return g;
  }

  /** The layers, first to last. */
  override get layers(): Layer[] {
    return [...this.#layers];
  }

  /** The shape of one example, where it is known. */
  override get inputShape(): Dims | null {
    return this.#input?.dims.slice(1) ?? null;
  }

  /** The layers by name, each once. */
  override namedChildren(): [string, AnyModule][] {
    return [...new Set(this.#layers)].map((layer) => [layer.name, layer]);
  }

  /** The layers as JSON. */
  override getConfig(): Config {
    const { inputShape: _, ...config } = super.getConfig();
    const input = this.inputSignature === null ? this.#input : specsOf(this.inputSignature)[0];
    return {
      ...config,
      ...(input === null ? {} : { inputShape: input.dims.slice(1) }),
      ...(input === null || input.dtype === this.dtype ? {} : { inputDType: input.dtype }),
      ...(input === null || input.name === INPUT_NAME ? {} : { inputName: input.name }),
      layers: sharingLayers(() => this.#layers.map(writeLayer)),
    };
  }

  /** Makes an equal model, with new weights. */
  static override fromConfig(config: Config): Sequential {
    const { layers, inputShape, inputDType, inputName: name = INPUT_NAME, ...options } = config;
    const made = sharingLayers(() => (layers as (WrittenLayer | SharedLayer)[]).map(readLayer));
    const model = new Sequential(made, options);
    if (inputShape !== undefined) {
      model.#input = { name, dims: [null, ...inputShape], dtype: inputDType ?? model.inputDType };
      model.#buildIfKnown();
    }
    return model;
  }
}

function notALayer(value: unknown): TypeError {
  return typeError(
    "sequential.layer",
    `Cannot put ${
      show(value)
    } into a Sequential model: give layers, such as new layers.Dense({ units: 10 })`,
  );
}

function isList(value: unknown): value is readonly (Layer | Tensor)[] {
  return Array.isArray(value);
}

/** Makes a {@linkcode Sequential} model. */
export function sequential(
  layers: readonly (Layer | Tensor)[],
  options: LayerOptions = {},
): Sequential {
  return new Sequential(layers, options);
}
