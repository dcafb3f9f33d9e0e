/**
 * What `compile` settles: the optimizer, the loss and the metrics, and how they are kept count of.
 *
 * @module
 */

import { isTensor } from "./dispatch.ts";
import { noGrad } from "./autograd.ts";
import { Loss } from "./loss.ts";
import { Metric, type SpecializingMetric } from "./metric.ts";
import { add, multiply, type TensorLike } from "./ops/mod.ts";
import { Optimizer } from "./optimizer.ts";
import { runtime } from "./runtime.ts";
import { tidy } from "./scope.ts";
import {
  type Config,
  type Identifier,
  isSerialized,
  resolve,
  serialize,
  serializeOptional,
} from "./serialization.ts";
import { show, typeError } from "./errors.ts";
import type { Tensor } from "./tensor.ts";
import { Variable } from "./variable.ts";

/** A loss as a plain function; it gives one value an example, or one in all. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

/** Options of `compile`. */
export interface CompileOptions {
  /** A name, an optimizer, or its config. @default "rmsprop" */
  optimizer?: Identifier<Optimizer>;
  /** A name, a loss, its config, or a function of targets and predictions. @default none */
  loss?: Identifier<Loss> | LossFunction | null;
  /** Names or metrics. `"accuracy"` takes the form that suits the shapes. @default [] */
  metrics?: readonly Identifier<Metric>[];
  /** Metrics that take the sample and class weights into account. @default [] */
  weightedMetrics?: readonly Identifier<Metric>[];
}

/** A loss made of a function; it cannot be saved. */
class FunctionLoss extends Loss {
  readonly #compute: LossFunction;

  constructor(compute: LossFunction) {
    super({ name: compute.name || "loss" });
    this.#compute = compute;
  }

  override compute(yTrue: Tensor, yPred: Tensor): Tensor {
    return this.#compute(yTrue, yPred);
  }
}

/** A metric named by a string waits for the shapes before it is made. */
interface NamedMetric {
  readonly identifier: Identifier<Metric>;
  readonly weighted: boolean;
  metric: Metric | null;
}

function isSpecializing(value: unknown): value is SpecializingMetric {
  return typeof value === "function" && "specialize" in value;
}

function resolveLoss(loss: CompileOptions["loss"]): Loss | null {
  if (loss === null || loss === undefined) return null;
  if (typeof loss === "function") return new FunctionLoss(loss);
  const found = resolve<Loss>("loss", loss);
  if (!(found instanceof Loss)) throw notA("loss", loss);
  return found;
}

function notA(kind: string, value: unknown): TypeError {
  return typeError(
    `compile.${kind}`,
    `Cannot compile the model as its ${kind} is ${
      show(value)
    }: give a name, an object of that kind or its config`,
  );
}

/** The optimizer, loss and metrics of a model, with their running values. */
export class Compilation {
  readonly optimizer: Optimizer;
  readonly loss: Loss | null;
  readonly #metrics: NamedMetric[];
  readonly #total = new Variable(0, { name: "loss" });
  #count = 0;

  constructor(options: CompileOptions) {
    const { optimizer = runtime().defaults.optimizer, metrics = [], weightedMetrics = [] } =
      options;
    this.optimizer = resolve<Optimizer>("optimizer", optimizer);
    if (!(this.optimizer instanceof Optimizer)) throw notA("optimizer", optimizer);
    this.loss = resolveLoss(options.loss);
    this.#metrics = [
      ...metrics.map((identifier) => this.#named(identifier, false)),
      ...weightedMetrics.map((identifier) => this.#named(identifier, true)),
    ];
  }

  /** Unknown names are told at once; what depends on shapes waits. */
  #named(identifier: Identifier<Metric>, weighted: boolean): NamedMetric {
    if (typeof identifier === "string") {
      const { registry } = runtime();
      if (isSpecializing(registry.get("metric", identifier))) {
        return { identifier, weighted, metric: null };
      }
      // A short name, such as "mae", is also what logs call the metric.
      const { aliases } = registry.describe("metric", identifier);
      if (aliases.some((alias) => alias.toLowerCase() === identifier.toLowerCase())) {
        const metric = registry.build<Metric>("metric", identifier, { name: identifier });
        return { identifier, weighted, metric };
      }
    }
    const metric = resolve<Metric>("metric", identifier);
    if (!(metric instanceof Metric)) throw notA("metric", identifier);
    return { identifier, weighted, metric };
  }

  /** The metrics; those that wait for shapes are missing before the first batch. */
  get metrics(): Metric[] {
    return this.#metrics.flatMap(({ metric }) => metric ?? []);
  }

  /** Takes a batch's loss and predictions into the running values. */
  update(
    loss: Tensor | null,
    yTrue: Tensor | null,
    yPred: unknown,
    sampleWeight: TensorLike | null,
    examples: number,
  ): void {
    noGrad(() =>
      tidy(() => {
        if (loss !== null) {
          const share = multiply(loss.detach(), examples).cast("float32");
          this.#total.assign(add(this.#total, share.to(this.#total.backend)));
          this.#count += examples;
        }
        if (yTrue === null || !isTensor(yPred)) return;
        for (const entry of this.#metrics) {
          entry.metric ??= specialized(entry.identifier as string, yTrue, yPred);
          entry.metric.updateState(yTrue, yPred, entry.weighted ? sampleWeight : null);
        }
      })
    );
  }

  /** Forgets all batches. */
  resetMetrics(): void {
    this.#total.assign(0);
    this.#count = 0;
    for (const metric of this.metrics) metric.resetState();
  }

  /** The names of the running values. */
  get names(): string[] {
    return ["loss", ...this.metrics.map((metric) => metric.name)];
  }

  /** A running value as a scalar on the backend. */
  #result(name: string): Tensor {
    const metric = this.metrics.find((metric) => metric.name === name);
    if (metric !== undefined) return metric.result();
    const total = this.#total.detach();
    return this.#count === 0 ? total : total.div(this.#count);
  }

  /** The running values, read. */
  async read(): Promise<Record<string, number>> {
    const results = noGrad(() =>
      tidy(() => Object.fromEntries(this.names.map((name) => [name, this.#result(name)])))
    );
    const values: Record<string, number> = {};
    for (const [name, result] of Object.entries(results)) {
      values[name] = (await result.data())[0];
      result.dispose();
    }
    return values;
  }

  /** One running value, read at once. */
  readNow(name: string): number {
    return noGrad(() => tidy(() => this.#result(name).item()));
  }

  /** The options as JSON. */
  getConfig(): Config {
    const write = ({ identifier, metric }: NamedMetric): unknown =>
      typeof identifier === "string" || isSerialized(identifier)
        ? identifier
        : serialize("metric", metric!);
    return {
      optimizer: serialize("optimizer", this.optimizer),
      loss: serializeOptional("loss", this.loss),
      metrics: this.#metrics.filter((m) => !m.weighted).map(write),
      weightedMetrics: this.#metrics.filter((m) => m.weighted).map(write),
    };
  }
}

/** The form of a metric that suits the shapes, under the name it was asked for by. */
function specialized(identifier: string, yTrue: Tensor, yPred: Tensor): Metric {
  const { registry } = runtime();
  const general = registry.get<SpecializingMetric>("metric", identifier);
  const name = general.specialize({ yTrue: yTrue.dims, yPred: yPred.dims });
  return registry.build<Metric>("metric", name, { name: identifier });
}
