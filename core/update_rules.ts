/**
 * Update rules: composites that give the next values of variables, which `update` of the dispatch assigns.
 *
 * @module
 */

import { type Composite, defineComposite } from "./dispatch.ts";
import { add, multiply } from "./ops/mod.ts";

/**
 * An update rule: from a parameter, its state and its gradient to the next values of all but the gradient. A backend
 * may bring a fused kernel for the name, which then works in place.
 */
export function defineUpdate<Attributes>(
  name: string,
  compose: Composite<Attributes>["compose"],
): Composite<Attributes> {
  return defineComposite({
    name,
    compose,
    infer: (inputs) => inputs.slice(0, -1).map(({ dims, dtype }) => ({ dims, dtype })),
  });
}

/** The moving average of a parameter: `[average, parameter]`. */
export const emaUpdate: Composite<{ momentum: number }> = defineUpdate(
  "emaUpdate",
  ([average, parameter], { momentum }) => [
    add(multiply(average, momentum), multiply(parameter, 1 - momentum)),
  ],
);

/** A parameter made smaller: `[parameter]`. */
export const weightDecayUpdate: Composite<{ factor: number }> = defineComposite({
  name: "weightDecayUpdate",
  compose: ([parameter], { factor }) => [multiply(parameter, factor)],
  infer: ([{ dims, dtype }]) => [{ dims, dtype }],
});
