/**
 * Tensaur: a deep learning framework for Deno. It reads like Keras 3; tensors and gradients work without it, as in
 * PyTorch.
 *
 * @example
 * ```ts
 * import { layers, sequential, tensor } from "@tensaur/tensaur";
 *
 * const model = sequential([new layers.Dense({ units: 1, inputShape: [1] })]);
 * model.compile({ optimizer: "sgd", loss: "mse" });
 * await model.fit(tensor([[1], [2], [3]]), tensor([[2], [4], [6]]), { epochs: 5, verbose: 0 });
 * ```
 *
 * @module
 */

import { Registry } from "./core/registry.ts";
import { Runtime, runtime, setRuntime } from "./core/runtime.ts";
import { manifest } from "./plugins/manifest.ts";
import { VERSION } from "./version.ts";

export * from "./core/mod.ts";
/** Functions that layers pass their sums through. */
export * as activations from "./plugins/activations/mod.ts";
/** Observers of training. */
export * as callbacks from "./callbacks/mod.ts";
/** What keeps weights in bounds. */
export * as constraints from "./plugins/constraints/mod.ts";
/** What writes models to files. */
export * as exporters from "./plugins/exporters/mod.ts";
/** What reads models from files. */
export * as importers from "./plugins/importers/mod.ts";
/** First values of weights. */
export * as initializers from "./plugins/initializers/mod.ts";
/** The layers. */
export * as layers from "./layers/mod.ts";
/** What training makes small. */
export * as losses from "./plugins/losses/mod.ts";
/** What training is judged by. */
export * as metrics from "./plugins/metrics/mod.ts";
/** How weights are updated. */
export * as optimizers from "./plugins/optimizers/mod.ts";
/** What large weights cost. */
export * as regularizers from "./plugins/regularizers/mod.ts";
/** Learning rates that depend on the step. */
export * as schedules from "./plugins/schedules/mod.ts";
/** Datasets, batches, and the data sets that come with the framework. */
export * as data from "./data.ts";
/** What brings packages of plugins into use. */
export { discover, discoverProject, use, type UseOptions } from "./plugins/discovery/mod.ts";
export { VERSION } from "./version.ts";

setRuntime(
  new Runtime({
    registry: new Registry({ engineVersion: VERSION }).add(manifest),
    defaults: {
      backend: "wasm",
      backends: ["native", "wasm"],
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
