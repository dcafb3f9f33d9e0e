import { assertEquals, assertThrows } from "@std/assert";
import { arange, type IndexItem, ops, tensor, zeros } from "../../mod.ts";

const cube = arange(24).reshape([2, 3, 4]);
const line = arange(6);

function part(...index: IndexItem[]): unknown {
  return cube.get(...index).toArray();
}

Deno.test("get() takes the entry at a number, from either end, and drops the axis", () => {
  assertEquals(part(1, 2, 3), 23);
  assertEquals(part(-1, 0), [12, 13, 14, 15]);
  assertEquals(part(":", 0, -4), [0, 12]);
});

Deno.test("get() takes ranges with open ends and steps, by NumPy's rules", () => {
  const take = (...range: number[] | (number | null)[]): unknown =>
    line.get(range as [number]).toArray();
  assertEquals(take(1, 4), [1, 2, 3]);
  assertEquals(take(null, null, 2), [0, 2, 4]);
  assertEquals(take(-2), [4, 5]);
  assertEquals(take(null, -4), [0, 1]);
  assertEquals(take(2, 100), [2, 3, 4, 5]);
  assertEquals(take(4, 2), []);
  assertEquals(take(1, 6, 3), [1, 4]);
  assertEquals(take(), [0, 1, 2, 3, 4, 5]);
});

Deno.test("get() goes backwards with negative steps, by NumPy's rules", () => {
  const take = (...range: (number | null)[]): unknown => line.get(range as [number]).toArray();
  assertEquals(take(null, null, -1), [5, 4, 3, 2, 1, 0]);
  assertEquals(take(null, null, -2), [5, 3, 1]);
  assertEquals(take(4, 1, -1), [4, 3, 2]);
  assertEquals(take(4, null, -2), [4, 2, 0]);
  assertEquals(take(-2, -5, -1), [4, 3, 2]);
  assertEquals(take(100, 2, -3), [5]);
  assertEquals(take(1, 4, -1), []);
});

Deno.test('get() takes ":" for an axis, "..." for the axes between, and null for a new one', () => {
  assertEquals(cube.get(":", 1).shape, [2, 4]);
  assertEquals(part("...", 0), [[0, 4, 8], [12, 16, 20]]);
  assertEquals(part(0, "...", 0), [0, 4, 8]);
  assertEquals(cube.get("...").shape, [2, 3, 4]);
  assertEquals(cube.get(null, "...", null).shape, [1, 2, 3, 4, 1]);
  assertEquals(cube.get(0, null, [0, 2]).shape, [1, 2, 4]);
});

Deno.test("get() gathers at an int32 tensor of indices", () => {
  const picked = tensor([[2, 0], [-1, 1]], { dtype: "int32" });
  assertEquals(cube.get(0, picked).shape, [2, 2, 4]);
  assertEquals(cube.get(0, picked, 0).toArray(), [[8, 0], [8, 4]]);
});

Deno.test("get() sends gradients back to the entries that were taken", () => {
  const x = tensor([1, 2, 3, 4, 5], { requiresGrad: true });
  x.get([null, null, -2]).mul(tensor([1, 10, 100])).sum().backward();
  assertEquals(x.grad!.toArray(), [100, 0, 10, 0, 1]);
});

Deno.test("get() throws when an index is out of range, or there are too many", () => {
  assertThrows(() => line.get(6), RangeError, "a whole number from -6 to 5: current index");
  assertThrows(() => line.get(-7), RangeError, "a whole number from -6 to 5");
  assertThrows(() => line.get(1.5), RangeError, "a whole number");
  assertThrows(() => line.get(0, 0), RangeError, "at most 1 items");
  assertThrows(() => cube.get("...", "..."), RangeError, 'at most one "..."');
  assertThrows(() => line.get([0, 2, 0]), RangeError, "a whole number other than 0");
  assertThrows(() => line.get([0.5]), RangeError, "every item must be");
  assertThrows(() => line.get([0, 1, 2, 3] as never), RangeError, "every item must be");
  assertThrows(() => line.get(undefined as never), RangeError, "every item must be");
  assertThrows(() => line.get("all" as never), RangeError, "every item must be");
  assertThrows(() => line.get(tensor([true])), TypeError, "int32 index");
});

Deno.test("take() counts negative indices from the end, in the gradient too", () => {
  const x = tensor([1, 2, 3], { requiresGrad: true });
  const y = ops.take(x, [-1, 0, -1]);
  assertEquals(y.toArray(), [3, 1, 3]);
  y.sum().backward();
  assertEquals(x.grad!.toArray(), [1, 0, 2]);
});

Deno.test("take() throws when an index is out of range or no whole number", () => {
  assertThrows(() => ops.take(line, [6]), RangeError, "index 6 at position 0 is out of range");
  assertThrows(() => ops.take(line, [0, -7]), RangeError, "index -7 at position 1");
  assertThrows(() => ops.take(line, [0.5]), RangeError, "whole number");
  assertThrows(() => ops.take(line, tensor([1])), TypeError, "int32 index");
  assertThrows(() => ops.take(zeros([0]), [0]), RangeError, "out of range");
  assertEquals(ops.take(zeros([0, 2]), tensor([], { dtype: "int32" }), { axis: 0 }).shape, [0, 2]);
});

Deno.test("takeAlongAxis() throws when the other axes do not agree", () => {
  const x = tensor([[1, 2], [3, 4]]);
  assertThrows(() => ops.takeAlongAxis(x, [0]), RangeError, "as many axes");
  assertThrows(() => ops.takeAlongAxis(x, [[0], [1], [0]]), RangeError, "must agree");
});

Deno.test("scatter() adds up what meets at one place, and refuses places that are not there", () => {
  assertEquals(ops.scatter([[0, 1], [1, 0], [0, 1]], [1, 2, 3], [2, 2]).toArray(), [[0, 4], [
    2,
    0,
  ]]);
  assertThrows(() => ops.scatter([[0, 2]], [1], [2, 2]), RangeError, "out of range");
  assertThrows(() => ops.scatter([[-3]], [1], [2]), RangeError, "out of range");
  assertThrows(() => ops.scatter([[0, 0, 0]], [1], [2, 2]), RangeError, "at most 2 axes");
});

Deno.test("scatterUpdate() replaces or adds, and leaves its input as it was", () => {
  const x = tensor([1, 2, 3]);
  assertEquals(ops.scatterUpdate(x, [[-1], [0]], [9, 8]).toArray(), [8, 2, 9]);
  assertEquals(ops.scatterUpdate(x, [[1], [1]], [9, 8], { reduction: "add" }).toArray(), [
    1,
    19,
    3,
  ]);
  assertEquals(x.toArray(), [1, 2, 3]);
  assertThrows(() => ops.scatterUpdate(x, [[3]], [9]), RangeError, "out of range");
  const unknown = { reduction: "max" as never };
  assertThrows(() => ops.scatterUpdate(x, [[0]], [9], unknown), RangeError, "reduction must be");
});

Deno.test("slice() and sliceUpdate() throw when the part reaches outside", () => {
  assertEquals(ops.slice(cube, [0, 1, 1], [1, -1, 2]).toArray(), [[[5, 6], [9, 10]]]);
  assertThrows(() => ops.slice(line, [4], [3]), RangeError, "must lie within it");
  assertThrows(() => ops.slice(line, [-1], [1]), RangeError, "must lie within it");
  assertThrows(() => ops.slice(line, [0, 0], [1, 1]), RangeError, "must lie within it");
  assertEquals(ops.sliceUpdate(tensor([1, 2, 3]), [1], tensor([9])).toArray(), [1, 9, 3]);
  assertThrows(() => ops.sliceUpdate(line, [5], tensor([1, 2])), RangeError, "must lie within it");
});

Deno.test("oneHot() gives zeros for a number that is no class", () => {
  assertEquals(ops.oneHot([1, -1, 3], 3).toArray(), [[0, 1, 0], [0, 0, 0], [0, 0, 0]]);
  assertThrows(() => ops.oneHot([0], 0), RangeError, "numClasses must be");
  assertThrows(() => ops.oneHot(tensor([0]), 2), TypeError, "int32 index");
});
