// The same with TensorFlow.js on its wasm backend.
import { loadTensorFlow } from "../peers/tfjs.ts";

const tf = await loadTensorFlow("wasm");
const model = tf.sequential({
  layers: [
    tf.layers.dense({ units: 128, activation: "relu", inputShape: [784] }),
    tf.layers.dense({ units: 64, activation: "relu" }),
    tf.layers.dense({ units: 10 }),
  ],
});
model.compile({
  optimizer: tf.train.adam(),
  loss: (labels: unknown, logits: unknown) => tf.losses.softmaxCrossEntropy(labels, logits),
});
const x = tf.ones([128, 784]);
const y = tf.oneHot(tf.zeros([128], "int32"), 10).toFloat();
await model.trainOnBatch(x, y);
console.log("step");
for (let i = 0; i < 200; i++) await model.trainOnBatch(x, y);
console.log("done");
for await (const _ of Deno.stdin.readable);
