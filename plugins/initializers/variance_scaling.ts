/**
 * Initializers that scale with the number of inputs and outputs of a weight: Glorot, He, LeCun.
 *
 * @module
 */

import type { DType } from "../../core/dtype.ts";
import { errors } from "../../core/errors.ts";
import { oneOf } from "../../core/options.ts";
import type { Config } from "../../core/serialization.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { RandomInitializer, type SeedOptions } from "./_random_initializer.ts";

const MODES = ["fanIn", "fanOut", "fanAvg"] as const;
const DISTRIBUTIONS = ["truncatedNormal", "untruncatedNormal", "uniform"] as const;

/** What the variance is divided by: the number of inputs, of outputs, or the mean of the two. */
export type FanMode = typeof MODES[number];

/** The distributions that {@linkcode VarianceScaling} draws from. */
export type ScaledDistribution = typeof DISTRIBUTIONS[number];

/** Which axes of a weight count, for weights that are no ordinary kernels. */
export interface FanOptions extends SeedOptions {
  /** The axes whose sizes make the number of inputs. @default null (all but the last) */
  inputAxes?: readonly number[] | null;
  /** The axes whose sizes make the number of outputs. @default null (all but the second to last) */
  outputAxes?: readonly number[] | null;
}

/** Options of {@linkcode VarianceScaling}. */
export interface VarianceScalingOptions extends FanOptions {
  /** The variance for one input, above 0. @default 1 */
  scale?: number;
  /** `"fanIn"`, `"fanOut"` or `"fanAvg"`. @default "fanIn" */
  mode?: FanMode | (string & Record<never, never>);
  /** `"truncatedNormal"`, `"untruncatedNormal"` or `"uniform"`. @default "truncatedNormal" */
  distribution?: ScaledDistribution | (string & Record<never, never>);
}

/** The standard deviation that is left of a normal distribution cut off at two of them. */
const LEFT_AFTER_CUT = 0.87962566103423978;

/** Inputs and outputs of a kernel `[…window, inputs, outputs]`. */
function fansOf(
  shape: Shape,
  inputAxes: readonly number[] | null,
  outputAxes: readonly number[] | null,
): { fanIn: number; fanOut: number } {
  if (inputAxes !== null && outputAxes !== null) {
    const along = (axes: readonly number[]) => sizeOf(axes.map((axis) => shape.at(axis)!));
    return { fanIn: along(inputAxes), fanOut: along(outputAxes) };
  }
  if (shape.length < 2) return { fanIn: sizeOf(shape), fanOut: sizeOf(shape) };
  const window = sizeOf(shape.slice(0, -2));
  return { fanIn: window * shape.at(-2)!, fanOut: window * shape.at(-1)! };
}

/**
 * Draws values whose variance is `scale / n`, so that signals keep their strength through the layers.
 *
 * `n` is the number of inputs, of outputs, or their mean. The normal distribution is cut off at two standard
 * deviations and widened, so that what is left has the variance; the uniform one reaches to ±√(3·scale / n).
 *
 * @throws {RangeError} When `scale` is not above 0, or a name is unknown.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const initializer = new initializers.VarianceScaling({ mode: "fanOut", distribution: "uniform" });
 * const limit = Math.sqrt(3 / 50);
 * assert(initializer.call([100, 50]).dataSync().every((value) => Math.abs(value) <= limit));
 * ```
 */
export class VarianceScaling extends RandomInitializer {
  readonly scale: number;
  readonly mode: FanMode;
  readonly distribution: ScaledDistribution;
  readonly inputAxes: readonly number[] | null;
  readonly outputAxes: readonly number[] | null;

  constructor(options: VarianceScalingOptions = {}) {
    super(options);
    const { scale = 1, mode = "fanIn", distribution = "truncatedNormal" } = options;
    const action = `make a ${this.constructor.name}`;
    if (!(scale > 0 && Number.isFinite(scale))) {
      throw errors.option(action, "scale", "finite and above 0", scale);
    }
    this.scale = scale;
    this.mode = oneOf(action, "mode", mode, MODES);
    this.distribution = distribution === "normal"
      ? "truncatedNormal"
      : oneOf(action, "distribution", distribution, DISTRIBUTIONS);
    this.inputAxes = options.inputAxes ?? null;
    this.outputAxes = options.outputAxes ?? null;
  }

  call(shape: Shape, { dtype }: { dtype?: DType } = {}): Tensor {
    const { fanIn, fanOut } = fansOf(shape, this.inputAxes, this.outputAxes);
    const n = { fanIn, fanOut, fanAvg: (fanIn + fanOut) / 2 }[this.mode];
    const stddev = Math.sqrt(this.scale / Math.max(1, n));
    switch (this.distribution) {
      case "truncatedNormal":
        return this.drawTruncated(shape, 0, stddev / LEFT_AFTER_CUT, dtype);
      case "untruncatedNormal":
        return this.drawNormal(shape, 0, stddev, dtype);
      case "uniform":
        return this.drawUniform(shape, -Math.sqrt(3) * stddev, Math.sqrt(3) * stddev, dtype);
    }
  }

  override getConfig(): Config {
    const { scale, mode, distribution, inputAxes, outputAxes } = this;
    return { scale, mode, distribution, inputAxes, outputAxes, ...super.getConfig() };
  }
}

/** A {@linkcode VarianceScaling} whose scale, mode and distribution are given by its name. */
abstract class NamedScaling extends VarianceScaling {
  override getConfig(): Config {
    return { inputAxes: this.inputAxes, outputAxes: this.outputAxes, seed: this.seed };
  }
}

/**
 * Draws evenly from ±√(6 / (inputs + outputs)); the initializer that layers use unless told otherwise.
 *
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const kernel = new initializers.GlorotUniform({ seed: 1 }).call([4, 2]);
 * assert(kernel.dataSync().every((value) => Math.abs(value) <= 1));
 * ```
 */
export class GlorotUniform extends NamedScaling {
  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 1, mode: "fanAvg", distribution: "uniform" });
  }
}

/**
 * Draws from a truncated normal distribution of variance 2 / (inputs + outputs).
 *
 * Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new initializers.GlorotNormal().call([4, 2]).shape, [4, 2]);
 * ```
 */
export class GlorotNormal extends NamedScaling {
  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 1, mode: "fanAvg", distribution: "truncatedNormal" });
  }
}

/**
 * Draws evenly from ±√(6 / inputs), which suits ReLU.
 *
 * He et al., "Delving deep into rectifiers", 2015.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new initializers.HeUniform().call([4, 2]).shape, [4, 2]);
 * ```
 */
export class HeUniform extends NamedScaling {
  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 2, mode: "fanIn", distribution: "uniform" });
  }
}

/**
 * Draws from a truncated normal distribution of variance 2 / inputs, which suits ReLU.
 *
 * He et al., "Delving deep into rectifiers", 2015.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new initializers.HeNormal().call([4, 2]).shape, [4, 2]);
 * ```
 */
export class HeNormal extends NamedScaling {
  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 2, mode: "fanIn", distribution: "truncatedNormal" });
  }
}

/**
 * Draws evenly from ±√(3 / inputs), which suits SELU.
 *
 * LeCun et al., "Efficient backprop", 1998.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new initializers.LecunUniform().call([4, 2]).shape, [4, 2]);
 * ```
 */
export class LecunUniform extends NamedScaling {
  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 1, mode: "fanIn", distribution: "uniform" });
  }
}

/**
 * Draws from a truncated normal distribution of variance 1 / inputs, which suits SELU.
 *
 * LeCun et al., "Efficient backprop", 1998.
 *
 * @example
 * ```ts
 * import { initializers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(new initializers.LecunNormal().call([4, 2]).shape, [4, 2]);
 * ```
 */
export class LecunNormal extends NamedScaling {
  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 1, mode: "fanIn", distribution: "truncatedNormal" });
  }
}
