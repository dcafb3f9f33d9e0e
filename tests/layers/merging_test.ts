import { assert, assertEquals, assertThrows } from "@std/assert";
import { layers, ones, ops, randn, type Tensor, tensor } from "../../mod.ts";
import { symbolicInput } from "../../core/layer.ts";

type Merging = new () => layers.Merge;

const ALL: Merging[] = [
  layers.Add,
  layers.Multiply,
  layers.Average,
  layers.Maximum,
  layers.Minimum,
];

const input = (...dims: (number | null)[]): Tensor => symbolicInput(dims, "float32");

Deno.test("merging layers put missing axes after the batch, not before it", () => {
  const [a, b] = [tensor([[1, 2], [10, 20]]), ones([2, 3, 2])];
  const sum = new layers.Add().apply([a, b]);
  assertEquals(sum.shape, [2, 3, 2]);
  assertEquals(sum.get(1, 2).toArray(), [11, 21]);
  assertEquals(new layers.Add().apply([b, a]).toArray(), sum.toArray());
});

Deno.test("merging layers infer shapes of which parts are unknown", () => {
  const add = new layers.Add();
  assertEquals(add.apply([input(null, 3), input(null, 3)]).dims, [null, 3]);
  assertEquals(add.apply([input(null, 2, 3), input(null, 3)]).dims, [null, 2, 3]);
  assertEquals(add.apply([input(4, 1), input(null, 3)]).dims, [4, 3]);
  const concatenate = new layers.Concatenate();
  assertEquals(concatenate.apply([input(null, 3), input(null, 4)]).dims, [null, 7]);
  assertEquals(concatenate.apply([input(null, null), input(null, 4)]).dims, [null, null]);
  const dot = new layers.Dot({ axes: [2, 1] });
  assertEquals(dot.apply([input(null, null, 4), input(null, 4, 5)]).dims, [null, null, 5]);
});

Deno.test("merging layers take one input as it is, but Subtract and Dot take two", () => {
  const x = tensor([[1, -2]]);
  for (const Merge of ALL) assertEquals(new Merge().apply([x]).toArray(), [[1, -2]]);
  assertEquals(new layers.Concatenate().apply([x]).toArray(), [[1, -2]]);
  assertThrows(() => new layers.Subtract().apply([x]), RangeError, "two inputs");
  assertThrows(
    () => new layers.Subtract().apply([x, x, x]),
    RangeError,
    "current number of inputs is 3",
  );
  assertThrows(() => new layers.Dot({ axes: 1 }).apply([x]), RangeError, "two inputs");
  assertThrows(() => new layers.Dot({ axes: 1 }).apply([x, x, x]), RangeError, "two inputs");
});

Deno.test("merging layers throw when inputs are no list of tensors, or none", () => {
  const x = ones([1, 2]);
  for (const Merge of [...ALL, layers.Subtract, layers.Concatenate]) {
    assertThrows(() => new Merge().apply(x as never), TypeError, "must be a list of tensors");
    assertThrows(() => new Merge().apply({ x } as never), TypeError, "must be a list of tensors");
    assertThrows(() => new Merge().apply([]), TypeError, "input must be a tensor");
    const built = new Merge();
    built.apply([x, x]);
    assertThrows(() => built.apply([x, [1, 2]] as never), TypeError, "a list of tensors");
    assertThrows(() => new Merge().apply([x, tensor(1)]), RangeError, "a batch axis");
  }
});

Deno.test("merging layers throw when shapes do not broadcast, or batches differ", () => {
  for (const Merge of [...ALL, layers.Subtract]) {
    const merge = new Merge();
    assertThrows(() => merge.apply([ones([2, 3]), ones([2, 4])]), RangeError, "[2, 3] and [2, 4]");
    assertThrows(() => merge.apply([ones([2, 3]), ones([1, 3])]), RangeError, "the same batch");
    assertThrows(() => merge.apply([input(null, 3), input(null, 4)]), RangeError, "broadcast");
  }
  const concatenate = new layers.Concatenate({ axis: 1 });
  const unequal = [ones([2, 1, 3]), ones([2, 1, 4])];
  assertThrows(() => concatenate.apply(unequal), RangeError, "all axes but axis 1 must agree");
  assertThrows(() => concatenate.apply([ones([2, 3]), ones([2, 3, 1])]), RangeError, "must agree");
  assertThrows(() => concatenate.apply([ones([2]), ones([2])]), RangeError, "axis 1");
  assertThrows(() => new layers.Concatenate({ axis: 0.5 }), RangeError, "a whole number");
});

Deno.test("Maximum and Minimum share the gradient of a tie", () => {
  const [a, b] = [tensor([[1, 5]]).requiresGrad_(), tensor([[1, 4]]).requiresGrad_()];
  new layers.Maximum().apply([a, b]).sum().backward();
  assertEquals([a.grad!.toArray(), b.grad!.toArray()], [[[0.5, 1]], [[0.5, 0]]]);
});

Deno.test("Add of one tensor with itself has both gradients", () => {
  const x = tensor([[1, 2]]).requiresGrad_();
  new layers.Add().apply([x, x]).sum().backward();
  assertEquals(x.grad!.toArray(), [[2, 2]]);
});

Deno.test("Dot multiplies example by example, whichever axes it sums along", () => {
  const [a, b] = [randn([3, 2, 4], { seed: 1 }), randn([3, 5, 2], { seed: 2 })];
  const products = new layers.Dot({ axes: [1, 2] }).apply([a, b]);
  assert(ops.allclose(products, ops.einsum("bij,bki->bjk", a, b), { atol: 1e-6 }).item());
  const cosine = new layers.Dot({ axes: 1, normalize: true });
  const rows = tensor([[3, 4], [1, 0]]);
  assertEquals(cosine.apply([rows, rows]).shape, [2, 1]);
  assert(ops.allclose(cosine.apply([rows, rows.mul(-2)]), -1).item());
});

Deno.test("Dot throws when its axes make no sense", () => {
  const make = (axes: unknown) => (): unknown => new layers.Dot({ axes } as layers.DotOptions);
  for (const axes of [undefined, 0.5, [1], [1, 2, 3], ["1", 2], "last"]) {
    assertThrows(make(axes), RangeError, "a whole number, or two of them");
  }
  assertThrows(() => new layers.Dot({ axes: 1, normalize: 1 as never }), TypeError, "normalize");
  const x = ones([2, 3]);
  assertThrows(() => new layers.Dot({ axes: 0 }).apply([x, x]), RangeError, "that of the batch");
  assertThrows(() => new layers.Dot({ axes: [1, -2] }).apply([x, x]), RangeError, "of the batch");
  assertThrows(() => new layers.Dot({ axes: 2 }).apply([x, x]), RangeError, "axis 2");
  assertThrows(
    () => new layers.Dot({ axes: 1 }).apply([x, ones([2, 4])]),
    RangeError,
    "the same size",
  );
  assertThrows(
    () => new layers.Dot({ axes: 1 }).apply([x, ones([1, 3])]),
    RangeError,
    "same batch",
  );
});
