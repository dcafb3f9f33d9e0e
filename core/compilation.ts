/**
 * What `compile` settles: the optimizer, and how each output is judged.
 *
 * @module
 */

import { noGrad } from "./autograd.ts";
import { isTensor } from "./dispatch.ts";
import { errors, rangeError } from "./errors.ts";
import type { Loss } from "./loss.ts";
import type { Metric } from "./metric.ts";
import { type Nested, nestEntries, tensorsOf } from "./nested.ts";
import { add } from "./ops/mod.ts";
import { Optimizer } from "./optimizer.ts";
import { checkOptionNames } from "./options.ts";
import {
  type LossFunction,
  missingTarget,
  namedMetric,
  notA,
  OutputJudge,
  type PerOutput,
  perOutput,
  resolveLoss,
  RunningLoss,
} from "./output_judge.ts";
import { runtime } from "./runtime.ts";
import { tidy } from "./scope.ts";
import { type Config, type Identifier, isSerialized, resolve, serialize } from "./serialization.ts";
import type { Tensor } from "./tensor.ts";

export type { LossFunction, PerOutput };

/** One metric, or several, of an output. */
export type MetricsOfOutput = Identifier<Metric> | readonly Identifier<Metric>[];

/** Options of `compile`. With several outputs, all but the optimizer may be a list by place or a record by name. */
export interface CompileOptions {
  /** A name, an optimizer, or its config. @default "rmsprop" */
  optimizer?: Identifier<Optimizer>;
  /** A name, a loss, its config, or a function of targets and predictions. @default none */
  loss?: PerOutput<Identifier<Loss> | LossFunction> | null;
  /** What the loss of each output counts in the whole. @default 1 each */
  lossWeights?: PerOutput<number> | null;
  /** Names or metrics. `"accuracy"` takes the form that suits the shapes. @default [] */
  metrics?: MetricsOfOutput | PerOutput<MetricsOfOutput>;
  /** Metrics that take the sample and class weights into account. @default [] */
  weightedMetrics?: CompileOptions["metrics"];
}

const COMPILE_OPTIONS = Object.keys(
  {
    optimizer: true,
    loss: true,
    lossWeights: true,
    metrics: true,
    weightedMetrics: true,
  } satisfies Record<keyof CompileOptions, true>,
);

/** A batch's targets or weights: one for the one output, or a nest. */
type PerBatch = Nested | null;

/** A running value by the name that logs give it. */
interface Running {
  readonly name: string;
  result(): Tensor;
}

/** The optimizer, losses and metrics of a model, with their running values. */
export class Compilation {
  readonly optimizer: Optimizer;
  readonly #options: CompileOptions;
  readonly #outputNames: () => readonly string[] | null;
  readonly #total = new RunningLoss();
  #judges: readonly OutputJudge[] | null = null;

  /** Names of outputs that the model knows are checked at once; others at the first batch. */
  constructor(options: CompileOptions, outputNames: () => readonly string[] | null) {
    checkOptionNames("compile", options, COMPILE_OPTIONS);
    const { optimizer = runtime().defaults.optimizer } = options;
    this.optimizer = resolve<Optimizer>("optimizer", optimizer);
    if (!(this.optimizer instanceof Optimizer)) throw notA("optimizer", optimizer);
    this.#options = options;
    this.#outputNames = outputNames;
    const names = outputNames() ?? impliedNames(options);
    if (names !== null) this.#judges = judgesFor(options, names);
  }

  /** Whether there is anything to learn from targets. */
  get hasLoss(): boolean {
    return this.#options.loss !== undefined && this.#options.loss !== null;
  }

  #judgesOf(prediction: Nested): readonly OutputJudge[] {
    if (this.#judges?.length === tensorsOf(prediction).length) return this.#judges;
    const names = this.#outputNames() ??
      nestEntries<Tensor>(prediction).map(([key]) =>
        key === null ? "output" : typeof key === "string" ? key : `output_${key}`
      );
    return this.#judges = judgesFor(this.#options, names);
  }

  /** Targets, predictions and weights, output by output. */
  #rows(
    y: PerBatch,
    prediction: Nested,
    sampleWeight: PerBatch,
  ): { judge: OutputJudge; yTrue: Tensor | null; yPred: Tensor; weight: Tensor | null }[] {
    const judges = this.#judgesOf(prediction);
    const names = judges.map(({ name }) => name);
    const predictions = tensorsOf(prediction);
    if (judges.length > 1 && isTensor(y)) {
      throw rangeError(
        "model.outputCount",
        `Cannot judge the model as y is one tensor and the model has ${judges.length} outputs: its outputs are ${
          names.map((name) => `"${name}"`).join(", ")
        }; give a list or a record of targets`,
      );
    }
    const targets = perOutput("judge the model", "y", y, names, isTensor);
    const weights = perOutput("judge the model", "sampleWeight", sampleWeight, names, isTensor);
    return judges.map((judge, i) => ({
      judge,
      yTrue: targets[i],
      yPred: predictions[i],
      weight: weights[i],
    }));
  }

  /** The loss of a batch: the sum over the outputs that have one; `null` where none has. */
  lossOf(y: PerBatch, prediction: Nested, sampleWeight: PerBatch): Tensor | null {
    let total: Tensor | null = null;
    if (!this.hasLoss) return total;
    for (const { judge, yTrue, yPred, weight } of this.#rows(y, prediction, sampleWeight)) {
      if (judge.loss === null) continue;
      if (yTrue === null) throw missingTarget(judge.name, judge.loss);
      const loss = judge.lossOf(yTrue, yPred, weight)!;
      total = total === null ? loss : add(total, loss);
    }
    return total;
  }

  /** Takes a batch's loss and predictions into the running values. */
  update(
    loss: Tensor | null,
    y: PerBatch,
    prediction: Nested,
    sampleWeight: PerBatch,
    { examples }: { examples: number },
  ): void {
    noGrad(() =>
      tidy(() => {
        if (loss !== null) this.#total.add(loss, examples);
        for (const { judge, yTrue, yPred, weight } of this.#rows(y, prediction, sampleWeight)) {
          judge.update(yTrue, yPred, weight, examples);
        }
      })
    );
  }

  /** Forgets all batches. */
  resetMetrics(): void {
    this.#total.reset();
    for (const judge of this.#judges ?? []) judge.reset();
  }

  /** Notes all running values down; what is returned brings them back. */
  save(): () => void {
    const restore = [this.#total, ...this.#judges ?? []].map((part) => part.save());
    return () => restore.forEach((bringBack) => bringBack());
  }

  /** The running values; metrics that wait for shapes are missing before the first batch. */
  get #running(): Running[] {
    const judges = this.#judges ?? [];
    const several = judges.length > 1;
    return [
      { name: "loss", result: () => this.#total.result() },
      ...judges.flatMap(({ name, running }) =>
        running === null
          ? []
          : [{ name: camelCase(`${name}_loss`), result: () => running.result() }]
      ),
      ...judges.flatMap(({ name, metrics }) =>
        metrics.flatMap(({ metric }): Running[] =>
          metric === null ? [] : [{
            name: several ? `${camelCase(name)}${capital(metric.name)}` : metric.name,
            result: () => metric.result(),
          }]
        )
      ),
    ];
  }

  /** The names of the running values. */
  get names(): string[] {
    return this.#running.map(({ name }) => name);
  }

  /** The running values, read. */
  async read(): Promise<Record<string, number>> {
    const results = noGrad(() =>
      tidy(() => Object.fromEntries(this.#running.map(({ name, result }) => [name, result()])))
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
    const running = this.#running.find((one) => one.name === name)!;
    return noGrad(() => tidy(() => running.result().item()));
  }

  /** The options as JSON. */
  getConfig(): Config {
    const { loss = null, lossWeights, metrics = [], weightedMetrics = [] } = this.#options;
    return {
      optimizer: serialize("optimizer", this.optimizer),
      loss: write("loss", loss, resolveLoss),
      ...(lossWeights === undefined ? {} : { lossWeights }),
      metrics: write("metric", metrics),
      weightedMetrics: write("metric", weightedMetrics),
    };
  }
}

function camelCase(name: string): string {
  return name.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string = "") => next.toUpperCase());
}

function capital(name: string): string {
  return `${name[0].toUpperCase()}${name.slice(1)}`;
}

/** An option as JSON, nested as it was given. */
function write(
  kind: string,
  value: unknown,
  make: (value: never) => object | null = (value) => value,
): unknown {
  if (value === null || typeof value === "string" || isSerialized(value)) return value;
  if (Array.isArray(value)) return value.map((part) => write(kind, part, make));
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [name, write(kind, part, make)]),
    );
  }
  return serialize(kind, make(value as never)!);
}

function isIdentifier<T>(value: unknown): value is Identifier<T> {
  if (typeof value === "string" || isSerialized(value) || typeof value === "function") return true;
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.getPrototypeOf(value) !== Object.prototype;
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

/** The name of the output where options are such as one output takes; `null` where they tell several apart. */
function impliedNames(options: CompileOptions): readonly string[] | null {
  const { loss, lossWeights, metrics, weightedMetrics } = options;
  const isShared = (value: unknown): boolean =>
    value === undefined || value === null || isIdentifier(value);
  const fitsOne = isShared(loss) && isShared(lossWeights) &&
    [metrics, weightedMetrics].every((list) => isShared(list) || [list].flat().every(isShared));
  return fitsOne ? ["output"] : null;
}

/** How the outputs of these names are judged. */
function judgesFor(options: CompileOptions, names: readonly string[]): OutputJudge[] {
  const operation = "compile the model";
  const losses = perOutput<Identifier<Loss> | LossFunction>(
    operation,
    "loss",
    options.loss,
    names,
    isIdentifier,
  );
  const weights = perOutput(operation, "lossWeights", options.lossWeights, names, isNumber);
  const wrong = weights.find((weight) => weight !== null && !Number.isFinite(weight));
  if (wrong !== undefined) throw errors.option(operation, "lossWeights", "finite numbers", wrong);
  const [plain, weighted] = ([options.metrics, options.weightedMetrics] as const).map((given, i) =>
    metricsPerOutput(i === 0 ? "metrics" : "weightedMetrics", given, names)
  );
  return names.map((name, i) =>
    new OutputJudge(name, {
      isOnlyOne: names.length === 1,
      loss: resolveLoss(losses[i]),
      weight: weights[i] ?? 1,
      metrics: [
        ...plain[i].map((identifier) => namedMetric(identifier, false)),
        ...weighted[i].map((identifier) => namedMetric(identifier, true)),
      ],
    })
  );
}

/** The metrics of each output. With one output, a list is that of its metrics. */
function metricsPerOutput(
  option: string,
  given: CompileOptions["metrics"],
  names: readonly string[],
): Identifier<Metric>[][] {
  const isFlat = Array.isArray(given) && given.every((one) => isIdentifier(one));
  const isForAll = isFlat && (names.length === 1 || given.length !== names.length);
  const found = isForAll ? names.map(() => given) : perOutput<MetricsOfOutput>(
    "compile the model",
    option,
    given as PerOutput<MetricsOfOutput>,
    names,
    isIdentifier,
  );
  const lists = found.map((metrics) =>
    metrics === null ? [] : [metrics].flat() as Identifier<Metric>[]
  );
  const shared = lists.flat().filter((metric) =>
    typeof metric === "object" && !isSerialized(metric)
  );
  if (new Set(shared).size === shared.length) return lists;
  throw rangeError(
    "compile.metricTwice",
    `Cannot compile the model as one metric object of ${option} is to judge several outputs at once: give each its own`,
  );
}
