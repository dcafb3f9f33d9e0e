/**
 * The layer that normalizes features by the statistics of a dataset.
 *
 * @module
 */

import { asExamples, type DataSource, isDataSource, unpackBatch } from "../core/data/batches.ts";
import { DataLoader } from "../core/data/data_loader.ts";
import { Dataset, TensorDataset } from "../core/data/dataset.ts";
import { isTensor } from "../core/dispatch.ts";
import { errors, rangeError, stateError, typeError } from "../core/errors.ts";
import { Layer, type LayerOptions } from "../core/layer.ts";
import {
  add,
  broadcastTo,
  cast,
  divide,
  maximum,
  moments,
  multiply,
  reshape,
  sqrt,
  subtract,
  tensor,
  type TensorLike,
} from "../core/ops/mod.ts";
import { asDType } from "../core/ops/operand.ts";
import { switchOf } from "../core/options.ts";
import { tidy } from "../core/scope.ts";
import type { Config } from "../core/serialization.ts";
import { type Dims, knownDim, mayBeSame, normalizeAxes, sizeOf } from "../core/shape.ts";
import type { Tensor } from "../core/tensor.ts";
import type { Variable } from "../core/variable.ts";
import { axesOption } from "./_axes.ts";

/** One number for all, or nested lists of numbers, one list an axis. */
export type Statistic = number | readonly Statistic[];

/** What a standard deviation is taken to be at least. */
const LEAST_DEVIATION = 1e-7;

/** How many examples are looked at at once, where the data comes in one piece. */
const EXAMPLES_AT_ONCE = 1024;

/** Options of {@linkcode Normalization}. */
export interface NormalizationOptions extends LayerOptions {
  /**
   * The axis, or the axes, along which each place has a mean and a variance of its own; `null` for one of each for all.
   * The batch's is none of them. @default -1
   */
  axis?: number | readonly number[] | null;
  /** The mean, where it is known; `adapt` finds it otherwise. @default null */
  mean?: Statistic | null;
  /** The variance, where it is known; `adapt` finds it otherwise. @default null */
  variance?: Statistic | null;
  /** Whether normalized values are brought back to what they were. @default false */
  invert?: boolean;
}

/**
 * `(x − mean) / max(√variance, 1e-7)`, with the statistics of a dataset, which `adapt` finds or the options give; with
 * `invert`, `x · max(√variance, 1e-7) + mean`. The statistics are saved with the weights and are not trained.
 *
 * Input and output `[batch, …]`; `mean` and `variance` have the shape of the axes in `axis`.
 *
 * @throws {RangeError} When only one of `mean` and `variance` is given, they do not broadcast to the axes, one of the
 * axes is missing or the batch's, or its size is unknown at building or differs later.
 *
 * @example
 * ```ts
 * import { layers, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const norm = new layers.Normalization();
 * await norm.adapt([[1, 50], [3, 10]]);
 * assertEquals(norm.mean.toArray(), [2, 30]);
 * assertEquals(norm.apply(tensor([[1, 50]])).toArray(), [[-1, 1]]);
 * ```
 */
export class Normalization extends Layer {
  readonly axis: number | readonly number[] | null;
  readonly invert: boolean;
  readonly #given: { mean: Statistic; variance: Statistic } | null;
  mean!: Variable;
  variance!: Variable;

  constructor(options: NormalizationOptions = {}) {
    super(options);
    const { axis = -1, mean = null, variance = null, invert = false } = options;
    const operation = "make a Normalization layer";
    this.axis = axis === null ? null : axesOption("Normalization", axis);
    this.invert = switchOf(operation, "invert", invert);
    if ((mean === null) !== (variance === null)) {
      const absent = mean === null ? "mean" : "variance";
      throw errors.option(operation, absent, "given where the other is", null);
    }
    checkStatistic("mean", mean, "finite", Number.isFinite);
    checkStatistic("variance", variance, "finite and from 0 on", (v) => v >= 0 && v < Infinity);
    this.#given = mean === null || variance === null ? null : { mean, variance };
  }

  override build(inputShape: Dims): void {
    const operation = `build ${this.name}`;
    const axes = this.#axes(operation, inputShape);
    const shape = axes.map((axis) => knownDim(operation, inputShape, axis));
    this.mean = this.addBuffer({ name: "mean", shape });
    this.variance = this.addBuffer({ name: "variance", shape, initializer: "ones" });
    if (this.#given === null) return;
    const { mean, variance } = this.#given;
    tidy(() => {
      this.mean.assign(broadcastTo(tensor(mean, { dtype: this.dtype }), shape));
      this.variance.assign(broadcastTo(tensor(variance, { dtype: this.dtype }), shape));
    });
  }

  /** The axes with statistics of their own, ascending. */
  #axes(operation: string, dims: Dims): number[] {
    if (this.axis === null) return [];
    const axes = normalizeAxes(operation, this.axis, dims.length);
    if (axes[0] !== 0) return axes;
    throw errors.option(operation, "axis", "another than that of the batch", this.axis);
  }

  /** The axes with statistics of their own in an input, whose sizes are checked. */
  #axesOf(operation: string, dims: Dims): number[] {
    const axes = this.#axes(operation, dims);
    const sizes = axes.map((axis) => dims[axis]);
    if (mayBeSame(sizes, this.mean.dims)) return axes;
    const requirement = `it was built for the sizes [${
      this.mean.dims.join(", ")
    }] along axis ${this.axis}`;
    throw errors.shapes(operation, requirement, dims);
  }

  forward(inputs: Tensor): Tensor {
    const axes = this.#axesOf(`apply ${this.name}`, inputs.dims);
    const x = asDType(inputs, this.dtype);
    const shape = x.dims.map((_, i) => axes.includes(i) ? this.mean.dims[axes.indexOf(i)] : 1);
    const mean = reshape(this.mean, shape);
    const deviation = maximum(sqrt(reshape(this.variance, shape)), LEAST_DEVIATION);
    if (this.invert) return add(multiply(x, deviation), mean);
    return divide(subtract(x, mean), deviation);
  }

  /**
   * Finds the mean and the variance of data: examples in one piece, or what brings batches, of which the first part
   * counts. The result does not depend on how the data is divided into batches.
   *
   * @throws {RangeError} When there is no data, an element of it is not finite, or its shape is not that of the input.
   * @throws {Error} When the mean and the variance were given as options.
   */
  async adapt(data: TensorLike | DataSource): Promise<this> {
    if (this.#given !== null) {
      throw stateError(
        "layer.adapt",
        `Cannot adapt ${this.name} as its mean and its variance were given: leave them out`,
      );
    }
    const own = isDataSource(data) ? null : new TensorDataset(asExamples(data, this.inputShape));
    try {
      await this.#adaptTo(own ?? data as DataSource);
    } finally {
      for (const values of own?.tensors ?? []) values.dispose();
    }
    return this;
  }

  async #adaptTo(source: DataSource): Promise<void> {
    const total = new Moments();
    const batches = source instanceof Dataset
      ? new DataLoader(source, { batchSize: EXAMPLES_AT_ONCE })
      : source;
    for await (const batch of batches) {
      const [mean, variance, count] = this.#statisticsOf(batch);
      total.merge(count, await mean.data(), await variance.data());
      mean.dispose();
      variance.dispose();
    }
    const { mean, variance } = total;
    if (mean === null || variance === null) {
      throw rangeError(
        "layer.adapt",
        `Cannot adapt ${this.name} as the data has no elements: give one example or more`,
      );
    }
    if (![...mean, ...variance].every(Number.isFinite)) {
      throw rangeError(
        "layer.adapt",
        `Cannot adapt ${this.name} as the data must be finite: it holds NaN or Infinity; leave such examples out`,
      );
    }
    tidy(() => {
      const { shape, dtype } = this.mean;
      this.mean.assign(tensor(mean, { shape, dtype }));
      this.variance.assign(tensor(variance, { shape, dtype }));
    });
  }

  /** Mean and variance of a batch in float64, and of how many elements each is. */
  #statisticsOf(batch: Parameters<typeof unpackBatch>[0]): [Tensor, Tensor, number] {
    return tidy(() => {
      const { x } = unpackBatch(batch);
      if (!isTensor(x)) {
        throw typeError(
          "layer.adapt",
          `Cannot adapt ${this.name} as each batch must have one input: it has several; give batches of the one`,
        );
      }
      if (x.ndim === 0) throw errors.rank(`adapt ${this.name}`, "a batch axis", x.dims);
      this.buildFor([null, ...x.dims.slice(1)]);
      const kept = this.#axesOf(`adapt ${this.name}`, x.dims);
      const axes = x.shape.map((_, i) => i).filter((i) => !kept.includes(i));
      const [mean, variance] = moments(cast(x, "float64"), { axes });
      return [mean, variance, sizeOf(axes.map((axis) => x.shape[axis]))];
    });
  }

  override getConfig(): Config {
    const { axis, invert } = this;
    const { mean = null, variance = null } = this.#given ?? {};
    return { ...super.getConfig(), axis, mean, variance, invert };
  }
}

function checkStatistic(
  option: string,
  value: Statistic | null,
  requirement: string,
  isAllowed: (value: number) => boolean,
): void {
  const areAllowed = (given: unknown): boolean =>
    Array.isArray(given) ? given.every(areAllowed) : typeof given === "number" && isAllowed(given);
  if (value === null || areAllowed(value)) return;
  throw errors.option("make a Normalization layer", option, requirement, value);
}

/** Mean and variance of parts, put together without loss: Chan et al., 1979. */
class Moments {
  mean: Float64Array | null = null;
  variance: Float64Array | null = null;
  #count = 0;

  merge(count: number, mean: ArrayLike<number>, variance: ArrayLike<number>): void {
    if (count === 0) return;
    this.mean ??= new Float64Array(mean.length);
    this.variance ??= new Float64Array(variance.length);
    const before = this.#count;
    this.#count += count;
    const [old, added] = [before / this.#count, count / this.#count];
    for (let i = 0; i < mean.length; i++) {
      const step = mean[i] - this.mean[i];
      this.mean[i] += step * added;
      this.variance[i] = this.variance[i] * old + variance[i] * added + step * step * old * added;
    }
  }
}
