/**
 * Metrics that are the mean of a loss, which they find in the registry.
 *
 * @module
 */

import { noGrad } from "../../core/autograd.ts";
import type { Loss } from "../../core/loss.ts";
import { alignWeights } from "../../core/loss.ts";
import { MeanOverExamples, type MetricOptions } from "../../core/metric.ts";
import { cast, convertToTensor, multiply, type TensorLike } from "../../core/ops/mod.ts";
import { asFloat } from "../../core/ops/operand.ts";
import { tidy } from "../../core/scope.ts";
import { type Config, resolve } from "../../core/serialization.ts";
import type { Tensor } from "../../core/tensor.ts";

/** The base of metrics that are the mean of a loss over examples. */
export abstract class LossMetric extends MeanOverExamples {
  readonly #loss: Loss;
  readonly #config: Config;

  /** `config` holds the options that go to the loss. */
  constructor(className: string, options: MetricOptions, config: Config = {}) {
    super(options);
    this.#loss = resolve<Loss>("loss", { className, config: { name: this.name, ...config } });
    const { name: _name, reduction: _reduction, ...own } = this.#loss.getConfig();
    this.#config = own;
  }

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.#loss.compute(yTrue, asFloat(yPred));
  }

  override updateState(
    yTrue: TensorLike,
    yPred: TensorLike,
    sampleWeight: TensorLike | null = null,
  ): void {
    noGrad(() =>
      tidy(() => {
        const [target, prediction] = [convertToTensor(yTrue), asFloat(yPred)];
        const values = this.compute(target, prediction);
        const mask = this.#loss.mask(target, prediction);
        if (mask === null) return this.accumulate(values, sampleWeight);
        const counted = cast(mask, this.dtype);
        if (sampleWeight === null) return this.accumulate(values, counted);
        const given = convertToTensor(sampleWeight, { dtype: this.dtype });
        this.accumulate(values, multiply(counted, alignWeights(given, values)));
      })
    );
  }

  override getConfig(): Config {
    return { ...super.getConfig(), ...this.#config };
  }
}
