/** Functional models: what can be built, run, named, cut, frozen, written down and read again. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  customOp,
  Input,
  Layer,
  layers,
  Model,
  model,
  noGrad,
  ones,
  ops,
  Parameter,
  randn,
  sequential,
  setSeed,
  type Tensor,
  tensor,
  tidy,
  traceModel,
  zeros,
} from "../../mod.ts";
import { again, dense, same } from "./_models.ts";

/** The sum of its inputs. */
class Join extends Layer<readonly Tensor[], Tensor> {
  forward(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((sum, x) => ops.add(sum, x));
  }
}

Deno.test("a functional model computes what its layers do, one after the other", () => {
  const x = Input({ shape: [4] });
  const [first, second] = [dense(8, { activation: "relu" }), dense(3)];
  const made = new Model({ inputs: x, outputs: second.apply(first.apply(x)) });
  const values = randn([5, 4]);
  same(made.apply(values), second.apply(first.apply(values)));
  assertEquals(made.layers.map(({ name }) => name), ["input_layer", "dense", "dense_1"]);
  assertEquals(Object.keys(made.stateDict()), [
    "dense.kernel",
    "dense.bias",
    "dense_1.kernel",
    "dense_1.bias",
  ]);
});

Deno.test("inputs and outputs come in lists and in records by name", () => {
  const [a, b] = [Input({ shape: [2], name: "a" }), Input({ shape: [2], name: "b" })];
  const [sum, product] = [ops.add(a, b), ops.multiply(a, b)];
  const [x, y] = [tensor([[1, 2]]), tensor([[3, 4]])];
  const listed = model({ inputs: [a, b], outputs: [sum, product] });
  const [s, p] = listed.apply([x, y]);
  assertEquals([s.toArray(), p.toArray()], [[[4, 6]], [[3, 8]]]);
  const named = model({ inputs: { left: a, right: b }, outputs: { sum, product } });
  const found = named.apply({ right: y, left: x });
  assertEquals([found.sum.toArray(), found.product.toArray()], [[[4, 6]], [[3, 8]]]);
  assertEquals([named.outputNames, listed.outputNames], [["sum", "product"], ["add", "multiply"]]);
});

Deno.test("a shared layer counts once, and learns from all its calls", () => {
  const [a, b] = [Input({ shape: [3] }), Input({ shape: [3] })];
  const shared = dense(2, { useBias: false });
  const made = new Model({ inputs: [a, b], outputs: ops.add(shared.apply(a), shared.apply(b)) });
  assertEquals([made.countParams(), made.layers.length], [6, 3]);
  made.apply([ones([1, 3]), ones([1, 3]).mul(2)]).sum().backward();
  assertEquals(shared.kernel.grad!.toArray(), [[3, 3], [3, 3], [3, 3]]);
  assertThrows(() => shared.output, Error, "called 2 times");
});

Deno.test("operations between layers run again, for every size of the batch", () => {
  const x = Input({ shape: [2, 3] });
  const flat = ops.softmax(ops.reshape(ops.add(x.mul(2), 1), [-1, 6])).get(":", [0, 4]);
  const made = model({ inputs: x, outputs: flat });
  for (const batch of [1, 3, 7]) {
    const values = randn([batch, 2, 3]);
    same(made.apply(values), ops.softmax(values.mul(2).add(1).reshape([-1, 6])).get(":", [0, 4]));
  }
});

Deno.test("unknown axes other than the batch stay open", () => {
  const x = Input({ shape: [null, 3] });
  const made = model({ inputs: x, outputs: ops.mean(dense(2).apply(x), { axis: 1 }) });
  assertEquals(made.outputs.dims, [null, 2]);
  for (const length of [1, 5]) assertEquals(made.apply(ones([4, length, 3])).shape, [4, 2]);
});

Deno.test("Parameters used between layers are weights of the model, trained and written", () => {
  const x = Input({ shape: [2] });
  const scale = new Parameter([2, 3], { name: "scale" });
  const made = model({ inputs: x, outputs: ops.multiply(x, scale) });
  assertEquals(made.namedParameters().map(([path]) => path), ["variables.scale"]);
  made.apply(ones([1, 2])).sum().backward();
  assertEquals(scale.grad!.toArray(), [1, 1]);
  assertEquals(again(made).apply(ones([1, 2])).toArray(), [[2, 3]]);
});

Deno.test("a weight of a layer that is used once more is not a second weight", () => {
  const x = Input({ shape: [2] });
  const first = dense(2, { useBias: false });
  const h = first.apply(x);
  const made = model({ inputs: x, outputs: ops.matmul(h, first.kernel) });
  assertEquals(made.namedParameters().map(([path]) => path), ["dense.kernel"]);
  const copy = again(made);
  assertEquals(copy.parameters().length, 1);
  same(copy.apply(ones([1, 2])), made.apply(ones([1, 2])));
});

Deno.test("constants stay with the model, and follow it to another backend", () => {
  const x = Input({ shape: [2] });
  const made = tidy(() => model({ inputs: x, outputs: ops.add(x, tensor([10, 20])) }));
  assertEquals(made.apply(ones([1, 2])).toArray(), [[11, 21]]);
  const elsewhere = made.apply(ones([1, 2]).to("reference"));
  assertEquals([elsewhere.backend.name, elsewhere.toArray()], ["reference", [[11, 21]]]);
});

Deno.test("layers that take lists, and models in models, are one call each", () => {
  const inner = (() => {
    const x = Input({ shape: [4] });
    return new Model({ inputs: x, outputs: new Join().apply([x, dense(4).apply(x)]) });
  })();
  const x = Input({ shape: [4] });
  const outer = new Model({
    inputs: x,
    outputs: sequential([dense(2)]).apply(inner.apply(inner.apply(x))),
  });
  assertEquals(outer.layers.map(({ name }) => name), ["input_layer", "functional", "sequential"]);
  assertEquals(outer.countParams(), 20 + 10);
  assertEquals(sequential([inner, dense(3)]).apply(ones([2, 4])).shape, [2, 3]);
  const values = randn([3, 4]);
  const step = (v: Tensor): Tensor => ops.add(v, inner.getLayer("dense").apply(v) as Tensor);
  same(outer.apply(values), outer.getLayer("sequential").apply(step(step(values))) as Tensor);
});

Deno.test("a part of a model is a model on the same weights", () => {
  const x = Input({ shape: [4] });
  const made = model({ inputs: x, outputs: dense(2).apply(dense(8, { name: "h" }).apply(x)) });
  const part = new Model({ inputs: made.inputs, outputs: made.getLayer("h").output });
  assertEquals(part.apply(ones([1, 4])).shape, [1, 8]);
  assertStrictEquals(part.parameters()[0], made.parameters()[0]);
  const chain = sequential([dense(3, { inputShape: [2] }), dense(5)]);
  const head = new Model({ inputs: chain.inputs, outputs: chain.getLayer(0).output });
  assertEquals(head.apply(ones([1, 2])).shape, [1, 3]);
});

Deno.test("layers of two models join under new automatic names, and keep those that users gave", () => {
  const build = (): Model => {
    const x = Input({ shape: [2] });
    return model({ inputs: x, outputs: dense(2).apply(dense(2).apply(x)) });
  };
  const [a, b] = [build(), build()];
  const x = Input({ shape: [2] });
  let y = x;
  for (const layer of [...a.layers, ...b.layers].filter((l) => l instanceof layers.Dense)) {
    y = layer.apply(y);
  }
  const joined = model({ inputs: x, outputs: y });
  const names = joined.layers.map(({ name }) => name);
  assertEquals(new Set(names).size, 5);
  for (const part of [a, b, joined]) {
    assertEquals(Object.keys(part.stateDict()).length, part.weights.length);
  }
  const mine = dense(2, { name: "dense" });
  const z = model({ inputs: x, outputs: mine.apply(dense(2).apply(x)) });
  assertEquals([mine.name, new Set(z.layers.map(({ name }) => name)).size], ["dense", 3]);
});

Deno.test("a call that says training is run as it says", () => {
  const x = Input({ shape: [100] });
  const drop = new layers.Dropout({ rate: 0.5, seed: 1 });
  const still = model({ inputs: x, outputs: drop.apply(x, { training: false }) });
  assertEquals(still.apply(ones([1, 100]), { training: true }).sum().item(), 100);
  const live = model({ inputs: x, outputs: drop.apply(x) });
  assert(live.apply(ones([1, 100]), { training: true }).min().item() === 0);
  assertEquals(again(still).apply(ones([1, 100]), { training: true }).sum().item(), 100);
});

Deno.test("modules that a call passes through are told of training, said or not", () => {
  class Inner extends Model {
    drop = new layers.Dropout({ rate: 0.5, seed: 1 });
    override forward(x: Tensor): Tensor {
      return this.drop.apply(x);
    }
  }
  const made = new Inner();
  assertEquals(made.apply(ones([1, 50])).min().item(), 1);
  assertEquals(made.apply(ones([1, 50]), { training: true }).min().item(), 0);
});

Deno.test("freezing a nested model freezes what is in it", () => {
  const base = sequential([dense(3, { inputShape: [2] })]);
  const x = Input({ shape: [2] });
  const made = model({ inputs: x, outputs: dense(1).apply(base.apply(x)) });
  base.trainable = false;
  assertEquals(made.trainableWeights.length, 2);
  assertEquals(made.nonTrainableWeights.length, 2);
});

Deno.test("traceModel() shows operations, named inputs and outputs, and weights", () => {
  const [a, b] = [Input({ shape: [4], name: "a" }), Input({ shape: [4], name: "b" })];
  const made = new Model({
    inputs: [a, b],
    outputs: [dense(2, { name: "left" }).apply(a), dense(2, { name: "right" }).apply(b)],
  });
  const { inputs, outputs, order } = traceModel(made);
  assertEquals(inputs.map(({ name, tensor }) => [name, tensor.dims]), [["a", [null, 4]], [
    "b",
    [null, 4],
  ]]);
  assertEquals(outputs.map(({ name }) => name), ["left", "right"]);
  assertEquals(order.map(({ operation }) => operation), ["input", "linear", "input", "linear"]);
  assertStrictEquals(order[1].inputs[1], made.parameters()[0]);
  assertEquals(traceModel(made, { batch: 3 }).outputs[0].tensor.dims, [3, 2]);
  assertThrows(() => traceModel(sequential([dense(1)])), Error, "not known yet");
});

Deno.test("traceModel() takes subclassed models of several inputs", () => {
  class Two extends Model<{ a: Tensor; b: Tensor }, Tensor[]> {
    readonly left = dense(2);
    override forward({ a, b }: { a: Tensor; b: Tensor }): Tensor[] {
      return [this.left.apply(a), b.mul(2)];
    }
  }
  const made = new Two();
  made.apply({ a: ones([3, 4]), b: ones([3, 5], { dtype: "int32" }) });
  const { inputs, outputs } = traceModel(made);
  assertEquals(inputs.map(({ name, tensor }) => [name, tensor.dims, tensor.dtype]), [
    ["a", [null, 4], "float32"],
    ["b", [null, 5], "int32"],
  ]);
  assertEquals(outputs.map(({ name }) => name), ["dense", "two"]);
});

Deno.test("a config holds a package's operation as what it is made of, and infinite numbers", () => {
  const cube = customOp<Record<never, never>>({
    name: "mine>cube",
    forward: ([x]) => ops.softmax(ops.multiply(ops.multiply(x, x), x)),
    backward: (g, { inputs: [x] }) => [g.mul(x).mul(x).mul(3)],
  });
  const x = Input({ shape: [4] });
  const padded = ops.pad(cube([dense(3).apply(x)]), [[0, 0], [0, 1]], {
    constantValues: -Infinity,
  });
  const made = model({ inputs: x, outputs: ops.softmax(padded) });
  const written = JSON.stringify(made.getConfig());
  assert(written.includes('"op":"softmax"') && !written.includes("cube"), written);
  const values = randn([2, 4]);
  same(again(made).apply(values), made.apply(values));
});

Deno.test("a layer that no manifest lists is named when a model of it is written", () => {
  const x = Input({ shape: [4] });
  const made = model({ inputs: x, outputs: new Join().apply([x, x]) });
  assertThrows(() => made.getConfig(), TypeError, "Join");
});

Deno.test("a model of registered layers is the same when it is made from its config", () => {
  const [a, b] = [Input({ shape: [4], name: "a" }), Input({ shape: [4] })];
  const shared = dense(3);
  const made = new Model({
    inputs: { first: a, second: b },
    outputs: [ops.softmax(shared.apply(a)), ops.gelu(ops.add(shared.apply(b), [1, 2, Infinity]))],
  });
  const copy = again(made);
  const values = { first: randn([2, 4]), second: randn([2, 4]) };
  made.apply(values).forEach((y, i) => assertEquals(copy.apply(values)[i].toArray(), y.toArray()));
  assertEquals(traceModel(copy).order.map(({ operation }) => operation).includes("gelu"), true);
});

Deno.test("a functional model trains to the very numbers of the Sequential of its layers", async () => {
  const [x, y] = [randn([64, 4], { seed: 1 }), randn([64, 1], { seed: 2 })];
  const stack =
    () => [dense(8, { activation: "tanh" }), new layers.Dropout({ rate: 0.2 }), dense(1)];
  const results: unknown[] = [];
  for (const functional of [true, false]) {
    setSeed(3);
    const input = Input({ shape: [4] });
    const made = functional
      ? model({ inputs: input, outputs: stack().reduce<Tensor>((h, l) => l.apply(h), input) })
      : sequential([input, ...stack()]);
    made.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
    const { history } = await made.fit(x, y, { epochs: 3, verbose: 0 });
    results.push([history, made.getWeights().map((w) => w.toArray())]);
  }
  assertEquals(results[0], results[1]);
});

Deno.test("a subclass may give inputs and outputs, and train in its own way", async () => {
  class Twice extends Model {
    constructor() {
      const x = Input({ shape: [1] });
      super({ inputs: x, outputs: dense(1).apply(x) });
    }
    override trainStep(batch: Parameters<Model["trainStep"]>[0]): void {
      super.trainStep(batch);
      super.trainStep(batch);
    }
  }
  const made = new Twice();
  made.compile({ optimizer: "sgd", loss: "mse" });
  await made.fit([[1]], [[1]], { epochs: 3, verbose: 0 });
  assertEquals(made.optimizer.iterations, 6);
});

Deno.test("running a model leaves nothing behind", () => {
  const x = Input({ shape: [4] });
  const made = model({ inputs: x, outputs: ops.add(dense(4).apply(x), x).mul(2) });
  const values = zeros([2, 4]);
  const run = (): void => tidy(() => noGrad(() => void made.apply(values)));
  run();
  const { storages } = values.backend.ledger;
  for (let i = 0; i < 3; i++) run();
  assertEquals(values.backend.ledger.storages, storages);
});

Deno.test("summary() shows connections where a model is no plain chain, in 80 columns", () => {
  const a = Input({ shape: [4], name: "an_input_with_a_rather_long_name" });
  const h = dense(4, { name: "hidden" }).apply(a);
  const text = Deno.inspect(model({ inputs: a, outputs: ops.add(h, a) }));
  for (const part of ["Connected to", "add (operation)", "hidden", "Total params: 20"]) {
    assert(text.includes(part), text);
  }
  assert(text.split("\n").every((line) => line.length <= 80), text);
  assert(!Deno.inspect(model({ inputs: a, outputs: h })).includes("Connected to"));
});
