/** Functional models of unusual shapes: deep, wide, open, reused, and with outputs that are shared or mere inputs. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import {
  Input,
  layers,
  Model,
  model,
  ones,
  ops,
  randn,
  sequential,
  type Tensor,
  tensor,
  traceModel,
} from "../../mod.ts";
import { dense } from "./_models.ts";

Deno.test("a chain of 1,000 layers is built, run, differentiated, shown and written without overflow", () => {
  const x = Input({ shape: [2] });
  let h: Tensor = x;
  for (let i = 0; i < 1000; i++) h = i % 2 === 0 ? dense(2).apply(h) : ops.tanh(h);
  const made = model({ inputs: x, outputs: h });
  made.apply(ones([1, 2])).sum().backward();
  assert(made.parameters()[0].grad !== null);
  const copy = Model.fromConfig(JSON.parse(JSON.stringify(made.getConfig()))) as Model;
  assertEquals([copy.layers.length, copy.countParams()], [501, 500 * 6]);
  assert(Deno.inspect(copy).includes("dense_499"));
  assertEquals(traceModel(copy).order.length, 1001);
  const chain = sequential([x, ...Array.from({ length: 1000 }, () => dense(2))]);
  assertEquals(chain.apply(ones([1, 2])).shape, [1, 2]);
});

Deno.test("a layer may join 1,000 others", () => {
  const x = Input({ shape: [2] });
  const parts = Array.from(
    { length: 1000 },
    () => dense(1, { kernelInitializer: "ones" }).apply(x),
  );
  const made = model({ inputs: x, outputs: new layers.Add().apply(parts) });
  assertEquals(made.apply(ones([1, 2])).toArray(), [[2000]]);
});

Deno.test("outputs may be inputs, and one tensor may be several outputs", async () => {
  const x = Input({ shape: [3] });
  const y = dense(2).apply(x);
  const made = model({ inputs: x, outputs: [x, y, y] });
  const values = randn([40, 3], { seed: 1 });
  for (const batchSize of [16, 64]) {
    const [same, left, right] = await made.predict(values, { batchSize });
    assertEquals(same.toArray(), values.toArray());
    assertEquals(left.toArray(), right.toArray());
    same.dispose();
  }
  assertEquals(values.shape, [40, 3]);
  assert(Number.isFinite(values.sum().item()));
  made.compile({ optimizer: "sgd", loss: [null, "mse", "mae"] });
  const targets = [values, ones([40, 2]), ones([40, 2])];
  const { history } = await made.fit(values, targets, { verbose: 0 });
  assertEquals(Object.keys(history), ["loss", "denseLoss", "dense1Loss"]);
});

Deno.test("outputs that share layers share their weights, and both train them", () => {
  const x = Input({ shape: [2] });
  const h = dense(2, { kernelInitializer: "ones", name: "shared" }).apply(x);
  const made = model({ inputs: x, outputs: { once: ops.sum(h), twice: ops.sum(h.mul(2)) } });
  const { once, twice } = made.apply(ones([1, 2]));
  ops.add(once, twice).backward();
  assertEquals(made.parameters()[0].grad!.toArray(), [[3, 3], [3, 3]]);
});

Deno.test("a layer may stand in two models, and a model may be called on other inputs as a layer", () => {
  const shared = dense(2);
  const [a, b] = [Input({ shape: [4] }), Input({ shape: [4] })];
  const first = model({ inputs: a, outputs: shared.apply(a) });
  const second = model({ inputs: b, outputs: ops.relu(shared.apply(b)) });
  assertStrictEquals(first.parameters()[0], second.parameters()[0]);
  const c = Input({ shape: [8] });
  const third = model({ inputs: c, outputs: first.apply(dense(4).apply(c)) });
  assertEquals(third.parameters().length, 4);
  assert(third.parameters().includes(shared.kernel));
  const values = randn([3, 8]);
  const expected = shared.apply((third.layers[1] as layers.Dense).apply(values));
  assertEquals(third.apply(values).toArray(), expected.toArray());
});

Deno.test("whole numbers go into an Embedding, as tensors, arrays and typed arrays", async () => {
  const x = Input({ shape: [3], dtype: "int32" });
  const words = new layers.Embedding({ inputDim: 9, outputDim: 2 }).apply(x);
  const made = model({ inputs: x, outputs: dense(1).apply(ops.mean(words, { axis: 1 })) });
  made.compile({ optimizer: "sgd", loss: "mse" });
  await made.fit([[1, 2, 8], [0, 0, 1]], [[1], [0]], { verbose: 0 });
  const results = [[[1, 2, 8]], Int32Array.of(1, 2, 8), ones([1, 3]).mul([1, 2, 8])].map((v) =>
    made.predict(v)
  );
  const [list, typed, floats] = (await Promise.all(results)).map((p) => p.toArray());
  assertEquals([typed, floats], [list, list]);
});

Deno.test("images of any size go through one model, whatever their sizes at run time", () => {
  const x = Input({ shape: [null, null, 3] });
  const h = new layers.Conv2D({ filters: 4, kernelSize: 3, padding: "same" }).apply(x);
  const up = new layers.UpSampling2D().apply(new layers.MaxPooling2D().apply(h));
  const pooled = new layers.GlobalAveragePooling2D().apply(new layers.Add().apply([h, up]));
  const made = model({ inputs: x, outputs: [dense(2).apply(pooled), up] });
  assertEquals(made.outputs.map(({ dims }) => dims), [[null, 2], [null, null, null, 4]]);
  for (const [height, width] of [[8, 6], [4, 12], [2, 2]]) {
    const [y, image] = made.apply(randn([2, height, width, 3]));
    assertEquals([y.shape, image.shape], [[2, 2], [2, height, width, 4]]);
  }
});

Deno.test("a call that says training trains in inference too, moving statistics included", () => {
  const x = Input({ shape: [2] });
  const norm = new layers.BatchNormalization();
  const made = model({ inputs: x, outputs: norm.apply(x, { training: true }) });
  const values = randn([64, 2], { seed: 1 }).add(7);
  assert(Math.abs(made.apply(values).mean().item()) < 1e-3);
  assert(norm.movingMean.min().item() > 0.05);
});

Deno.test("parts of an axis of any size are those that NumPy gives, whatever its size", () => {
  const bounds = [null, 0, 2, 9, -1, -3, -9];
  const ranges = bounds.flatMap((start) => bounds.map((stop) => [start, stop] as const))
    .filter(([start, stop]) => (start ?? 0) >= 0 || (stop ?? -1) < 0);
  const items = [...ranges, ...ranges.map((range) => [...range, 2] as const)];
  assert(items.length > 50, `${items.length}`);
  const x = Input({ shape: [null, 2] });
  const made = model({ inputs: x, outputs: items.map((item) => x.get(":", item)) });
  for (const length of [0, 1, 2, 5]) {
    const values = randn([3, length, 2]);
    made.apply(values).forEach((part, i) => {
      const wanted = values.get(":", items[i]);
      assertEquals(part.shape, wanted.shape, `${items[i]} of ${length}`);
      assertEquals(part.dataSync(), wanted.dataSync(), `${items[i]} of ${length}`);
    });
  }
});

Deno.test("an entry of an axis of any size is counted from either end, and must be there", () => {
  const x = Input({ shape: [null, 2] });
  const made = model({ inputs: x, outputs: [x.get(":", 1), x.get(":", -2)] });
  const values = tensor([[[1, 2], [3, 4], [5, 6]]]);
  assertEquals(made.apply(values).map((part) => part.toArray()), [[[3, 4]], [[3, 4]]]);
  assertThrows(() => made.apply(values.get(":", [0, 1])), RangeError);
});

Deno.test("axes of size 1 come and go where several others have any size", () => {
  const x = Input({ shape: [null, null, 4] });
  const outputs = [
    ops.expandDims(x, [1, 3]),
    ops.squeeze(ops.mean(x, { axis: 3, keepdims: true }), 3),
    ops.stack([x, x], { axis: 2 }),
    ops.reshape(x, [null, null, null, 2, 2]),
  ];
  const made = model({ inputs: x, outputs });
  assertEquals(outputs.map(({ dims }) => dims), [
    [null, 1, null, 1, null, 4],
    [null, null, null],
    [null, null, 2, null, 4],
    [null, null, null, 2, 2],
  ]);
  const copy = Model.fromConfig(JSON.parse(JSON.stringify(made.getConfig()))) as typeof made;
  for (const [height, width] of [[3, 5], [1, 2], [0, 4]]) {
    const values = ones([2, height, width, 4]);
    for (const run of [made, copy]) {
      assertEquals(run.apply(values).map(({ shape }) => shape), [
        [2, 1, height, 1, width, 4],
        [2, height, width],
        [2, height, 2, width, 4],
        [2, height, width, 2, 2],
      ]);
    }
  }
  assertThrows(() => ops.reshape(x, [null, 4, null, null]), RangeError, "only one dimension");
  assertThrows(() => ops.reshape(x, [-1, -1, -1, 4]), RangeError, "only one dimension");
});

Deno.test("a list of tensors that grows from layer to layer is taken as it was at each call", () => {
  const x = Input({ shape: [4] });
  const features: Tensor[] = [x];
  const blocks = [dense(2), dense(2), dense(2)];
  for (const block of blocks) {
    const joined = new layers.Concatenate().apply([...features, x]);
    assertEquals(joined.dims, [null, 4 * 2 + 2 * (features.length - 1)]);
    const sum = new layers.Concatenate().apply(features.length > 1 ? features : [x, x]);
    features.push(block.apply(sum));
  }
  const [inputs, outputs] = [[x], [features[3]]];
  const made = new Model({ inputs, outputs });
  inputs.push(x);
  outputs.push(x);
  assertEquals(made.countParams(), [8, 6, 8].reduce((sum, width) => sum + 2 * width + 2, 0));
  const values = randn([3, 4]);
  const h = [values];
  blocks.forEach((block, i) => {
    h.push(block.apply(ops.concatenate(i === 0 ? [values, values] : h, { axis: 1 })));
  });
  const [result, ...more] = made.apply([values]);
  assertEquals([result.toArray(), more], [h[3].toArray(), []]);
});
