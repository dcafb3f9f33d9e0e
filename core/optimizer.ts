/**
 * The base of optimizers: clipping, decay, averaging and accumulation stand here once; a subclass says what
 * state a parameter has, and how one is updated.
 *
 * @module
 */

import { clearGrad, noGrad } from "./autograd.ts";
import { clipGradients } from "./clipping.ts";
import { type Update, updateAll } from "./dispatch.ts";
import { errors, rangeError, show, stateError, typeError } from "./errors.ts";
import type { StateDict } from "./module.ts";
import { add, cast, divide, full, multiply } from "./ops/mod.ts";
import { instanceName, numberIn, type NumberRange, switchOf } from "./options.ts";
import { LearningRateSchedule } from "./schedule.ts";
import { tidy } from "./scope.ts";
import {
  type Config,
  type Configurable,
  type Identifier,
  resolve,
  serialize,
} from "./serialization.ts";
import { formatShape, sameShape, type Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { inSection } from "./trace.ts";
import { emaUpdate, weightDecayUpdate } from "./update_rules.ts";
import { Parameter, Variable } from "./variable.ts";

/** A learning rate, or a schedule by name, as an object or as JSON. */
export type LearningRate = number | Identifier<LearningRateSchedule>;

/** Options that every optimizer takes. */
export interface OptimizerOptions {
  /** From 0 on, or a schedule. @default 0.001 */
  learningRate?: LearningRate;
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
  /** What of the average stays at a step, in [0, 1]. @default 0.99 */
  emaMomentum?: number;
  /** After how many updates the average takes the parameters' place. @default null (at the end alone) */
  emaOverwriteFrequency?: number | null;
  /** What the loss was multiplied by; gradients are divided by it. @default null */
  lossScaleFactor?: number | null;
  /** Over how many steps gradients are averaged before an update. @default null */
  gradientAccumulationSteps?: number | null;
  /** What logs and files call it. @default its class, in camelCase */
  name?: string;
}

/** A gradient and the parameter it belongs to. */
export type GradientAndParameter = readonly [gradient: Tensor | null, parameter: Parameter];

/** The state that an optimizer keeps for one parameter, by name. */
export type Slots = Record<string, Variable>;

type Pair = readonly [gradient: Tensor, parameter: Parameter];

/** State that the base keeps for a parameter while it averages or accumulates. */
const OCCASIONAL_SLOTS = ["average", "gradientSum"];

/**
 * The base of all optimizers.
 *
 * @example An optimizer of one's own
 * ```ts
 * import { ops, Optimizer, type OptimizerOptions, Parameter, type Tensor, tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * class SignDescent extends Optimizer {
 *   constructor(options: OptimizerOptions = {}) {
 *     super(null, options, 0.5);
 *   }
 *   makeSlots() {
 *     return {};
 *   }
 *   updateParameter(parameter: Parameter, gradient: Tensor, _slots: unknown, learningRate: number) {
 *     parameter.assign(parameter.sub(ops.multiply(ops.sign(gradient), learningRate)));
 *   }
 * }
 * const w = new Parameter([1, 2]);
 * new SignDescent().applyGradients([[tensor([9, -9]), w]]);
 * assertEquals(w.toArray(), [0.5, 2.5]);
 * ```
 */
export abstract class Optimizer implements Configurable {
  /** What logs and files call it. */
  readonly name: string;
  /** What of a parameter each step takes off, in units of the learning rate. */
  readonly weightDecay: number | null;
  /** The most that the norm of each gradient may be. */
  readonly clipnorm: number | null;
  /** The most that each element of a gradient may be, in magnitude. */
  readonly clipvalue: number | null;
  /** The most that the norm of all gradients together may be. */
  readonly globalClipnorm: number | null;
  /** Whether a moving average of the parameters is kept. */
  readonly useEma: boolean;
  /** What of the average stays at a step. */
  readonly emaMomentum: number;
  /** After how many updates the average takes the parameters' place. */
  readonly emaOverwriteFrequency: number | null;
  /** What the loss was multiplied by. */
  readonly lossScaleFactor: number | null;
  /** Over how many steps gradients are averaged before an update. */
  readonly gradientAccumulationSteps: number | null;
  #learningRate: number | LearningRateSchedule;
  readonly #parameters: readonly Parameter[];
  /** How often gradients came in; with accumulation, more often than updates were made. */
  #steps = 0;
  #slots = new Map<Parameter, Slots>();
  readonly #undecayed = new Set<Parameter>();
  readonly #undecayedNames: string[] = [];

  /** Parameters first, as in PyTorch; or options alone, as in Keras. */
  constructor(
    parameters: Iterable<Parameter> | null,
    options: OptimizerOptions,
    defaultLearningRate: number,
  ) {
    this.name = options.name ?? instanceName(this.constructor.name);
    this.#learningRate = this.#rate(options.learningRate ?? defaultLearningRate);
    const positive = (option: keyof OptimizerOptions): number | null =>
      this.#optional(option, options[option], "finite and above 0");
    const whole = (option: keyof OptimizerOptions): number | null =>
      this.#optional(option, options[option], "a whole number from 1 on");
    this.weightDecay = this.#optional("weightDecay", options.weightDecay, "finite and from 0 on");
    this.clipnorm = positive("clipnorm");
    this.clipvalue = positive("clipvalue");
    this.globalClipnorm = positive("globalClipnorm");
    this.useEma = this.switch("useEma", options.useEma ?? false);
    this.emaMomentum = this.number("emaMomentum", options.emaMomentum ?? 0.99, "in [0, 1]");
    this.emaOverwriteFrequency = whole("emaOverwriteFrequency");
    this.lossScaleFactor = positive("lossScaleFactor");
    this.gradientAccumulationSteps = whole("gradientAccumulationSteps");
    const clips = [this.clipnorm, this.clipvalue, this.globalClipnorm].filter((c) => c !== null);
    if (clips.length > 1) {
      throw errors.option(
        this.#making,
        "clipping",
        "just one of clipnorm, clipvalue and globalClipnorm",
        `${clips.length} of them`,
      );
    }
    this.#parameters = [...new Set(parameters ?? [])];
  }

  // For subclasses.

  /** The state of a parameter; see {@linkcode makeSlot}. */
  protected abstract makeSlots(parameter: Parameter): Slots;

  /**
   * Updates a parameter and its state, or returns the update, to be made together with those of other parameters.
   * `iteration` counts from 1.
   */
  protected abstract updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    slots: Slots,
    learningRate: number,
    iteration: number,
  ): Update | void;

  /** A piece of state, shaped as the parameter and filled with 0 unless told otherwise. */
  protected makeSlot(
    parameter: Parameter,
    name: string,
    options: { value?: number; shape?: Shape } = {},
  ): Variable {
    const { value = 0, shape = parameter.shape } = options;
    return tidy(() => {
      const start = full(shape, value, { dtype: parameter.dtype });
      return new Variable(start.to(parameter.backend), { name });
    });
  }

  /** An option that must be a number in a range. */
  protected number(option: string, value: unknown, range: NumberRange): number {
    return numberIn(range, this.#making, option, value);
  }

  /** An option that is on or off. */
  protected switch(option: string, value: unknown): boolean {
    return switchOf(this.#making, option, value);
  }

  get #making(): string {
    return `make the optimizer ${this.name}`;
  }

  #optional(option: string, value: unknown, range: NumberRange): number | null {
    return value === null || value === undefined ? null : this.number(option, value, range);
  }

  // The learning rate.

  /** The learning rate of the next step. What is set may be a schedule; it replaces one that was there. */
  get learningRate(): number {
    if (typeof this.#learningRate === "number") return this.#learningRate;
    return this.#checkedRate(this.#learningRate.call(this.#steps));
  }
  set learningRate(rate: LearningRate) {
    this.#learningRate = this.#rate(rate);
  }

  /** How many updates were made. */
  get iterations(): number {
    return Math.floor(this.#steps / (this.gradientAccumulationSteps ?? 1));
  }

  #rate(rate: LearningRate): number | LearningRateSchedule {
    if (typeof rate === "number") return this.#checkedRate(rate);
    return resolve<LearningRateSchedule>("schedule", rate);
  }

  #checkedRate(rate: number): number {
    const setting = `set the learning rate of ${this.name}`;
    return numberIn("finite and from 0 on", setting, "learningRate", rate);
  }

  // Stepping.

  /**
   * Updates the parameters given at construction from their `grad`.
   *
   * @throws {Error} When none were given, or none has a gradient.
   */
  step(): void {
    if (this.#parameters.length === 0) {
      throw stateError(
        "optimizer.parameters",
        `Cannot step as the optimizer ${this.name} knows no parameters: construct it with model.parameters(), or use applyGradients()`,
      );
    }
    this.applyGradients(this.#parameters.map((p) => [p.grad, p] as const));
  }

  /** Frees the gradients of the parameters given at construction. */
  zeroGrad(): void {
    for (const parameter of this.#parameters) clearGrad(parameter);
  }

  /** The loss to take gradients of: multiplied by `lossScaleFactor`, where one was given. */
  scaleLoss(loss: Tensor): Tensor {
    return this.lossScaleFactor === null ? loss : multiply(loss, this.lossScaleFactor);
  }

  /**
   * Updates parameters from gradients; parameters without one, and frozen ones, stay as they are.
   *
   * @throws {RangeError} When a gradient has another shape than its parameter; then nothing is updated.
   * @throws {Error} When none of the parameters has a gradient.
   */
  applyGradients(pairs: Iterable<GradientAndParameter>): void {
    const trained = [...pairs].filter(([, parameter]) => parameter.trainable);
    if (trained.length === 0) return;
    inSection("optimizer", () =>
      noGrad(() =>
        tidy(() => {
          const updates = this.#accumulate(this.#prepared(trained));
          if (updates !== null) this.#update(updates);
          if (this.useEma) this.#average(trained.map(([, parameter]) => parameter));
          for (const [, parameter] of updates ?? []) {
            const { constraint } = parameter;
            if (constraint !== null) parameter.assign(constraint.call(parameter));
          }
          this.#steps++;
        })
      ));
  }

  /** The gradients there are, checked, in the dtypes of their parameters, the loss's scale taken back. */
  #prepared(pairs: readonly GradientAndParameter[]): Pair[] {
    const scale = this.lossScaleFactor;
    const prepared: Pair[] = [];
    for (const [gradient, parameter] of pairs) {
      if (gradient === null) continue;
      if (!sameShape(gradient.dims, parameter.dims)) {
        throw errors.shapes(
          `update "${parameter.name}"`,
          "its gradient must have its shape",
          gradient.dims,
          parameter.dims,
        );
      }
      const own = cast(gradient, parameter.dtype);
      prepared.push([scale === null ? own : divide(own, scale), parameter]);
    }
    if (prepared.length > 0) return prepared;
    throw stateError(
      "optimizer.gradients",
      `Cannot update parameters as none of the ${pairs.length} has a gradient: call backward() on a loss that depends on them first`,
    );
  }

  /** The gradients to apply now: the mean of the last few steps; `null` while steps are missing. */
  #accumulate(pairs: readonly Pair[]): readonly Pair[] | null {
    const steps = this.gradientAccumulationSteps ?? 1;
    if (steps === 1) return pairs;
    for (const [gradient, parameter] of pairs) {
      const slots = this.#slotsOf(parameter);
      if (slots.gradientSum !== undefined) {
        slots.gradientSum.assign(add(slots.gradientSum, gradient));
      } else slots.gradientSum = new Variable(gradient, { name: "gradientSum" });
    }
    if ((this.#steps + 1) % steps !== 0) return null;
    const means: Pair[] = [];
    for (const [parameter, slots] of this.#slots) {
      if (slots.gradientSum === undefined) continue;
      means.push([divide(slots.gradientSum, steps), parameter]);
      slots.gradientSum.dispose();
      delete slots.gradientSum;
    }
    return means;
  }

  #update(pairs: readonly Pair[]): void {
    const rate = this.learningRate;
    const iteration = this.iterations + 1;
    const gradients = clipGradients(pairs.map(([gradient]) => gradient), this);
    const factor = 1 - rate * (this.weightDecay ?? 0);
    updateAll(
      pairs.filter(([, parameter]) => this.#decays(parameter)).map(([, parameter]) => ({
        rule: weightDecayUpdate,
        variables: [parameter],
        inputs: [],
        attributes: { factor },
      })),
    );
    const updates: Update[] = [];
    pairs.forEach(([, parameter], i) => {
      const slots = this.#slotsOf(parameter);
      const made = this.updateParameter(parameter, gradients[i], slots, rate, iteration);
      if (made !== undefined) updates.push(made);
    });
    updateAll(updates);
  }

  #slotsOf(parameter: Parameter): Slots {
    let slots = this.#slots.get(parameter);
    if (slots === undefined) {
      slots = this.makeSlots(parameter);
      this.#slots.set(parameter, slots);
    }
    for (const slot of Object.values(slots)) {
      if (slot.backend !== parameter.backend) slot.replaceStorage(slot.to(parameter.backend));
    }
    return slots;
  }

  // Weight decay.

  /**
   * Takes parameters out of the weight decay: those listed, and those whose name contains one of the names, as `"bias"`
   * does.
   */
  excludeFromWeightDecay(
    options: { varList?: Iterable<Parameter>; varNames?: readonly string[] },
  ): void {
    for (const parameter of options.varList ?? []) this.#undecayed.add(parameter);
    this.#undecayedNames.push(...options.varNames ?? []);
  }

  #decays(parameter: Parameter): boolean {
    return this.weightDecay !== null && !this.#undecayed.has(parameter) &&
      !this.#undecayedNames.some((name) => parameter.name.includes(name));
  }

  // Averaging.

  #average(parameters: readonly Parameter[]): void {
    const { emaOverwriteFrequency, iterations } = this;
    const overwrites = emaOverwriteFrequency !== null &&
      (iterations + 1) % emaOverwriteFrequency === 0;
    const updates: Update[] = [];
    for (const parameter of parameters) {
      const slots = this.#slotsOf(parameter);
      if (slots.average === undefined) slots.average = new Variable(parameter, { name: "average" });
      else if (iterations === 0) slots.average.assign(parameter);
      else {
        const [variables, inputs] = [[slots.average], [parameter]];
        const attributes = { momentum: this.emaMomentum };
        updates.push({ rule: emaUpdate, variables, inputs, attributes });
      }
    }
    updateAll(updates);
    if (!overwrites) return;
    for (const parameter of parameters) parameter.assign(this.#slotsOf(parameter).average);
  }

  /** Puts the moving averages, where they are kept, in the parameters' place: at the end of training. */
  finalizeVariableValues(): void {
    for (const [parameter, { average }] of this.#slots) {
      if (average !== undefined) parameter.assign(average);
    }
  }

  // State.

  /**
   * The number of steps and the state of each parameter, by the parameter's place in the list: copies, which later
   * steps do not change.
   */
  stateDict(parameters: readonly Parameter[] = this.#parameters): StateDict {
    const state: StateDict = { iterations: full([], this.#steps, { dtype: "int32" }) };
    parameters.forEach((parameter, i) => {
      for (const [name, slot] of Object.entries(this.#slots.get(parameter) ?? {})) {
        state[`${i}.${name}`] = slot.detach();
      }
    });
    return state;
  }

  /**
   * Takes over the state that {@linkcode stateDict} gave; what the optimizer knew before is forgotten.
   *
   * @throws {RangeError} When it belongs to another optimizer or other parameters; then nothing is changed.
   */
  loadStateDict(state: StateDict, parameters: readonly Parameter[] = this.#parameters): void {
    const { iterations, ...rest } = state;
    const steps = iterations?.item() ?? 0;
    if (!(Number.isSafeInteger(steps) && steps >= 0)) {
      throw this.#foreignState(`its number of steps is ${steps}`);
    }
    const loaded = new Map<Parameter, Slots>();
    const missing = new Set<Variable>();
    for (const [path, values] of Object.entries(rest)) {
      const [place, name] = path.split(".");
      const parameter = parameters[Number(place)];
      if (parameter === undefined) throw this.#foreignState(`there is no "${path}"`);
      const slots = loaded.get(parameter) ?? this.makeSlots(parameter);
      if (!loaded.has(parameter)) {
        loaded.set(parameter, slots);
        for (const slot of Object.values(slots)) missing.add(slot);
      }
      if (OCCASIONAL_SLOTS.includes(name)) slots[name] = this.makeSlot(parameter, name);
      if (!Object.hasOwn(slots, name)) throw this.#foreignState(`there is no "${path}"`);
      if (!sameShape(values.dims, slots[name].dims)) {
        const [given, own] = [formatShape(values.dims), formatShape(slots[name].dims)];
        throw this.#foreignState(`"${path}" is ${given} instead of ${own}`);
      }
      slots[name].assign(values);
      missing.delete(slots[name]);
    }
    for (const slot of missing) throw this.#foreignState(`a "${slot.name}" is missing`);
    for (const slots of this.#slots.values()) {
      for (const slot of Object.values(slots)) slot.dispose();
    }
    this.#slots = loaded;
    this.#steps = steps;
  }

  #foreignState(what: string): RangeError {
    return rangeError(
      "optimizer.state",
      `Cannot load the state of the optimizer ${this.name} as ${what}: it belongs to another optimizer or model`,
    );
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

  /** Makes an optimizer from its config. */
  static fromConfig<O extends Optimizer>(
    // deno-lint-ignore no-explicit-any -- each class takes options of its own
    this: new (options: any) => O,
    config: Config,
  ): O {
    return new this(config);
  }
}

/**
 * Splits a constructor's arguments: parameters first, or options alone.
 *
 * @throws {TypeError} When the first argument is neither.
 */
export function splitArguments<O extends OptimizerOptions>(
  first: Iterable<Parameter> | O | null | undefined,
  second: O | undefined,
): [Iterable<Parameter> | null, O] {
  if (first === null || first === undefined) return [null, second ?? {} as O];
  if (typeof first !== "object") {
    throw typeError(
      "optimizer.arguments",
      `Cannot make an optimizer from ${
        show(first)
      }: give its options as an object, { learningRate: 0.001 }, or the parameters first`,
    );
  }
  if (!(Symbol.iterator in first)) return [null, first];
  const parameters = [...first];
  const other = parameters.find((parameter) => !(parameter instanceof Parameter));
  if (other !== undefined) {
    throw typeError(
      "optimizer.parameters",
      `Cannot make an optimizer as it updates parameters: met ${
        show(other)
      }; give model.parameters()`,
    );
  }
  return [parameters, second ?? {} as O];
}
