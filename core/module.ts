/**
 * Modules: parameters, buffers and other modules, found by assignment to a field.
 *
 * @module
 */

import { accumulateInto, clearGrad, gradientsWith } from "./autograd.ts";
import type { Backend } from "./backend.ts";
import { isTensor } from "./dispatch.ts";
import { rangeError, show, stateError, typeError } from "./errors.ts";
import type { Nested } from "./nested.ts";
import { tensorsIn } from "./scope.ts";
import { formatShape, sameShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { inModule } from "./trace.ts";
import { Parameter, Variable } from "./variable.ts";

export type { Nested };

/** What a call tells the modules it passes through. */
export interface CallContext {
  /** Whether dropout and the like behave as in training. */
  readonly training: boolean;
}

/** What the call under way was told, which the modules it passes through are told too. */
let toldTraining: boolean | undefined;

/** A module, whatever it takes and gives. */
// deno-lint-ignore no-explicit-any -- modules with any inputs and outputs hang in one tree
export type AnyModule = Module<any, any>;

/** Runs before a module's forward; what it returns, if anything, becomes the input. */
export type ForwardPreHook<I extends Nested> = (module: AnyModule, inputs: I) => I | void;

/** Runs after a module's forward; what it returns, if anything, becomes the output. */
export type ForwardHook<I extends Nested, O extends Nested> = (
  module: AnyModule,
  inputs: I,
  outputs: O,
) => O | void;

/** Tensors by the path of the module that owns them: `"dense.kernel"`. */
export type StateDict = Record<string, Tensor>;

/**
 * Something with parameters that computes. Fields that hold a `Parameter`, a `Variable` (a buffer), a
 * `Module`, or an array of them, are found by themselves; private `#fields` are not.
 *
 * @example
 * ```ts
 * import { Module, ops, Parameter, tensor, type Tensor } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * class Scale extends Module {
 *   factor = new Parameter([2, 3]);
 *   forward(x: Tensor) {
 *     return ops.multiply(x, this.factor);
 *   }
 * }
 * const scale = new Scale();
 * assertEquals(scale.apply(tensor([1, 1])).toArray(), [2, 3]);
 * assertEquals(scale.namedParameters().map(([name]) => name), ["factor"]);
 * ```
 */
export abstract class Module<I extends Nested = Tensor, O extends Nested = Tensor> {
  /** Whether calls that do not say otherwise behave as in training. @default false */
  training = false;
  #preHooks = new Set<ForwardPreHook<I>>();
  #hooks = new Set<ForwardHook<I, O>>();
  #last: { inputs: I; outputs: O } | null = null;

  /** Computes the output; called by {@linkcode apply}. */
  abstract forward(inputs: I, context: CallContext): O;

  /** What the module is called where no name was given. */
  get displayName(): string {
    return this.constructor.name;
  }

  /**
   * Runs the module: hooks, then `forward`. Modules that it calls without saying so behave as in training where this
   * call was told to.
   */
  apply(inputs: I, context: Partial<CallContext> = {}): O {
    let given = inputs;
    for (const hook of this.#preHooks) given = hook(this, given) ?? given;
    const told = toldTraining;
    toldTraining = context.training ?? told;
    const training = toldTraining ?? this.training;
    let outputs: O;
    try {
      outputs = inModule(this.displayName, () => this.forward(given, { training }));
    } finally {
      toldTraining = told;
    }
    for (const hook of this.#hooks) outputs = hook(this, given, outputs) ?? outputs;
    this.#last = { inputs: given, outputs };
    return outputs;
  }

  /**
   * The gradient of the input from the gradient of the output of the last call, while gradients of the
   * parameters are added to their `grad`: the chain rule by hand. Automatic here; a module may bring its own. An
   * input that was not recorded has no gradient: then `null`.
   *
   * @throws {Error} When the module was not called before, or has several inputs or outputs.
   */
  backward(gradient: Tensor): Tensor | null {
    if (this.#last === null) {
      throw stateError(
        "module.backward",
        `Cannot go backward through ${this.displayName} as it was not called: call apply() first`,
      );
    }
    const [inputs, outputs] = [[...tensorsIn(this.#last.inputs)], [
      ...tensorsIn(this.#last.outputs),
    ]];
    if (inputs.length !== 1 || outputs.length !== 1) {
      throw stateError(
        "module.backward",
        `Cannot go backward through ${this.displayName} by hand as it has ${inputs.length} inputs and ${outputs.length} ` +
          `outputs: override backward(), or use tensor.backward()`,
      );
    }
    if (outputs[0] === inputs[0] || !outputs[0].requiresGrad) return gradient;
    const parameters = this.parameters().filter((parameter) => parameter.trainable);
    const [toInput, ...toParameters] = gradientsWith(outputs[0], [inputs[0], ...parameters], {
      gradient,
      retainGraph: true,
    });
    parameters.forEach((parameter, i) => {
      const found = toParameters[i];
      if (found !== null) accumulateInto(parameter, found);
    });
    return toInput;
  }

  /** The gradients of the parameters, in the order of `parameters()`. */
  grads(): (Tensor | null)[] {
    return this.parameters().map((parameter) => parameter.grad);
  }

  /** Frees the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) clearGrad(parameter);
  }

  // What it is made of.

  /** The modules in this module's fields, by name. */
  namedChildren(): [string, AnyModule][] {
    const found: [string, AnyModule][] = [];
    forEachField(this, (name, value) => {
      if (value instanceof Module) found.push([name, value]);
    });
    return found;
  }

  /** The modules in this module's fields. */
  children(): AnyModule[] {
    return this.namedChildren().map(([, child]) => child);
  }

  /** This module and all below it, each once, by path; its own path is empty. */
  namedModules(): [string, AnyModule][] {
    const found = new Map<AnyModule, string>();
    const visit = (path: string, module: AnyModule): void => {
      if (found.has(module)) return;
      found.set(module, path);
      for (const [name, child] of module.namedChildren()) visit(join(path, name), child);
    };
    visit("", this);
    return [...found].map(([module, path]) => [path, module]);
  }

  /** This module and all below it, each once. */
  modules(): AnyModule[] {
    const found = new Set<AnyModule>();
    const visit = (module: AnyModule): void => {
      if (found.has(module)) return;
      found.add(module);
      for (const [, child] of module.namedChildren()) visit(child);
    };
    visit(this);
    return [...found];
  }

  /** The parameters of this module and all below it, each once, by path. */
  namedParameters(): [string, Parameter][] {
    return this.#variables().filter((entry): entry is [string, Parameter] =>
      entry[1] instanceof Parameter
    );
  }

  /** The parameters of this module and all below it, each once. */
  parameters(): Parameter[] {
    // Every training step asks for them, and not for their paths.
    const found = new Set<Parameter>();
    for (const module of this.modules()) {
      forEachField(module, (_, value) => {
        if (value instanceof Parameter) found.add(value);
      });
    }
    return [...found];
  }

  /** The variables that are not parameters, such as moving statistics, by path. */
  namedBuffers(): [string, Variable][] {
    return this.#variables().filter(([, variable]) => !(variable instanceof Parameter));
  }

  /** The variables that are not parameters. */
  buffers(): Variable[] {
    return this.namedBuffers().map(([, buffer]) => buffer);
  }

  #variables(): [string, Variable][] {
    const found = new Map<Variable, string>();
    for (const [path, module] of this.namedModules()) {
      forEachField(module, (name, value) => {
        if (value instanceof Variable && !found.has(value)) found.set(value, join(path, name));
      });
    }
    return [...found].map(([variable, path]) => [path, variable]);
  }

  /** How many numbers the parameters hold; shared ones count once. */
  countParams(): number {
    return this.parameters().reduce((total, parameter) => total + parameter.size, 0);
  }

  // Mode and place.

  /** Behaves as in training from now on; so do the modules below. */
  train(training = true): this {
    for (const module of this.modules()) module.training = training;
    return this;
  }

  /** Behaves as in inference from now on; so do the modules below. */
  eval(): this {
    return this.train(false);
  }

  /** Moves all parameters and buffers to a backend. */
  to(backend: string | Backend): this {
    for (const [, variable] of this.#variables()) {
      const moved = variable.to(backend);
      if (moved !== variable) {
        variable.replaceStorage(moved);
        moved.dispose();
      }
    }
    return this;
  }

  // State.

  /**
   * All parameters and buffers by path: copies, which later training does not change.
   *
   * @throws {RangeError} When two have one path.
   */
  stateDict(): StateDict {
    return Object.fromEntries([...this.#state()].map(([path, v]) => [path, v.detach()]));
  }

  #state(): Map<string, Variable> {
    const state = new Map<string, Variable>();
    for (const [path, variable] of this.#variables()) {
      if (state.has(path)) {
        throw rangeError(
          "module.path",
          `Cannot tell the state of ${this.displayName} apart as paths must differ: current path of two weights is "${path}"; ` +
            `give one of the modules on it another name`,
        );
      }
      state.set(path, variable);
    }
    return state;
  }

  /**
   * Takes over parameters and buffers by path.
   *
   * @throws {RangeError} When tensors are missing, left over, of another shape or none; all are named, and nothing is
   * changed.
   * @throws {TypeError} When the state is no record.
   */
  loadStateDict(state: StateDict, options: { strict?: boolean } = {}): this {
    const { strict = true } = options;
    if (typeof state !== "object" || state === null) {
      throw typeError(
        "module.state",
        `Cannot load the state into ${this.displayName} as it must be a record of tensors by path: current state is ${
          show(state)
        }`,
      );
    }
    const own = this.#state();
    const missing = [...own.keys()].filter((path) => !Object.hasOwn(state, path));
    const extra = Object.keys(state).filter((path) => !own.has(path));
    const misshaped = [...own].flatMap(([path, variable]) => {
      const given = Object.hasOwn(state, path) ? state[path] : null;
      if (given === null) return [];
      if (!isTensor(given)) return [`${path} is ${show(given)} and no tensor`];
      if (sameShape(given.dims, variable.dims)) return [];
      return [`${path} is ${formatShape(given.dims)} instead of ${formatShape(variable.dims)}`];
    });
    const faults = [
      ...(strict && missing.length > 0 ? [`missing are ${missing.join(", ")}`] : []),
      ...(strict && extra.length > 0 ? [`left over are ${extra.join(", ")}`] : []),
      ...misshaped,
    ];
    if (faults.length > 0) {
      throw rangeError(
        "module.state",
        `Cannot load the state into ${this.displayName} as it belongs to another architecture: ${
          faults.join("; ")
        }`,
      );
    }
    for (const [path, variable] of own) {
      if (Object.hasOwn(state, path)) variable.assign(state[path]);
    }
    return this;
  }

  // Hooks.

  /** Runs a function before each forward; returns one that removes it. */
  registerForwardPreHook(hook: ForwardPreHook<I>): () => void {
    this.#preHooks.add(hook);
    return () => this.#preHooks.delete(hook);
  }

  /** Runs a function after each forward; returns one that removes it. */
  registerForwardHook(hook: ForwardHook<I, O>): () => void {
    this.#hooks.add(hook);
    return () => this.#hooks.delete(hook);
  }
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** Visits the values of a module's fields, the items of arrays one by one. */
function forEachField(module: object, visit: (name: string, value: unknown) => void): void {
  for (const name of Object.keys(module)) {
    const value = (module as Record<string, unknown>)[name];
    if (typeof value !== "object") continue;
    if (Array.isArray(value)) value.forEach((item, i) => visit(`${name}.${i}`, item));
    else visit(name, value);
  }
}
