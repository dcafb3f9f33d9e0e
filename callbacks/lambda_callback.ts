/**
 * The callback that is made of functions.
 *
 * @module
 */

import { Callback } from "../core/callback.ts";
import { errors, nearMatches } from "../core/errors.ts";

/** The hooks of a callback. */
export type HookName = keyof Callback & `on${string}`;

/** Functions by the hook that calls them; training waits for promises. */
export type Hooks = {
  [Name in HookName]?: (...args: Parameters<Callback[Name]>) => unknown;
};

function isHook(name: string): name is HookName {
  return name.startsWith("on") && name in Callback.prototype;
}

/**
 * A callback of functions, for what is not worth a class.
 *
 * @throws {RangeError} When a name is no hook.
 *
 * @example
 * ```ts
 * import { callbacks, layers, ones, sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
 * model.compile({ optimizer: "sgd", loss: "mse" });
 * const seen: number[] = [];
 * const watch = new callbacks.LambdaCallback({ onEpochEnd: (epoch) => seen.push(epoch) });
 * await model.fit(ones([4, 2]), ones([4, 1]), { epochs: 2, verbose: 0, callbacks: [watch] });
 * assertEquals(seen, [0, 1]);
 * ```
 */
export class LambdaCallback extends Callback {
  constructor(hooks: Hooks = {}) {
    super();
    for (const name of Object.keys(hooks)) {
      if (isHook(name)) continue;
      const known = Object.getOwnPropertyNames(Callback.prototype).filter(isHook);
      const near = nearMatches(name, known);
      throw errors.option(
        "make a LambdaCallback",
        "every hook",
        `one of ${(near.length > 0 ? near : known).join(", ")}`,
        name,
      );
    }
    Object.assign(this, hooks);
  }
}
