import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  data,
  exporters,
  layers,
  losses,
  ops,
  sequential,
  setSeed,
  type Tensor,
} from "../../mod.ts";
import {
  computation,
  drawn,
  exported,
  f,
  i,
  inputsOf,
  operatorsOf,
  type ReadModel,
  runFile,
  withPath,
} from "./_run.ts";

function initializer(model: ReadModel, name: string): ReadModel {
  return model.graph.initializer.find((tensor: ReadModel) => tensor.name === name);
}

/** The greatest difference between what a file computes and what the layer does, relative to the greatest result. */
async function errorOf(
  layer: ReturnType<typeof computation>,
  kinds: Parameters<typeof computation>[0],
  options: exporters.OnnxExportOptions,
): Promise<number> {
  const x = inputsOf(kinds, 8);
  const expected = layer.apply(x.length === 1 ? x[0] : x) as Tensor;
  return await withPath(async (path) => {
    await new exporters.OnnxExporter().export(layer, path, options);
    const [[actual]] = await runFile(path, [x]);
    const values = actual.data as Float32Array;
    const wanted = expected.dataSync();
    const greatest = Array.from(wanted).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return Array.from(wanted).reduce((most, e, k) => Math.max(most, Math.abs(values[k] - e)), 0) /
      greatest;
  });
}

const CASES: Record<string, [Parameters<typeof computation>[0], (x: Tensor) => Tensor, string[]]> =
  {
    Gemm: [[f(64)], (x) => ops.linear(x, drawn(64, 32), { bias: drawn(32) }), [
      "DequantizeLinear",
      "Gemm",
    ]],
    MatMul: [[f(5, 64)], (x) => ops.linear(x, drawn(64, 32)), ["DequantizeLinear", "MatMul"]],
    Conv: [[f(32, 8)], (x) => ops.conv(x, drawn(5, 8, 16)), [
      "Transpose",
      "DequantizeLinear",
      "Conv",
      "Transpose",
    ]],
    ConvTranspose: [[f(8, 8)], (x) => ops.convTranspose(x, drawn(5, 16, 8)), [
      "Transpose",
      "DequantizeLinear",
      "ConvTranspose",
      "Transpose",
    ]],
    Gather: [[i(0, 100, 4)], (x) => ops.take(drawn(100, 8), x, { axis: 0 }), [
      "DequantizeLinear",
      "Gather",
    ]],
  };

for (const [name, [kinds, run, operators]] of Object.entries(CASES)) {
  Deno.test(`${name} keeps its weight as int8, and computes nearly the same`, async () => {
    const layer = computation(kinds, ([x]) => run(x));
    const model = await exported(layer, { quantize: "qdq" });
    assertEquals(operatorsOf(model), operators);
    assert(model.graph.initializer.some(({ dataType }: ReadModel) => dataType === 3));
    const error = await errorOf(layer, kinds, { quantize: "qdq" });
    assert(error > 0 && error < 0.02, `the error is ${error}`);
  });
}

for (const name of ["Gemm", "MatMul", "Conv"]) {
  Deno.test(`${name} is computed in whole numbers where quantization is dynamic`, async () => {
    const [kinds, run] = CASES[name];
    const layer = computation(kinds, ([x]) => run(x));
    const found = operatorsOf(await exported(layer, { quantize: "dynamic" }));
    assert(found.includes(name === "Conv" ? "ConvInteger" : "MatMulInteger"), found.join());
    const error = await errorOf(layer, kinds, { quantize: "dynamic" });
    assert(error > 0 && error < 0.03, `the error is ${error}`);
  });
}

Deno.test("there is a scale for each channel, and one for a channel of zeros too", async () => {
  const kernel = ops.multiply(drawn(64, 16), ops.exp(ops.arange(16).sub(8)));
  const weights = ops.where(ops.equal(ops.arange(16), 3), 0, kernel);
  const { graph } = await exported(computation([f(64)], ([x]) => ops.matmul(x, weights)), {
    quantize: "qdq",
  });
  const scales = graph.initializer.find(({ dims }: ReadModel) => dims.length === 1);
  const values = new Float32Array(new Uint8Array(scales.rawData).buffer);
  const greatest = ops.max(ops.abs(weights), { axis: 0 }).dataSync();
  for (const [k, scale] of values.entries()) {
    assertAlmostEquals(scale * 127, greatest[k] === 0 ? 127 : greatest[k], 1e-6 * scale * 127);
  }
});

Deno.test("small weights stay as they are, and shared ones are quantized once", async () => {
  const small = computation([f(4)], ([x]) => ops.matmul(x, drawn(4, 4)));
  assertEquals(operatorsOf(await exported(small, { quantize: "qdq" })), ["MatMul"]);
  const shared = new layers.Dense({ units: 32, inputShape: [32] });
  const model = await exported(sequential([shared, shared]), { quantize: "qdq" });
  assertEquals(operatorsOf(model).filter((op) => op === "DequantizeLinear").length, 1);
  assertEquals(initializer(model, "dense.kernel").dataType, 3);
  assert(initializer(model, "dense.kernel.scale") !== undefined);
});

Deno.test("a trained network in eight bits has a quarter of the size and is as good", async () => {
  setSeed(1);
  const { train, test } = data.digits({ train: 3000, test: 300 });
  const model = sequential([
    new layers.Dense({ units: 64, activation: "relu", inputShape: [784] }),
    new layers.Dense({ units: 10 }),
  ]);
  const loss = new losses.SparseCategoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer: "adam", loss });
  await model.fit(train, { epochs: 4, batchSize: 32, verbose: 0 });
  const [images, labels] = test.tensors;
  const results: Record<string, { size: number; accuracy: number }> = {};
  for (const quantize of [null, "qdq", "dynamic"] as const) {
    await withPath(async (path) => {
      await model.export(path, { quantize });
      const [[logits]] = await runFile(path, [[images]]);
      const guesses = ops.argmax(ops.reshape(logits.data as Float32Array, [...logits.dims]), {
        axis: -1,
      });
      const accuracy = ops.mean(ops.equal(guesses, ops.reshape(labels, [-1]))).item();
      results[String(quantize)] = { size: (await Deno.stat(path)).size, accuracy };
    });
  }
  const { null: plain, qdq, dynamic } = results;
  assert(plain.accuracy > 0.85, `the accuracy is ${plain.accuracy}`);
  for (const { size, accuracy } of [qdq, dynamic]) {
    assert(size < 0.28 * plain.size, `${size} bytes instead of ${plain.size}`);
    assert(Math.abs(accuracy - plain.accuracy) <= 0.01, `${accuracy}, not ${plain.accuracy}`);
  }
});
