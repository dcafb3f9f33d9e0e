/**
 * One output of a model as it is judged: its loss, its weight in the whole, its metrics, and their running values.
 *
 * @module
 */

import { isTensor, update } from "./dispatch.ts";
import { rangeError, show, stateError, typeError } from "./errors.ts";
import { Loss } from "./loss.ts";
import { meanUpdate, Metric, type SpecializingMetric } from "./metric.ts";
import { divideNoNan, multiply, type TensorLike } from "./ops/mod.ts";
import { runtime } from "./runtime.ts";
import { type Identifier, resolve } from "./serialization.ts";
import type { Tensor } from "./tensor.ts";
import { Variable } from "./variable.ts";

/** A loss as a plain function; it gives one value an example, or one in all. */
export type LossFunction = (yTrue: Tensor, yPred: Tensor) => Tensor;

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

/** The loss that an option names. */
export function resolveLoss(loss: Identifier<Loss> | LossFunction | null | undefined): Loss | null {
  if (loss === null || loss === undefined) return null;
  if (typeof loss === "function") return new FunctionLoss(loss);
  const found = resolve<Loss>("loss", loss);
  if (!(found instanceof Loss)) throw notA("loss", loss);
  return found;
}

/** An error about a value that is nothing of the kind. */
export function notA(kind: string, value: unknown): TypeError {
  return typeError(
    `compile.${kind}`,
    `Cannot compile the model as its ${kind} is ${
      show(value)
    }: give a name, an object of that kind or its config`,
  );
}

/** A metric; one that is named by a string may wait for the shapes before it is made. */
export interface NamedMetric {
  readonly identifier: Identifier<Metric>;
  readonly weighted: boolean;
  metric: Metric | null;
}

function isSpecializing(value: unknown): value is SpecializingMetric {
  return typeof value === "function" && "specialize" in value;
}

/** The metric that an option names. Unknown names are told at once; what depends on shapes waits. */
export function namedMetric(identifier: Identifier<Metric>, weighted: boolean): NamedMetric {
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

/** The form of a metric that suits the shapes, under the name it was asked for by. */
function specialized(identifier: string, yTrue: Tensor, yPred: Tensor): Metric {
  const { registry } = runtime();
  const general = registry.get<SpecializingMetric>("metric", identifier);
  const name = general.specialize({ yTrue: yTrue.dims, yPred: yPred.dims });
  return registry.build<Metric>("metric", name, { name: identifier });
}

/** The running mean of a loss, kept on the backend. */
export class RunningLoss {
  readonly #total = new Variable(0, { name: "loss" });
  readonly #count = new Variable(0, { name: "examples" });

  /** Takes the loss of a batch in. */
  add(loss: Tensor, examples: number): void {
    const inputs = [loss.detach().to(this.#total.backend)];
    update(meanUpdate, [this.#total, this.#count], inputs, { share: examples });
  }

  /** The mean so far, a scalar. */
  result(): Tensor {
    return divideNoNan(this.#total, this.#count);
  }

  /** Forgets all batches. */
  reset(): void {
    this.#total.assign(0);
    this.#count.assign(0);
  }

  /** Notes the value down; what is returned brings it back. */
  save(): () => void {
    const state = [this.#total, this.#count];
    const saved = state.map((variable) => variable.detach().keep());
    return () =>
      saved.forEach((values, i) => {
        state[i].assign(values);
        values.dispose();
      });
  }
}

/** How one output is judged. */
export class OutputJudge {
  readonly loss: Loss | null;
  readonly weight: number;
  readonly metrics: readonly NamedMetric[];
  /** The mean of the loss; `null` where it is that of the whole model, or where there is none. */
  readonly running: RunningLoss | null;
  /** The loss of the batch under way, until it is taken in. */
  #batchLoss: Tensor | null = null;

  constructor(
    /** What the output is called. */
    readonly name: string,
    { isOnlyOne, loss, weight, metrics }: {
      isOnlyOne: boolean;
      loss: Loss | null;
      weight: number;
      metrics: readonly NamedMetric[];
    },
  ) {
    this.loss = loss;
    this.weight = weight;
    this.metrics = metrics;
    this.running = isOnlyOne || loss === null ? null : new RunningLoss();
  }

  /** The loss of a batch, a scalar, weighed as the output is; `null` where the output has none. */
  lossOf(yTrue: Tensor, yPred: Tensor, sampleWeight: TensorLike | null): Tensor | null {
    if (this.loss === null) return null;
    let loss = this.loss.call(yTrue, yPred, sampleWeight);
    if (loss.ndim > 0) loss = loss.mean();
    if (this.running !== null) this.#batchLoss = loss;
    return this.weight === 1 ? loss : multiply(loss, this.weight);
  }

  /** Takes a batch in. */
  update(
    yTrue: Tensor | null,
    yPred: Tensor,
    sampleWeight: TensorLike | null,
    examples: number,
  ): void {
    if (this.#batchLoss !== null && !this.#batchLoss.isDisposed) {
      this.running!.add(this.#batchLoss, examples);
    }
    this.#batchLoss = null;
    if (yTrue === null || !isTensor(yPred)) return;
    for (const entry of this.metrics) {
      entry.metric ??= specialized(entry.identifier as string, yTrue, yPred);
      entry.metric.updateState(yTrue, yPred, entry.weighted ? sampleWeight : null);
    }
  }

  /** Forgets all batches. */
  reset(): void {
    this.#batchLoss = null;
    this.running?.reset();
    for (const { metric } of this.metrics) metric?.resetState();
  }

  /** Notes all running values down; what is returned brings them back. */
  save(): () => void {
    const restoreLoss = this.running?.save();
    const values = this.metrics.flatMap(({ metric }) =>
      (metric?.variables ?? []).map((variable) => ({ variable, value: variable.detach().keep() }))
    );
    return () => {
      this.reset();
      restoreLoss?.();
      for (const { variable, value } of values) {
        variable.assign(value);
        value.dispose();
      }
    };
  }
}

// What belongs to which output.

/** One for all outputs, a list by their place, or a record by their name. */
export type PerOutput<T> = T | readonly (T | null)[] | { readonly [output: string]: T | null };

/**
 * What each output gets of an option: the same for all, or its own by place or by name.
 *
 * @throws {RangeError} When the places or names are not those of the outputs.
 */
export function perOutput<T>(
  operation: string,
  option: string,
  given: PerOutput<T> | null | undefined,
  names: readonly string[],
  isOne: (value: unknown) => value is T,
): (T | null)[] {
  if (given === null || given === undefined) return names.map(() => null);
  if (isOne(given)) return names.map(() => given);
  const known = (): string => `its outputs are ${names.map((name) => `"${name}"`).join(", ")}`;
  if (Array.isArray(given)) {
    if (given.length === names.length) return [...given];
    throw rangeError(
      "model.outputCount",
      `Cannot ${operation} as ${option} has ${given.length} entries and the model ${names.length} ${
        names.length === 1 ? "output" : "outputs"
      }: ${known()}`,
    );
  }
  const record = given as Readonly<Record<string, T | null>>;
  const isRecord = typeof given === "object" && Object.getPrototypeOf(given) === Object.prototype;
  if (!isRecord) throw notA(option, given);
  const extra = Object.keys(record).filter((name) => !names.includes(name));
  if (extra.length > 0) {
    throw rangeError(
      "model.outputNames",
      `Cannot ${operation} as ${option} names no output by ${extra.join(", ")}: ${known()}`,
    );
  }
  return names.map((name) => record[name] ?? null);
}

/** An error about targets that an output with a loss lacks. */
export function missingTarget(name: string, loss: Loss): Error {
  return stateError(
    "model.target",
    `Cannot compute the loss ${loss.name} as y must be given, as targets: current y is undefined for the output "${name}"`,
  );
}
