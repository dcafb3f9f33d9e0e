import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import {
  arange,
  type DType,
  empty,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  ops,
  rand,
  randint,
  randLike,
  randn,
  setSeed,
  type Tensor,
  tensor,
  zeros,
  zerosLike,
} from "../../mod.ts";

function assertTensor(actual: Tensor, dtype: DType, values: unknown): void {
  assertEquals(actual.dtype, dtype);
  assertEquals(actual.toArray(), values);
}

Deno.test("tensor() takes numbers, bools, nested arrays and typed arrays", () => {
  assertTensor(tensor(5), "float32", 5);
  assertTensor(tensor(true), "bool", true);
  assertTensor(tensor([true, false]), "bool", [true, false]);
  assertTensor(tensor([true, 2]), "float32", [1, 2]);
  assertTensor(tensor([[1, 2], [3, 4]]), "float32", [[1, 2], [3, 4]]);
  assertTensor(tensor([Float32Array.of(1, 2), Float32Array.of(3, 4)]), "float32", [[1, 2], [3, 4]]);
  assertTensor(tensor(Int32Array.of(1, 2)), "int32", [1, 2]);
  assertTensor(tensor(Float64Array.of(0.1)), "float64", [0.1]);
});

Deno.test("tensor() keeps the shape of empty nested arrays", () => {
  assertEquals(tensor([]).shape, [0]);
  assertEquals(tensor([[], []]).shape, [2, 0]);
  assertEquals(tensor([[[]]]).toArray(), [[[]]]);
});

Deno.test("tensor() gives flat or nested values the shape that is asked for", () => {
  assertEquals(tensor([1, 2, 3, 4], { shape: [2, 2] }).toArray(), [[1, 2], [3, 4]]);
  assertEquals(tensor([[1, 2], [3, 4]], { shape: [4] }).toArray(), [1, 2, 3, 4]);
  assertEquals(tensor([7], { shape: [] }).item(), 7);
});

Deno.test("tensor() copies: later changes of the array do not reach it", () => {
  const values = Float32Array.of(1, 2);
  const x = tensor(values);
  values[0] = 9;
  assertEquals(x.toArray(), [1, 2]);
  const read = x.dataSync();
  read[1] = 9;
  assertEquals(x.toArray(), [1, 2]);
});

Deno.test("tensor() of a tensor is another handle, cast and reshaped as asked", () => {
  const x = tensor([1.5, 2.5]);
  const y = tensor(x, { dtype: "int32", shape: [2, 1] });
  assertTensor(y, "int32", [[1], [2]]);
  y.dispose();
  assertEquals(x.toArray(), [1.5, 2.5]);
});

Deno.test("tensor() and cast() convert alike: truncated, saturated, NaN to 0, and true unless 0", () => {
  const values = [NaN, 3e9, -3e9, 2.9, -2.9, Infinity];
  const int32 = [0, 2 ** 31 - 1, -(2 ** 31), 2, -2, 2 ** 31 - 1];
  assertTensor(tensor(values, { dtype: "int32" }), "int32", int32);
  assertTensor(tensor(values).cast("int32"), "int32", int32);
  const bool = [true, true, true, false];
  assertTensor(tensor([NaN, -1, 1e-30, -0], { dtype: "bool" }), "bool", bool);
  assertTensor(tensor([NaN, -1, 1e-30, -0]).cast("bool"), "bool", bool);
  assertTensor(tensor([true, false]).cast("float64"), "float64", [1, 0]);
});

Deno.test("tensor() throws when nested arrays are ragged, and says where", () => {
  assertThrows(() => tensor([[1, 2], [3]]), RangeError, "at depth 1 expected 2 entries, met 1");
  assertThrows(() => tensor([[1, 2], 3]), RangeError, "expected 2 entries, met 3");
  assertThrows(() => tensor([1, [2]]), RangeError, "expected a number, met 1 entries");
});

Deno.test("tensor() throws when a value is no number", () => {
  for (const value of ["a", null, undefined, {}, 1n]) {
    assertThrows(() => tensor([value] as never), TypeError, "values must be numbers or bools");
    assertThrows(() => tensor(value as never), TypeError, "values must be numbers or bools");
  }
});

Deno.test("tensor() throws when shape, dtype or gradient do not fit", () => {
  assertThrows(() => tensor([1, 2, 3], { shape: [2, 2] }), RangeError, "3 values do not fill");
  assertThrows(() => tensor([1, 2], { shape: [-1] }), RangeError, "whole numbers from 0 on");
  assertThrows(() => tensor([1], { dtype: "float16" as DType }), RangeError, "one of bool, int32");
  assertThrows(() => tensor([1], { dtype: "int32", requiresGrad: true }), TypeError, "gradient");
});

Deno.test("zeros(), ones(), full() and empty() fill any shape and dtype", () => {
  assertTensor(zeros([2, 1]), "float32", [[0], [0]]);
  assertTensor(ones([2], { dtype: "bool" }), "bool", [true, true]);
  assertTensor(full([2], 2.7, { dtype: "int32" }), "int32", [2, 2]);
  assertTensor(full([1], true), "bool", [true]);
  assertTensor(full([], NaN), "float32", NaN);
  assertTensor(empty([2]), "float32", [0, 0]);
  assertEquals(zeros([0, 3]).shape, [0, 3]);
  assert(zeros([2], { requiresGrad: true }).requiresGrad);
});

Deno.test("zeros() throws when a dimension is negative or fractional, or no list is given", () => {
  assertThrows(() => zeros([2, -1]), RangeError, "current shape is [2, -1]");
  assertThrows(() => zeros([1.5]), RangeError, "current shape is [1.5]");
  assertThrows(() => zeros(3 as never), TypeError, "a shape is an array of dimensions");
});

Deno.test("zerosLike(), onesLike() and fullLike() take shape and dtype from another tensor", () => {
  const x = tensor([[1, 2]], { dtype: "int32" });
  assertTensor(zerosLike(x), "int32", [[0, 0]]);
  assertTensor(onesLike(x, { dtype: "float64" }), "float64", [[1, 1]]);
  assertTensor(fullLike(x, 7), "int32", [[7, 7]]);
});

Deno.test("arange() counts, in whole numbers where all are whole", () => {
  assertTensor(arange(3), "int32", [0, 1, 2]);
  assertTensor(arange(5, { stop: 0, step: -2 }), "int32", [5, 3, 1]);
  assertTensor(arange(0, { stop: 1, step: 0.25 }), "float32", [0, 0.25, 0.5, 0.75]);
  assertTensor(arange(3, { stop: 0 }), "int32", []);
  assertTensor(arange(2, { dtype: "float64" }), "float64", [0, 1]);
  assertThrows(() => arange(0, { stop: 1, step: 0 }), RangeError, "step not 0");
  assertThrows(() => arange(NaN), RangeError, "finite");
  assertThrows(() => arange(Infinity), RangeError, "finite");
});

Deno.test("linspace() ends at its stop exactly, or before it", () => {
  const exact = linspace(0, 0.3, { num: 4, dtype: "float64" }).dataSync();
  assertEquals([exact[0], exact[3]], [0, 0.3]);
  assertTensor(linspace(0, 1, { num: 2, endpoint: false }), "float32", [0, 0.5]);
  assertTensor(linspace(3, 9, { num: 1 }), "float32", [3]);
  assertTensor(linspace(0, 1, { num: 0 }), "float32", []);
  assertThrows(() => linspace(0, 1, { num: 2.5 }), RangeError, "num must be a whole number");
});

Deno.test("eye() puts ones on any diagonal of any matrix", () => {
  assertTensor(eye(2, { m: 3, k: 1 }), "float32", [[0, 1, 0], [0, 0, 1]]);
  assertTensor(eye(2, { k: -5, dtype: "int32" }), "int32", [[0, 0], [0, 0]]);
  assertThrows(() => eye(-1), RangeError, "whole numbers from 0 on");
});

Deno.test("rand() is uniform in [0, 1), randn() normal, randint() whole and in its range", () => {
  setSeed(20);
  const moments = (values: ArrayLike<number>): [number, number] => {
    const list = Array.from(values);
    const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
    return [mean, list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / list.length];
  };
  for (const dtype of ["float32", "float64"] as const) {
    const uniform = rand([20_000], { dtype }).dataSync();
    assert(uniform.every((value) => value >= 0 && value < 1));
    const [mean, variance] = moments(uniform);
    assertAlmostEquals(mean, 0.5, 0.01);
    assertAlmostEquals(variance, 1 / 12, 0.003);
    const [centre, spread] = moments(randn([20_000], { dtype }).dataSync());
    assertAlmostEquals(centre, 0, 0.03);
    assertAlmostEquals(spread, 1, 0.04);
  }
  const whole = randint([1000], { low: -2, high: 3 });
  assertEquals(whole.dtype, "int32");
  assertEquals([...new Set(whole.dataSync())].sort((a, b) => a - b), [-2, -1, 0, 1, 2]);
});

Deno.test("random tensors repeat with the seed, and only with it", () => {
  const draws = (): unknown => [rand([3]).toArray(), randn([2]).toArray()];
  setSeed(1);
  const first = draws();
  assertNotEquals(draws(), first);
  setSeed(1);
  assertEquals(draws(), first);
  const own = rand([4], { seed: 9 }).toArray();
  assertEquals(rand([4], { seed: 9 }).toArray(), own);
  assertNotEquals(rand([4], { seed: 10 }).toArray(), own);
  assertEquals(randLike(zeros([2, 2], { dtype: "float64" })).dtype, "float64");
});

Deno.test("random tensors throw when range, dtype or seed make no sense", () => {
  assertThrows(() => rand([2], { dtype: "int32" }), TypeError, "float32 or float64");
  assertThrows(() => randint([2], { low: 2, high: 2 }), RangeError, "low below high");
  assertThrows(() => randint([2], { high: 2.5 }), RangeError, "whole");
  assertThrows(() => randn([2], { seed: -1 }), RangeError, "seed must be a whole number");
  assertThrows(() => randn([-2]), RangeError, "whole numbers from 0 on");
});

Deno.test("dropout() keeps the mean, drops the rate, and is the same for the same seed", () => {
  const x = ones([10_000]);
  const y = ops.dropout(x, 0.25, { seed: 4 }).dataSync();
  const dropped = y.filter((value) => value === 0).length;
  assertAlmostEquals(dropped / y.length, 0.25, 0.015);
  assert(y.every((value) => value === 0 || Math.abs(value - 4 / 3) < 1e-6));
  assertEquals(ops.dropout(x, 0.25, { seed: 4 }).dataSync(), y);
  assertEquals(ops.dropout(x, 0).dataSync(), x.dataSync());
});

Deno.test("dropout() shares one fate along axes of size 1 of its noiseShape", () => {
  const rows = ops.dropout(ones([50, 3]), 0.5, { noiseShape: [null, 1], seed: 1 }).toArray();
  for (const [a, b, c] of rows) assert(a === b && b === c);
  assertThrows(() => ops.dropout(ones([2, 3]), 0.5, { noiseShape: [2, 2] }), RangeError, "noise");
  assertThrows(() => ops.dropout(ones([2]), 1), RangeError, "rate must be in [0, 1)");
});
