/**
 * Tensaur: deep learning for Deno.
 *
 * @module
 */

import { Registry } from "./core/registry.ts";
import { Runtime, runtime, setRuntime } from "./core/runtime.ts";
import { manifest } from "./plugins/manifest.ts";

export * from "./core/mod.ts";
export * as activations from "./plugins/activations/mod.ts";
export * as callbacks from "./callbacks/mod.ts";
export * as constraints from "./plugins/constraints/mod.ts";
export * as initializers from "./plugins/initializers/mod.ts";
export * as layers from "./layers/mod.ts";
export * as losses from "./plugins/losses/mod.ts";
export * as metrics from "./plugins/metrics/mod.ts";
export * as optimizers from "./plugins/optimizers/mod.ts";
export * as regularizers from "./plugins/regularizers/mod.ts";
export * as schedules from "./plugins/schedules/mod.ts";
export * as data from "./data.ts";
export { VERSION } from "./version.ts";

setRuntime(
  new Runtime({
    registry: new Registry().add(manifest),
    defaults: {
      backend: "reference",
      initializer: "glorotUniform",
      optimizer: "rmsprop",
      callbacks: ["ProgressBar"],
      modelFormat: "tensaur",
      weightsFormat: "safetensors",
    },
  }),
);

/** The registry of the runtime in use: every layer, optimizer, loss and backend by kind and name. */
export const registry: Registry = runtime().registry;
