/**
 * The layer that normalizes by the statistics of batches.
 *
 * @module
 */

import { noGrad } from "../core/autograd.ts";
import { update } from "../core/dispatch.ts";
import { errors } from "../core/errors.ts";
import type { Initializer } from "../core/initializer.ts";
import type { CallContext } from "../core/module.ts";
import {
  batchNormalization,
  batchNormalizationTraining,
  isfinite,
  where,
} from "../core/ops/mod.ts";
import { asDType } from "../core/ops/operand.ts";
import { numberIn } from "../core/options.ts";
import { tidy } from "../core/scope.ts";
import { type Config, type Identifier, resolve, serialize } from "../core/serialization.ts";
import { type Dims, knownDim, normalizeAxis } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import { emaUpdate } from "../core/update_rules.ts";
import type { Variable } from "../core/variable.ts";
import type { WeightLayouts } from "../core/weight_layout.ts";
import { AffineLayer, type AffineLayerOptions } from "./_affine.ts";

/** Options of {@linkcode BatchNormalization}. */
export interface BatchNormalizationOptions extends AffineLayerOptions {
  /** The axis of the channels: -1 for channels last, 1 for channels first. @default -1 */
  axis?: number;
  /** How much of the moving statistics stays at each step of training, in [0, 1]. @default 0.99 */
  momentum?: number;
  /** @default "zeros" */
  movingMeanInitializer?: Identifier<Initializer>;
  /** @default "ones" */
  movingVarianceInitializer?: Identifier<Initializer>;
  /** Batch renormalization, which is not supported. @default false */
  renorm?: false;
  /** Statistics over several devices, which are not supported. @default false */
  synchronized?: false;
}

/**
 * `gamma · (x − mean) / √(variance + epsilon) + beta`, for each channel by itself.
 *
 * In training the mean and the variance are those of the batch, and `movingMean` and `movingVariance` move towards
 * them: `moving · momentum + batch · (1 − momentum)`, the variance not corrected for the degree of freedom. In
 * inference, and where `trainable` is false, the moving ones normalize, and stay as they are.
 *
 * Input and output `[batch, …, channels]`, or with the channels along `axis`; all weights are `[channels]`.
 *
 * Ioffe and Szegedy, "Batch normalization", 2015.
 *
 * @throws {RangeError} When the input has no such axis, its size is unknown at building or differs later, the batch is
 * empty in training, or an option is out of range.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 *
 * const norm = new layers.BatchNormalization({ momentum: 0.5, epsilon: 0 });
 * assertEquals(norm.apply(tensor([[3], [5]]), { training: true }).toArray(), [[-1], [1]]);
 * assertEquals([norm.movingMean.item(), norm.movingVariance.item()], [2, 1]);
 * assertAlmostEquals(norm.apply(tensor([[3]])).item(), 1);
 * ```
 */
export class BatchNormalization extends AffineLayer {
  readonly axis: number;
  readonly momentum: number;
  readonly movingMeanInitializer: Initializer;
  readonly movingVarianceInitializer: Initializer;
  movingMean!: Variable;
  movingVariance!: Variable;

  constructor(options: BatchNormalizationOptions = {}) {
    super("BatchNormalization", options);
    const { axis = -1, momentum = 0.99 } = options;
    const operation = "make a BatchNormalization layer";
    for (const option of ["renorm", "synchronized"] as const) {
      if (options[option]) {
        throw errors.option(operation, option, "false, all that is supported", true);
      }
    }
    this.axis = numberIn("a whole number", operation, "axis", axis);
    this.momentum = numberIn("in [0, 1]", operation, "momentum", momentum);
    this.movingMeanInitializer = resolve("initializer", options.movingMeanInitializer ?? "zeros");
    this.movingVarianceInitializer = resolve(
      "initializer",
      options.movingVarianceInitializer ?? "ones",
    );
  }

  override build(inputShape: Dims): void {
    const operation = `build ${this.name}`;
    const axis = normalizeAxis(operation, this.axis, inputShape.length);
    const shape = [knownDim(operation, inputShape, axis)];
    this.buildAffine(shape);
    this.movingMean = this.addBuffer({
      name: "movingMean",
      shape,
      initializer: this.movingMeanInitializer,
    });
    this.movingVariance = this.addBuffer({
      name: "movingVariance",
      shape,
      initializer: this.movingVarianceInitializer,
    });
  }

  forward(inputs: Tensor, { training }: CallContext): Tensor {
    const x = asDType(inputs, this.dtype);
    const { axis, epsilon, gamma: scale, beta: offset, movingMean, movingVariance } = this;
    const options = { axis, epsilon, scale, offset };
    if (!training || !this.trainable || x.isSymbolic) {
      return batchNormalization(x, movingMean, movingVariance, options);
    }
    const [y, mean, variance] = batchNormalizationTraining(x, options);
    moveTowards(movingMean, mean, this.momentum);
    moveTowards(movingVariance, variance, this.momentum);
    return y;
  }

  override weightLayouts(framework: string): WeightLayouts {
    if (framework !== "pytorch") return {};
    return {
      ...super.weightLayouts(framework),
      movingMean: { name: "running_mean", features: ["input"] },
      movingVariance: { name: "running_var", features: ["input"] },
    };
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      axis: this.axis,
      momentum: this.momentum,
      movingMeanInitializer: serialize("initializer", this.movingMeanInitializer),
      movingVarianceInitializer: serialize("initializer", this.movingVarianceInitializer),
    };
  }
}

/** A batch whose statistics are not finite, which training refuses as a whole, leaves the moving ones as they are. */
function moveTowards(moving: Variable, ofBatch: Tensor, momentum: number): void {
  noGrad(() =>
    tidy(() => {
      const target = where(isfinite(ofBatch), ofBatch, moving);
      update(emaUpdate, [moving], [target], { momentum });
    })
  );
}
