/**
 * State as it was read, on its way into a model.
 *
 * @module
 */

import { tensorFrom } from "../../core/dispatch.ts";
import { stateError } from "../../core/errors.ts";
import type { AnyLayer } from "../../core/exporter.ts";
import type { StateDict } from "../../core/module.ts";
import { tidy } from "../../core/scope.ts";
import { loadForeignState, type LoadWeightsOptions } from "../../core/weight_layout.ts";
import type { TensorValues } from "./safetensors/decode.ts";

/** Hands the tensors whose names begin with `prefix` to `load`, by the rest of their names, and frees them. */
export function withState(
  tensors: ReadonlyMap<string, TensorValues>,
  prefix: string,
  load: (state: StateDict) => void,
): void {
  tidy(() => {
    const own = [...tensors].filter(([name]) => name.startsWith(prefix));
    load(Object.fromEntries(
      own.map(([name, { data, shape, dtype }]) => [
        name.slice(prefix.length),
        tensorFrom(data, shape, dtype),
      ]),
    ));
  });
}

/**
 * Takes weights over into a model that was built.
 *
 * @throws {RangeError} When they are those of another architecture; then nothing is changed.
 */
export function loadWeights(
  model: AnyLayer,
  tensors: ReadonlyMap<string, TensorValues>,
  options: LoadWeightsOptions,
  prefix = "",
): void {
  if (!model.built) {
    throw stateError(
      "weights.unbuilt",
      `Cannot load weights into ${model.name} as it has none yet: call it once, or give inputShape`,
    );
  }
  withState(tensors, prefix, (state) => loadForeignState(model, state, options));
}
