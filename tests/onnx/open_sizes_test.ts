/** Models whose inputs have open sizes beside the batch: one file runs for all of them. */

import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type AnyModel, Input, layers, model, ops, type Tensor } from "../../mod.ts";
import {
  assertSame,
  exported,
  f,
  i,
  type InputKind,
  inputsOf,
  runFile,
  shapeOf,
  withPath,
} from "./_run.ts";

const sequence = (dtype: "float32" | "int32" = "float32", ...rest: number[]): Tensor =>
  Input({ shape: [null, ...rest], dtype, name: "sequence" });
const image = (channels = 3): Tensor => Input({ shape: [null, null, channels], name: "image" });
const of = (inputs: Tensor, run: (x: Tensor) => Tensor) => (): AnyModel =>
  model({ inputs, outputs: run(inputs) });
const conv = (options: Partial<layers.ConvolutionOptions> = {}): layers.Conv2D =>
  new layers.Conv2D({ filters: 4, kernelSize: 3, ...options });

const LENGTHS = [[5], [8]];
const SIZES = [[9, 8], [16, 7]];

/** The models, each with sizes to run it at and the kind of its input of one such size. */
const MODELS: Record<
  string,
  [sizes: number[][], kind: (size: number[]) => InputKind, () => AnyModel]
> = {
  "dense layers along a sequence": [
    LENGTHS,
    (size) => f(...size, 6),
    of(sequence("float32", 6), (x) => {
      const h = new layers.Dense({ units: 4, activation: "gelu" }).apply(x);
      return new layers.Dense({ units: 2 }).apply(new layers.LayerNormalization().apply(h));
    }),
  ],
  "embeddings that are averaged": [
    LENGTHS,
    (size) => i(0, 10, ...size),
    of(sequence("int32"), (x) => {
      const h = new layers.Embedding({ inputDim: 10, outputDim: 4 }).apply(x);
      return new layers.Dense({ units: 2 }).apply(new layers.GlobalAveragePooling1D().apply(h));
    }),
  ],
  "convolutions of one axis": [
    LENGTHS,
    (size) => f(...size, 4),
    of(sequence("float32", 4), (x) => {
      const h = new layers.Conv1D({ filters: 3, kernelSize: 3, padding: "causal" }).apply(x);
      return new layers.GlobalMaxPooling1D().apply(h);
    }),
  ],
  "convolutions without padding": [
    SIZES,
    (size) => f(...size, 3),
    of(image(), (x) => {
      const h = new layers.ReLU().apply(new layers.BatchNormalization().apply(conv().apply(x)));
      const pooled = new layers.MaxPooling2D({ poolSize: 2 }).apply(h);
      return new layers.Dense({ units: 5 }).apply(
        new layers.GlobalAveragePooling2D().apply(pooled),
      );
    }),
  ],
  "convolutions and pools that pad to the same size": [
    SIZES,
    (size) => f(...size, 3),
    of(image(), (x) => {
      const h = conv({ padding: "same", strides: 2 }).apply(x);
      return new layers.AveragePooling2D({ poolSize: 3, strides: 2, padding: "same" }).apply(h);
    }),
  ],
  "a residual block": [
    SIZES,
    (size) => f(...size, 4),
    of(image(4), (x) => {
      const h = conv({ padding: "same" }).apply(x);
      return new layers.Add().apply([x, new layers.GroupNormalization({ groups: 2 }).apply(h)]);
    }),
  ],
  "images that grow": [
    SIZES,
    (size) => f(...size, 3),
    of(image(), (x) => {
      const h = new layers.UpSampling2D({ size: 2 }).apply(x);
      return new layers.Conv2DTranspose({ filters: 2, kernelSize: 2, strides: 2 }).apply(h);
    }),
  ],
  "images that are cut, padded and joined": [
    SIZES,
    (size) => f(...size, 3),
    of(image(), (x) => {
      const cut = new layers.Cropping2D({ cropping: [[2, 0], [0, 2]] }).apply(x);
      const padded = new layers.ZeroPadding2D({ padding: 1 }).apply(cut);
      return new layers.Concatenate().apply([padded, x]);
    }),
  ],
  "attention written as operations": [
    LENGTHS,
    (size) => f(...size, 6),
    of(sequence("float32", 6), (x) => {
      const scores = ops.matmul(x, ops.transpose(x, [0, 2, 1])).mul(0.4);
      return ops.matmul(ops.softmax(scores), x);
    }),
  ],
  "parts of a sequence": [
    LENGTHS,
    (size) => f(...size, 4),
    of(sequence("float32", 4), (x) => {
      const ends = ops.stack([x.get(":", 0), x.get(":", -1)], { axis: 1 });
      const parts = [[1, null], [null, -1], [-3, null], [1, -1, 2], [0, 3]] as const;
      return ops.concatenate([ends, ...parts.map((range) => x.get(":", range))], { axis: 1 });
    }),
  ],
  "axes that come and go": [
    LENGTHS,
    (size) => i(0, 4, ...size),
    of(sequence("int32"), (x) => {
      const one = ops.oneHot(x, 4);
      const wide = ops.expandDims(one, [1, -1]).mul(0.5);
      return ops.logsumexp(ops.squeeze(wide, [1, 4]), { axis: 2 });
    }),
  ],
  "a reshape behind a join": [
    LENGTHS,
    (size) => f(...size, 4),
    of(
      sequence("float32", 4),
      (x) =>
        ops.sum(ops.reshape(ops.concatenate([x, ops.flip(x, { axis: 1 })], { axis: 1 }), [-1, 4]), {
          axis: 1,
        }),
    ),
  ],
};

for (const [name, [sizes, kind, make]] of Object.entries(MODELS)) {
  Deno.test(`${name} run in ONNX at every size`, () =>
    withPath(async (path) => {
      const made = make();
      const inputs = sizes.flatMap((size) => [1, 3].map((batch) => inputsOf([kind(size)], batch)));
      for (const opset of [13, 18, 21]) {
        await made.export(path, { opset });
        const results = await runFile(path, inputs);
        inputs.forEach(([x], k) => assertSame(results[k], [made.apply(x)]));
      }
    }));
}

Deno.test("open sizes have names of their own in the file", async () => {
  const { graph } = await exported(MODELS["a residual block"][2]());
  const shape = shapeOf(graph.input[0]);
  assertEquals([shape[0], shape[3], new Set(shape).size], ["batch", 4, 4]);
});

Deno.test("what must know a size says which, when the model is made", () => {
  const needs: Record<string, () => Tensor> = {
    flatten: () => new layers.Flatten().apply(image()),
    resize: () => new layers.Resizing({ height: 4, width: 4 }).apply(image()),
    slice: () => sequence("float32", 4).get(":", [-3, 5]),
  };
  for (const [name, make] of Object.entries(needs)) {
    assertMatch(assertThrows(make, RangeError).message, new RegExp(`${name}.* must be known`));
  }
});
