/**
 * The base of metrics: state on the backend that batches add to, and a result that is read when it is
 * shown.
 *
 * @module
 */

import { errors } from "./errors.ts";
import { alignWeights } from "./loss.ts";
import {
  add,
  convertToTensor,
  divideNoNan,
  multiply,
  onesLike,
  sum,
  type TensorLike,
} from "./ops/mod.ts";
import { tidy } from "./scope.ts";
import type { Config, Configurable } from "./serialization.ts";
import type { Dims, Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { Variable } from "./variable.ts";
import { type DType, makeArray } from "./dtype.ts";
import { sizeOf } from "./shape.ts";
import { noGrad } from "./autograd.ts";

/** Options that every metric takes. */
export interface MetricOptions {
  /** What logs call it. @default its class, in camelCase */
  name?: string;
  /** The dtype of its state. @default "float32" */
  dtype?: DType;
}

/** What is known of a model's targets and outputs when a metric is chosen by name. */
export interface OutputShapes {
  readonly yTrue: Dims;
  readonly yPred: Dims;
}

/**
 * A metric class that, named by a string in `compile`, may give way to a more specific one once the
 * shapes are known, as `"accuracy"` does.
 */
export interface SpecializingMetric {
  specialize(shapes: OutputShapes): string;
}

/** The base of all metrics. */
export abstract class Metric implements Configurable {
  /** What logs call it. */
  readonly name: string;
  /** The dtype of its state. */
  readonly dtype: DType;
  readonly #state: { variable: Variable; shape: Shape; value: number }[] = [];

  constructor(options: MetricOptions = {}) {
    this.name = options.name ?? this.constructor.name.replace(/^./, (c) => c.toLowerCase());
    this.dtype = options.dtype ?? "float32";
  }

  /** Takes a batch in. */
  abstract updateState(
    yTrue: TensorLike,
    yPred: TensorLike,
    sampleWeight?: TensorLike | null,
  ): void;

  /** The value over all batches since the last reset, a scalar on the backend. */
  abstract result(): Tensor;

  /** Forgets all batches. */
  resetState(): void {
    for (const { variable, shape, value } of this.#state) {
      tidy(() => variable.assign(filled(shape, value, variable.dtype)));
    }
  }

  /** Takes a batch in and gives the value so far. */
  call(yTrue: TensorLike, yPred: TensorLike, sampleWeight: TensorLike | null = null): Tensor {
    this.updateState(yTrue, yPred, sampleWeight);
    return this.result();
  }

  /** Adds state, filled with one value. */
  protected addVariable(name: string, shape: Shape = [], value = 0): Variable {
    const variable = tidy(() => new Variable(filled(shape, value, this.dtype), { name }));
    this.#state.push({ variable, shape, value });
    return variable;
  }

  /** The state on the backend. */
  get variables(): Variable[] {
    return this.#state.map(({ variable }) => variable);
  }

  getConfig(): Config {
    return { name: this.name, dtype: this.dtype };
  }
}

function filled(shape: Shape, value: number, dtype: DType): Tensor {
  return convertToTensor(makeArray(dtype, sizeOf(shape)).fill(value)).reshape(shape);
}

/** A metric that is the weighted mean of values. */
export abstract class MeanMetric extends Metric {
  readonly total: Variable = this.addVariable("total");
  readonly count: Variable = this.addVariable("count");

  /** Takes values in. */
  protected accumulate(values: Tensor, sampleWeight: TensorLike | null): void {
    if (values.size === 0) return;
    const own = convertToTensor(values, { dtype: this.dtype });
    if (sampleWeight === null) {
      this.total.assign(add(this.total, sum(own)));
      this.count.assign(add(this.count, own.size));
      return;
    }
    const given = convertToTensor(sampleWeight, { dtype: this.dtype });
    const weights = multiply(alignWeights(given, own), onesLike(own));
    this.total.assign(add(this.total, sum(multiply(own, weights))));
    this.count.assign(add(this.count, sum(weights)));
  }

  override result(): Tensor {
    return divideNoNan(this.total, this.count);
  }
}

/** A metric that is the weighted mean of one value an example. */
export abstract class MeanOverExamples extends MeanMetric {
  /** The value of each example, `[batch, …]`. */
  abstract compute(yTrue: Tensor, yPred: Tensor): Tensor;

  override updateState(
    yTrue: TensorLike,
    yPred: TensorLike,
    sampleWeight: TensorLike | null = null,
  ): void {
    noGrad(() =>
      tidy(() => {
        const values = this.compute(convertToTensor(yTrue), convertToTensor(yPred));
        this.accumulate(values, sampleWeight);
      })
    );
  }
}

/** Says that a metric's target and prediction do not fit. */
export function metricShapeError(name: string, yTrue: Dims, yPred: Dims): RangeError {
  return errors.shapes(`compute ${name}`, "targets and predictions must fit", yTrue, yPred);
}
