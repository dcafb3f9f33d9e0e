/**
 * The small model that checks train, save and watch.
 *
 * @module
 */

import { layers, losses, optimizers, runtime, Sequential, type Tensor, tidy } from "../mod.ts";
import { draw } from "./values.ts";

/** Inputs of two features, and their sums. */
export function sums(): { x: Tensor; y: Tensor } {
  const x = draw([8, 2]);
  return { x, y: tidy(() => x.sum({ axis: -1, keepdims: true })) };
}

/** A model with few weights, built. */
export function smallModel(): Sequential {
  return new Sequential([
    new layers.Dense({ units: 3, activation: "tanh", inputShape: [2] }),
    new layers.Dense({ units: 1 }),
  ]);
}

/** A model that is ready to be trained. */
export function compiled(model: Sequential): Sequential {
  model.compile({
    optimizer: new optimizers.SGD({ learningRate: 0.05 }),
    loss: new losses.MeanSquaredError(),
  });
  return model;
}

/** The small model, compiled, on a backend that goes with the check, and with it all that training leaves. */
export function trainableModel(): Sequential {
  const active = runtime();
  active.useBackend(active.backendNamed("reference"));
  return compiled(smallModel());
}
