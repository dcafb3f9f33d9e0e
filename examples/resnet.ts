/**
 * A small residual network: each block adds what it computes to what it was given (He et al., 2015), so that
 * gradients reach the first layers unhindered. Learns digits drawn by code in some ten seconds.
 *
 *     deno run examples/resnet.ts
 *
 * @see https://arxiv.org/abs/1512.03385
 * @module
 */

import { data, Input, layers, losses, Model, ops, setSeed, type Tensor } from "@tensaur/tensaur";

setSeed(1);

function convolution(x: Tensor, filters: number, kernelSize: number, strides = 1): Tensor {
  const conv = new layers.Conv2D({
    filters,
    kernelSize,
    strides,
    padding: "same",
    useBias: false,
    kernelInitializer: "heNormal",
  });
  return new layers.BatchNormalization({ momentum: 0.9 }).apply(conv.apply(x));
}

/** relu(x + f(x)); where the size changes, the way around is a convolution of size 1. */
function residual(x: Tensor, filters: number, strides = 1): Tensor {
  const first = new layers.ReLU().apply(convolution(x, filters, 3, strides));
  const second = convolution(first, filters, 3);
  const around = strides === 1 ? x : convolution(x, filters, 1, strides);
  return ops.relu(ops.add(second, around));
}

const inputs = Input({ shape: [28, 28, 1], name: "image" });
let x = new layers.ReLU().apply(convolution(inputs, 16, 3, 2));
x = residual(x, 16);
x = residual(x, 32, 2);
x = residual(x, 32);
x = new layers.GlobalAveragePooling2D().apply(x);
const logits = new layers.Dense({ units: 10, name: "logits" }).apply(x);
const model = new Model({ inputs, outputs: logits, name: "resnet" });

model.compile({
  optimizer: "adam",
  loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: ["accuracy"],
});
model.summary();

const { train, test, source } = data.digits({ train: 4000, test: 1000, flatten: false });
console.log(`Training on ${source}`);
await model.fit(train, { epochs: 3, batchSize: 64, validationData: test });
