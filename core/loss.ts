/**
 * The base of losses: one value an example, weighted and reduced.
 *
 * @module
 */

import { gradientsWith } from "./autograd.ts";
import { withRecording } from "./dispatch.ts";
import { type DType, DTYPES, isDType } from "./dtype.ts";
import { errors, stateError } from "./errors.ts";
import {
  cast,
  convertToTensor,
  divideNoNan,
  expandDims,
  mean,
  multiply,
  squeeze,
  sum,
  type TensorLike,
} from "./ops/mod.ts";
import { asFloat } from "./ops/operand.ts";
import { instanceName, numberIn, type NumberRange, oneOf, switchOf } from "./options.ts";
import type { Config, Configurable } from "./serialization.ts";
import { formatShape, sameShape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { inSection } from "./trace.ts";

/**
 * How the values of a batch become one number: their mean (`"sumOverBatchSize"` and `"mean"`), their sum, their
 * mean weighted by the sample weights, or not at all.
 */
export type Reduction = "sumOverBatchSize" | "sum" | "mean" | "meanWithSampleWeight" | "none";

const REDUCTIONS: readonly Reduction[] = [
  "sumOverBatchSize",
  "sum",
  "mean",
  "meanWithSampleWeight",
  "none",
];

/** Options that every loss takes. */
export interface LossOptions {
  /** How the values of a batch become one number. @default "sumOverBatchSize" (their mean) */
  reduction?: Reduction | (string & Record<never, never>) | null;
  /** What logs call it. @default its class, in camelCase */
  name?: string;
  /** The dtype it computes in. @default that of the predictions */
  dtype?: DType;
}

/**
 * The base of all losses.
 *
 * @example A loss of one's own
 * ```ts
 * import { Loss, ops, type Tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * class Quartic extends Loss {
 *   compute(yTrue: Tensor, yPred: Tensor) {
 *     return ops.mean(ops.power(ops.subtract(yPred, yTrue), 4), { axis: -1 });
 *   }
 * }
 * assertEquals(new Quartic().call([[1], [2]], [[2], [4]]).item(), 8.5);
 * ```
 */
export abstract class Loss implements Configurable {
  /** What logs call it. */
  readonly name: string;
  /** How the values of a batch become one number. */
  readonly reduction: Reduction;
  /** The dtype it computes in; `null` for that of the predictions. */
  readonly dtype: DType | null;
  #last: { prediction: Tensor; value: Tensor } | null = null;

  /** Checks the options that every loss takes. */
  constructor(options: LossOptions = {}) {
    const { reduction = "sumOverBatchSize", name, dtype = null } = options;
    this.name = name ?? instanceName(this.constructor.name);
    this.reduction = oneOf(this.making, "reduction", reduction ?? "none", REDUCTIONS);
    if (dtype !== null && !isDType(dtype)) {
      throw errors.option(this.making, "dtype", `one of ${DTYPES.join(", ")}`, dtype);
    }
    this.dtype = dtype;
  }

  /** The loss of each example, `[batch, …]`; not weighted, not reduced. */
  abstract compute(yTrue: Tensor, yPred: Tensor): Tensor;

  /** Which of the values that {@linkcode compute} gives count, as bools of their shape; `null` for all. */
  mask(_yTrue: Tensor, _yPred: Tensor): Tensor | null {
    return null;
  }

  /**
   * The loss of a batch.
   *
   * @throws {RangeError} When the shapes do not fit.
   */
  call(yTrue: TensorLike, yPred: TensorLike, sampleWeight: TensorLike | null = null): Tensor {
    return inSection("loss", () => {
      const target = convertToTensor(yTrue);
      const prediction = convertToTensor(asFloat(yPred), { dtype: this.dtype ?? undefined });
      const values = this.compute(target, prediction);
      return reduceWeighted(values, this.reduction, sampleWeight, this.mask(target, prediction));
    });
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

  // For subclasses.

  /** What an error about an option says could not be done. */
  protected get making(): string {
    return `make the loss ${this.name}`;
  }

  /** What an error about targets and predictions says could not be done. */
  protected get computing(): string {
    return `compute the loss ${this.name}`;
  }

  /** An option that must be a number in a range. */
  protected number(option: string, value: unknown, range: NumberRange): number {
    return numberIn(range, this.making, option, value);
  }

  /** An option that is on or off. */
  protected switch(option: string, value: unknown): boolean {
    return switchOf(this.making, option, value);
  }

  /** The options that make an equal loss. */
  getConfig(): Config {
    return {
      name: this.name,
      reduction: this.reduction,
      ...(this.dtype === null ? {} : { dtype: this.dtype }),
    };
  }

  /** Makes a loss from its config. */
  static fromConfig<L extends Loss>(
    // deno-lint-ignore no-explicit-any -- each class takes options of its own
    this: new (options: any) => L,
    config: Config,
  ): L {
    return new this(config);
  }
}

/**
 * Brings targets and predictions to one rank where just one of them has a last axis of size 1: beside one axis it is
 * added to the other, else it goes.
 */
export function alignRanks(yTrue: Tensor, yPred: Tensor): [Tensor, Tensor] {
  const endsInOne = (x: Tensor): boolean => x.dims[x.ndim - 1] === 1;
  if (yTrue.ndim === yPred.ndim + 1 && endsInOne(yTrue)) {
    return yPred.ndim === 1 ? [yTrue, expandDims(yPred, -1)] : [squeeze(yTrue, -1), yPred];
  }
  if (yPred.ndim === yTrue.ndim + 1 && endsInOne(yPred)) {
    return yTrue.ndim === 1 ? [expandDims(yTrue, -1), yPred] : [yTrue, squeeze(yPred, -1)];
  }
  return [yTrue, yPred];
}

/**
 * Targets in the dtype of predictions, both in one shape; see {@linkcode alignRanks}.
 *
 * @throws {RangeError} When the shapes differ.
 */
export function alignTarget(
  operation: string,
  yTrue: Tensor,
  yPred: Tensor,
  requirement = "targets must have the shape of predictions",
): [Tensor, Tensor] {
  const [target, prediction] = alignRanks(yTrue, yPred);
  if (!sameShape(target.dims, prediction.dims)) {
    throw errors.shapes(operation, requirement, yTrue.dims, yPred.dims);
  }
  return [cast(target, prediction.dtype), prediction];
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

/** Weighs values and reduces them to one; values that the mask excludes do not count. */
export function reduceWeighted(
  values: Tensor,
  reduction: Reduction,
  sampleWeight: TensorLike | null,
  mask: Tensor | null = null,
): Tensor {
  if (sampleWeight === null && mask === null) {
    if (reduction === "none") return values;
    return reduction === "sum" ? sum(values) : mean(values);
  }
  const counted = mask === null ? null : cast(mask, values.dtype);
  let weights = counted;
  if (sampleWeight !== null) {
    const given = convertToTensor(sampleWeight, { dtype: values.dtype });
    const aligned = alignWeights(given, values);
    weights = counted === null ? aligned : multiply(counted, aligned);
  }
  const weighted = multiply(values, weights!);
  switch (reduction) {
    case "none":
      return weighted;
    case "sum":
      return sum(weighted);
    case "meanWithSampleWeight": {
      const repeats = sizeOf(values.shape) / sizeOf(weights!.shape);
      return divideNoNan(sum(weighted), multiply(sum(weights!), repeats));
    }
    default:
      return counted === null ? mean(weighted) : divideNoNan(sum(weighted), sum(counted));
  }
}
