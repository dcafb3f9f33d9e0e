/**
 * Where the time of training goes: a few steps of a network on digits, measured.
 *
 *     deno run examples/profile.ts
 *     deno run --allow-read=. --allow-write=. examples/profile.ts trace.json
 *
 * The second one also writes a trace, to be opened in ui.perfetto.dev.
 *
 * @module
 */

import { data, layers, profile, sequential, setSeed } from "@tensaur/tensaur";

setSeed(1);
const { train } = data.digits({ train: 3200, test: 1 });
const [x, y] = train.tensors;

const model = sequential([
  new layers.Dense({ units: 128, activation: "relu", inputShape: [784] }),
  new layers.Dense({ units: 64, activation: "relu" }),
  new layers.Dense({ units: 10, activation: "softmax" }),
]);
model.compile({
  optimizer: "adam",
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});
// The first steps are slower than those that follow: the engine compiles what runs often.
await model.fit(x, y, { epochs: 1, verbose: 0 });

const measured = await profile(() => model.fit(x, y, { epochs: 1, verbose: 0 }));
console.log(measured);

const [path] = Deno.args;
if (path !== undefined) await measured.save(path);
