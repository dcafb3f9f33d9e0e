/**
 * Trains a network, exports it to ONNX, runs the file in ONNX Runtime, and compares.
 *
 *     deno run -A examples/onnx_export.ts [PATH]     # ONNX Runtime is a native library: it needs all permissions
 *
 * The export alone needs `--allow-read` and `--allow-write` of the file's folder.
 *
 * @module
 */

import { data, layers, losses, ops, sequential, setSeed } from "@tensaur/tensaur";
import { InferenceSession, Tensor } from "onnxruntime-node";

setSeed(1);
const path = Deno.args[0] ?? `${await Deno.makeTempDir()}/digits.onnx`;

const { train, test } = data.digits({ train: 4000, test: 500, flatten: false });
const model = sequential([
  new layers.Conv2D({ filters: 16, kernelSize: 3, activation: "relu", inputShape: [28, 28, 1] }),
  new layers.MaxPooling2D({ poolSize: 2 }),
  new layers.Conv2D({ filters: 32, kernelSize: 3, activation: "relu" }),
  new layers.MaxPooling2D({ poolSize: 2 }),
  new layers.Flatten(),
  new layers.Dropout({ rate: 0.2 }),
  new layers.Dense({ units: 10 }),
]);
model.compile({
  optimizer: "adam",
  loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: ["accuracy"],
});
await model.fit(train, { epochs: 2, batchSize: 64 });

// The network ends in logits; the file gives probabilities.
const options = { name: "digits", softmaxHead: true, metadata: { trainedOn: "built-in digits" } };
await model.export(path, options);
const { size } = await Deno.stat(path);
console.log(`Exported ${path}: ${size.toLocaleString("en-US")} bytes`);

const [images] = test.tensors;
const expected = ops.softmax(await model.predict(images));

const session = await InferenceSession.create(path);
const pixels = new Tensor("float32", images.dataSync() as Float32Array, images.shape);
const results = await session.run({ [session.inputNames[0]]: pixels });
const { data: values, dims } = results[session.outputNames[0]];
const actual = ops.reshape(values as Float32Array, [...dims]);

const difference = ops.max(ops.abs(ops.subtract(expected, actual))).item();
console.log(`ONNX Runtime agrees on ${images.shape[0]} images: greatest difference ${difference}`);
if (!(difference < 1e-5)) Deno.exit(1);
