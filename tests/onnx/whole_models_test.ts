import { assert, assertEquals } from "@std/assert";
import { Snake } from "../../examples/plugins/waves/snake.ts";
import {
  type AnyModel,
  type exporters,
  Input,
  layers,
  Model,
  ops,
  sequential,
  type Tensor,
} from "../../mod.ts";
import { assertParity, exported, f, i, type InputKind, operatorsOf, withPath } from "./_run.ts";

const relu = { activation: "relu" } as const;

function conv(x: Tensor, filters: number, strides = 1): Tensor {
  const y = new layers.Conv2D({ filters, kernelSize: 3, strides, padding: "same", useBias: false })
    .apply(x);
  return new layers.BatchNormalization().apply(y);
}

function residual(x: Tensor, filters: number, strides: number): Tensor {
  let y = new layers.ReLU().apply(conv(x, filters, strides));
  y = conv(y, filters);
  const isSame = strides === 1 && x.dims.at(-1) === filters;
  const skipped = isSame ? x : new layers.Conv2D({ filters, kernelSize: 1, strides }).apply(x);
  return new layers.ReLU().apply(new layers.Add().apply([y, skipped]));
}

/** The models, each with the kinds of its inputs. */
const MODELS: Record<string, [InputKind[], () => AnyModel]> = {
  "multilayer perceptron": [[f(20)], () =>
    sequential([
      new layers.Dense({ units: 32, ...relu, inputShape: [20] }),
      new layers.Dropout({ rate: 0.3 }),
      new layers.Dense({ units: 16, activation: "gelu" }),
      new layers.Dense({ units: 5, activation: "softmax" }),
    ])],
  "convolutional network with batch normalization": [[f(28, 28, 1)], () =>
    sequential([
      new layers.Conv2D({ filters: 8, kernelSize: 3, padding: "same", inputShape: [28, 28, 1] }),
      new layers.BatchNormalization(),
      new layers.ReLU(),
      new layers.MaxPooling2D({ poolSize: 2 }),
      new layers.Conv2D({ filters: 16, kernelSize: 3, ...relu }),
      new layers.AveragePooling2D({ poolSize: 2 }),
      new layers.Flatten(),
      new layers.Dense({ units: 10 }),
    ])],
  "residual network": [[f(16, 16, 3)], () => {
    const inputs = Input({ shape: [16, 16, 3] });
    let x = new layers.ReLU().apply(conv(inputs, 8));
    x = residual(residual(x, 8, 1), 16, 2);
    const pooled = new layers.GlobalAveragePooling2D().apply(x);
    return new Model({ inputs, outputs: new layers.Dense({ units: 10 }).apply(pooled) });
  }],
  "depthwise-separable network": [[f(16, 16, 3)], () =>
    sequential([
      new layers.SeparableConv2D({ filters: 8, kernelSize: 3, inputShape: [16, 16, 3], ...relu }),
      new layers.DepthwiseConv2D({ kernelSize: 3, strides: 2, padding: "same" }),
      new layers.BatchNormalization(),
      new layers.Conv2D({ filters: 12, kernelSize: 1, ...relu }),
      new layers.GlobalMaxPooling2D(),
      new layers.Dense({ units: 4 }),
    ])],
  "two inputs and two outputs": [[f(6), f(4)], () => {
    const [a, b] = [Input({ shape: [6], name: "left" }), Input({ shape: [4], name: "right" })];
    const joined = new layers.Concatenate().apply([
      new layers.Dense({ units: 8, ...relu }).apply(a),
      new layers.Dense({ units: 8, activation: "tanh" }).apply(b),
    ]);
    const outputs = [
      new layers.Dense({ units: 3, activation: "softmax", name: "kind" }).apply(joined),
      new layers.Dense({ units: 1, name: "size" }).apply(joined),
    ];
    return new Model({ inputs: [a, b], outputs });
  }],
  "shared weights": [[f(6), f(6)], () => {
    const [a, b] = [Input({ shape: [6], name: "a" }), Input({ shape: [6], name: "b" })];
    const encoder = new layers.Dense({ units: 8, ...relu });
    const outputs = new layers.Dot({ axes: 1, normalize: true }).apply([
      encoder.apply(a),
      encoder.apply(b),
    ]);
    return new Model({ inputs: [a, b], outputs });
  }],
  "nested models": [[f(8, 8, 2)], () => {
    const features = sequential([
      new layers.Conv2D({ filters: 4, kernelSize: 3, ...relu, inputShape: [8, 8, 2] }),
      new layers.MaxPooling2D({ poolSize: 2 }),
    ], { name: "features" });
    const inputs = Input({ shape: [8, 8, 2] });
    const flat = new layers.Flatten().apply(features.apply(inputs) as Tensor);
    const head = sequential([new layers.Dense({ units: 3, inputShape: [36] })], { name: "head" });
    return new Model({ inputs, outputs: head.apply(flat) as Tensor });
  }],
  "autoencoder with transposed convolutions": [[f(12, 12, 1)], () =>
    sequential([
      new layers.Conv2D({
        filters: 6,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        ...relu,
        inputShape: [12, 12, 1],
      }),
      new layers.Conv2DTranspose({
        filters: 4,
        kernelSize: 3,
        strides: 2,
        padding: "same",
        ...relu,
      }),
      new layers.UpSampling2D({ size: 2 }),
      new layers.Cropping2D({ cropping: 6 }),
      new layers.Conv2D({ filters: 1, kernelSize: 3, padding: "same", activation: "sigmoid" }),
    ])],
  "classifier of embeddings": [[i(0, 50, 7)], () => {
    const inputs = Input({ shape: [7], dtype: "int32" });
    const words = new layers.Embedding({ inputDim: 50, outputDim: 8 }).apply(inputs);
    const normalized = new layers.LayerNormalization().apply(words);
    const pooled = new layers.GlobalAveragePooling1D().apply(normalized);
    return new Model({
      inputs,
      outputs: new layers.Dense({ units: 2, activation: "softmax" }).apply(pooled),
    });
  }],
  "plugin layer": [[f(6)], () =>
    sequential([
      new layers.Dense({ units: 8, inputShape: [6] }),
      new Snake(),
      new layers.Dense({ units: 2 }),
    ])],
};

for (const [name, [kinds, make]] of Object.entries(MODELS)) {
  Deno.test(`a model of the kind "${name}" computes the same in ONNX`, async () => {
    const model = make();
    for (const buffer of model.buffers()) {
      // Statistics as after training, not those of the beginning.
      buffer.assign(ops.add(ops.abs(ops.randn(buffer.shape, { seed: 3 })), 0.5));
    }
    await assertParity(model, kinds);
  });
}

Deno.test("networks of convolutions carry no transposes but at their edges", async () => {
  const counts: Record<string, number> = {};
  for (const [name, [, make]] of Object.entries(MODELS)) {
    const operators = operatorsOf(await exported(make()));
    counts[name] = operators.filter((op) => op === "Transpose").length;
  }
  assertEquals(counts, {
    "multilayer perceptron": 0,
    // Images of one channel are reshaped; one transpose stands before the flattening.
    "convolutional network with batch normalization": 1,
    "residual network": 1,
    "depthwise-separable network": 1,
    "two inputs and two outputs": 0,
    "shared weights": 0,
    "nested models": 2,
    "autoencoder with transposed convolutions": 0,
    "classifier of embeddings": 0,
    "plugin layer": 0,
  });
});

const python = Deno.env.get("TENSAUR_PYTHON");

Deno.test({
  name:
    "onnx's own checker finds nothing wrong (skipped unless TENSAUR_PYTHON names a python with onnx)",
  ignore: python === undefined,
  fn: async () => {
    for (const [, make] of Object.values(MODELS)) {
      for (const opset of [13, 17, 18, 21]) await check(make(), { opset });
      await check(make(), { quantize: "qdq" });
      await check(make(), { quantize: "dynamic", softmaxHead: true });
      await check(make(), { externalDataThreshold: 0 });
    }
  },
});

/** Shapes are inferred, and must be those of the file. */
async function check(model: AnyModel, options: exporters.OnnxExportOptions): Promise<void> {
  await withPath(async (path) => {
    await model.export(path, { ...options });
    const code = "import onnx, sys; onnx.checker.check_model(sys.argv[1], full_check=True)";
    const { success, stderr } = await new Deno.Command(python!, { args: ["-c", code, path] })
      .output();
    assert(success, new TextDecoder().decode(stderr));
  });
}
