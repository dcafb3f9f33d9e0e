/**
 * The base of optimizers: clipping, decay, averaging and accumulation stand here once; a subclass says what
 * state a parameter has, and how one is updated.
 *
 * @module
 */

import { noGrad } from "./autograd.ts";
import { errors, rangeError, stateError } from "./errors.ts";
import { add, clip, divide, maximum, multiply, sqrt, square, sum, zeros } from "./ops/mod.ts";
import { LearningRateSchedule } from "./schedule.ts";
import { tidy } from "./scope.ts";
import {
  type Config,
  type Configurable,
  type Identifier,
  resolve,
  serialize,
} from "./serialization.ts";
import type { StateDict } from "./module.ts";
import type { Tensor } from "./tensor.ts";
import { Parameter, Variable } from "./variable.ts";

/** Options that every optimizer takes. */
export interface OptimizerOptions {
  /** @default 0.001 */
  learningRate?: number | Identifier<LearningRateSchedule>;
  /** Decoupled decay: each step takes `learningRate · weightDecay · parameter` off. @default null */
  weightDecay?: number | null;
  /** The most that the norm of each gradient may be. @default null */
  clipnorm?: number | null;
  /** The most that each element of a gradient may be, in magnitude. @default null */
  clipvalue?: number | null;
  /** The most that the norm of all gradients together may be. @default null */
  globalClipnorm?: number | null;
  /** Whether a moving average of the parameters is kept. @default false */
  useEma?: boolean;
  /** @default 0.99 */
  emaMomentum?: number;
  /** After how many steps the average takes the parameters' place. @default null (never, see `finalizeVariableValues`) */
  emaOverwriteFrequency?: number | null;
  /** What the loss was multiplied by; gradients are divided by it. @default null */
  lossScaleFactor?: number | null;
  /** Over how many steps gradients are averaged before an update. @default null */
  gradientAccumulationSteps?: number | null;
  /** @default its class, in camelCase */
  name?: string;
}

/** A gradient and the parameter it belongs to. */
export type GradientAndParameter = readonly [gradient: Tensor | null, parameter: Parameter];

/** The state that an optimizer keeps for one parameter, by name. */
export type Slots = Record<string, Variable>;

function checkPositive(name: string, option: string, value: number | null): void {
  if (value !== null && !(value > 0)) {
    throw errors.option(`make the optimizer ${name}`, option, "above 0", value);
  }
}

/** The base of all optimizers. */
export abstract class Optimizer implements Configurable {
  /** What logs and files call it. */
  readonly name: string;
  readonly weightDecay: number | null;
  readonly clipnorm: number | null;
  readonly clipvalue: number | null;
  readonly globalClipnorm: number | null;
  readonly useEma: boolean;
  readonly emaMomentum: number;
  readonly emaOverwriteFrequency: number | null;
  readonly lossScaleFactor: number | null;
  readonly gradientAccumulationSteps: number | null;
  #learningRate: number | LearningRateSchedule;
  #parameters: Parameter[] = [];
  #iterations = 0;
  #accumulated = 0;
  readonly #slots = new Map<Parameter, Slots>();
  readonly #averages = new Map<Parameter, Variable>();
  readonly #sums = new Map<Parameter, Variable>();

  /** Parameters first, as in PyTorch; or options alone, as in Keras. */
  constructor(
    parameters: Iterable<Parameter> | null,
    options: OptimizerOptions,
    defaultLearningRate: number,
  ) {
    const { learningRate = defaultLearningRate, emaOverwriteFrequency = null } = options;
    this.name = options.name ??
      this.constructor.name.replace(/^[A-Z]+?(?=[A-Z][a-z]|$|[a-z])/, (c) => c.toLowerCase());
    this.#learningRate = typeof learningRate === "number"
      ? learningRate
      : resolve<LearningRateSchedule>("schedule", learningRate);
    if (typeof learningRate === "number") this.#checkRate(learningRate);
    this.weightDecay = options.weightDecay ?? null;
    this.clipnorm = options.clipnorm ?? null;
    this.clipvalue = options.clipvalue ?? null;
    this.globalClipnorm = options.globalClipnorm ?? null;
    this.useEma = options.useEma ?? false;
    this.emaMomentum = options.emaMomentum ?? 0.99;
    this.emaOverwriteFrequency = emaOverwriteFrequency;
    this.lossScaleFactor = options.lossScaleFactor ?? null;
    this.gradientAccumulationSteps = options.gradientAccumulationSteps ?? null;
    for (const option of ["clipnorm", "clipvalue", "globalClipnorm", "lossScaleFactor"] as const) {
      checkPositive(this.name, option, this[option]);
    }
    const clips = [this.clipnorm, this.clipvalue, this.globalClipnorm].filter((c) => c !== null);
    if (clips.length > 1) {
      throw errors.option(
        `make the optimizer ${this.name}`,
        "clipping",
        "just one of clipnorm, clipvalue and globalClipnorm",
        `${clips.length} of them`,
      );
    }
    if (parameters !== null) this.#parameters = [...parameters];
  }

  // For subclasses.

  /** The state of a parameter; most optimizers fill it with zeros, see {@linkcode zerosFor}. */
  protected abstract makeSlots(parameter: Parameter): Slots;

  /** Updates a parameter. `iteration` counts from 1. */
  protected abstract updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    slots: Slots,
    learningRate: number,
    iteration: number,
  ): void;

  /** A slot of zeros, shaped as the parameter. */
  protected zerosFor(parameter: Parameter, name: string, value = 0): Variable {
    return tidy(() => {
      const start = zeros(parameter.shape, { dtype: parameter.dtype }).to(parameter.backend);
      return new Variable(value === 0 ? start : start.add(value), { name });
    });
  }

  // The learning rate.

  /** The learning rate of the next step. Setting it replaces a schedule. */
  get learningRate(): number {
    return typeof this.#learningRate === "number"
      ? this.#learningRate
      : this.#learningRate.call(this.#iterations);
  }
  set learningRate(rate: number) {
    this.#checkRate(rate);
    this.#learningRate = rate;
  }

  /** How many updates were made. */
  get iterations(): number {
    return this.#iterations;
  }

  #checkRate(rate: number): void {
    if (Number.isFinite(rate) && rate >= 0) return;
    throw errors.option(
      `set the learning rate of ${this.name}`,
      "learningRate",
      "a finite number from 0 on",
      rate,
    );
  }

  // Stepping.

  /**
   * Updates the parameters given at construction from their `grad`.
   *
   * @throws {Error} When none were given.
   */
  step(): void {
    if (this.#parameters.length === 0) {
      throw stateError(
        "optimizer.parameters",
        `Cannot step as the optimizer ${this.name} knows no parameters: construct it with model.parameters(), or use applyGradients()`,
      );
    }
    this.applyGradients(
      this.#parameters.filter((p) => p.grad !== null).map((p) => [p.grad, p] as const),
    );
  }

  /** Frees the gradients of the parameters given at construction. */
  zeroGrad(): void {
    for (const parameter of this.#parameters) {
      parameter.grad?.dispose();
      parameter.grad = null;
    }
  }

  /** Updates parameters from gradients; parameters without one, and frozen ones, stay as they are. */
  applyGradients(pairs: Iterable<GradientAndParameter>): void {
    noGrad(() =>
      tidy(() => {
        const given = [...pairs].filter((pair): pair is [Tensor, Parameter] =>
          pair[0] !== null && pair[1].trainable
        );
        const ready = this.#accumulate(this.#unscale(given));
        if (ready !== null) this.#update(this.#clip(ready));
      })
    );
  }

  #update(pairs: readonly [Tensor, Parameter][]): void {
    const rate = this.learningRate;
    this.#iterations++;
    for (const [gradient, parameter] of pairs) {
      if (this.weightDecay !== null) this.#decay(parameter, rate * this.weightDecay);
      const slots = this.#slotsOf(parameter);
      this.updateParameter(parameter, gradient, slots, rate, this.#iterations);
    }
    if (this.useEma) this.#average(pairs.map(([, parameter]) => parameter));
    for (const [, parameter] of pairs) {
      if (parameter.constraint !== null) parameter.assign(parameter.constraint.call(parameter));
    }
  }

  #slotsOf(parameter: Parameter): Slots {
    let slots = this.#slots.get(parameter);
    if (slots === undefined) {
      slots = this.makeSlots(parameter);
      this.#slots.set(parameter, slots);
    }
    return slots;
  }

  #decay(parameter: Parameter, amount: number): void {
    parameter.assign(multiply(parameter, 1 - amount));
  }

  #unscale(pairs: readonly [Tensor, Parameter][]): readonly [Tensor, Parameter][] {
    const scale = this.lossScaleFactor;
    return scale === null ? pairs : pairs.map(([g, p]) => [divide(g, scale), p]);
  }

  /** The gradients to apply now: the mean of the last few steps; `null` while steps are missing. */
  #accumulate(
    pairs: readonly [Tensor, Parameter][],
  ): readonly [Tensor, Parameter][] | null {
    const steps = this.gradientAccumulationSteps;
    if (steps === null || steps === 1) return pairs;
    this.#accumulated++;
    for (const [gradient, parameter] of pairs) {
      const total = this.#sums.get(parameter) ?? this.zerosFor(parameter, "accumulator");
      this.#sums.set(parameter, total);
      total.assign(add(total, gradient));
    }
    if (this.#accumulated < steps) return null;
    this.#accumulated = 0;
    const means = [...this.#sums].map(([parameter, total]): [Tensor, Parameter] => [
      divide(total, steps),
      parameter,
    ]);
    for (const total of this.#sums.values()) total.dispose();
    this.#sums.clear();
    return means;
  }

  #clip(pairs: readonly [Tensor, Parameter][]): readonly [Tensor, Parameter][] {
    const { clipvalue, clipnorm, globalClipnorm } = this;
    if (clipvalue !== null) {
      return pairs.map(([g, p]) => [clip(g, { xMin: -clipvalue, xMax: clipvalue }), p]);
    }
    if (clipnorm !== null) {
      return pairs.map(([g, p]) => [scaleToNorm(g, sum(square(g)), clipnorm), p]);
    }
    if (globalClipnorm !== null && pairs.length > 0) {
      const squares = pairs.map(([g]) => sum(square(g))).reduce((a, b) => add(a, b));
      return pairs.map(([g, p]) => [scaleToNorm(g, squares, globalClipnorm), p]);
    }
    return pairs;
  }

  // Averaging.

  #average(parameters: readonly Parameter[]): void {
    const momentum = this.emaMomentum;
    const overwrites = this.emaOverwriteFrequency !== null &&
      this.#iterations % this.emaOverwriteFrequency === 0;
    for (const parameter of parameters) {
      const average = this.#averages.get(parameter) ?? new Variable(parameter, { name: "average" });
      const isFirst = !this.#averages.has(parameter);
      this.#averages.set(parameter, average);
      if (!isFirst) {
        average.assign(add(multiply(average, momentum), multiply(parameter, 1 - momentum)));
      }
      if (overwrites) parameter.assign(average);
    }
  }

  /** Puts the moving averages in the parameters' place, at the end of training. */
  finalizeVariableValues(): void {
    if (this.emaOverwriteFrequency !== null) return;
    for (const [parameter, average] of this.#averages) parameter.assign(average);
  }

  // State.

  /** The number of steps and the state of each parameter, by the parameter's place in the list. */
  stateDict(parameters: readonly Parameter[] = this.#parameters): StateDict {
    const state: StateDict = { iterations: scalarInt(this.#iterations) };
    parameters.forEach((parameter, i) => {
      for (const [name, slot] of Object.entries(this.#slots.get(parameter) ?? {})) {
        state[`${i}.${name}`] = slot.detach();
      }
      const average = this.#averages.get(parameter);
      if (average !== undefined) state[`${i}.average`] = average.detach();
    });
    return state;
  }

  /**
   * Takes over the state that {@linkcode stateDict} gave.
   *
   * @throws {RangeError} When it belongs to other parameters; then nothing is changed.
   */
  loadStateDict(state: StateDict, parameters: readonly Parameter[] = this.#parameters): void {
    const { iterations, ...rest } = state;
    const prepared = Object.entries(rest).map(([path, values]) => {
      const [place, name] = path.split(".");
      const parameter = parameters[Number(place)];
      const slots = parameter === undefined ? undefined : this.makeSlots(parameter);
      if (parameter === undefined || (name !== "average" && slots?.[name] === undefined)) {
        throw rangeError(
          "optimizer.state",
          `Cannot load the state of the optimizer ${this.name} as it has no "${path}": it belongs to another optimizer or model`,
        );
      }
      return { parameter, name, values };
    });
    for (const { parameter, name, values } of prepared) {
      if (name === "average") this.#averages.set(parameter, new Variable(values, { name }));
      else this.#slotsOf(parameter)[name].assign(values);
    }
    if (iterations !== undefined) this.#iterations = iterations.item();
  }

  /** The options that make an equal optimizer. */
  getConfig(): Config {
    return {
      name: this.name,
      learningRate: typeof this.#learningRate === "number"
        ? this.#learningRate
        : serialize("schedule", this.#learningRate),
      weightDecay: this.weightDecay,
      clipnorm: this.clipnorm,
      clipvalue: this.clipvalue,
      globalClipnorm: this.globalClipnorm,
      useEma: this.useEma,
      emaMomentum: this.emaMomentum,
      emaOverwriteFrequency: this.emaOverwriteFrequency,
      lossScaleFactor: this.lossScaleFactor,
      gradientAccumulationSteps: this.gradientAccumulationSteps,
    };
  }
}

/** The gradient, scaled down where the norm of which the square is given exceeds the limit. */
function scaleToNorm(gradient: Tensor, squares: Tensor, limit: number): Tensor {
  return multiply(gradient, divide(limit, maximum(sqrt(squares), limit)));
}

function scalarInt(value: number): Tensor {
  return zeros([], { dtype: "int32" }).add(value);
}

/** Splits a constructor's arguments: parameters first, or options alone. */
export function splitArguments<O extends OptimizerOptions>(
  first: Iterable<Parameter> | O | undefined,
  second: O | undefined,
): [Iterable<Parameter> | null, O] {
  const isList = first !== undefined && typeof first === "object" && Symbol.iterator in first;
  return isList ? [first, second ?? {} as O] : [null, (first ?? {}) as O];
}
