/** Resizing and upsampling of images. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { ones, ops, tensor } from "../../mod.ts";
import { symbolicInput } from "../../core/layer.ts";

const { INTERPOLATIONS, resize, upsample } = ops.image;
const row = tensor([1, 2, 4, 8], { shape: [1, 1, 4, 1] });

for (const interpolation of INTERPOLATIONS) {
  for (const antialias of [false, true]) {
    Deno.test(`resize() by ${interpolation}, antialias ${antialias}, keeps what is all alike`, () => {
      const x = ops.full([1, 7, 5, 2], 0.75, { dtype: "float64" });
      for (const size of [[3, 2], [7, 5], [16, 11], [1, 1]] as [number, number][]) {
        const y = resize(x, { size, interpolation, antialias });
        assertEquals(y.shape, [1, ...size, 2]);
        for (const value of y.dataSync()) assertAlmostEquals(value, 0.75, 1e-12);
      }
    });
  }
}

Deno.test("resize() by nearest takes the pixel in which the middle of the new one lies", () => {
  const flat = (
    width: number,
  ): number[] => [...resize(row, { size: [1, width], interpolation: "nearest" }).dataSync()];
  assertEquals(flat(2), [2, 8]);
  assertEquals(flat(3), [1, 4, 8]);
  assertEquals(flat(8), [1, 1, 2, 2, 4, 4, 8, 8]);
});

Deno.test("resize() leaves whole numbers whole by nearest, and makes floats of them otherwise", () => {
  const x = ones([1, 2, 2, 1], { dtype: "int32" });
  assertEquals(resize(x, { size: [3, 3], interpolation: "nearest" }).dtype, "int32");
  assertEquals(resize(x, { size: [3, 3] }).dtype, "float32");
});

Deno.test("resize() with antialias takes all pixels into account, without it the nearest alone", () => {
  const x = tensor([0, 0, 0, 9, 0, 0, 0, 0, 0], { shape: [1, 1, 9, 1] });
  const sum = (antialias: boolean): number => resize(x, { size: [1, 3], antialias }).sum().item();
  assertEquals(sum(false), 0);
  assert(sum(true) > 2);
});

Deno.test("resize() takes one image without a batch, channels last or first", () => {
  const x = ops.reshape(ops.arange(24), [3, 4, 2]);
  const y = resize(x, { size: [2, 5] });
  assertEquals(y.toArray(), resize(ops.expandDims(x, 0), { size: [2, 5] }).get(0).toArray());
  const first = resize(ops.moveaxis(x, -1, 0), { size: [2, 5], dataFormat: "channelsFirst" });
  assertEquals(ops.moveaxis(first, 0, -1).toArray(), y.toArray());
});

Deno.test("resize() crops or pads evenly to the new aspect ratio", () => {
  const x = ops.reshape(ops.arange(6), [1, 1, 6, 1]);
  const cropped = resize(x, { size: [1, 2], interpolation: "nearest", cropToAspectRatio: true });
  assertEquals([...cropped.dataSync()], [2, 3]);
  const padded = resize(ones([1, 2, 4, 1]), {
    size: [4, 4],
    padToAspectRatio: true,
    fillValue: 7,
  });
  assertEquals(padded.get(0, ":", 0, 0).toArray(), [7, 1, 1, 7]);
});

Deno.test("resize() and upsample() are one operation each in a trace", () => {
  const x = symbolicInput([null, 4, 6, 3], "float32");
  const resized = resize(x, { size: [8, 3], interpolation: "bicubic" });
  assertEquals(resized.dims, [null, 8, 3, 3]);
  assertEquals(resized.source!.operation, "resize");
  assertEquals(resized.source!.attributes, {
    size: [8, 3],
    interpolation: "bicubic",
    antialias: false,
  });
  const larger = upsample(x, { factors: [2, 3] });
  assertEquals([larger.dims, larger.source!.operation], [[null, 8, 18, 3], "upsample"]);
});

for (const backend of ["reference", "wasm"]) {
  Deno.test(`upsample() repeats along one, two or three axes, on ${backend}`, () => {
    const x = tensor([[[1], [2]]]).to(backend);
    assertEquals(upsample(x, { factors: 2 }).toArray(), [[[1], [1], [2], [2]]]);
    const volume = ones([1, 2, 1, 3, 2]).to(backend);
    assertEquals(upsample(volume, { factors: [1, 4, 2] }).shape, [1, 2, 4, 6, 2]);
    const first = upsample(ops.reshape(x, [1, 1, 2]), { factors: 3, dataFormat: "channelsFirst" });
    assertEquals(first.toArray(), [[[1, 1, 1, 2, 2, 2]]]);
    assertEquals(resize(row.to(backend), { size: [2, 6] }).backend.name, backend);
  });
}

const REFUSED: [what: string, call: () => unknown, message: string][] = [
  ["resize() to no height", () => resize(row, { size: [0, 1] }), "size must be"],
  ["resize() to one number", () => resize(row, { size: [1] as never }), "or 2 of them"],
  ["resize() to a fraction", () => resize(row, { size: [1, 1.5] }), "size must be"],
  ["resize() of two axes", () => resize(ones([2, 2]), { size: [1, 1] }), "four axes"],
  ["resize() of five axes", () => resize(ones([1, 1, 1, 1, 1]), { size: [1, 1] }), "four axes"],
  [
    "resize() by an unknown interpolation",
    () => resize(row, { size: [1, 1], interpolation: "area" as "nearest" }),
    "interpolation must be one of nearest, bilinear",
  ],
  [
    "resize() of an unknown width",
    () => resize(symbolicInput([null, 2, null, 1], "float32"), { size: [1, 1] }),
    "axis 2 must be known",
  ],
  ["upsample() of a matrix", () => upsample(ones([2, 2]), { factors: 2 }), "three axes or more"],
  ["upsample() by no factor", () => upsample(row, { factors: 0 }), "factors must be"],
  ["upsample() by too many", () => upsample(row, { factors: [1, 2, 3] }), "or 2 of them"],
];

for (const [what, call, message] of REFUSED) {
  Deno.test(`${what} is refused`, () => {
    assertThrows(call, RangeError, message);
  });
}
