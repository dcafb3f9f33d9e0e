/**
 * The layer that gives each whole number a vector.
 *
 * @module
 */

import type { DType } from "../core/dtype.ts";
import { errors } from "../core/errors.ts";
import type { Constraint, Initializer, Regularizer } from "../core/initializer.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { equal, take, where } from "../core/ops/mod.ts";
import { asDType } from "../core/ops/operand.ts";
import { numberIn } from "../core/options.ts";
import {
  type Config,
  type Identifier,
  resolve,
  resolveOptional,
  serialize,
  serializeOptional,
} from "../core/serialization.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Parameter } from "../core/variable.ts";
import type { WeightLayouts } from "../core/weight_layout.ts";

/** Options of {@linkcode Embedding}. */
export interface EmbeddingOptions extends LayerOptions {
  /** How many vectors there are: the greatest index and one, from 1 on. */
  inputDim: number;
  /** How long a vector is, from 1 on. */
  outputDim: number;
  /** @default "uniform" */
  embeddingsInitializer?: Identifier<Initializer>;
  /** What the vectors cost. @default null */
  embeddingsRegularizer?: Identifier<Regularizer> | null;
  /** Keeps the vectors in bounds. @default null */
  embeddingsConstraint?: Identifier<Constraint> | null;
  /** Whether 0 stands for no index and is masked, which is not supported. @default false */
  maskZero?: false;
}

/**
 * A vector, which is learnt, for each index: `embeddings[x]`.
 *
 * Input `[batch, …]`, whole numbers from 0 up to but not including `inputDim`, of any dtype; output
 * `[batch, …, outputDim]`; `embeddings` is `[inputDim, outputDim]`. Negative indices count from the end, as they do in
 * `ops.take`.
 *
 * @throws {RangeError} When a size is no whole number from 1 on, or an index is out of range or not whole.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const embedding = new layers.Embedding({ inputDim: 3, outputDim: 2 });
 * const words = tensor([[2, 0]], { dtype: "int32" });
 * assertEquals(embedding.apply(words).shape, [1, 2, 2]);
 * embedding.setWeights([[[1, 2], [3, 4], [5, 6]]]);
 * assertEquals(embedding.apply(words).toArray(), [[[5, 6], [1, 2]]]);
 * ```
 */
export class Embedding extends Layer {
  readonly inputDim: number;
  readonly outputDim: number;
  readonly embeddingsInitializer: Initializer;
  readonly embeddingsRegularizer: Regularizer | null;
  readonly embeddingsConstraint: Constraint | null;
  embeddings!: Parameter;

  constructor(options: EmbeddingOptions) {
    super(options);
    const operation = "make an Embedding layer";
    const { inputDim, outputDim, maskZero = false } = options;
    this.inputDim = numberIn("a whole number from 1 on", operation, "inputDim", inputDim);
    this.outputDim = numberIn("a whole number from 1 on", operation, "outputDim", outputDim);
    if (maskZero) throw errors.option(operation, "maskZero", "false, all that is supported", true);
    this.embeddingsInitializer = resolve("initializer", options.embeddingsInitializer ?? "uniform");
    this.embeddingsRegularizer = resolveOptional("regularizer", options.embeddingsRegularizer);
    this.embeddingsConstraint = resolveOptional("constraint", options.embeddingsConstraint);
  }

  /** Indices are whole numbers. */
  override get inputDType(): DType {
    return "int32";
  }

  override build(): void {
    this.embeddings = this.addWeight({
      name: "embeddings",
      shape: [this.inputDim, this.outputDim],
      initializer: this.embeddingsInitializer,
      regularizer: this.embeddingsRegularizer,
      constraint: this.embeddingsConstraint,
    });
  }

  forward(inputs: Tensor): Tensor {
    return take(this.embeddings, this.#indicesOf(inputs), { axis: 0 });
  }

  #indicesOf(inputs: Tensor): Tensor {
    const indices = asDType(inputs, "int32");
    if (indices === inputs || inputs.isSymbolic) return indices;
    // NaN and fractions would be cut to some index: they are sent out of range, where they are told.
    return where(equal(inputs, indices), indices, this.inputDim);
  }

  override weightLayouts(framework: string): WeightLayouts {
    return framework === "pytorch" ? { embeddings: { name: "weight" } } : {};
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      inputDim: this.inputDim,
      outputDim: this.outputDim,
      embeddingsInitializer: serialize("initializer", this.embeddingsInitializer),
      embeddingsRegularizer: serializeOptional("regularizer", this.embeddingsRegularizer),
      embeddingsConstraint: serializeOptional("constraint", this.embeddingsConstraint),
    };
  }
}
