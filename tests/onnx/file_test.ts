import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  customOp,
  defineComposite,
  exporters,
  Input,
  Layer,
  layers,
  Model,
  ones,
  ops,
  sequential,
  type Tensor,
} from "../../mod.ts";
import { applyComposite } from "../../core/dispatch.ts";
import { pathToFileURL } from "node:url";
import denoJson from "../../deno.json" with { type: "json" };
import {
  assertParity,
  assertSame,
  computation,
  exported,
  f,
  inputsOf,
  operatorsOf,
  readModel,
  runFile,
  withPath,
} from "./_run.ts";

const model = () =>
  sequential([
    new layers.Dense({ units: 8, activation: "relu", inputShape: [4] }),
    new layers.Dense({ units: 3 }),
  ], { name: "classifier" });

async function namesIn(path: string): Promise<string[]> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("the file says who wrote it, for which opset, and what it was told to", async () => {
  const read = await exported(model(), {
    description: "Tells three classes apart.",
    metadata: { classes: "a, b, c", licence: "MIT" },
  });
  assertEquals(read.irVersion, 8);
  assertEquals([read.producerName, read.producerVersion], ["tensaur", denoJson.version]);
  assertEquals(read.opsetImport, [{ domain: "", version: 18 }]);
  assertEquals(read.metadataProps, [
    { key: "classes", value: "a, b, c" },
    { key: "licence", value: "MIT" },
  ]);
  assertEquals([read.docString, read.graph.name], ["Tells three classes apart.", "classifier"]);
  assertEquals((await exported(model(), { name: "other" })).graph.name, "other");
});

Deno.test("nodes are named by layer and operator, weights by their paths", async () => {
  const { graph } = await exported(model());
  const names = (list: { name: string }[]): string[] => list.map(({ name }) => name);
  assertEquals(names(graph.node), ["dense/Gemm", "dense/Relu", "dense_1/Gemm"]);
  assertEquals(names(graph.initializer).sort(), Object.keys(model().stateDict()).sort());
  assertEquals([names(graph.input), names(graph.output)], [["input"], ["dense_1"]]);
});

Deno.test("weights are written as they are, in little-endian bytes", async () => {
  const trained = model();
  const { graph } = await exported(trained);
  const state = trained.stateDict();
  for (const { name, dims, rawData } of graph.initializer) {
    const values = new Float32Array(new Uint8Array(rawData).buffer);
    assertEquals([dims, values], [[...state[name].shape], state[name].dataSync()]);
  }
});

Deno.test("a weight that is used twice is written once", async () => {
  const shared = new layers.Dense({ units: 4, inputShape: [4] });
  const { graph } = await exported(sequential([shared, shared]));
  assertEquals(graph.initializer.length, 2);
});

Deno.test("a softmax head gives probabilities; what ends with a softmax gets no second one", async () => {
  const logits = model();
  const read = await exported(logits, { softmaxHead: true });
  assertEquals(operatorsOf(read).at(-1), "Softmax");
  assertEquals(read.graph.output[0].name, "dense_1_probabilities");
  await withPath(async (path) => {
    await logits.export(path, { softmaxHead: true });
    const x = inputsOf([f(4)], 3);
    const [outputs] = await runFile(path, [x]);
    assertSame(outputs, [ops.softmax(logits.apply(x[0]))]);
  });
  const done = sequential([new layers.Dense({ units: 3, activation: "softmax", inputShape: [2] })]);
  assertEquals(operatorsOf(await exported(done, { softmaxHead: true })), ["Gemm", "Softmax"]);
});

Deno.test("a softmax head behind whole numbers is refused", async () => {
  const layer = computation([f(3)], ([x]) => ops.argmax(x, { axis: -1 }));
  await assertRejects(() => exported(layer, { softmaxHead: true }), TypeError, "softmax");
});

Deno.test("weights beyond the threshold lie in a file of their own", async () => {
  const large = sequential([new layers.Dense({ units: 500, inputShape: [300] })]);
  await withPath(async (path) => {
    await large.export(path, { externalDataThreshold: 1000 });
    assertEquals(await namesIn(path), ["model.onnx", "model.onnx.data"]);
    assert((await Deno.stat(path)).size < 2000);
    const { graph } = await readModel(path);
    for (const { externalData } of graph.initializer) {
      const [location, offset] = externalData.map(({ value }: { value: string }) => value);
      assertEquals([location, Number(offset) % 4096], ["model.onnx.data", 0]);
    }
    const x = inputsOf([f(300)], 3);
    const [outputs] = await runFile(path, [x]);
    assertSame(outputs, [large.apply(x[0])], 1e-4);
  });
});

Deno.test("a file: URL is a path, its spaces and signs included", async () => {
  await withPath(async (path) => {
    const strange = path.replace("model.onnx", "a b%20ü.onnx");
    const options = { externalDataThreshold: 0 };
    const large = sequential([new layers.Dense({ units: 50, inputShape: [30] })]);
    await new exporters.OnnxExporter().export(large, pathToFileURL(strange), options);
    assertEquals(await namesIn(path), ["a b%20ü.onnx", "a b%20ü.onnx.data"]);
    const x = inputsOf([f(30)], 3);
    assertSame((await runFile(strange, [x]))[0], [large.apply(x[0])]);
  });
});

Deno.test("where the model's file cannot be written its weights are not either", async () => {
  await withPath(async (path) => {
    await Deno.mkdir(path);
    const options = { externalDataThreshold: 0 };
    await assertRejects(() => model().export(path, options), Error, "is a directory");
    assertEquals(await namesIn(path), ["model.onnx"]);
    await assertRejects(() => model().export(`${path}/none/model.onnx`), Error, "does not exist");
  });
});

Deno.test("an operation without a form in ONNX is named with its layer, and nothing is written", async () => {
  class Bits extends Layer {
    forward(x: Tensor): Tensor {
      return ops.bitwiseAnd(ops.cast(x, "int32"), 1);
    }
  }
  const bits = sequential([
    new layers.Dense({ units: 2, inputShape: [3] }),
    new Bits({ name: "low" }),
  ], {
    name: "net",
  });
  assertEquals(operatorsOf(await exported(bits)).at(-1), "BitwiseAnd");
  await withPath(async (path) => {
    const { message } = await assertRejects(() => bits.export(path, { opset: 17 }), RangeError);
    for (const part of ["net/low", '"bitwiseAnd"', "opset is 17", "lowerings"]) {
      assertStringIncludes(message, part);
    }
    assertEquals(await namesIn(path), []);
  });
});

const lowering: exporters.OnnxLowering<{ alpha: number }> = (to, [x], { alpha }) =>
  to.node("ThresholdedRelu", [x], { alpha: exporters.onnxFloat(alpha) });

Deno.test("a composite brings its own lowering; without one its definition is written", async () => {
  const attributes = { alpha: 0.5 };
  for (const lowerings of [{ onnx: lowering }, { other: 1 }, undefined]) {
    const composite = defineComposite<{ alpha: number }>({
      name: "acme>gate",
      compose: ([x], { alpha }) => [ops.where(ops.greater(x, alpha), x, 0)],
      lowerings,
    });
    const layer = computation([f(3)], ([x]) => applyComposite(composite, [x], attributes));
    const own = lowerings !== undefined && "onnx" in lowerings;
    const expected = own ? ["ThresholdedRelu"] : ["Greater", "Where"];
    assertEquals(operatorsOf(await exported(layer)), expected);
    await assertParity(layer, [f(3)]);
  }
});

Deno.test("an operation of one's own brings its lowering too, with operators of another domain", async () => {
  const gate = customOp({
    name: "acme>swish",
    forward: ([x]) => ops.silu(x),
    backward: (g) => [g],
    lowerings: {
      onnx: ((to, [x]) =>
        to.node("Swish", [x], { beta: 2 }, { domain: "acme" })) satisfies exporters.OnnxLowering<
          unknown
        >,
    },
  });
  const read = await exported(computation([f(3)], ([x]) => gate([x])));
  assertEquals(read.opsetImport, [
    { domain: "", version: 18 },
    { domain: "acme", version: 1 },
  ]);
  const [{ domain, opType, attribute }] = read.graph.node;
  assertEquals([domain, opType, attribute[0].i], ["acme", "Swish", 2]);
});

Deno.test("options are checked before anything is traced", async () => {
  const wrong: [Record<string, unknown>, string][] = [
    [{ opsett: 18 }, 'no option "opsett": known are opset, dynamicBatch'],
    [{ opset: 12 }, "opset must be from 13 to 21"],
    [{ opset: 22 }, "opset must be from 13 to 21"],
    [{ opset: 17.5 }, "opset must be a whole number"],
    [{ opset: "18" }, "opset must be a number"],
    [{ dynamicBatch: 1 }, "dynamicBatch must be true or false"],
    [{ batchSize: 4 }, "dynamicBatch must be false"],
    [{ dynamicBatch: false, batchSize: 0 }, "batchSize must be a whole number from 1 on"],
    [{ quantize: "int4" }, "quantize must be one of qdq, dynamic"],
    [{ metadata: { epochs: 5 } }, "epochs must be a text"],
    [{ metadata: "MIT" }, 'metadata must be a record of texts: current metadata is "MIT"'],
    [{ metadata: null }, "metadata must be a record of texts"],
    [{ name: 7 }, "name must be a text"],
    [{ externalDataThreshold: -1 }, "externalDataThreshold must be finite and from 0 on"],
  ];
  await withPath(async (path) => {
    for (const [options, message] of wrong) {
      await assertRejects(() => model().export(path, options), Error, message);
    }
    assertEquals(await namesIn(path), []);
  });
});

Deno.test("a model that is not built cannot be exported", async () => {
  const unbuilt = sequential([new layers.Dense({ units: 2 })]);
  await assertRejects(() => exported(unbuilt), Error, "inputShape");
});

Deno.test("the export leaves the model, its mode and the memory as they were", async () => {
  const { backend } = ones([1]);
  const trained = model().train();
  const before = backend.memory().bytes;
  await exported(trained);
  await exported(trained, { quantize: "qdq" });
  assert(trained.training);
  assertEquals(backend.memory().bytes, before);
});

Deno.test("inputs and outputs have names that differ, and are none of them empty", async () => {
  const ends: [string, string, string[]][] = [
    ["image", "image", ["image", "image_1"]],
    ["", "", ["input", "output"]],
    ["in put/1", "ü", ["in put/1", "ü"]],
  ];
  for (const [from, to, expected] of ends) {
    const x = Input({ shape: [4] });
    const hidden = new layers.Dense({ units: 4 }).apply(x);
    const coder = new Model({ inputs: { [from]: x }, outputs: { [to]: hidden } });
    await withPath(async (path) => {
      await coder.export(path);
      const { graph } = await readModel(path);
      assertEquals([graph.input[0].name, graph.output[0].name], expected);
      const [values] = inputsOf([f(4)], 3);
      assertSame((await runFile(path, [[values]]))[0], [coder.apply({ [from]: values })[to]]);
    });
  }
});
