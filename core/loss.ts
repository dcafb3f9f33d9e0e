/**
 * The base of losses: one value an example, weighted and reduced.
 *
 * @module
 */

import { gradientsWith } from "./autograd.ts";
import { withRecording } from "./dispatch.ts";
import { type DType } from "./dtype.ts";
import { errors, stateError } from "./errors.ts";
import {
  asFloat,
  convertToTensor,
  divideNoNan,
  expandDims,
  mean,
  multiply,
  squeeze,
  sum,
  type TensorLike,
} from "./ops/mod.ts";
import type { Config, Configurable } from "./serialization.ts";
import { formatShape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** How the values of a batch become one number. */
export type Reduction =
  | "sumOverBatchSize"
  | "sum"
  | "mean"
  | "meanWithSampleWeight"
  | "none";

const REDUCTIONS: Record<string, Reduction> = {
  sumoverbatchsize: "sumOverBatchSize",
  sum: "sum",
  mean: "mean",
  meanwithsampleweight: "meanWithSampleWeight",
  none: "none",
};

/** Options that every loss takes. */
export interface LossOptions {
  /** How the values of a batch become one number. @default "sumOverBatchSize" (their mean) */
  reduction?: Reduction | string | null;
  /** @default its class, in camelCase */
  name?: string;
  /** The dtype it computes in. @default that of the predictions */
  dtype?: DType;
}

/** The base of all losses. */
export abstract class Loss implements Configurable {
  /** What logs call it. */
  readonly name: string;
  readonly reduction: Reduction;
  readonly dtype: DType | null;
  #last: { prediction: Tensor; value: Tensor } | null = null;

  constructor(options: LossOptions = {}) {
    const { reduction = "sumOverBatchSize", name, dtype = null } = options;
    const found = REDUCTIONS[String(reduction ?? "none").replaceAll("_", "").toLowerCase()];
    if (found === undefined) {
      throw errors.option(
        "make a loss",
        "reduction",
        `one of ${Object.values(REDUCTIONS).join(", ")}`,
        reduction,
      );
    }
    this.reduction = found;
    this.name = name ?? this.constructor.name.replace(/^./, (c) => c.toLowerCase());
    this.dtype = dtype;
  }

  /** The loss of each example, `[batch, …]`; not weighted, not reduced. */
  abstract compute(yTrue: Tensor, yPred: Tensor): Tensor;

  /**
   * The loss of a batch.
   *
   * @throws {RangeError} When the shapes do not fit.
   */
  call(yTrue: TensorLike, yPred: TensorLike, sampleWeight: TensorLike | null = null): Tensor {
    const prediction = asFloat(yPred);
    const values = this.compute(
      convertToTensor(yTrue),
      this.dtype === null ? prediction : convertToTensor(prediction, { dtype: this.dtype }),
    );
    return reduceWeighted(values, this.reduction, sampleWeight);
  }

  /** The loss of a batch, the prediction first, remembered for {@linkcode backward}. */
  forward(prediction: Tensor, target: TensorLike): Tensor {
    const tracked = prediction.detach().requiresGrad_();
    const value = withRecording(true, () => this.call(target, tracked));
    this.#last = { prediction: tracked, value };
    return value.detach();
  }

  /**
   * The gradient of the last {@linkcode forward} by the prediction: where the chain rule by hand begins.
   *
   * @throws {Error} When `forward` was not called before.
   */
  backward(): Tensor {
    if (this.#last === null) {
      throw stateError(
        "loss.backward",
        `Cannot go backward through the loss ${this.name} as it was not computed: call forward(prediction, target) first`,
      );
    }
    const { prediction, value } = this.#last;
    const [gradient] = gradientsWith(value, [prediction], { retainGraph: true });
    return gradient!;
  }

  getConfig(): Config {
    return {
      name: this.name,
      reduction: this.reduction,
      ...(this.dtype === null ? {} : { dtype: this.dtype }),
    };
  }
}

/** Brings weights to the axes of the values they weigh. */
export function alignWeights(weights: Tensor, values: Tensor): Tensor {
  let aligned = weights;
  if (aligned.ndim === values.ndim + 1 && aligned.dims[aligned.ndim - 1] === 1) {
    aligned = squeeze(aligned, -1);
  }
  while (aligned.ndim < values.ndim) aligned = expandDims(aligned, -1);
  const fits = aligned.ndim === values.ndim &&
    aligned.dims.every((d, i) => d === values.dims[i] || d === 1);
  if (!fits) {
    throw errors.shapes(
      "weigh samples",
      `the weights must fit values of shape ${formatShape(values.dims)}`,
      weights.dims,
    );
  }
  return aligned;
}

/** Weighs values and reduces them to one. */
export function reduceWeighted(
  values: Tensor,
  reduction: Reduction,
  sampleWeight: TensorLike | null,
): Tensor {
  if (sampleWeight === null) {
    if (reduction === "none") return values;
    return reduction === "sum" ? sum(values) : mean(values);
  }
  const given = convertToTensor(sampleWeight, { dtype: values.dtype });
  const weights = alignWeights(given, values);
  const weighted = multiply(values, weights);
  switch (reduction) {
    case "none":
      return weighted;
    case "sum":
      return sum(weighted);
    case "meanWithSampleWeight": {
      const repeats = sizeOf(values.shape) / sizeOf(weights.shape);
      return divideNoNan(sum(weighted), multiply(sum(weights), repeats));
    }
    default:
      return mean(weighted);
  }
}
