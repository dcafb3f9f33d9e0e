/** Names that differ by numbers. */

import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Names, uniqueNames } from "../../core/names.ts";
import { Input, layers, Model, model, ones, sequential, type Tensor } from "../../mod.ts";

Deno.test("Names.take() numbers what is taken, and leaves free what is not", () => {
  const names = new Names(["b"]);
  assertEquals(["a", "a", "b", "a"].map((name) => names.take(name)), ["a", "a_1", "b_1", "a_2"]);
  assertEquals([names.has("a_2"), names.has("a_3")], [true, false]);
});

Deno.test("Names.take() goes round names that were added with a number of their own", () => {
  const names = new Names();
  names.add("a_2");
  assertEquals(["a", "a", "a"].map((name) => names.take(name)), ["a", "a_1", "a_3"]);
  assertEquals(uniqueNames(["x", "x_1", "x"]), ["x", "x_1", "x_2"]);
});

Deno.test("Names.free() minds others, whose names stay free here", () => {
  const [names, others] = [new Names(), new Names(["a", "a_1"])];
  assertEquals(names.free("a", [others]), "a_2");
  assertEquals(["a", "a"].map((name) => names.take(name)), ["a", "a_1"]);
});

Deno.test("Names.release() and rename() give a name back", () => {
  const names = new Names();
  for (const name of ["a", "a", "a"]) names.take(name);
  names.release("a_1");
  assertEquals([names.take("a"), names.take("a")], ["a_1", "a_3"]);
  names.rename("a_3", "b");
  assertEquals([names.has("a_3"), names.has("b")], [false, true]);
});

Deno.test("layers are called what Keras calls them, and numbered", () => {
  const x = Input({ shape: [8, 8, 1] });
  const stack = [
    new layers.Conv2D({ filters: 2, kernelSize: 3, padding: "same" }),
    new layers.BatchNormalization(),
    new layers.ReLU(),
    new layers.Conv2DTranspose({ filters: 2, kernelSize: 3 }),
    new layers.PReLU(),
    new layers.MaxPooling2D({ poolSize: 2 }),
    new layers.Conv2D({ filters: 2, kernelSize: 3 }),
    new layers.GlobalAveragePooling2D(),
    new layers.ELU(),
  ];
  const made = model({ inputs: x, outputs: stack.reduce<Tensor>((h, l) => l.apply(h), x) });
  class TwoTowers extends Model {}
  assertEquals(made.layers.map(({ name }) => name), [
    "input_layer",
    "conv2d",
    "batch_normalization",
    "re_lu",
    "conv2d_transpose",
    "p_re_lu",
    "max_pooling2d",
    "conv2d_1",
    "global_average_pooling2d",
    "elu",
  ]);
  assertEquals([made.name, sequential([]).name, new TwoTowers().name], [
    "functional",
    "sequential",
    "two_towers",
  ]);
});

Deno.test("layers in the fields of a model get names that differ once it is built, and are found by either", () => {
  class Tower extends Model {
    readonly first = new layers.Dense({ units: 2 });
    readonly blocks = [new layers.Dense({ units: 2 }), new layers.Dense({ units: 2 })];
    readonly mine = new layers.Dense({ units: 2, name: "dense" });
    override forward(x: Tensor): Tensor {
      return [this.first, ...this.blocks, this.mine].reduce((h, layer) => layer.apply(h), x);
    }
  }
  const tower = new Tower();
  tower.apply(ones([1, 2]));
  assertEquals(tower.layers.map(({ name }) => name), ["dense_1", "dense_2", "dense_3", "dense"]);
  assertEquals(Object.keys(tower.stateDict()).slice(0, 3), [
    "first.kernel",
    "first.bias",
    "blocks.0.kernel",
  ]);
  assertStrictEquals(tower.getLayer("dense_2"), tower.blocks[0]);
  assertStrictEquals(tower.getLayer("first"), tower.first);
  assertStrictEquals(tower.getLayer("blocks.1"), tower.blocks[1]);
  assertThrows(() => tower.getLayer("last"), RangeError, "dense_1, dense_2, dense_3, dense");
});
