// A tiny program: a first training step, and 200 more.
import { layers, losses, ones, optimizers, sequential, zeros } from "@tensaur/tensaur";

const model = sequential([
  new layers.Dense({ units: 128, activation: "relu", inputShape: [784] }),
  new layers.Dense({ units: 64, activation: "relu" }),
  new layers.Dense({ units: 10 }),
]);
model.compile({
  optimizer: new optimizers.Adam(),
  loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
});
const x = ones([128, 784]);
const y = zeros([128], { dtype: "int32" });
await model.trainOnBatch(x, y);
console.log("step");
for (let i = 0; i < 200; i++) await model.trainOnBatch(x, y);
console.log("done");
for await (const _ of Deno.stdin.readable);
