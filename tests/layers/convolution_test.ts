/** Convolutions as layers: what they refuse, how their weights begin, and images of any size. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type Dims,
  type Layer,
  layers,
  ones,
  ops,
  regularizers,
  setSeed,
  type Tensor,
  tensor,
} from "../../mod.ts";
import { symbolicInput } from "../../core/layer.ts";

const image = (...shape: number[]): Tensor =>
  ops.reshape(ops.sin(ops.arange(shape.reduce((size, d) => size * d, 1))), shape);

/** What no convolution is made of: the class, options beside `filters` and `kernelSize`, and what is said. */
const REFUSED: [layer: string, make: () => Layer, message: string][] = [
  ...[0, -1, 2.5, NaN, Infinity].map((filters): [string, () => Layer, string] => [
    `Conv2D({ filters: ${filters} })`,
    () => new layers.Conv2D({ filters, kernelSize: 1 }),
    "filters must be a whole number from 1 on",
  ]),
  ...[0, -3, 1.5, NaN, [], [3], [3, 3, 3], [3, 0], [3, 2.5]].map(
    (kernelSize): [string, () => Layer, string] => [
      `Conv2D({ kernelSize: ${JSON.stringify(kernelSize)} })`,
      () => new layers.Conv2D({ filters: 1, kernelSize }),
      "kernelSize must be a whole number from 1 on, or 2 of them",
    ],
  ),
  [
    "Conv1D({ kernelSize: [2, 2] })",
    () => new layers.Conv1D({ filters: 1, kernelSize: [2, 2] }),
    "kernelSize must be",
  ],
  [
    "Conv3D({ strides: [1, 2] })",
    () => new layers.Conv3D({ filters: 1, kernelSize: 1, strides: [1, 2] }),
    "strides must be a whole number from 1 on, or 3 of them",
  ],
  [
    "Conv2D({ strides: 0 })",
    () => new layers.Conv2D({ filters: 1, kernelSize: 1, strides: 0 }),
    "strides must be",
  ],
  [
    "Conv2D({ dilationRate: 0 })",
    () => new layers.Conv2D({ filters: 1, kernelSize: 1, dilationRate: 0 }),
    "dilationRate must be",
  ],
  [
    "Conv2D({ padding: causal })",
    () => new layers.Conv2D({ filters: 1, kernelSize: 1, padding: "causal" as "same" }),
    'padding must be one of valid, same: current padding is "causal"',
  ],
  [
    "Conv1DTranspose({ padding: causal })",
    () => new layers.Conv1DTranspose({ filters: 1, kernelSize: 1, padding: "causal" as "same" }),
    "padding must be one of valid, same",
  ],
  [
    "DepthwiseConv1D({ padding: causal })",
    () => new layers.DepthwiseConv1D({ kernelSize: 1, padding: "causal" as "same" }),
    "padding must be one of valid, same",
  ],
  [
    "Conv2D({ dataFormat: nchw })",
    () => new layers.Conv2D({ filters: 1, kernelSize: 1, dataFormat: "nchw" as "channelsLast" }),
    "dataFormat must be one of channelsLast, channelsFirst",
  ],
  [
    "Conv2D with strides and dilation",
    () => new layers.Conv2D({ filters: 1, kernelSize: 2, strides: [1, 2], dilationRate: [2, 1] }),
    "dilationRate must be 1 where strides are above it, here [1, 2]: current dilationRate is [2, 1]",
  ],
  [
    "Conv2DTranspose with strides and dilation",
    () => new layers.Conv2DTranspose({ filters: 1, kernelSize: 2, strides: 2, dilationRate: 2 }),
    "dilationRate must be 1 where strides are above it",
  ],
  [
    "Conv2D with groups that do not divide the filters",
    () => new layers.Conv2D({ filters: 3, kernelSize: 1, groups: 2 }),
    "groups must be a divisor of the 3 filters: current groups is 2",
  ],
  [
    "Conv2D({ groups: 0 })",
    () => new layers.Conv2D({ filters: 1, kernelSize: 1, groups: 0 }),
    "groups must be a whole number from 1 on",
  ],
  [
    "Conv2DTranspose with as much output padding as stride",
    () => new layers.Conv2DTranspose({ filters: 1, kernelSize: 2, strides: 2, outputPadding: 2 }),
    "outputPadding must be less than the stride",
  ],
  [
    "Conv2DTranspose with less than no output padding",
    () => new layers.Conv2DTranspose({ filters: 1, kernelSize: 2, strides: 2, outputPadding: -1 }),
    "outputPadding must be a whole number from 0 on",
  ],
  [
    "DepthwiseConv2D({ depthMultiplier: 0 })",
    () => new layers.DepthwiseConv2D({ kernelSize: 1, depthMultiplier: 0 }),
    "depthMultiplier must be a whole number from 1 on",
  ],
  [
    "SeparableConv2D({ filters: 0 })",
    () => new layers.SeparableConv2D({ filters: 0, kernelSize: 1 }),
    "filters must be a whole number from 1 on",
  ],
];

for (const [what, make, message] of REFUSED) {
  Deno.test(`${what} is refused`, () => {
    assertThrows(make, RangeError, message);
  });
}

Deno.test("Conv2D throws when filters or kernelSize is of another kind, or missing", () => {
  const make = (options: object) => () => new layers.Conv2D(options as layers.ConvolutionOptions);
  assertThrows(make({ filters: "3", kernelSize: 1 }), TypeError, "filters must be a number");
  assertThrows(make({ kernelSize: 1 }), TypeError, "filters must be a number");
  assertThrows(make({ filters: 1 }), RangeError, "kernelSize must be");
  assertThrows(make({ filters: 1, kernelSize: "3" }), RangeError, "kernelSize must be");
});

/** One layer of each family for images. */
const FAMILIES: Record<string, (options?: object) => Layer & { kernelSize: readonly number[] }> = {
  Conv2D: (options) => new layers.Conv2D({ filters: 4, kernelSize: 3, ...options }),
  Conv2DTranspose: (options) =>
    new layers.Conv2DTranspose({ filters: 4, kernelSize: 3, ...options }),
  DepthwiseConv2D: (options) => new layers.DepthwiseConv2D({ kernelSize: 3, ...options }),
  SeparableConv2D: (options) =>
    new layers.SeparableConv2D({ filters: 4, kernelSize: 3, ...options }),
};

for (const [name, make] of Object.entries(FAMILIES)) {
  Deno.test(`${name}.build() throws when the input has other than four axes`, () => {
    for (const dims of [[], [null], [null, 4, 2], [null, 4, 4, 4, 2]] as Dims[]) {
      const layer = make({ name: "mine" });
      assertThrows(
        () => layer.buildFor(dims),
        RangeError,
        "Cannot build mine as the tensor must have 4 axes, [batch, axis 1, axis 2, channels]",
      );
      assertEquals(layer.built, false);
    }
    assertThrows(
      () => make({ dataFormat: "channelsFirst" }).buildFor([null, 3, 3]),
      RangeError,
      "[batch, channels, axis 1, axis 2]",
    );
  });

  Deno.test(`${name}.build() throws when the number of channels is unknown`, () => {
    const error = assertThrows(
      () => make({ name: "mine" }).buildFor([null, 8, 8, null]),
      RangeError,
    );
    assertEquals(
      error.message,
      "Cannot build mine as the channels of its input must be known: current input shape is [null, 8, 8, null]; " +
        "give inputShape with their number",
    );
    assertThrows(
      () => make({ dataFormat: "channelsFirst" }).buildFor([null, null, 8, 8]),
      RangeError,
      "must be known",
    );
  });

  Deno.test(`${name}.apply() throws when the input has another number of channels, or of axes`, () => {
    const layer = make({ name: "mine" });
    layer.apply(ones([1, 5, 5, 3]));
    const error = assertThrows(() => layer.apply(ones([1, 5, 5, 2])), RangeError);
    assertEquals(
      error.message,
      "Cannot apply mine as it was built for 3 channels: current input shape is [1, 5, 5, 2], channelsLast",
    );
    assertThrows(() => layer.apply(ones([1, 5, 3])), RangeError, "Cannot apply mine");
    assertThrows(
      () => layer.apply(symbolicInput([null, 5, 5, null], "float32")),
      RangeError,
      "built for 3 channels",
    );
  });

  Deno.test(`${name} takes images of any size, known when it is built or not`, () => {
    for (const padding of ["valid", "same"]) {
      for (const strides of [1, 2]) {
        const layer = make({ padding, strides, activation: "relu" });
        const traced = layer.computeOutputShape([null, null, null, 2]);
        assertEquals(traced.slice(0, 3), [null, null, null]);
        for (const [height, width] of [[5, 8], [4, 3]]) {
          const output = layer.apply(image(2, height, width, 2));
          assertEquals(output.shape, layer.computeOutputShape([2, height, width, 2]));
          assertEquals(output.shape[3], traced[3]);
        }
      }
    }
  });

  Deno.test(`${name} computes the same with channels first`, () => {
    const [last, first] = [make(), make({ dataFormat: "channelsFirst" })];
    const x = image(2, 5, 4, 2);
    const y = last.apply(x);
    first.buildFor([null, 2, 5, 4]);
    first.setWeights(last.getWeights());
    assertEquals(
      ops.moveaxis(first.apply(ops.moveaxis(x, -1, 1)), 1, -1).toArray(),
      y.toArray(),
    );
  });

  Deno.test(`${name} takes an empty batch`, () => {
    const layer = make();
    assertEquals(layer.apply(ones([0, 5, 5, 2])).shape.slice(0, 1), [0]);
  });
}

for (const name of ["Conv2D", "DepthwiseConv2D", "SeparableConv2D"]) {
  Deno.test(`${name}.apply() throws when the kernel is larger than its input`, () => {
    assertThrows(
      () => FAMILIES[name]().apply(ones([1, 5, 2, 2])),
      RangeError,
      "the window of 3 must fit into axis 2, which has 2",
    );
    assertThrows(
      () => FAMILIES[name]({ dilationRate: 2 }).computeOutputShape([null, 4, 9, 2]),
      RangeError,
      "the window of 5 must fit into axis 1, which has 4",
    );
    assertEquals(FAMILIES[name]({ padding: "same" }).apply(ones([1, 2, 1, 2])).shape[1], 2);
  });
}

Deno.test("Conv2D.build() throws when the groups do not divide the channels", () => {
  const conv = new layers.Conv2D({ filters: 4, kernelSize: 1, groups: 2, name: "grouped" });
  const error = assertThrows(() => conv.buildFor([null, 3, 3, 3]), RangeError);
  assertEquals(
    error.message,
    "Cannot build grouped as its 2 groups must divide the 3 channels: current shape is [null, 3, 3, 3]",
  );
});

Deno.test("kernels of convolutions have Keras's shapes, and no bias where none is wanted", () => {
  const shapesOf = (layer: Layer, dims: Dims): unknown => {
    layer.buildFor(dims);
    return layer.weights.map(({ name, shape }) => [name, shape]);
  };
  const none = { useBias: false };
  assertEquals(
    shapesOf(new layers.Conv2D({ filters: 6, kernelSize: [3, 2], groups: 2 }), [null, 5, 5, 4]),
    [["kernel", [3, 2, 2, 6]], ["bias", [6]]],
  );
  assertEquals(
    shapesOf(new layers.Conv2DTranspose({ filters: 6, kernelSize: [3, 2], ...none }), [
      null,
      5,
      5,
      4,
    ]),
    [["kernel", [3, 2, 6, 4]]],
  );
  assertEquals(
    shapesOf(new layers.DepthwiseConv2D({ kernelSize: 3, depthMultiplier: 2 }), [null, 5, 5, 4]),
    [["kernel", [3, 3, 4, 2]], ["bias", [8]]],
  );
  assertEquals(
    shapesOf(new layers.SeparableConv1D({ filters: 5, kernelSize: 3, ...none }), [null, 5, 4]),
    [["depthwiseKernel", [3, 4, 1]], ["pointwiseKernel", [1, 4, 5]]],
  );
});

Deno.test("the kernel of a convolution begins as its whole field of view demands", () => {
  setSeed(1);
  const conv = new layers.Conv2D({ filters: 32, kernelSize: 5 });
  conv.buildFor([null, 8, 8, 16]);
  const limit = Math.sqrt(6 / (25 * 16 + 25 * 32));
  const greatest = ops.max(ops.abs(conv.kernel)).item();
  assert(greatest <= limit && greatest > 0.99 * limit, `${greatest} where ${limit} is the limit`);
});

Deno.test("convolutions fuse the framework's own activations with the sums", () => {
  const activationOf = (layer: Layer): string => {
    const [{ source }] = layer.apply(symbolicInput([null, 5, 5, 2], "float32")).source!.expansion!;
    const { operation, attributes } = source!;
    return `${operation} ${(attributes as { activation?: string }).activation ?? ""}`.trim();
  };
  for (const activation of ["linear", "relu", "sigmoid", "tanh"]) {
    assertEquals(activationOf(FAMILIES.Conv2D({ activation })), `convolution ${activation}`);
    assertEquals(
      activationOf(FAMILIES.DepthwiseConv2D({ activation })),
      `convolution ${activation}`,
    );
    assertEquals(
      activationOf(FAMILIES.SeparableConv2D({ activation })),
      `convolution ${activation}`,
    );
  }
  assertEquals(activationOf(FAMILIES.Conv2D({ activation: "softmax" })), "softmax");
});

Deno.test("Conv1D with causal padding sees nothing of the future", () => {
  const conv = new layers.Conv1D({
    filters: 2,
    kernelSize: 3,
    padding: "causal",
    dilationRate: 2,
  });
  const x = image(1, 7, 2);
  const y = conv.apply(x).toArray() as number[][][];
  const changed = ops.concatenate([x.get(":", [0, 4]), ops.add(x.get(":", [4, 7]), 1)], {
    axis: 1,
  });
  const z = conv.apply(changed).toArray() as number[][][];
  assertEquals(y[0].length, 7);
  assertEquals(z[0].slice(0, 4), y[0].slice(0, 4));
  assert(z[0].slice(4).every((step, i) => step[0] !== y[0][4 + i][0]));
});

Deno.test("a convolution adds the cost of its output, for one example", () => {
  const conv = new layers.Conv2D({
    filters: 2,
    kernelSize: 1,
    kernelInitializer: "ones",
    activityRegularizer: new regularizers.L1({ l1: 0.5 }),
  });
  conv.apply(ones([4, 3, 3, 1]));
  const [cost] = conv.collectLosses();
  assertAlmostEquals(cost.item(), 0.5 * 2 * 9, 1e-6);
});

Deno.test("a convolution computes in its own dtype, whatever it is given", () => {
  const conv = new layers.Conv2D({ filters: 1, kernelSize: 2, kernelInitializer: "ones" });
  for (const dtype of ["int32", "bool", "float64"] as const) {
    const y = conv.apply(ones([1, 2, 2, 1], { dtype }));
    assertEquals([y.dtype, y.toArray()], ["float32", [[[[4]]]]]);
  }
});

Deno.test("a convolution passes regularizers and constraints on to its weights", () => {
  const layer = new layers.SeparableConv2D({
    filters: 2,
    kernelSize: 1,
    depthwiseRegularizer: "l2",
    pointwiseConstraint: "nonNeg",
    biasRegularizer: "l1",
  });
  layer.apply(ones([1, 3, 3, 1]));
  assert(layer.depthwiseKernel.regularizer === layer.depthwiseRegularizer);
  assertEquals(layer.depthwiseKernel.constraint, null);
  assert(layer.pointwiseKernel.constraint === layer.pointwiseConstraint);
  assert(layer.bias!.regularizer === layer.biasRegularizer);
});

Deno.test("a transposed convolution is the adjoint of the convolution with its kernel", () => {
  const [x, y] = [image(1, 7, 5, 2), image(1, 3, 2, 3)].map((t) => ops.cast(t, "float64"));
  const conv = new layers.Conv2D({
    filters: 3,
    kernelSize: 3,
    strides: 2,
    useBias: false,
    dtype: "float64",
  });
  const across = new layers.Conv2DTranspose({
    filters: 2,
    kernelSize: 3,
    strides: 2,
    useBias: false,
    dtype: "float64",
  });
  const there = conv.apply(x);
  across.buildFor([null, 3, 2, 3]);
  across.setWeights([conv.kernel]);
  const back = across.apply(y);
  assertAlmostEquals(there.mul(y).sum().item(), back.mul(x).sum().item(), 1e-12);
});

Deno.test("a convolution of NaN spreads it to the windows that see it, and no further", () => {
  const conv = new layers.Conv1D({ filters: 1, kernelSize: 2, kernelInitializer: "ones" });
  const y = conv.apply(tensor([[[1], [NaN], [2], [3]]]));
  assertEquals(y.toArray(), [[[NaN], [NaN], [5]]]);
});
