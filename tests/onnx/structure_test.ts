import { assert, assertEquals } from "@std/assert";
import { layers, ops, sequential, type Tensor } from "../../mod.ts";
import {
  assertParity,
  computation,
  drawn,
  exported,
  f,
  type InputKind,
  operatorsOf,
  shapeOf,
} from "./_run.ts";

/** A convolution, its batch normalization and its activation. */
function block(x: Tensor, filters: number, activation = true): Tensor {
  const kernel = ops.multiply(drawn(3, 3, x.dims.at(-1)!, filters), 0.1);
  const sums = ops.conv(x, kernel, { padding: "same", bias: drawn(filters) });
  const [mean, variance] = [drawn(filters), ops.exp(drawn(filters))];
  const y = ops.batchNormalization(sums, mean, variance, { scale: drawn(filters) });
  return activation ? ops.relu(y) : y;
}

async function operators(
  kinds: InputKind[],
  run: (...inputs: Tensor[]) => Tensor | Tensor[],
): Promise<string[]> {
  const layer = computation(kinds, (inputs) => run(...inputs));
  await assertParity(layer, kinds, { batches: [2], tolerance: 1e-4 });
  return operatorsOf(await exported(layer));
}

Deno.test("a dense model is one Gemm for each layer, with its activation", async () => {
  const model = sequential([
    new layers.Dense({ units: 8, activation: "relu", inputShape: [4] }),
    new layers.Dropout({ rate: 0.5 }),
    new layers.Dense({ units: 3, activation: "softmax" }),
  ]);
  assertEquals(operatorsOf(await exported(model)), ["Gemm", "Relu", "Gemm", "Softmax"]);
});

Deno.test("a network of convolutions has one transpose where it begins and one where it flattens", async () => {
  const found = await operators([f(8, 8, 3)], (x) => {
    let y = ops.maxPool(block(x, 4), { poolSize: 2 });
    y = ops.multiply(
      ops.subtract(block(y, 6), drawn(6)),
      ops.sigmoid(y.sum({ axis: -1, keepdims: true })),
    );
    y = ops.pad(y, [[0, 0], [1, 1], [0, 0], [0, 0]]);
    y = ops.averagePool(ops.concatenate([y, ops.negative(y)], { axis: -1 }), { poolSize: 2 });
    return ops.linear(ops.reshape(y, [-1, 3 * 2 * 12]), drawn(72, 5), { bias: drawn(5) });
  });
  assertEquals(found, [
    "Transpose",
    ...["Conv", "BatchNormalization", "Relu", "MaxPool"],
    ...["Conv", "BatchNormalization", "Relu", "Sub", "ReduceSum", "Sigmoid", "Mul"],
    ...["Pad", "Neg", "Concat", "AveragePool"],
    "Transpose",
    ...["Reshape", "Gemm"],
  ]);
});

Deno.test("a residual network pools globally without a transpose at its end", async () => {
  const found = await operators([f(8, 8, 3)], (x) => {
    const first = block(x, 4);
    const sum = ops.relu(ops.add(block(block(first, 4), 4, false), first));
    const projected = ops.conv(sum, drawn(1, 1, 4, 8), { strides: 2 });
    const next = ops.relu(ops.add(block(projected, 8, false), projected));
    return ops.mean(next, { axis: [1, 2] });
  });
  assertEquals(found.filter((op) => op === "Transpose").length, 1);
  assertEquals(found.slice(-3), ["Relu", "GlobalAveragePool", "Flatten"]);
});

Deno.test("an input that is added to its own convolution shares the transpose", async () => {
  const found = await operators([f(6, 6, 3)], (x) => ops.add(block(x, 3), x));
  assertEquals(found, ["Transpose", "Conv", "BatchNormalization", "Relu", "Add", "Transpose"]);
});

Deno.test("gates of channels, and images of one channel, are reshaped instead of transposed", async () => {
  const found = await operators([f(6, 6, 1)], (x) => {
    const y = block(x, 4);
    const gate = ops.linear(ops.max(y, { axis: [1, 2] }), drawn(4, 4), { activation: "sigmoid" });
    return ops.max(ops.multiply(y, ops.reshape(gate, [-1, 1, 1, 4])), { axis: [1, 2] });
  });
  assertEquals(found, [
    ...["Reshape", "Conv", "BatchNormalization", "Relu"],
    ...["GlobalMaxPool", "Flatten", "MatMul", "Sigmoid", "Reshape", "Mul"],
    ...["GlobalMaxPool", "Flatten"],
  ]);
});

Deno.test("reductions, slices and softmax follow the axes that they name", async () => {
  const found = await operators([f(6, 5, 2)], (x) => {
    const y = ops.conv(x, drawn(2, 2, 2, 3));
    return [
      ops.mean(y, { axis: 1 }),
      ops.sum(y, { axis: [2, 3] }),
      ops.max(y, { axis: 2, keepdims: true }),
      ops.argmax(ops.softmax(y, { axis: -1 }), { axis: -1 }),
      ops.cumsum(y.get(":", [1, 4], [0, 3], [1, 3]), { axis: 1 }),
      ops.flip(y, { axis: [1, 3] }),
    ];
  });
  assertEquals(found.filter((op) => op === "Conv").length, 1);
  assert(found.indexOf("Transpose", 1) > found.indexOf("Conv"));
});

Deno.test("values that stay in the framework's layout are not dragged along", async () => {
  const found = await operators(
    [f(4, 4, 3), f(4, 4, 2)],
    (x, y) => ops.add(ops.conv(x, drawn(1, 1, 3, 2)), ops.tanh(y)),
  );
  assertEquals(found, ["Transpose", "Conv", "Transpose", "Tanh", "Add"]);
});

Deno.test("constants are folded, equal ones written once, and what has no use is left out", async () => {
  const model = await exported(computation([f(3)], ([x]) => {
    void ops.exp(x);
    const shifted = ops.add(x, 2);
    return [ops.multiply(shifted, 2), ops.multiply(ops.add(x, 2), ops.add(ops.ones([3]), 1))];
  }));
  assertEquals(operatorsOf(model), ["Add", "Mul", "Mul"]);
  assertEquals(model.graph.initializer.length, 2);
});

Deno.test("outputs are results of nodes, each of its own, inputs and constants among them", async () => {
  const kinds = [f(3)];
  const layer = computation(kinds, ([x]) => {
    const y = ops.exp(x);
    return [x, y, y, ops.ones([2])];
  });
  await assertParity(layer, kinds);
  assertEquals(operatorsOf(await exported(layer)).sort(), [
    "Exp",
    "Identity",
    "Identity",
    "Identity",
  ]);
});

Deno.test("a computation a thousand operations deep is exported", async () => {
  const layer = computation([f(2)], ([x]) => {
    for (let k = 0; k < 3000; k++) x = ops.sin(x);
    return x;
  });
  assertEquals(operatorsOf(await exported(layer)).length, 3000);
});

Deno.test("unknown sizes have names; the batch may be fixed", async () => {
  const layer = computation([f(3)], ([x]) => ops.tanh(x));
  const [open, one, four] = [
    await exported(layer),
    await exported(layer, { dynamicBatch: false }),
    await exported(layer, { dynamicBatch: false, batchSize: 4 }),
  ];
  const shapes = [open, one, four].map(({ graph }) => [
    shapeOf(graph.input[0]),
    shapeOf(graph.output[0]),
  ]);
  assertEquals(shapes, [[["batch", 3], ["batch", 3]], [[1, 3], [1, 3]], [[4, 3], [4, 3]]]);
});

Deno.test("an activation that ONNX has is one node", async () => {
  const activations: [string, (x: Tensor) => Tensor][] = [
    ["Relu", (x) => ops.relu(x)],
    ["LeakyRelu", (x) => ops.leakyRelu(x)],
    ["Elu", (x) => ops.elu(x, { alpha: 0.5 })],
    ["Celu", (x) => ops.celu(x, { alpha: 0.5 })],
    ["Selu", (x) => ops.selu(x)],
    ["Mish", (x) => ops.mish(x)],
    ["HardSigmoid", (x) => ops.hardSigmoid(x)],
    ["HardSwish", (x) => ops.hardSilu(x)],
    ["Softplus", (x) => ops.softplus(x)],
    ["Softsign", (x) => ops.softsign(x)],
    ["Sigmoid", (x) => ops.sigmoid(x)],
    ["Tanh", (x) => ops.tanh(x)],
    ["Softmax", (x) => ops.softmax(x)],
  ];
  for (const [operator, run] of activations) {
    assertEquals(await operators([f(5)], run), [operator]);
  }
});
