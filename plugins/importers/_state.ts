/**
 * State as it was read, on its way into a model.
 *
 * @module
 */

import { tensorFrom } from "../../core/dispatch.ts";
import type { StateDict } from "../../core/module.ts";
import { tidy } from "../../core/scope.ts";
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
