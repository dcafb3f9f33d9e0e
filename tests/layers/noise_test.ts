import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import {
  type Layer,
  layers,
  ones,
  ops,
  randn,
  setSeed,
  type Tensor,
  tensor,
  zeros,
} from "../../mod.ts";

const TRAINING = { training: true };

/** Layers that disturb any input, made with a seed or without. */
const NOISY: Record<string, (seed?: number) => Layer> = {
  GaussianNoise: (seed) => new layers.GaussianNoise({ stddev: 0.5, seed }),
  GaussianDropout: (seed) => new layers.GaussianDropout({ rate: 0.5, seed }),
  AlphaDropout: (seed) => new layers.AlphaDropout({ rate: 0.5, seed }),
};

for (const [name, make] of Object.entries(NOISY)) {
  Deno.test(`${name} does nothing in inference`, () => {
    const x = tensor([1, NaN, -3]);
    assertEquals(make().apply(x).toArray(), [1, NaN, -3]);
  });

  Deno.test(`${name} repeats after setSeed(), and draws anew at each call`, () => {
    const x = ones([20]);
    const noise = make();
    setSeed(11);
    const [first, second] = [noise.apply(x, TRAINING), noise.apply(x, TRAINING)];
    assertNotEquals(first.toArray(), second.toArray());
    setSeed(11);
    assertEquals(noise.apply(x, TRAINING).toArray(), first.toArray());
  });

  Deno.test(`${name} with a seed of its own does not touch the shared generator`, () => {
    const x = ones([20]);
    setSeed(1);
    const first = make(7).apply(x, TRAINING);
    setSeed(2);
    assertEquals(make(7).apply(x, TRAINING).toArray(), first.toArray());
  });
}

/** Mean and variance of many elements. */
function spread(x: Tensor): [mean: number, variance: number] {
  const [mean, variance] = ops.moments(x);
  return [mean.item(), variance.item()];
}

Deno.test("GaussianNoise adds noise of its standard deviation, and passes gradients on", () => {
  const x = zeros([40_000]).requiresGrad_();
  const y = new layers.GaussianNoise({ stddev: 3, seed: 1 }).apply(x, TRAINING);
  const [mean, variance] = spread(y);
  assertAlmostEquals(mean, 0, 0.06);
  assertAlmostEquals(variance, 9, 0.3);
  y.sum().backward();
  assertEquals(spread(x.grad!), [1, 0]);
});

Deno.test("GaussianDropout multiplies by noise of variance rate / (1 − rate)", () => {
  const x = ones([40_000]).mul(2).requiresGrad_();
  const y = new layers.GaussianDropout({ rate: 0.2, seed: 1 }).apply(x, TRAINING);
  const [mean, variance] = spread(y);
  assertAlmostEquals(mean, 2, 0.02);
  assertAlmostEquals(variance, 4 * 0.25, 0.03);
  y.sum().backward();
  assert(ops.allclose(x.grad!, y.div(2), { rtol: 1e-5 }).item());
});

Deno.test("AlphaDropout keeps mean 0 and variance 1", () => {
  const x = randn([100_000], { seed: 3 });
  for (const rate of [0.1, 0.5]) {
    const [mean, variance] = spread(new layers.AlphaDropout({ rate, seed: 1 }).apply(x, TRAINING));
    assertAlmostEquals(mean, 0, 0.02);
    assertAlmostEquals(variance, 1, 0.02);
  }
});

Deno.test("AlphaDropout drops to one value, whatever was there, and gives it no gradient", () => {
  const x = tensor(Array.from({ length: 200 }, (_, i) => i + 1)).requiresGrad_();
  const y = new layers.AlphaDropout({ rate: 0.5, seed: 1 }).apply(x, TRAINING);
  y.sum().backward();
  const dropped = y.toArray().filter((value: number) => value < 0);
  assert(dropped.length > 60 && dropped.length < 140);
  assertEquals(new Set(dropped).size, 1);
  const gradients = x.grad!.toArray();
  assertEquals(gradients.map((g: number) => g === 0), y.toArray().map((v: number) => v < 0));
});

Deno.test("AlphaDropout with a noiseShape drops whole rows", () => {
  const dropout = new layers.AlphaDropout({ rate: 0.5, noiseShape: [null, 1], seed: 2 });
  const rows: number[][] = dropout.apply(ones([40, 3]), TRAINING).toArray();
  assert(rows.every(([a, b, c]) => a === b && b === c));
  assertEquals(new Set(rows.map(([a]) => a)).size, 2);
});

Deno.test("SpatialDropout drops whole feature maps, and scales the others", () => {
  const maps: [layers.SpatialDropout1D, Tensor, axis: number[]][] = [
    [new layers.SpatialDropout1D({ rate: 0.5, seed: 1 }), ones([2, 5, 16]), [1]],
    [new layers.SpatialDropout2D({ rate: 0.5, seed: 1 }), ones([2, 3, 3, 16]), [1, 2]],
    [new layers.SpatialDropout3D({ rate: 0.5, seed: 1 }), ones([2, 2, 2, 2, 16]), [1, 2, 3]],
    [
      new layers.SpatialDropout2D({ rate: 0.5, dataFormat: "channels_first", seed: 1 }),
      ones([2, 16, 3, 3]),
      [2, 3],
    ],
    [
      new layers.SpatialDropout3D({ rate: 0.5, dataFormat: "channelsFirst", seed: 1 }),
      ones([2, 16, 2, 2, 2]),
      [2, 3, 4],
    ],
  ];
  for (const [dropout, x, axis] of maps) {
    assertEquals(dropout.apply(x).toArray(), x.toArray());
    const y = dropout.apply(x, TRAINING);
    const [low, high] = [ops.min(y, { axis }), ops.max(y, { axis })];
    assertEquals(low.toArray(), high.toArray());
    assertEquals(new Set(low.dataSync()), new Set([0, 2]));
  }
});

Deno.test("SpatialDropout throws when the input has another rank, or the format is unknown", () => {
  const wrong: [layers.SpatialDropout1D, Tensor][] = [
    [new layers.SpatialDropout1D({ rate: 0.5 }), ones([2, 3])],
    [new layers.SpatialDropout2D({ rate: 0.5 }), ones([2, 3, 4])],
    [new layers.SpatialDropout3D({ rate: 0.5 }), ones([2, 3, 4, 5])],
  ];
  for (const [dropout, x] of wrong) {
    for (const training of [true, false]) {
      assertThrows(() => dropout.apply(x, { training }), RangeError, "batch, space and channels");
    }
  }
  const unknown = { rate: 0.5, dataFormat: "NCHW" };
  assertThrows(() => new layers.SpatialDropout2D(unknown), RangeError, "channelsLast");
});

for (const rate of [-0.1, 1, 1.5, NaN]) {
  Deno.test(`layers that drop throw when the rate is ${rate}`, () => {
    const classes = [
      layers.AlphaDropout,
      layers.GaussianDropout,
      layers.SpatialDropout1D,
      layers.SpatialDropout2D,
      layers.SpatialDropout3D,
    ];
    for (const Class of classes) {
      assertThrows(() => new Class({ rate }), RangeError, "rate must be in [0, 1)");
    }
  });
}

Deno.test("layers that disturb throw when their options make no sense", () => {
  for (const stddev of [-1, Infinity, NaN]) {
    assertThrows(() => new layers.GaussianNoise({ stddev }), RangeError, "stddev must be finite");
  }
  assertThrows(() => new layers.GaussianNoise({} as never), TypeError, "stddev must be a number");
  assertThrows(() => new layers.GaussianDropout({} as never), TypeError, "rate must be a number");
  assertThrows(() => new layers.GaussianNoise({ stddev: 1, seed: 0.5 }), RangeError, "seed");
  const shape = { rate: 0.5, noiseShape: [0] };
  assertThrows(() => new layers.AlphaDropout(shape), RangeError, "noiseShape");
});
