/**
 * How a run calls its callbacks.
 *
 * @module
 */

import { Callback, type CallbackParams, type Logs } from "./callback.ts";
import type { Compilation } from "./compilation.ts";
import { typeError } from "./errors.ts";
import type { AnyModel } from "./model.ts";
import { runtime } from "./runtime.ts";

type HookName = Exclude<keyof Callback & `on${string}`, never>;

/** Calls one hook of all callbacks, waiting for those that are asynchronous. */
export class CallbackList {
  readonly #callbacks: readonly Callback[];

  constructor(callbacks: readonly Callback[], model: AnyModel, params: CallbackParams) {
    for (const callback of callbacks) {
      if (!(callback instanceof Callback)) {
        throw typeError(
          "callback.kind",
          "Cannot use a value as a callback as it does not extend Callback: construct one, such as new callbacks.EarlyStopping()",
        );
      }
      callback.setModel(model);
      callback.setParams(params);
    }
    this.#callbacks = callbacks;
  }

  /** The callbacks that do something in a hook; the others cost nothing. */
  for(hook: HookName): readonly Callback[] {
    return this.#callbacks.filter((callback) => callback[hook] !== Callback.prototype[hook]);
  }

  async call(hook: HookName, ...args: [Logs] | [number, Logs]): Promise<void> {
    for (const callback of this.for(hook)) await invoke(callback, hook, args);
  }
}

function invoke(
  callback: Callback,
  hook: HookName,
  args: readonly unknown[],
): void | Promise<void> {
  return (callback[hook] as (...args: unknown[]) => void | Promise<void>).apply(callback, [
    ...args,
  ]);
}

/** Calls a hook of each batch; waits only when a callback asks for it. */
export function batchHook(
  callbacks: readonly Callback[],
  hook: HookName,
): ((batch: number, logs: Logs) => void | Promise<void>) | null {
  if (callbacks.length === 0) return null;
  return (batch, logs) => {
    let pending: Promise<void> | undefined;
    for (const callback of callbacks) {
      if (pending === undefined) {
        const result = invoke(callback, hook, [batch, logs]);
        if (result instanceof Promise) pending = result;
      } else pending = pending.then(() => invoke(callback, hook, [batch, logs]));
    }
    return pending;
  };
}

/** The callbacks of a run: those that watch every run that is not silent, unless given too, then the given ones. */
export function callbackList(
  model: AnyModel,
  callbacks: readonly Callback[],
  params: CallbackParams,
): CallbackList {
  const { registry, defaults } = runtime();
  const watching = params.verbose === 0
    ? []
    : defaults.callbacks.filter((name) => registry.has("callback", name))
      .map((name) => registry.build<Callback>("callback", name))
      .filter((made) => !callbacks.some((given) => given?.constructor === made.constructor));
  return new CallbackList([...watching, ...callbacks], model, params);
}

/** The running values, read when they are looked at. */
export function liveLogs(compilation: Compilation): Logs {
  const logs = {};
  for (const name of compilation.names) {
    Object.defineProperty(logs, name, {
      enumerable: true,
      get: () => compilation.readNow(name),
    });
  }
  return logs;
}

/** Where a hook has nothing to tell. */
export const NO_LOGS: Logs = Object.freeze({});
