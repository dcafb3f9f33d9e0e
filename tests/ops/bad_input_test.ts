/** What does not fit is refused, and the message says what does; what has no value is NaN. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { ops, type Tensor, tensor, zeros } from "../../mod.ts";

const vector = tensor([1, 2, 3]);
const matrix = tensor([[1, 2, 3], [4, 5, 6]]);
const scalar = tensor(1);

/** A call that is refused, and what its message says. */
const REFUSED: [what: string, call: () => unknown, message: string][] = [
  ["sum() along an axis that is not there", () => ops.sum(vector, { axis: 1 }), "from -1 to 0"],
  ["sum() along half an axis", () => ops.sum(vector, { axis: 0.5 }), "a whole number"],
  ["sum() along one axis twice", () => ops.sum(matrix, { axis: [0, -2] }), "named twice"],
  ["softmax() of a scalar", () => ops.softmax(scalar), "is a scalar"],
  ["max() of nothing", () => ops.max(zeros([0])), "must not be empty"],
  ["argmax() of nothing", () => ops.argmax(zeros([0])), "must not be empty"],
  ["median() of nothing", () => ops.median(zeros([0])), "must not be empty"],
  [
    "batchNormalization() by a mean of another size",
    () => ops.batchNormalization(matrix, [1, 2], [1, 1, 1]),
    "the mean must have the sizes of the input",
  ],
  [
    "batchNormalization() by a negative epsilon",
    () => ops.batchNormalization(matrix, vector, vector, { epsilon: -1 }),
    "epsilon must be finite and from 0 on",
  ],
  [
    "batchNormalizationTraining() of nothing",
    () => ops.batchNormalizationTraining(zeros([0, 3])),
    "without elements has no mean",
  ],
  [
    "batchNormalizationTraining() along an axis that is not there",
    () => ops.batchNormalizationTraining(matrix, { axis: 2 }),
    "from -2 to 1",
  ],
  [
    "layerNormalization() with a gamma of another size",
    () => ops.layerNormalization(matrix, { gamma: [1, 2] }),
    "the gamma must have the sizes",
  ],
  [
    "layerNormalization() along one axis twice",
    () => ops.layerNormalization(matrix, { axis: [0, -2] }),
    "named twice",
  ],
  ["rmsNormalization() of a scalar", () => ops.rmsNormalization(scalar), "is a scalar"],
  [
    "groupNormalization() into parts that do not divide",
    () => ops.groupNormalization(matrix, { groups: 2 }),
    "a divisor of the 3 channels",
  ],
  [
    "groupNormalization() of the batch",
    () => ops.groupNormalization(matrix, { groups: 1, axis: 0 }),
    "another than that of the batch",
  ],
  ["matmul() of a scalar", () => ops.matmul(scalar, matrix), "one or more axes"],
  ["matmul() of unequal inner sizes", () => ops.matmul(matrix, matrix), "are 3 and 2"],
  [
    "matmul() of unequal batches",
    () => ops.matmul(zeros([2, 1, 1]), zeros([3, 1, 1])),
    "broadcast",
  ],
  ["dot() of unequal vectors", () => ops.dot(vector, [1, 2]), "inner dimensions"],
  ["tensordot() of unequal axes", () => ops.tensordot(vector, [1], { axes: 1 }), "equal sizes"],
  ["tensordot() over too many axes", () => ops.tensordot(vector, vector, { axes: 2 }), "0 to 1"],
  ["cross() of pairs", () => ops.cross([1, 2], [3, 4]), "3 entries"],
  ["einsum() of an unknown letter", () => ops.einsum("i->j", vector), "in no input"],
  ["einsum() of too few tensors", () => ops.einsum("i,i", vector), "1 are given"],
  ["einsum() of another rank", () => ops.einsum("i", matrix), "does not fit a tensor of 2 axes"],
  ["einsum() of unequal sizes", () => ops.einsum("i,i", vector, [1, 2]), "one size"],
  ["linear() of too few features", () => ops.linear(matrix, zeros([2, 4])), "last axis"],
  ["reshape() to another size", () => ops.reshape(vector, [2, 2]), "3 elements do not fill"],
  ["reshape() with two holes", () => ops.reshape(vector, [-1, -1]), "only one dimension"],
  ["reshape() to half a row", () => ops.reshape(vector, [1.5, 2]), "whole numbers"],
  ["transpose() by an incomplete order", () => ops.transpose(matrix, [0]), "all 2 axes"],
  ["transpose() by an order with a double", () => ops.transpose(matrix, [0, 0]), "all 2 axes"],
  ["swapaxes() beyond the last axis", () => ops.swapaxes(matrix, 0, 2), "from -2 to 1"],
  ["moveaxis() of unequal lists", () => ops.moveaxis(matrix, 0, [0, 1]), "as many axes"],
  ["squeeze() of a longer axis", () => ops.squeeze(matrix, 0), "must have size 1"],
  ["expandDims() twice at one place", () => ops.expandDims(vector, [0, 0]), "named twice"],
  ["broadcastTo() fewer axes", () => ops.broadcastTo(matrix, [3]), "dimensions must be 1"],
  ["broadcastTo() another size", () => ops.broadcastTo(vector, [2]), "dimensions must be 1"],
  ["concatenate() of nothing", () => ops.concatenate([]), "at least one"],
  ["concatenate() of unequal ranks", () => ops.concatenate([vector, matrix]), "must agree"],
  ["stack() of unequal shapes", () => ops.stack([vector, [1]]), "one shape"],
  ["split() into uneven parts", () => ops.split(vector, 2), "a divisor of 3"],
  ["split() into no parts", () => ops.split(vector, 0), "a divisor of 3"],
  ["unstack() of a scalar", () => ops.unstack(scalar), "is a scalar"],
  ["repeat() a negative number of times", () => ops.repeat(vector, -1), "from 0 on"],
  [
    "repeat() by counts of another length",
    () => ops.repeat(vector, [1, 2], { axis: 0 }),
    "each of 3",
  ],
  ["tile() half a time", () => ops.tile(vector, 0.5), "whole numbers from 0 on"],
  ["roll() by half a place", () => ops.roll(vector, 0.5), "a whole number"],
  ["pad() by less than nothing", () => ops.pad(vector, [[0, -1]]), "from 0 on"],
  ["pad() of too many axes", () => ops.pad(vector, [[1, 1], [1, 1]]), "each of 1 axes"],
  ["pad() in an unknown mode", () => ops.pad(vector, 1, { mode: "wrap" as never }), "reflect"],
  ["pad() by more than a mirror gives", () => ops.pad(vector, 3, { mode: "reflect" }), "at most 2"],
  ["diff() a negative number of times", () => ops.diff(vector, { n: -1 }), "from 0 on"],
  ["topK() of more than there are", () => ops.topK(vector, 4), "from 1 to 3"],
  ["topK() of none", () => ops.topK(vector, 0), "from 1 to 3"],
  ["quantile() beyond all elements", () => ops.quantile(vector, 1.5), "between 0 and 1"],
  ["norm() of an unknown order", () => ops.norm(matrix, { ord: 3, axis: [0, 1] }), "ord must be"],
  ["diagonal() of one axis twice", () => ops.diagonal(matrix, { axis1: 1, axis2: -1 }), "twice"],
  ["diag() of three axes", () => ops.diag(zeros([1, 1, 1])), "one or two axes"],
  ["tril() of a vector", () => ops.tril(vector), "two or more axes"],
  ["bincount() of a negative number", () => ops.bincount([-1]), "0 or above"],
  ["segmentSum() beyond its segments", () => segments([0, 1, 5]), "out of range"],
  ["cast() to an unknown dtype", () => vector.cast("int8" as never), "one of bool, int32"],
  ["glu() of an odd axis", () => ops.glu(vector), "a divisor of 3"],
];

function segments(ids: number[]): Tensor {
  return ops.segmentSum(vector, ids, { numSegments: 2 });
}

for (const [what, call, message] of REFUSED) {
  Deno.test(`ops.${what} is refused`, () => {
    assertThrows(call, RangeError, message);
  });
}

Deno.test("bitwise ops refuse floats, and say so", () => {
  assertThrows(() => ops.bitwiseAnd(vector, 1), TypeError, "int32 or bool tensors");
  assertThrows(() => ops.bitwiseNot(vector), TypeError, "int32 or bool tensors");
  assertThrows(() => ops.leftShift(vector, 1), TypeError, "int32 or bool tensors");
});

Deno.test("softmaxCrossEntropy() refuses labels that are no classes", () => {
  const logits = tensor([[1, 2]]);
  const labelled = (label: number) =>
    ops.softmaxCrossEntropy(logits, tensor([label], { dtype: "int32" }));
  for (const label of [2, -1]) assertThrows(() => labelled(label), RangeError);
  assertThrows(() => ops.softmaxCrossEntropy(logits, tensor([0])), TypeError, "int32 label");
  const tooMany = tensor([0, 1], { dtype: "int32" });
  assertThrows(() => ops.softmaxCrossEntropy(logits, tooMany), RangeError, "must have the shape");
});

Deno.test("NaN goes through comparisons, extremes and sorting as in NumPy", () => {
  const x = tensor([1, NaN, -1]);
  assertEquals(ops.max(x).item(), NaN);
  assertEquals(ops.min(x).item(), NaN);
  assertEquals(ops.argmax(x).item(), 1);
  assertEquals(ops.sort(x).toArray(), [-1, 1, NaN]);
  assertEquals(ops.equal(x, x).toArray(), [true, false, true]);
  assertEquals(ops.maximum(x, 0).toArray(), [1, NaN, 0]);
  assertEquals(ops.clip(x, { xMin: 0, xMax: 0.5 }).toArray(), [0.5, NaN, 0]);
  assertEquals(ops.relu(x).toArray(), [1, NaN, 0]);
  assertEquals(ops.nanToNum(x).toArray(), [1, 0, -1]);
  assert(ops.isclose(x, x, { equalNan: true }).all().item());
});

Deno.test("reductions of nothing are what they add to: 0, 1, NaN and -Infinity", () => {
  const none = zeros([0, 2]);
  assertEquals(ops.sum(none, { axis: 0 }).toArray(), [0, 0]);
  assertEquals(ops.prod(none, { axis: 0 }).toArray(), [1, 1]);
  assertEquals(ops.mean(none, { axis: 0 }).toArray(), [NaN, NaN]);
  assertEquals(ops.logsumexp(none, { axis: 0 }).toArray(), [-Infinity, -Infinity]);
  assertEquals(ops.max(none, { axis: 0, initial: -3 }).toArray(), [-3, -3]);
  assertEquals(ops.max(none, { axis: 1 }).shape, [0]);
  assert(ops.all(none).item() && !ops.any(none).item());
});

Deno.test("sparsemax() gives a distribution with zeros, as its paper says", () => {
  const x = tensor([[0.5, 0.1, -1.2], [2, 0.1, 0.3], [0.2, 0.25, 0.15]], { dtype: "float64" });
  const y = ops.sparsemax(x);
  assert(ops.allclose(y.sum({ axis: -1 }), [1, 1, 1]).item());
  assert(ops.allclose(y, [[0.7, 0.3, 0], [1, 0, 0], [1 / 3, 1 / 3 + 0.05, 1 / 3 - 0.05]]).item());
});
