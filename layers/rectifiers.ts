/**
 * Layers that let positive values through, with options for the others.
 *
 * @module
 */

import { errors } from "../core/errors.ts";
import type { Constraint, Initializer, Regularizer } from "../core/initializer.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import { elu, leakyRelu, multiply, negative, relu, subtract } from "../core/ops/mod.ts";
import {
  type Config,
  type Identifier,
  resolve,
  resolveOptional,
  serialize,
  serializeOptional,
} from "../core/serialization.ts";
import { type Dims, normalizeAxis, type Shape, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Parameter } from "../core/variable.ts";
import type { WeightLayouts } from "../core/weight_layout.ts";

function notNegative(layer: string, option: string, value: number): number {
  if (value >= 0) return value;
  throw errors.option(`make a ${layer} layer`, option, "0 or above", value);
}

/** Options of {@linkcode ReLU}. */
export interface ReLUOptions extends LayerOptions {
  /** The greatest output, from 0 on. @default null (none) */
  maxValue?: number | null;
  /** What inputs below the threshold are multiplied by, from 0 on. @default 0 */
  negativeSlope?: number;
  /** Up to where inputs count as low, from 0 on. @default 0 */
  threshold?: number;
}

/**
 * `min(x, maxValue)` above the threshold, `negativeSlope · (x − threshold)` below: `max(x, 0)` unless told otherwise.
 * Input and output `[batch, …]`.
 *
 * @throws {RangeError} When an option is negative.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const relu = new layers.ReLU({ maxValue: 3, negativeSlope: 0.5 });
 * assertEquals(relu.apply(tensor([[-2, 1, 5]])).toArray(), [[-1, 1, 3]]);
 * ```
 */
export class ReLU extends Layer {
  readonly maxValue: number | null;
  readonly negativeSlope: number;
  readonly threshold: number;

  constructor(options: ReLUOptions = {}) {
    super(options);
    const { maxValue = null, negativeSlope = 0, threshold = 0 } = options;
    this.maxValue = maxValue === null ? null : notNegative("ReLU", "maxValue", maxValue);
    this.negativeSlope = notNegative("ReLU", "negativeSlope", negativeSlope);
    this.threshold = notNegative("ReLU", "threshold", threshold);
  }

  forward(inputs: Tensor): Tensor {
    const { maxValue, negativeSlope, threshold } = this;
    return relu(inputs, { maxValue, negativeSlope, threshold });
  }

  override getConfig(): Config {
    const { maxValue, negativeSlope, threshold } = this;
    return { ...super.getConfig(), maxValue, negativeSlope, threshold };
  }
}

/** Options of {@linkcode LeakyReLU}. */
export interface LeakyReLUOptions extends LayerOptions {
  /** What negative inputs are multiplied by, from 0 on. @default 0.3 */
  negativeSlope?: number;
}

/**
 * `x` above 0, `negativeSlope · x` below. Input and output `[batch, …]`.
 *
 * @throws {RangeError} When `negativeSlope` is negative.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const leaky = new layers.LeakyReLU({ negativeSlope: 0.5 });
 * assertEquals(leaky.apply(tensor([[-2, 1]])).toArray(), [[-1, 1]]);
 * ```
 */
export class LeakyReLU extends Layer {
  readonly negativeSlope: number;

  constructor(options: LeakyReLUOptions = {}) {
    super(options);
    this.negativeSlope = notNegative("LeakyReLU", "negativeSlope", options.negativeSlope ?? 0.3);
  }

  forward(inputs: Tensor): Tensor {
    return leakyRelu(inputs, { negativeSlope: this.negativeSlope });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), negativeSlope: this.negativeSlope };
  }
}

/** Options of {@linkcode ELU}. */
export interface ELUOptions extends LayerOptions {
  /** How far below 0 the output may go. @default 1 */
  alpha?: number;
}

/**
 * `x` above 0, `alpha · (e^x − 1)` below. Input and output `[batch, …]`.
 *
 * Clevert et al., "Fast and accurate deep network learning by exponential linear units", 2016.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new layers.ELU({ alpha: 2 }).apply(tensor([[-Infinity, 1]])).toArray(), [[-2, 1]]);
 * ```
 */
export class ELU extends Layer {
  readonly alpha: number;

  constructor(options: ELUOptions = {}) {
    super(options);
    this.alpha = options.alpha ?? 1;
  }

  forward(inputs: Tensor): Tensor {
    return elu(inputs, { alpha: this.alpha });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), alpha: this.alpha };
  }
}

/** Options of {@linkcode PReLU}. */
export interface PReLUOptions extends LayerOptions {
  /** @default "zeros" */
  alphaInitializer?: Identifier<Initializer>;
  /** What the slopes cost. @default null */
  alphaRegularizer?: Identifier<Regularizer> | null;
  /** Keeps the slopes in bounds. @default null */
  alphaConstraint?: Identifier<Constraint> | null;
  /** Axes along which all elements share a slope; the batch is axis 0. @default null (none) */
  sharedAxes?: readonly number[] | null;
}

/**
 * `x` above 0, `alpha · x` below, with slopes that are learnt. Input and output `[batch, …features]`; `alpha` is
 * `[…features]`, with size 1 along shared axes.
 *
 * He et al., "Delving deep into rectifiers", 2015.
 *
 * @throws {RangeError} When an axis that is not shared is unknown at building.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const prelu = new layers.PReLU({ alphaInitializer: "ones" });
 * assertEquals(prelu.apply(tensor([[-2, 1]])).toArray(), [[-2, 1]]);
 * ```
 */
export class PReLU extends Layer {
  readonly alphaInitializer: Initializer;
  readonly alphaRegularizer: Regularizer | null;
  readonly alphaConstraint: Constraint | null;
  readonly sharedAxes: readonly number[] | null;
  alpha!: Parameter;

  constructor(options: PReLUOptions = {}) {
    super(options);
    this.alphaInitializer = resolve("initializer", options.alphaInitializer ?? "zeros");
    this.alphaRegularizer = resolveOptional("regularizer", options.alphaRegularizer);
    this.alphaConstraint = resolveOptional("constraint", options.alphaConstraint);
    this.sharedAxes = options.sharedAxes ?? null;
  }

  override build(inputShape: Dims): void {
    const shared = (this.sharedAxes ?? []).map((axis) =>
      normalizeAxis(`build ${this.name}`, axis, inputShape.length)
    );
    this.alpha = this.addWeight({
      name: "alpha",
      shape: inputShape.map((d, axis) => shared.includes(axis) ? 1 : d).slice(1) as Shape,
      initializer: this.alphaInitializer,
      regularizer: this.alphaRegularizer,
      constraint: this.alphaConstraint,
    });
  }

  forward(inputs: Tensor): Tensor {
    return subtract(relu(inputs), multiply(this.alpha, relu(negative(inputs))));
  }

  override weightLayouts(framework: string): WeightLayouts {
    if (framework !== "pytorch") return {};
    const { shape } = this.alpha;
    const features = shape.map((_, axis) => axis === shape.length - 1 ? "input" : null);
    return { alpha: { name: "weight", shape: [sizeOf(shape)], features } };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      alphaInitializer: serialize("initializer", this.alphaInitializer),
      alphaRegularizer: serializeOptional("regularizer", this.alphaRegularizer),
      alphaConstraint: serializeOptional("constraint", this.alphaConstraint),
      sharedAxes: this.sharedAxes,
    };
  }
}
