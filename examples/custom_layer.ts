/**
 * A package of plugins at work: a wave that goes on where no data was. The package stands in `plugins/waves`, as a third
 * party's would. With a path the trained model, the package's layer in it, is exported to ONNX: its operations are ONNX's,
 * so the layer needs not one line for it.
 *
 *     deno run examples/custom_layer.ts
 *     deno run --allow-read=. --allow-write=. examples/custom_layer.ts wave.onnx
 *
 * @module
 */

import { Callback, Layer, layers, ops, registry, sequential, setSeed, use } from "@tensaur/tensaur";
import waves from "./plugins/waves/manifest.ts";

setSeed(6);
await use(waves);
const snake = await registry.create<Layer>("layer", "Snake", { frequency: 2 });
const sparkline = await registry.create<Callback>("callback", "Sparkline");

const model = sequential([
  new layers.Dense({ units: 32, inputShape: [1] }),
  snake,
  new layers.Dense({ units: 1 }),
]);
model.compile({ optimizer: "signum", loss: "charbonnier" });
const x = ops.linspace(-6, 6, { num: 256 }).reshape([256, 1]);
await model.fit(x, ops.sin(x), { epochs: 200, callbacks: [sparkline], verbose: 0 });

const beyond = await model.predict([[7], [8], [9]]);
for (const [i, at] of [7, 8, 9].entries()) {
  console.log(
    `sin(${at}) = ${Math.sin(at).toFixed(2)}, predicted ${beyond.get(i, 0).item().toFixed(2)}`,
  );
}

const [path] = Deno.args;
if (path !== undefined) {
  await model.export(path);
  console.log(`Exported to ${path}`);
}
