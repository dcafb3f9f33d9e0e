/**
 * The smallest network that learns something a line cannot separate.
 *
 *     deno run examples/xor.ts
 *
 * @module
 */

import { layers, optimizers, sequential, setSeed, tensor } from "@tensaur/tensaur";

setSeed(2);

const x = tensor([[0, 0], [0, 1], [1, 0], [1, 1]]);
const y = tensor([[0], [1], [1], [0]]);

const model = sequential([
  new layers.Dense({ units: 8, activation: "tanh", inputShape: [2] }),
  new layers.Dense({ units: 1, activation: "sigmoid" }),
]);
model.compile({
  optimizer: new optimizers.Adam({ learningRate: 0.05 }),
  loss: "binaryCrossentropy",
  metrics: ["accuracy"],
});

const { history } = await model.fit(x, y, { epochs: 200, verbose: 0 });
console.log(`loss ${history.loss[0].toFixed(3)} -> ${history.loss.at(-1)!.toFixed(3)}`);

const p = await model.predict(x);
for (let i = 0; i < 4; i++) {
  const [a, b] = x.get(i).toArray();
  console.log(`${a} xor ${b} = ${p.get(i, 0).item().toFixed(3)}`);
}
