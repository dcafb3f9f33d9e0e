import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  Input,
  Layer,
  layers,
  ones,
  ops,
  Parameter,
  Sequential,
  sequential,
  type Tensor,
  tensor,
} from "../../mod.ts";

function network(): Sequential {
  return sequential([
    new layers.Dense({ units: 128, activation: "relu", inputShape: [784] }),
    new layers.Dense({ units: 64, activation: "relu" }),
    new layers.Dense({ units: 10 }),
  ]);
}

Deno.test("Sequential names its layers, and counts 109,386 parameters of the MNIST network", () => {
  const model = network();
  assertEquals(model.layers.map((layer) => layer.name), ["dense", "dense_1", "dense_2"]);
  assertEquals(model.countParams(), 109_386);
  assertEquals(model.namedParameters().map(([path]) => path).slice(0, 3), [
    "dense.kernel",
    "dense.bias",
    "dense_1.kernel",
  ]);
});

Deno.test("summary() prints layers, output shapes and totals", () => {
  let text = "";
  network().summary({ print: (line) => text += line });
  for (
    const part of ["dense_1 (Dense)", "[null, 64]", "8,256", "Total params: 109,386 (427.29 KB)"]
  ) {
    assert(text.includes(part), text);
  }
  assertEquals(Deno.inspect(network()), text);
});

Deno.test("summary() of a model that is not built says how to build it", () => {
  let text = "";
  sequential([new layers.Dense({ units: 1 })]).summary({ print: (line) => text += line });
  assert(text.includes("Not built yet"), text);
});

Deno.test("Sequential is built by Input, by inputShape, or by the first call", () => {
  assertEquals(
    sequential([Input({ shape: [3] }), new layers.Dense({ units: 2 })]).countParams(),
    8,
  );
  const late = sequential([new layers.Dense({ units: 2 })]);
  assertEquals([late.built, late.countParams()], [false, 0]);
  late.apply(ones([1, 3]));
  assertEquals([late.built, late.countParams()], [true, 8]);
});

Deno.test("Sequential grows by add() and shrinks by pop()", () => {
  const model = sequential([new layers.Dense({ units: 4, inputShape: [3] })]);
  model.add(new layers.Dense({ units: 2 }));
  assertEquals(model.apply(ones([5, 3])).shape, [5, 2]);
  assertEquals(model.countParams(), 26);
  model.pop();
  assertEquals(model.apply(ones([5, 3])).shape, [5, 4]);
});

Deno.test("Sequential shares a layer that is listed twice", () => {
  const shared = new layers.Dense({ units: 3, inputShape: [3] });
  const model = sequential([shared, shared]);
  assertEquals([model.countParams(), model.layers.length], [12, 2]);
  const copy = Sequential.fromConfig(JSON.parse(JSON.stringify(model.getConfig())));
  assertEquals([copy.countParams(), copy.layers.length], [12, 2]);
  assertEquals(copy.layers[0], copy.layers[1]);
});

Deno.test("Sequential.fromConfig() makes an equal architecture", () => {
  const model = network();
  const copy = Sequential.fromConfig(JSON.parse(JSON.stringify(model.getConfig())));
  assertEquals(copy.getConfig(), model.getConfig());
  copy.setWeights(model.getWeights());
  const x = ones([2, 784]);
  assertEquals(copy.apply(x).toArray(), model.apply(x).toArray());
});

Deno.test("Sequential refuses what is no layer, and two layers of one name", () => {
  assertThrows(() => sequential([3 as unknown as layers.Dense]), TypeError, "give layers");
  assertThrows(() => sequential([tensor([1])]), TypeError, "Input({ shape })");
  const named = () => new layers.Dense({ units: 1, name: "same" });
  assertThrows(() => sequential([named(), named()]), RangeError, '"same"');
});

Deno.test("a model without layers or without a known input shape says what is missing", () => {
  assertThrows(() => sequential([]).apply(ones([1, 2])), Error, "no layers");
  const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
  assertThrows(() => model.apply(ones([1, 3])), RangeError, "dense");
  const unknown = () => sequential([new layers.Dense({ units: 1, inputShape: [null] })]);
  assertThrows(unknown, RangeError, "inputShape");
});

Deno.test("setWeights() refuses weights of another architecture and changes nothing", () => {
  const model = sequential([new layers.Dense({ units: 2, inputShape: [3] })]);
  const before = model.getWeights().map((w) => w.toArray());
  assertThrows(() => model.setWeights([ones([3, 2])]), RangeError, "2 of them");
  assertThrows(
    () => model.setWeights([ones([3, 2]), ones([3])]),
    RangeError,
    "its shape must stay",
  );
  assertEquals(model.getWeights().map((w) => w.toArray()), before);
});

Deno.test("getLayer() finds by name and place, and lists names otherwise", () => {
  const model = network();
  assertEquals(model.getLayer("dense_2"), model.getLayer(-1));
  assertThrows(() => model.getLayer("dense_9"), RangeError, "dense, dense_1, dense_2");
});

Deno.test("Sequential takes the dtype of an Input, and keeps it in its config", () => {
  class Lookup extends Layer {
    readonly table = new Parameter([[1, 2], [3, 4]]);
    forward(x: Tensor): Tensor {
      return ops.take(this.table, x, { axis: 0 });
    }
  }
  const model = sequential([Input({ shape: [3], dtype: "int32" }), new Lookup()]);
  assertEquals(model.apply(tensor([[1, 0, 1]], { dtype: "int32" })).shape, [1, 3, 2]);
  const plain = sequential([Input({ shape: [3] }), new layers.ReLU()]);
  assert(!("inputDType" in plain.getConfig()));
  const config = sequential([Input({ shape: [3], dtype: "int32" }), new layers.Identity()])
    .getConfig();
  assertEquals(Sequential.fromConfig(config).getConfig(), config);
});

Deno.test("a model that would be part of itself is refused", () => {
  const [outer, middle] = [sequential([], { name: "outer" }), sequential([])];
  outer.add(middle);
  assertThrows(() => outer.add(outer), RangeError, "part of itself");
  assertThrows(() => middle.add(outer), RangeError, "Cannot add outer");
});

Deno.test("an Input stands first in a Sequential, and once", () => {
  const input = (): Tensor => Input({ shape: [2] });
  assertThrows(() => sequential([input(), input()]), TypeError, "once and first");
  const dense = new layers.Dense({ units: 1 });
  assertThrows(() => sequential([dense, input()]), TypeError, "once and first");
  assertThrows(() => sequential([ones([1, 2]), dense]), TypeError, "once and first");
});
