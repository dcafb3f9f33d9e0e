import { assertEquals, assertRejects } from "@std/assert";
import { ops, type Tensor } from "../../mod.ts";
import { operatorSince } from "./_operators.ts";
import {
  assertParity,
  computation,
  drawn,
  exported,
  f,
  i,
  type InputKind,
  operatorsOf,
  type ReadModel,
} from "./_run.ts";

const OPSETS = [13, 14, 15, 16, 17, 18, 19, 20, 21];
/** The first that onnxruntime takes without complaint. */
const FIRST_RUN = 17;

/** What each of the operators that came late, or changed, is in. */
const CASES: Record<string, [InputKind[], (...inputs: Tensor[]) => Tensor | Tensor[]]> = {
  reductions: [[f(3, 4)], (x) => [
    ops.sum(x, { axis: 1 }),
    ops.mean(x, { axis: 1 }),
    ops.max(x, { axis: [1, 2] }),
    ops.min(x, { axis: -1, keepdims: true }),
    ops.prod(x, { axis: -1 }),
    ops.logsumexp(x, { axis: -1 }),
  ]],
  activations: [[f(4)], (x) => [
    ops.gelu(x),
    ops.gelu(x, { approximate: false }),
    ops.mish(x),
    ops.hardSilu(x),
    ops.relu(ops.cast(x, "int32")),
  ]],
  normalizations: [[f(4, 6)], (x) => [
    ops.layerNormalization(x),
    ops.groupNormalization(x, { groups: 2 }),
    ops.batchNormalization(x, drawn(6), ops.exp(drawn(6))),
    ops.rmsNormalization(x),
  ]],
  convolutions: [
    [f(6, 6, 2)],
    (x) => ops.maxPool(ops.conv(x, drawn(3, 3, 2, 4), { padding: "same" }), { poolSize: 2 }),
  ],
  resizing: [[f(3, 3, 2)], (x) => ops.image.resize(x, { size: [5, 6] })],
  movement: [[f(3, 4), i(0, 3, 3)], (x, y) => [
    ops.pad(x, 1),
    ops.flip(x, { axis: 1 }),
    ops.cumsum(x, { axis: 1 }),
    ops.sort(x),
    ops.take(drawn(3, 2), y, { axis: 0 }),
    ops.bitwiseNot(y),
  ]],
};

for (const [name, [kinds, run]] of Object.entries(CASES)) {
  Deno.test(`${name} are written for opsets 13 to 21`, async () => {
    const layer = computation(kinds, (inputs) => run(...inputs));
    for (const opset of OPSETS) {
      const model = await exported(layer, { opset });
      assertEquals(model.opsetImport[0].version, opset);
      for (const operator of operatorsOf(model)) {
        const since = operatorSince(operator);
        assertEquals(since <= opset, true, `${operator} came with opset ${since}, not ${opset}`);
      }
      if (opset >= FIRST_RUN) {
        await assertParity(layer, kinds, { options: { opset }, batches: [3] });
      }
    }
  });
}

Deno.test("each opset comes with the version of the format that knows it", async () => {
  const layer = computation([f(2)], ([x]) => ops.tanh(x));
  const versions = [];
  for (const opset of OPSETS) versions.push((await exported(layer, { opset })).irVersion);
  assertEquals(versions, [7, 7, 8, 8, 8, 8, 9, 9, 10]);
});

Deno.test("axes of reductions are attributes until opset 18, those of sums until 13", async () => {
  const layer = computation([f(3)], ([x]) => [ops.sum(x, { axis: 1 }), ops.max(x, { axis: 1 })]);
  for (const opset of OPSETS) {
    const { graph } = await exported(layer, { opset });
    const counts = graph.node.map(({ input }: ReadModel) => input.length);
    assertEquals(counts, opset < 18 ? [2, 1] : [2, 2]);
    const [, greatest] = graph.node;
    const axes = greatest.attribute.find(({ name }: ReadModel) => name === "axes");
    assertEquals(axes?.ints, opset < 18 ? [1] : undefined);
  }
});

Deno.test("an operator that an opset has is one node, and others before", async () => {
  const at = async (opset: number, run: (x: Tensor) => Tensor) =>
    operatorsOf(await exported(computation([f(4, 6)], ([x]) => run(x)), { opset }));
  const layer = (x: Tensor) => ops.layerNormalization(x);
  assertEquals(await at(17, layer), ["LayerNormalization"]);
  assertEquals((await at(16, layer)).includes("LayerNormalization"), false);
  assertEquals(await at(20, (x) => ops.gelu(x)), ["Gelu"]);
  assertEquals((await at(19, (x) => ops.gelu(x))).includes("Gelu"), false);
  const group = (x: Tensor) => ops.groupNormalization(x, { groups: 2 });
  assertEquals((await at(21, group)).includes("GroupNormalization"), true);
  assertEquals((await at(20, group)).includes("InstanceNormalization"), true);
});

Deno.test("bits of whole numbers take opset 18, and adding at indices 16", async () => {
  const bits = computation([i(0, 9, 3)], ([x]) => ops.bitwiseXor(x, 5));
  await assertRejects(() => exported(bits, { opset: 17 }), RangeError, "take opset 18");
  assertEquals(operatorsOf(await exported(bits, { opset: 18 })), ["BitwiseXor"]);
  const sums = computation([f(3)], ([x]) => ops.segmentSum(x, [0, 0, 1], { numSegments: 2 }));
  await assertRejects(() => exported(sums, { opset: 15 }), RangeError, "takes opset 16");
});
