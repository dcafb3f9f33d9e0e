import { assertEquals, assertThrows } from "@std/assert";
import { layers, ops, sequential, type Tensor, tensor } from "../../mod.ts";
import { symbolicInput } from "../../core/layer.ts";

const VECTORS = [[1, 2], [3, 4], [5, 6]];

function made(): layers.Embedding {
  const embedding = new layers.Embedding({ inputDim: 3, outputDim: 2 });
  embedding.buildFor([null]);
  embedding.setWeights([VECTORS]);
  return embedding;
}

const int = (values: number[]): Tensor => tensor(values, { dtype: "int32" });

Deno.test("Embedding takes whole numbers of any dtype", () => {
  const embedding = made();
  assertEquals(embedding.apply(int([2, 0, 2])).toArray(), [[5, 6], [1, 2], [5, 6]]);
  assertEquals(embedding.apply(tensor([2, 0])).toArray(), [[5, 6], [1, 2]]);
  assertEquals(embedding.apply(tensor([1], { dtype: "float64" })).toArray(), [[3, 4]]);
  assertEquals(embedding.apply(tensor([true, false])).toArray(), [[3, 4], [1, 2]]);
  assertEquals(embedding.apply(tensor([], { shape: [0, 4], dtype: "int32" })).shape, [0, 4, 2]);
});

Deno.test("Embedding adds the gradients of an index that comes twice", () => {
  const embedding = made();
  embedding.apply(int([2, 0, 2])).sum().backward();
  assertEquals(embedding.embeddings.grad!.toArray(), [[1, 1], [0, 0], [2, 2]]);
});

Deno.test("Embedding starts between −0.05 and 0.05, as uniform draws", () => {
  const embedding = new layers.Embedding({ inputDim: 100, outputDim: 10 });
  embedding.buildFor([null]);
  const size = ops.max(ops.abs(embedding.embeddings)).item();
  assertEquals(size <= 0.05 && size > 0.04, true);
});

Deno.test("Embedding expects whole numbers as input, and makes a model", async () => {
  const embedding = made();
  assertEquals(embedding.inputDType, "int32");
  assertEquals(embedding.computeOutputShape([null, 7]), [null, 7, 2]);
  assertEquals(embedding.apply(symbolicInput([null, 4], "float32")).dims, [null, 4, 2]);
  const model = sequential([
    new layers.Embedding({ inputDim: 3, outputDim: 4, inputShape: [2] }),
    new layers.Flatten(),
    new layers.Dense({ units: 1 }),
  ]);
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  const x = tensor([[0, 1], [2, 2]], { dtype: "int32" });
  await model.fit(x, tensor([[0], [1]]), { epochs: 1, verbose: 0 });
  assertEquals((await model.predict(x)).shape, [2, 1]);
});

Deno.test("Embedding throws when an index is out of range, a fraction or not a number", () => {
  const embedding = made();
  for (const index of [3, -4]) {
    assertThrows(() => embedding.apply(int([0, index])), RangeError, "out of range");
  }
  for (const index of [3, -4, 0.5, NaN, Infinity]) {
    assertThrows(() => embedding.apply(tensor([0, index])), RangeError, "out of range");
  }
});

Deno.test("Embedding throws when an option makes no sense", () => {
  const make = (options: object) => (): unknown =>
    new layers.Embedding({ inputDim: 3, outputDim: 2, ...options });
  for (const size of [0, -1, 1.5, NaN]) {
    assertThrows(make({ inputDim: size }), RangeError, "inputDim must be a whole number from 1 on");
    assertThrows(make({ outputDim: size }), RangeError, "outputDim must be a whole number");
  }
  assertThrows(make({ inputDim: undefined }), TypeError, "inputDim must be a number");
  assertThrows(make({ maskZero: true }), RangeError, "maskZero must be false");
});
