/** What every layer has from its base: its name, whether it is trained, the shapes that it gives. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Dims,
  Input,
  Layer,
  layers,
  Model,
  model,
  ones,
  ops,
  Parameter,
  randn,
  sequential,
  type Tensor,
} from "../../mod.ts";

// Names.

Deno.test("automatic names are those of Keras", () => {
  const names: [Layer, string][] = [
    [new layers.Conv2D({ filters: 1, kernelSize: 1 }), "conv2d"],
    [new layers.Conv2DTranspose({ filters: 1, kernelSize: 1 }), "conv2d_transpose"],
    [new layers.SeparableConv2D({ filters: 1, kernelSize: 1 }), "separable_conv2d"],
    [new layers.MaxPooling2D(), "max_pooling2d"],
    [new layers.GlobalAveragePooling2D(), "global_average_pooling2d"],
    [new layers.ZeroPadding2D(), "zero_padding2d"],
    [new layers.BatchNormalization(), "batch_normalization"],
    [new layers.ReLU(), "re_lu"],
    [new layers.PReLU(), "p_re_lu"],
    [new layers.ELU(), "elu"],
    [new layers.LeakyReLU(), "leaky_re_lu"],
    [new layers.Embedding({ inputDim: 1, outputDim: 1 }), "embedding"],
    [new layers.InputLayer({ shape: [1] }), "input_layer"],
  ];
  for (const [layer, name] of names) assertEquals(layer.name, name);
  const two = sequential([new layers.MaxPooling2D(), new layers.MaxPooling2D()]);
  assertEquals(two.layers.map(({ name }) => name), ["max_pooling2d", "max_pooling2d_1"]);
});

Deno.test("a layer of a class without a name is called layer", () => {
  const make = (base: typeof layers.Flatten) => class extends base {};
  assertEquals(new (make(layers.Flatten))().name, "layer");
});

// Freezing.

class Offset extends Layer {
  learned!: Parameter;
  fixed!: Parameter;
  readonly mine = new Parameter([1], { trainable: false });

  override build(inputShape: Dims): void {
    const shape = [inputShape[inputShape.length - 1]!];
    this.learned = this.addWeight({ name: "learned", shape });
    this.fixed = this.addWeight({ name: "fixed", shape, trainable: false });
  }

  forward(x: Tensor): Tensor {
    return ops.multiply(ops.add(ops.add(x, this.learned), this.fixed), this.mine);
  }
}

Deno.test("thawing a layer leaves weights that were made untrainable as they are", () => {
  for (const trainable of [true, false]) {
    const layer = new Offset({ trainable });
    const model = sequential([layer]);
    model.apply(ones([1, 2]));
    assertEquals(model.trainableWeights, trainable ? [layer.learned] : []);
    for (const whole of [layer, model]) {
      whole.trainable = false;
      assertEquals(model.trainableWeights, []);
      whole.trainable = true;
      assertEquals(model.trainableWeights, [layer.learned]);
    }
  }
});

Deno.test("a weight that the user thaws by hand stays thawed until it is frozen", () => {
  const layer = new Offset();
  layer.apply(ones([1, 2]));
  layer.fixed.trainable = true;
  layer.trainable = true;
  assertEquals(layer.trainableWeights, [layer.learned, layer.fixed]);
});

Deno.test("BatchNormalization that is frozen in a nested model keeps its statistics while the rest trains", async () => {
  const base = sequential([
    new layers.Dense({ units: 3, inputShape: [2] }),
    new layers.BatchNormalization(),
  ]);
  const x = Input({ shape: [2] });
  const made = model({ inputs: x, outputs: new layers.Dense({ units: 1 }).apply(base.apply(x)) });
  made.compile({ optimizer: "sgd", loss: "mse" });
  const values = (part: Layer): unknown => part.getWeights().map((w) => w.toArray());
  const train = () =>
    made.fit(randn([16, 2], { seed: 1 }).add(5), ones([16, 1]), { verbose: 0, epochs: 2 });
  base.trainable = false;
  const [frozen, head] = [values(base), values(made.getLayer("dense"))];
  await train();
  assertEquals(values(base), frozen);
  assert(String(values(made.getLayer("dense"))) !== String(head));
  base.trainable = true;
  await train();
  assert(String(values(base)) !== String(frozen));
});

// Shapes.

Deno.test("computeOutputShape() takes and gives the shapes of several tensors", () => {
  const add = new layers.Concatenate() as Layer<readonly Tensor[], Tensor>;
  assertEquals(add.computeOutputShape([[null, 2], [null, 3]]), [null, 5]);
  const [a, b] = [Input({ shape: [2] }), Input({ shape: [2] })];
  const made = new Model({ inputs: { a, b }, outputs: [ops.add(a, b), ops.sum(b, { axis: -1 })] });
  assertEquals(made.computeOutputShape({ a: [3, 2], b: [3, 2] }), [[3, 2], [3]]);
  assertThrows(() => made.computeOutputShape([[3, 2]]), RangeError, "2 inputs");
  assertThrows(() => made.computeOutputShape({ a: [3, 2], b: [3, 9] }), RangeError, '"b"');
});
