/**
 * The base of metrics: state on the backend that batches add to, and a result that is read when it is
 * shown.
 *
 * @module
 */

import { noGrad } from "./autograd.ts";
import { type Composite, defineComposite, update } from "./dispatch.ts";
import { type DType, DTYPES, isDType, isFloating } from "./dtype.ts";
import { errors } from "./errors.ts";
import { alignWeights } from "./loss.ts";
import {
  add,
  cast,
  convertToTensor,
  divideNoNan,
  full,
  multiply,
  sum,
  type TensorLike,
} from "./ops/mod.ts";
import { instanceName, numberIn, type NumberRange, switchOf } from "./options.ts";
import { tidy } from "./scope.ts";
import type { Config, Configurable } from "./serialization.ts";
import type { Dims, Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { Variable } from "./variable.ts";

/** Options that every metric takes. */
export interface MetricOptions {
  /** What logs call it. @default its class, in camelCase */
  name?: string;
  /** The dtype of its state. @default "float32" */
  dtype?: DType;
}

/** What is known of a model's targets and outputs when a metric is chosen by name. */
export interface OutputShapes {
  /** Of a batch of targets. */
  readonly yTrue: Dims;
  /** Of a batch of predictions. */
  readonly yPred: Dims;
}

/**
 * A metric class that, named by a string in `compile`, may give way to a more specific one once the
 * shapes are known, as `"accuracy"` does.
 */
export interface SpecializingMetric {
  /** The registered name of the metric to use. */
  specialize(shapes: OutputShapes): string;
}

/** The base of all metrics. */
export abstract class Metric implements Configurable {
  /** What logs call it. */
  readonly name: string;
  /** The dtype of its state. */
  readonly dtype: DType;
  readonly #state: { variable: Variable; value: number }[] = [];

  /** Checks the options that every metric takes. */
  constructor(options: MetricOptions = {}) {
    const { name = instanceName(this.constructor.name), dtype = "float32" } = options;
    this.name = name;
    if (!isDType(dtype)) {
      throw errors.option(this.making, "dtype", `one of ${DTYPES.join(", ")}`, dtype);
    }
    this.dtype = dtype;
  }

  /** Takes a batch in. */
  abstract updateState(
    yTrue: TensorLike,
    yPred: TensorLike,
    sampleWeight?: TensorLike | null,
  ): void;

  /** The value over all batches since the last reset, a tensor on the backend. */
  abstract result(): Tensor;

  /** Forgets all batches. */
  resetState(): void {
    for (const { variable, value } of this.#state) {
      tidy(() => variable.assign(full(variable.shape, value, { dtype: variable.dtype })));
    }
  }

  /** Takes a batch in and gives the value so far. */
  call(yTrue: TensorLike, yPred: TensorLike, sampleWeight: TensorLike | null = null): Tensor {
    this.updateState(yTrue, yPred, sampleWeight);
    return this.result();
  }

  /** The state on the backend. */
  get variables(): Variable[] {
    return this.#state.map(({ variable }) => variable);
  }

  // For subclasses.

  /** Adds state, filled with one value. */
  protected addVariable(name: string, shape: Shape = [], value = 0): Variable {
    const variable = tidy(() => new Variable(full(shape, value, { dtype: this.dtype }), { name }));
    this.#state.push({ variable, value });
    return variable;
  }

  /** What an error about an option says could not be done. */
  protected get making(): string {
    return `make the metric ${this.name}`;
  }

  /** What an error about targets and predictions says could not be done. */
  protected get computing(): string {
    return `compute the metric ${this.name}`;
  }

  /** An option that must be a number in a range. */
  protected number(option: string, value: unknown, range: NumberRange): number {
    return numberIn(range, this.making, option, value);
  }

  /** An option that is on or off. */
  protected switch(option: string, value: unknown): boolean {
    return switchOf(this.making, option, value);
  }

  /** The options that make an equal metric. */
  getConfig(): Config {
    return { name: this.name, dtype: this.dtype };
  }

  /** Makes a metric from its config. */
  static fromConfig<M extends Metric>(
    // deno-lint-ignore no-explicit-any -- each class takes options of its own
    this: new (options: any) => M,
    config: Config,
  ): M {
    return new this(config);
  }
}

/** The sum in a dtype; floats are brought to it first, whole numbers are summed exactly. */
function sumAs(dtype: DType, values: Tensor): Tensor {
  return isFloating(values.dtype) ? sum(cast(values, dtype)) : cast(sum(values), dtype);
}

/**
 * Variables total and count take in values, and where they are weighted, weights that broadcast to them: all `share` times.
 */
export const meanUpdate: Composite<{ share: number }> = defineComposite({
  name: "meanUpdate",
  infer: ([total, count]) => [total, count].map(({ dims, dtype }) => ({ dims, dtype })),
  compose: ([total, count, values, weights], { share }) => {
    if (weights === undefined) {
      const whole = multiply(sumAs(total.dtype, values), share);
      return [add(total, whole), add(count, share * values.size)];
    }
    const weighted = multiply(cast(values, total.dtype), weights);
    const repeats = weights.size === 0 ? 0 : values.size / weights.size;
    return [
      add(total, multiply(sum(weighted), share)),
      add(count, multiply(sum(weights), share * repeats)),
    ];
  },
});

/** A metric that is the weighted mean of values. */
export abstract class MeanMetric extends Metric {
  /** The weighted sum of the values so far. */
  readonly total: Variable = this.addVariable("total");
  /** The sum of their weights. */
  readonly count: Variable = this.addVariable("count");

  /** Takes values in. */
  protected accumulate(values: Tensor, sampleWeight: TensorLike | null): void {
    const { backend } = this.total;
    const inputs = [values.to(backend)];
    if (sampleWeight !== null) {
      const given = convertToTensor(sampleWeight, { dtype: this.dtype });
      inputs.push(alignWeights(given, values).to(backend));
    }
    update(meanUpdate, [this.total, this.count], inputs, { share: 1 });
  }

  /** The mean so far; 0 before the first value. */
  override result(): Tensor {
    return divideNoNan(this.total, this.count);
  }
}

/**
 * A metric that is the weighted mean of one value an example.
 *
 * @example A metric of one's own
 * ```ts
 * import { MeanOverExamples, ops, type Tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * class Overshoot extends MeanOverExamples {
 *   compute(yTrue: Tensor, yPred: Tensor) {
 *     return ops.greater(yPred, yTrue);
 *   }
 * }
 * const overshoot = new Overshoot();
 * overshoot.updateState([1, 2], [0, 3]);
 * overshoot.updateState([1, 2], [2, 3]);
 * assertEquals(overshoot.result().item(), 0.75);
 * ```
 */
export abstract class MeanOverExamples extends MeanMetric {
  /** The value of each example, `[batch, …]`; bools count as 0 and 1. */
  abstract compute(yTrue: Tensor, yPred: Tensor): Tensor;

  /** Takes a batch in, weighted where weights are given: one an example. */
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
