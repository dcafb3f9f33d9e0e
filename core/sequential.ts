/**
 * A model that is a list of layers.
 *
 * @module
 */

import { isTensor } from "./dispatch.ts";
import type { DType } from "./dtype.ts";
import { rangeError, show, stateError, typeError } from "./errors.ts";
import { Layer, type LayerOptions, symbolicInput } from "./layer.ts";
import { Model } from "./model.ts";
import type { AnyModule, CallContext } from "./module.ts";
import { type Config, deserialize, serialize, type SerializedObject } from "./serialization.ts";
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
  #inputDims: Dims | null = null;
  /** That of an `Input` which stands first, where it is not that of the model. */
  #inputDType: DType | null = null;

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
    if (this.built && layer instanceof Layer) {
      const dims = this.#outputOf(this.#layers.length - 1);
      layer.apply(symbolicInput(dims, this.dtype));
    }
    this.#buildIfKnown();
    return this;
  }

  /** Takes the last layer away and returns it. */
  pop(): Layer {
    const last = this.#layers.pop();
    if (last !== undefined) return last;
    throw stateError("sequential.empty", "Cannot take a layer away as the model has none");
  }

  #take(layer: Layer | Tensor): void {
    if (isTensor(layer)) {
      if (!layer.isSymbolic || this.#layers.length > 0) {
        throw typeError(
          "sequential.layer",
          "Cannot put a tensor into a Sequential model: only Input({ shape }) may stand there, and only first",
        );
      }
      this.#inputDims = layer.dims;
      this.#inputDType = layer.dtype === this.dtype ? null : layer.dtype;
      return;
    }
    if (!(layer instanceof Layer)) {
      throw notALayer(layer);
    }
    this.#name(layer);
    if (this.#layers.length === 0 && layer.inputShape !== null) {
      this.#inputDims = [null, ...layer.inputShape];
    }
    this.#layers.push(layer);
  }

  /** Names a layer that has no name so that no other here has it: `dense`, `dense_1`, … */
  #name(layer: Layer): void {
    if (this.#layers.includes(layer)) return;
    const taken = new Set(this.#layers.map((other) => other.name));
    if (layer.isNamed) {
      if (!taken.has(layer.name)) return;
      throw rangeError(
        "sequential.name",
        `Cannot add a second layer named "${layer.name}" to the model ${this.name}: names must differ`,
      );
    }
    const base = layer.name;
    let name = base;
    for (let i = 1; taken.has(name); i++) name = `${base}_${i}`;
    layer.giveName(name);
  }

  #buildIfKnown(): void {
    if (this.#inputDims !== null && this.#layers.length > 0) this.buildFor(this.#inputDims);
  }

  #outputOf(index: number): Dims {
    return index === 0 ? this.builtShape! : this.#layers[index - 1].outputDims[0];
  }

  /** Builds each layer for the output of the one before. */
  override build(inputShape: Dims): void {
    if (this.#layers.length === 0) {
      throw stateError(
        "sequential.empty",
        `Cannot build the model ${this.name} as it has no layers: add() some`,
      );
    }
    let x = symbolicInput([null, ...inputShape.slice(1)], this.#inputDType ?? this.dtype);
    for (const layer of this.#layers) x = layer.apply(x);
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
    return this.#inputDims?.slice(1) ?? null;
  }

  /** The layers by name, each once. */
  override namedChildren(): [string, AnyModule][] {
    return [...new Set(this.#layers)].map((layer) => [layer.name, layer]);
  }

  /** The layers as JSON. */
  override getConfig(): Config {
    const { inputShape: _, ...config } = super.getConfig();
    return {
      ...config,
      ...(this.builtShape === null ? {} : { inputShape: this.builtShape.slice(1) }),
      ...(this.#inputDType === null ? {} : { inputDType: this.#inputDType }),
      layers: this.#layers.map((layer, i) => {
        const first = this.#layers.indexOf(layer);
        return first < i ? { sharedWith: first } : serialize("layer", layer);
      }),
    };
  }

  /** Makes an equal model, with new weights. */
  static override fromConfig(config: Config): Sequential {
    const { layers, inputShape, inputDType = null, ...options } = config;
    const made: Layer[] = [];
    for (const layer of layers as (SerializedObject | SharedLayer)[]) {
      made.push(
        "sharedWith" in layer ? made[layer.sharedWith] : deserialize<Layer>("layer", layer),
      );
    }
    const model = new Sequential(made, options);
    model.#inputDType = inputDType;
    if (inputShape !== undefined) model.buildFor([null, ...inputShape]);
    return model;
  }
}

/** Stands in a config for a layer that is listed again: the place of the first. */
interface SharedLayer {
  sharedWith: number;
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
