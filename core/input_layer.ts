/**
 * What a model takes: its inputs, as symbolic tensors and as layers.
 *
 * @module
 */

import { symbolicTensor } from "./dispatch.ts";
import type { DType } from "./dtype.ts";
import { errors } from "./errors.ts";
import { Layer, type LayerOptions } from "./layer.ts";
import type { Config } from "./serialization.ts";
import { type Dims, formatShape, mayBeSame } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { TraceNode } from "./trace.ts";

/** Options of {@linkcode InputLayer}. */
export interface InputLayerOptions extends LayerOptions {
  /** The shape of one example; the same as `inputShape`. */
  shape?: Dims;
  /** The number of examples in a batch. @default null (any) */
  batchSize?: number | null;
  /** The shape with the batch axis, in place of `shape` and `batchSize`. */
  batchShape?: Dims;
}

/**
 * Says what a model takes, as its first layer, and checks it. Input and output `[batch, …shape]`.
 *
 * @throws {RangeError} When no shape is given, or when an input has another.
 * @throws {TypeError} When the shape is no list.
 *
 * @example
 * ```ts
 * import { layers, sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const model = sequential([new layers.InputLayer({ shape: [4] }), new layers.Dense({ units: 2 })]);
 * assertEquals(model.countParams(), 10);
 * ```
 */
export class InputLayer extends Layer {
  /** The shape with the batch axis; `null` where any size will do. */
  readonly batchShape: Dims;

  /** Takes the shape. */
  constructor(options: InputLayerOptions = {}) {
    const { batchShape, batchSize = null } = options;
    const given = batchShape ?? options.shape ?? options.inputShape;
    if (given === undefined) {
      throw errors.option("make an InputLayer", "shape", "given, such as [784]", given);
    }
    if (!Array.isArray(given)) throw errors.shapeKind("make an InputLayer", given);
    const sizes = batchShape === undefined ? [batchSize, ...given] : [...given];
    const shape = sizes.slice(1);
    if (!sizes.every((d) => d === null || (Number.isInteger(d) && d >= 0))) {
      throw errors.option(
        "make an InputLayer",
        "shape",
        "whole numbers, or null where any size will do",
        shape,
      );
    }
    super({ ...options, inputShape: shape });
    this.batchShape = sizes;
  }

  /** The input as it is. */
  forward(inputs: Tensor): Tensor {
    if (mayBeSame(inputs.dims, this.batchShape)) return inputs;
    throw errors.shapes(
      `apply ${this.name}`,
      `the input must have the shape ${formatShape(this.batchShape)}`,
      inputs.dims,
    );
  }

  /** The options that make an equal layer. */
  override getConfig(): Config {
    const { inputShape: _, ...config } = super.getConfig();
    return { ...config, batchShape: this.batchShape };
  }
}

/** The node of a symbolic tensor that stands for an input of a functional model. */
export class InputNode extends TraceNode {
  constructor(readonly layer: InputLayer) {
    super("input", [], {
      get name() {
        return layer.name;
      },
    }, null);
    layer.buildFor(layer.batchShape);
    this.outputs = [symbolicTensor(layer.batchShape, layer.dtype, this)];
  }
}

/** Options of {@linkcode Input}. */
export interface InputOptions {
  /** The shape of one example; `null` where any size will do. */
  shape?: Dims;
  /** The number of examples in a batch. @default null (any) */
  batchSize?: number | null;
  /** The shape with the batch axis, in place of `shape` and `batchSize`. */
  batchShape?: Dims;
  /** Of its values. @default "float32" */
  dtype?: DType;
  /** What exports, and records of inputs, call it. @default "input_layer", numbered */
  name?: string;
}

/**
 * A symbolic tensor that stands for a model's input: `[null, …shape]`, the batch unknown.
 *
 * @throws {RangeError} When no shape is given.
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
export function Input(options: InputOptions): Tensor {
  return new InputNode(new InputLayer(options)).outputs[0];
}
