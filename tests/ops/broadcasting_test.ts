import { assertEquals, assertThrows } from "@std/assert";
import { type DType, ones, type Operand, ops, type Tensor, tensor } from "../../mod.ts";

/** The ladder that dtypes are promoted on. */
const LADDER: DType[] = ["bool", "int32", "float32", "float64"];

const two = (dtype: DType): Tensor => tensor([1, 0], { dtype });

for (const [i, a] of LADDER.entries()) {
  for (const [j, b] of LADDER.entries()) {
    const higher = LADDER[Math.max(i, j)];
    Deno.test(`${a} and ${b} meet on ${higher}`, () => {
      assertEquals(ops.maximum(two(a), two(b)).dtype, higher);
      assertEquals(ops.where(two("bool"), two(a), two(b)).dtype, higher);
      assertEquals(ops.concatenate([two(a), two(b)]).dtype, higher);
      const number = higher === "bool" ? "int32" : higher;
      for (const op of [ops.add, ops.subtract, ops.multiply, ops.matmul, ops.power, ops.mod]) {
        assertEquals(op(two(a), two(b)).dtype, number);
      }
      assertEquals(ops.divide(two(a), two(b)).dtype, higher === "float64" ? higher : "float32");
      assertEquals(ops.less(two(a), two(b)).dtype, "bool");
    });
  }
}

Deno.test("a plain number takes the tensor's dtype, unless that would cut it off", () => {
  const dtypeOf = (dtype: DType, value: number | boolean) => ops.add(two(dtype), value).dtype;
  assertEquals(LADDER.map((dtype) => dtypeOf(dtype, 2)), ["int32", "int32", "float32", "float64"]);
  assertEquals(LADDER.map((dtype) => dtypeOf(dtype, 0.5)), [
    "float32",
    "float32",
    "float32",
    "float64",
  ]);
  assertEquals(LADDER.map((dtype) => dtypeOf(dtype, true)), [
    "int32",
    "int32",
    "float32",
    "float64",
  ]);
  assertEquals(ops.subtract(1, two("float64")).dtype, "float64");
  assertEquals(ops.add(1, 2).toArray(), 3);
});

Deno.test("functions that leave the whole numbers give float32 for int32 and bool", () => {
  for (const op of [ops.exp, ops.sqrt, ops.mean, ops.sigmoid, ops.softmax, ops.std]) {
    assertEquals(LADDER.map((dtype) => op(two(dtype)).dtype), [
      "float32",
      "float32",
      "float32",
      "float64",
    ]);
  }
});

Deno.test("sums and products of bools are int32", () => {
  for (const op of [ops.sum, ops.prod, ops.cumsum, ops.countNonzero, ops.negative]) {
    assertEquals(op(two("bool")).dtype, "int32");
  }
});

const SHAPES: [number[], number[], number[]][] = [
  [[2, 3], [3], [2, 3]],
  [[2, 1], [1, 3], [2, 3]],
  [[], [2, 3], [2, 3]],
  [[4, 1, 2], [3, 1], [4, 3, 2]],
  [[1], [0], [0]],
  [[0, 3], [1, 3], [0, 3]],
  [[1, 1, 1], [2], [1, 1, 2]],
];

for (const [a, b, both] of SHAPES) {
  Deno.test(`[${a}] and [${b}] broadcast to [${both}], gradients back to where they came from`, () => {
    const x = ones(a, { requiresGrad: true });
    const y = ones(b, { requiresGrad: true });
    for (const result of [ops.add(x, y), ops.add(y, x)]) assertEquals(result.shape, both);
    ops.multiply(x, y).sum().backward();
    assertEquals([x.grad!.shape, y.grad!.shape], [a, b]);
    const size = both.reduce((product, d) => product * d, 1);
    if (x.size > 0) assertEquals(x.grad!.toArray(), ops.full(a, size / x.size).toArray());
  });
}

for (const [a, b] of [[[2], [3]], [[2, 3], [2]], [[0], [2]], [[2, 1, 4], [3, 3]]]) {
  Deno.test(`[${a}] and [${b}] do not broadcast, and the error names both`, () => {
    const pairs: ((a: Operand, b: Operand) => Tensor)[] = [ops.add, ops.equal, ops.arctan2];
    for (const op of pairs) {
      const error = assertThrows(() => op(ones(a), ones(b)), RangeError, "do not broadcast");
      assertEquals(error.message.includes(`[${a.join(", ")}] and [${b.join(", ")}]`), true);
    }
  });
}
