/** Small convolutional networks learn, on either host backend alike. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  layers,
  losses,
  ops,
  optimizers,
  sequential,
  setSeed,
  type Tensor,
  tensor,
} from "../../mod.ts";

const SIZE = 8;
const EXAMPLES = 24;

/** Images of a bright bar, upright or lying, and which it is. */
function bars(): { x: Tensor; y: Tensor } {
  const values = new Float32Array(EXAMPLES * SIZE * SIZE);
  const labels = Int32Array.from({ length: EXAMPLES }, (_, n) => n % 2);
  labels.forEach((label, n) => {
    const place = (n >> 1) % SIZE;
    for (let i = 0; i < SIZE; i++) {
      const [row, column] = label === 0 ? [i, place] : [place, i];
      values[(n * SIZE + row) * SIZE + column] = 1;
    }
  });
  return {
    x: tensor(values, { shape: [EXAMPLES, SIZE, SIZE, 1] }),
    y: tensor(labels, { dtype: "int32" }),
  };
}

const NETWORKS: Record<string, () => ReturnType<typeof sequential>> = {
  "convolutions and pooling": () =>
    sequential([
      new layers.Conv2D({ filters: 6, kernelSize: 3, padding: "same", activation: "relu" }),
      new layers.MaxPooling2D(),
      new layers.Conv2D({ filters: 8, kernelSize: 3, activation: "relu" }),
      new layers.Flatten(),
      new layers.Dropout({ rate: 0.1, seed: 3 }),
      new layers.Dense({ units: 2 }),
    ]),
  "separable convolutions, channels first": () => {
    const dataFormat = "channelsFirst";
    return sequential([
      new layers.Reshape({ targetShape: [1, SIZE, SIZE] }),
      new layers.ZeroPadding2D({ dataFormat }),
      new layers.SeparableConv2D({
        filters: 6,
        kernelSize: 3,
        depthMultiplier: 4,
        activation: "relu",
        dataFormat,
      }),
      new layers.AveragePooling2D({ poolSize: 3, strides: 2, padding: "same", dataFormat }),
      new layers.DepthwiseConv2D({ kernelSize: 2, strides: 2, activation: "tanh", dataFormat }),
      new layers.Flatten({ dataFormat }),
      new layers.Dense({ units: 2 }),
    ]);
  },
  "a narrow middle and transposed convolutions": () =>
    sequential([
      new layers.Conv2D({
        filters: 6,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        activation: "relu",
      }),
      new layers.Conv2DTranspose({ filters: 4, kernelSize: 4, strides: 2, padding: "same" }),
      new layers.Cropping2D({ cropping: 1 }),
      new layers.UpSampling2D({ interpolation: "bilinear" }),
      new layers.Conv2D({ filters: 6, kernelSize: 5, strides: 3, activation: "relu" }),
      new layers.GlobalMaxPooling2D(),
      new layers.Dense({ units: 2 }),
    ]),
};

/** The losses of 20 steps. */
async function train(
  make: () => ReturnType<typeof sequential>,
  backend: string,
): Promise<number[]> {
  setSeed(11);
  const model = make();
  const { x, y } = bars();
  model.buildFor([null, SIZE, SIZE, 1]);
  model.to(backend);
  model.compile({
    optimizer: new optimizers.Adam({ learningRate: 0.02 }),
    loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  });
  const { history } = await model.fit(x.to(backend), y.to(backend), {
    epochs: 20,
    batchSize: EXAMPLES,
    shuffle: false,
    verbose: 0,
  });
  return history.loss;
}

for (const [name, make] of Object.entries(NETWORKS)) {
  Deno.test(`a network of ${name} learns in 20 steps, on wasm as on reference`, async () => {
    const [wasm, reference] = [await train(make, "wasm"), await train(make, "reference")];
    assertEquals(wasm.length, 20);
    assert(wasm[19] < 0.8 * wasm[0], `the loss went from ${wasm[0]} to ${wasm[19]}`);
    wasm.forEach((loss, step) => assertAlmostEquals(loss, reference[step], 1e-4));
  });
}

Deno.test("a fully convolutional network takes images of other sizes than it was built with", () => {
  const model = sequential([
    new layers.Conv2D({ filters: 4, kernelSize: 3, padding: "same", inputShape: [null, null, 3] }),
    new layers.MaxPooling2D({ padding: "same" }),
    new layers.UpSampling2D(),
    new layers.Conv2DTranspose({ filters: 2, kernelSize: 2, strides: 2 }),
    new layers.GlobalAveragePooling2D(),
  ]);
  assertEquals(model.computeOutputShape([null, null, null, 3]), [null, 2]);
  for (const [height, width] of [[4, 6], [7, 5], [1, 2]]) {
    assertEquals(model.apply(ops.ones([2, height, width, 3])).shape, [2, 2]);
  }
});
