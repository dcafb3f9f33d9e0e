/**
 * What `fit` does, written out: forward, loss, backward, step, zeroGrad.
 *
 *     deno run examples/training_loop.ts
 *
 * @module
 */

import { data, layers, losses, noGrad, optimizers, sequential, setSeed } from "@tensaur/tensaur";

setSeed(1);
const { train, test } = data.digits({ train: 4000, test: 1000 });
const loader = new data.DataLoader(train, { batchSize: 32, shuffle: true, seed: 1 });

const model = sequential([
  new layers.Linear({ units: 64, activation: "relu", inputShape: [784] }),
  new layers.Linear({ units: 10 }),
]);
const criterion = new losses.CrossEntropy();
const optimizer = new optimizers.Adam(model.parameters(), { learningRate: 1e-3 });

for (let epoch = 1; epoch <= 3; epoch++) {
  let total = 0;
  model.train();
  // Each turn of the loop frees the tensors of the turn before.
  for (const [x, y] of loader) {
    const loss = criterion.call(y, model.apply(x));
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
    total += loss.item();
  }
  model.eval();
  const [x, y] = test.tensors;
  const accuracy = noGrad(() => model.apply(x).argmax({ axis: -1 }).equal(y).mean().item());
  const loss = total / loader.length;
  console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}, test accuracy ${accuracy.toFixed(3)}`);
}
