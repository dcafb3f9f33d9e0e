/** What convolution and pooling refuse, and what the golden files do not say of them. */

import { assertEquals, assertThrows } from "@std/assert";
import { ones, ops, tensor, zeros } from "../../mod.ts";
import { symbolicInput } from "../../core/layer.ts";

const image = ones([1, 5, 4, 2]);
const kernel = ones([3, 3, 2, 4]);

const REFUSED: [what: string, call: () => unknown, message: string][] = [
  ["conv() of a matrix", () => ops.conv(ones([2, 2]), kernel), "three axes or more"],
  ["conv() by a kernel of other rank", () => ops.conv(image, ones([3, 2, 4])), "4 axes"],
  [
    "conv() by a kernel of more channels",
    () => ops.conv(image, ones([3, 3, 3, 4])),
    "the kernel's 3 channels must divide the input's 2",
  ],
  [
    "conv() into filters that do not fall into the groups",
    () => ops.conv(ones([1, 4, 4, 4]), ones([1, 1, 2, 3])),
    "2 groups must divide the 3 filters",
  ],
  ["conv() by a kernel without channels", () => ops.conv(image, zeros([3, 3, 0, 4])), "0 channels"],
  ["conv() by a kernel of size 0", () => ops.conv(image, zeros([0, 3, 2, 4])), "above 0"],
  [
    "conv() by a kernel larger than its input",
    () => ops.conv(ones([1, 2, 4, 2]), kernel),
    "the window of 3 must fit into axis 1, which has 2",
  ],
  ["conv() with strides of 0", () => ops.conv(image, kernel, { strides: 0 }), "strides must be"],
  [
    "conv() with strides for other axes",
    () => ops.conv(image, kernel, { strides: [1, 1, 1] }),
    "or 2 of them",
  ],
  [
    "conv() with an unknown padding",
    () => ops.conv(image, kernel, { padding: "full" as "same" }),
    "padding must be one of valid, same, causal",
  ],
  [
    "conv() of images with causal padding",
    () => ops.conv(image, kernel, { padding: "causal" }),
    "padding must be valid or same for several spatial axes",
  ],
  [
    "conv() with a bias of other length",
    () => ops.conv(image, kernel, { bias: ones([3]) }),
    "as long as the kernel's last axis",
  ],
  [
    "depthwiseConv() of other channels",
    () => ops.depthwiseConv(image, ones([3, 3, 3, 1])),
    "must have the kernel's 3 channels",
  ],
  [
    "separableConv() by a mix of other channels",
    () => ops.separableConv(image, ones([3, 3, 2, 2]), ones([1, 1, 3, 1])),
    "channels",
  ],
  [
    "convTranspose() of other channels",
    () => ops.convTranspose(image, ones([3, 3, 2, 4])),
    "as long as the kernel's, 4",
  ],
  [
    "convTranspose() with output padding of a stride",
    () => ops.convTranspose(image, ones([3, 3, 1, 2]), { outputPadding: 1 }),
    "outputPadding must be less than the stride",
  ],
  ["maxPool() of a matrix", () => ops.maxPool(ones([2, 2]), { poolSize: 1 }), "three axes or more"],
  ["maxPool() of no size", () => ops.maxPool(image, { poolSize: 0 }), "poolSize must be"],
  [
    "averagePool() over more than there is",
    () => ops.averagePool(image, { poolSize: [2, 5] }),
    "the window of 5 must fit into axis 2, which has 4",
  ],
];

for (const [what, call, message] of REFUSED) {
  Deno.test(`${what} is refused`, () => {
    assertThrows(call, RangeError, message);
  });
}

Deno.test("conv() of whole numbers gives floats, maxPool() whole numbers", () => {
  const x = ones([1, 3, 1], { dtype: "int32" });
  assertEquals(ops.conv(x, ones([2, 1, 1])).dtype, "float32");
  assertEquals(ops.maxPool(x, { poolSize: 2 }).dtype, "int32");
  assertEquals(ops.averagePool(x, { poolSize: 2 }).dtype, "float32");
});

Deno.test("conv() of an empty batch has an empty result, and a gradient of zeros for the kernel", () => {
  const weights = ones([2, 1, 3]).requiresGrad_();
  const y = ops.conv(zeros([0, 4, 1]), weights);
  assertEquals(y.shape, [0, 3, 3]);
  y.sum().backward();
  assertEquals(weights.grad!.toArray(), zeros([2, 1, 3]).toArray());
});

Deno.test("conv() along one axis with causal padding sees nothing that comes later", () => {
  const y = ops.conv(tensor([[[1], [2], [4]]]), ones([2, 1, 1]), { padding: "causal" });
  assertEquals(y.toArray(), [[[1], [3], [6]]]);
});

Deno.test("conv() and pooling along four axes work as along three", () => {
  const x = ones([1, 2, 3, 2, 3, 1]);
  assertEquals(ops.conv(x, ones([2, 2, 2, 2, 1, 1])).toArray().flat(5), Array(4).fill(16));
  assertEquals(ops.averagePool(x, { poolSize: 2, padding: "same" }).shape, [1, 1, 2, 1, 2, 1]);
  assertEquals(ops.maxPool(x, { poolSize: 2 }).shape, [1, 1, 1, 1, 1, 1]);
});

Deno.test("same padding of a size that is not known yet gives ⌈size / stride⌉ windows", () => {
  const x = symbolicInput([null, null, 7, 2], "float32");
  const options = { padding: "same", strides: 2 } as const;
  assertEquals(ops.conv(x, kernel, options).dims, [null, null, 4, 4]);
  assertEquals(ops.maxPool(x, { poolSize: 3, ...options }).dims, [null, null, 4, 2]);
});
