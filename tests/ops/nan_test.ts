import { assert, assertEquals, assertThrows } from "@std/assert";
import { gradCheck, ops, type Tensor, tensor } from "../../mod.ts";

const holed = tensor([[1, NaN, 3], [NaN, 2, 1], [NaN, NaN, NaN]], { dtype: "float64" });

/** What NumPy gives, along axis 1. */
const ALONG_ROWS: [name: string, op: (x: Tensor, o: { axis: number }) => Tensor, unknown][] = [
  ["nansum", ops.nansum, [4, 3, 0]],
  ["nanprod", ops.nanprod, [3, 2, 1]],
  ["nanmean", ops.nanmean, [2, 1.5, NaN]],
  ["nanvar", ops.nanvar, [1, 0.25, NaN]],
  ["nanstd", ops.nanstd, [1, 0.5, NaN]],
  ["nanmax", ops.nanmax, [3, 2, NaN]],
  ["nanmin", ops.nanmin, [1, 1, NaN]],
  ["nanargmax", ops.nanargmax, [2, 1, 0]],
  ["nanargmin", ops.nanargmin, [0, 2, 0]],
  ["nancumsum", ops.nancumsum, [[1, 1, 4], [0, 2, 3], [0, 0, 0]]],
  ["nancumprod", ops.nancumprod, [[1, 1, 3], [1, 2, 2], [1, 1, 1]]],
];

for (const [name, op, expected] of ALONG_ROWS) {
  Deno.test(`ops.${name} leaves NaN out`, () => {
    assertEquals(op(holed, { axis: 1 }).toArray(), expected);
    const whole = op(tensor([[3, 1]], { dtype: "int32" }), { axis: 1 });
    assert(["int32", "float32"].includes(whole.dtype));
  });
}

Deno.test("reductions without NaN keep axes, and take all of them by default", () => {
  assertEquals(ops.nanmax(holed).item(), 3);
  assertEquals(ops.nansum(holed, { axis: [0, 1], keepdims: true }).toArray(), [[7]]);
  assertEquals(ops.nanmean(holed, { axis: 0, keepdims: true }).toArray(), [[1, 2, 2]]);
});

Deno.test("gradients of reductions without NaN reach all that is a number, and are 0 elsewhere", () => {
  const x = tensor([2, NaN, 3], { dtype: "float64" });
  for (const op of [ops.nansum, ops.nanprod, ops.nanmean, ops.nanmax, ops.nanvar]) {
    const leaf = x.detach().requiresGrad_();
    op(leaf).backward();
    assertEquals(leaf.grad!.toArray()[1], 0);
    gradCheck((free: Tensor) => op(ops.concatenate([free, [NaN]])), [
      tensor([2, 3], { dtype: "float64" }),
    ]);
  }
});

Deno.test("fmax() and fmin() take the number where the other is NaN", () => {
  const [a, b] = [tensor([1, NaN, 3, NaN]), tensor([2, 5, NaN, NaN])];
  assertEquals(ops.fmax(a, b).toArray(), [2, 5, 3, NaN]);
  assertEquals(ops.fmin(a, b).toArray(), [1, 5, 3, NaN]);
});

Deno.test("fmod() has the sign of the dividend, mod() that of the divisor", () => {
  const [a, b] = [tensor([5, -5, 5, -5.5]), tensor([3, 3, -3, -2])];
  assertEquals(ops.fmod(a, b).toArray(), [2, -2, 2, -1.5]);
  assertEquals(ops.mod(a, b).toArray(), [2, 1, -1, -1.5]);
});

Deno.test("select() takes the first choice whose condition holds", () => {
  const x = tensor([0, 1, 2, 3, 4, 5], { dtype: "int32" });
  const conditions = [ops.less(x, 3), ops.greater(x, 3)];
  const selected = ops.select(conditions, [x, ops.square(x)], { default: 42 });
  assertEquals([selected.dtype, selected.toArray()], ["int32", [0, 1, 2, 42, 16, 25]]);
  assertThrows(() => ops.select(conditions, [x]), RangeError, "number of choices");
  assertThrows(() => ops.select([], []), RangeError, "number of choices");
});

Deno.test("argpartition() puts the kth element in its place", () => {
  const x = tensor([7, 1, 5, 3]);
  const parted = ops.take(x, ops.argpartition(x, 2)).toArray();
  assertEquals(parted[2], 5);
  assertThrows(() => ops.argpartition(x, 4), RangeError, "kth must be");
});

Deno.test("geomspace() multiplies, and ends exactly", () => {
  const powers = ops.geomspace(1, 8, { num: 4, dtype: "float64" });
  assert(ops.allclose(powers, [1, 2, 4, 8], { rtol: 1e-15 }).item());
  assertEquals(powers.get(-1).item(), 8);
  assertEquals(ops.geomspace(-1, -0.1, { num: 1 }).toArray(), [-1]);
  assertThrows(() => ops.geomspace(0, 1), RangeError, "of one sign");
});
