/** Pooling, padding, cropping and resizing as layers: what they refuse, and images of any size. */

import { assertEquals, assertThrows } from "@std/assert";
import { type Layer, layers, ones, ops, type Tensor, tensor } from "../../mod.ts";
import { symbolicInput } from "../../core/layer.ts";
import { replay } from "../ops/_replay.ts";

type Refusal = [what: string, call: () => unknown, message: string];

const REFUSED: Refusal[] = [
  ...[0, -1, 1.5, NaN, [2], [2, 0], "2"].map((poolSize): Refusal => [
    `MaxPooling2D({ poolSize: ${JSON.stringify(poolSize)} })`,
    () => new layers.MaxPooling2D({ poolSize: poolSize as number }),
    "poolSize must be a whole number from 1 on, or 2 of them",
  ]),
  [
    "AveragePooling2D without poolSize",
    () => new layers.AveragePooling2D({} as layers.AveragePoolingOptions),
    "poolSize must be",
  ],
  [
    "MaxPooling1D({ strides: 0 })",
    () => new layers.MaxPooling1D({ strides: 0 }),
    "strides must be",
  ],
  [
    "MaxPooling3D({ padding: causal })",
    () => new layers.MaxPooling3D({ padding: "causal" as "same" }),
    "padding must be one of valid, same",
  ],
  [
    "AveragePooling1D of another format",
    () => new layers.AveragePooling1D({ poolSize: 1, dataFormat: "last" as "channelsLast" }),
    "dataFormat must be one of",
  ],
  [
    "a window larger than its input",
    () => new layers.MaxPooling2D({ poolSize: 3 }).apply(ones([1, 4, 2, 1])),
    "the window of 3 must fit into axis 2, which has 2",
  ],
  [
    "a mean over a window larger than its input",
    () => new layers.AveragePooling1D({ poolSize: 5 }).computeOutputShape([null, 4, 1]),
    "the window of 5 must fit into axis 1, which has 4",
  ],
  [
    "pooling of a matrix",
    () => new layers.MaxPooling1D({ name: "pool" }).apply(ones([4, 2])),
    "Cannot apply pool as the tensor must have 3 axes, [batch, axis 1, channels]",
  ],
  [
    "global pooling of sequences as images",
    () => new layers.GlobalMaxPooling2D({ name: "pool" }).apply(ones([1, 4, 2])),
    "Cannot apply pool as the tensor must have 4 axes",
  ],
  ...[-1, 0.5, [1, -1], [[1, 2]], [[1, 2], [3]], [1, 2, 3], [[1, 2, 3], [1, 2]], "1"].map(
    (padding): Refusal => [
      `ZeroPadding2D({ padding: ${JSON.stringify(padding)} })`,
      () => new layers.ZeroPadding2D({ padding: padding as number }),
      "padding must be a whole number from 0 on, or 2 of them, or 2 pairs",
    ],
  ),
  [
    "ZeroPadding1D({ padding: [1] })",
    () => new layers.ZeroPadding1D({ padding: [1] }),
    "padding must be a whole number from 0 on, or a pair of them",
  ],
  [
    "zeros around another number of axes",
    () => new layers.ZeroPadding2D({ name: "zeros" }).apply(ones([1, 2, 3])),
    "Cannot apply zeros as the tensor must have 4 axes",
  ],
  [
    "Cropping1D({ cropping: -1 })",
    () => new layers.Cropping1D({ cropping: -1 }),
    "cropping must be a whole number from 0 on, or a pair",
  ],
  [
    "Cropping3D({ cropping: [1, 1] })",
    () => new layers.Cropping3D({ cropping: [1, 1] }),
    "cropping must be a whole number from 0 on, or 3 of them, or 3 pairs",
  ],
  [
    "cropping all there is",
    () =>
      new layers.Cropping2D({ cropping: [[0, 0], [1, 2]], name: "crop" }).apply(ones([1, 2, 3, 1])),
    "Cannot apply crop as it cuts 3 elements off axis 2, which has 3, and one must stay",
  ],
  [
    "cropping more than there is",
    () => new layers.Cropping1D({ cropping: 2 }).computeOutputShape([null, 3, 1]),
    "it cuts 4 elements off axis 1, which has 3",
  ],
  [
    "UpSampling2D({ size: 0 })",
    () => new layers.UpSampling2D({ size: 0 }),
    "size must be a whole number from 1 on, or 2 of them",
  ],
  [
    "UpSampling2D({ interpolation: linear })",
    () => new layers.UpSampling2D({ interpolation: "linear" as "bilinear" }),
    "interpolation must be one of nearest, bilinear, bicubic, lanczos3, lanczos5",
  ],
  [
    "smooth upsampling of an unknown size",
    () =>
      new layers.UpSampling2D({ interpolation: "bilinear" }).computeOutputShape([null, null, 4, 1]),
    "axis 1 must be known",
  ],
  [
    "UpSampling1D of images",
    () => new layers.UpSampling1D({ name: "up" }).apply(ones([1, 2, 3, 1])),
    "Cannot apply up as the tensor must have 3 axes",
  ],
  [
    "Resizing({ height: 0 })",
    () => new layers.Resizing({ height: 0, width: 1 }),
    "height must be a whole number from 1 on",
  ],
  [
    "Resizing({ width: 1.5 })",
    () => new layers.Resizing({ height: 1, width: 1.5 }),
    "width must be a whole number from 1 on",
  ],
  [
    "Resizing({ fillMode: reflect })",
    () => new layers.Resizing({ height: 1, width: 1, fillMode: "reflect" as "constant" }),
    "fillMode must be one of constant",
  ],
  [
    "resizing by cropping and padding at once",
    () =>
      new layers.Resizing({
        height: 1,
        width: 1,
        cropToAspectRatio: true,
        padToAspectRatio: true,
      }).apply(ones([1, 2, 2, 1])),
    "padToAspectRatio must be false where cropToAspectRatio is true",
  ],
  [
    "resizing of a matrix",
    () => new layers.Resizing({ height: 1, width: 1 }).apply(ones([2, 2])),
    "the tensor must have four axes",
  ],
  [
    "resizing of an unknown size",
    () => new layers.Resizing({ height: 1, width: 1 }).computeOutputShape([null, null, 2, 1]),
    "axis 1 must be known",
  ],
];

for (const [what, call, message] of REFUSED) {
  Deno.test(`${what} is refused`, () => {
    assertThrows(call, RangeError, message);
  });
}

const image = (...shape: number[]): Tensor =>
  ops.reshape(ops.sin(ops.arange(shape.reduce((size, d) => size * d, 1))), shape);

const ANY_SIZE: Record<string, () => Layer> = {
  MaxPooling2D: () => new layers.MaxPooling2D({ poolSize: 3, strides: 2 }),
  "MaxPooling2D, same": () => new layers.MaxPooling2D({ padding: "same" }),
  AveragePooling2D: () => new layers.AveragePooling2D({ poolSize: 2 }),
  "AveragePooling2D, same": () =>
    new layers.AveragePooling2D({ poolSize: 3, strides: 2, padding: "same" }),
  GlobalMaxPooling2D: () => new layers.GlobalMaxPooling2D(),
  GlobalAveragePooling2D: () => new layers.GlobalAveragePooling2D({ keepdims: true }),
  ZeroPadding2D: () => new layers.ZeroPadding2D({ padding: [[1, 2], [0, 3]] }),
  Cropping2D: () => new layers.Cropping2D({ cropping: [[1, 2], [0, 1]] }),
  UpSampling2D: () => new layers.UpSampling2D({ size: [2, 3] }),
};

for (const [name, make] of Object.entries(ANY_SIZE)) {
  Deno.test(`${name}, traced with unknown sizes, runs for every one`, () => {
    const layer = make();
    const input = symbolicInput([null, null, null, 2], "float32");
    const traced = layer.apply(input);
    for (const [height, width] of [[5, 8], [6, 3], [4, 4]]) {
      const x = image(2, height, width, 2);
      const y = layer.apply(x);
      assertEquals(replay(traced, new Map([[input, x]])).toArray(), y.toArray());
      assertEquals(y.shape, layer.computeOutputShape(x.shape));
    }
  });
}

Deno.test("MaxPooling and AveragePooling take the pool's size for the strides where none are given", () => {
  assertEquals(new layers.MaxPooling2D({ poolSize: [2, 3] }).strides, [2, 3]);
  assertEquals(new layers.AveragePooling1D({ poolSize: 3, strides: null }).strides, [3]);
  assertEquals(new layers.MaxPooling3D().getConfig().poolSize, [2, 2, 2]);
});

Deno.test("pooling passes NaN on, and padding is never the greatest", () => {
  const pool = new layers.MaxPooling1D({ padding: "same" });
  assertEquals(pool.apply(tensor([[[-3], [NaN], [-5]]])).toArray(), [[[NaN], [-5]]]);
});

Deno.test("MaxPooling keeps whole numbers as they are", () => {
  const y = new layers.MaxPooling1D().apply(tensor([[[1], [7]]], { dtype: "int32" }));
  assertEquals([y.dtype, y.toArray()], ["int32", [[[7]]]]);
});

Deno.test("a gradient goes to the first of equals", () => {
  const x = ones([1, 4, 1]).requiresGrad_();
  new layers.MaxPooling1D().apply(x).sum().backward();
  assertEquals(x.grad!.toArray(), [[[1], [0], [1], [0]]]);
});

Deno.test("margins and factors are written down as Keras does", () => {
  assertEquals(new layers.ZeroPadding1D({ padding: 2 }).getConfig().padding, [2, 2]);
  assertEquals(new layers.ZeroPadding2D({ padding: [1, 2] }).getConfig().padding, [[1, 1], [2, 2]]);
  assertEquals(new layers.Cropping2D().getConfig().cropping, [[0, 0], [0, 0]]);
  assertEquals(new layers.Cropping3D().getConfig().cropping, [[1, 1], [1, 1], [1, 1]]);
  assertEquals("dataFormat" in new layers.Cropping1D().getConfig(), false);
  assertEquals(new layers.UpSampling1D().getConfig().size, 2);
  assertEquals(new layers.UpSampling2D().getConfig().size, [2, 2]);
});

Deno.test("layers do not change, or keep, the lists that they are given", () => {
  const cropping: [number, number][] = [[1, 0], [0, 1]];
  const layer = new layers.Cropping2D({ cropping });
  cropping[0][0] = 5;
  assertEquals(layer.cropping, [[1, 0], [0, 1]]);
  const poolSize = [2, 3];
  const pool = new layers.MaxPooling2D({ poolSize });
  poolSize[0] = 9;
  assertEquals(pool.poolSize, [2, 3]);
});

Deno.test("Resizing takes one image without a batch", () => {
  const resizing = new layers.Resizing({ height: 2, width: 3 });
  const x = image(4, 5, 2);
  assertEquals(resizing.apply(x).toArray(), resizing.apply(ops.expandDims(x, 0)).get(0).toArray());
});
