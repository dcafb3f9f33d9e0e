/** A model and data that tests of training share. */

import {
  layers,
  losses,
  ops,
  optimizers,
  randn,
  type Sequential,
  sequential,
  setSeed,
  type Tensor,
  tensor,
} from "../../mod.ts";

/** Options of a run that prints nothing. */
export const QUIET = { verbose: 0 } as const;

/** A small classifier, compiled; the same weights each time. */
export function classifier(features = 4, classes = 3): Sequential {
  setSeed(11);
  const model = sequential([
    new layers.Dense({ units: 8, activation: "relu", inputShape: [features] }),
    new layers.Dense({ units: classes }),
  ]);
  model.compile({
    optimizer: new optimizers.Adam({ learningRate: 0.01 }),
    loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
    metrics: ["accuracy"],
  });
  return model;
}

/** Points of three clusters, and which. */
export function clusters(count = 96): { x: Tensor; y: Tensor } {
  const y = Int32Array.from({ length: count }, (_, i) => i % 3);
  const x = randn([count, 4], { seed: 5 }).mul(0.3).add(ops.oneHot(tensor(y), 4).mul(2));
  return { x, y: tensor(y) };
}

/** The values of all weights. */
export function weightsOf(model: Sequential): number[][] {
  return model.getWeights().map((w) => [...w.dataSync()]);
}
