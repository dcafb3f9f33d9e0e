import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  deserialize,
  type Initializer,
  initializers,
  ops,
  registry,
  serialize,
} from "../../mod.ts";
import { setSeed } from "../../mod.ts";

const DRAWING = registry.list("initializer").map(({ name }) => name)
  .filter((name) => !["Zeros", "Ones", "Constant", "Identity"].includes(name));

function make(name: string, config: object = {}): Initializer {
  return registry.build<Initializer>("initializer", name, config);
}

for (const name of DRAWING) {
  Deno.test(`${name} gives the same values at every call when it has a seed`, () => {
    const seeded = make(name, { seed: 3 });
    assertEquals(seeded.call([4, 5]).toArray(), seeded.call([4, 5]).toArray());
    assertNotEquals(
      seeded.call([4, 5]).toArray(),
      make(name, { seed: 4 }).call([4, 5]).toArray(),
    );
  });

  Deno.test(`${name} draws anew from the runtime's generator when it has no seed`, () => {
    setSeed(5);
    const first = make(name).call([4, 5]).toArray();
    const second = make(name).call([4, 5]).toArray();
    assertNotEquals(first, second);
    setSeed(5);
    assertEquals(make(name).call([4, 5]).toArray(), first);
  });
}

for (const { name } of registry.list("initializer")) {
  Deno.test(`${name} is made again from its config`, () => {
    const config = DRAWING.includes(name) ? { seed: 11 } : {};
    const original = make(name, config);
    const copy = deserialize<Initializer>(
      "initializer",
      JSON.parse(JSON.stringify(serialize("initializer", original))),
    );
    assertEquals(copy.getConfig(), original.getConfig());
    assertEquals(copy.call([3, 2]).toArray(), original.call([3, 2]).toArray());
  });

  Deno.test(`${name} makes the dtype that is asked for, float32 unless told`, () => {
    assertEquals(make(name).call([2, 2]).dtype, "float32");
    assertEquals(make(name).call([2, 2], { dtype: "float64" }).dtype, "float64");
  });
}

Deno.test("initializers are found under Keras's names, in either case", () => {
  for (const name of ["glorot_uniform", "glorotUniform", "GlorotUniform", "xavier_uniform"]) {
    assert(make(name) instanceof initializers.GlorotUniform);
  }
});

Deno.test("Zeros, Ones and Constant fill a weight of any shape and dtype", () => {
  assertEquals(new initializers.Zeros().call([]).toArray(), 0);
  assertEquals(new initializers.Ones().call([2], { dtype: "int32" }).toArray(), [1, 1]);
  assertEquals(new initializers.Constant({ value: -2 }).call([1, 2]).toArray(), [[-2, -2]]);
  assertEquals(new initializers.Constant().call([0, 2]).shape, [0, 2]);
});

Deno.test("Identity puts its gain on the diagonal of a matrix, and takes nothing else", () => {
  const identity = new initializers.Identity({ gain: 3 });
  assertEquals(identity.call([3, 2]).toArray(), [[3, 0], [0, 3], [0, 0]]);
  assertThrows(() => identity.call([2, 2, 2]), RangeError, "two axes");
});

for (const shape of [[4, 4], [3, 5], [6, 2], [2, 3, 4]]) {
  Deno.test(`Orthogonal makes [${shape}] orthogonal`, () => {
    const gain = 2;
    const weight = new initializers.Orthogonal({ gain, seed: 8 }).call(shape, { dtype: "float64" });
    const matrix = weight.reshape([-1, shape.at(-1)!]);
    const isWide = matrix.shape[0] < matrix.shape[1];
    const product = ops.matmul(matrix, matrix, { transposeA: !isWide, transposeB: isWide });
    const expected = ops.multiply(ops.eye(product.shape[0], { dtype: "float64" }), gain * gain);
    assert(ops.allclose(product, expected, { rtol: 0, atol: 1e-12 }).toArray());
  });
}

Deno.test("VarianceScaling counts the axes that it is told to count", () => {
  const config = { distribution: "uniform", mode: "fanIn", outputAxes: [2], seed: 2 };
  const wide = make("VarianceScaling", { ...config, inputAxes: [0, 1] }).call([2, 50, 4]);
  const narrow = make("VarianceScaling", { ...config, inputAxes: [0] }).call([2, 50, 4]);
  assert(
    ops.allclose(ops.multiply(wide, Math.sqrt(50)), narrow, { rtol: 1e-5, atol: 1e-6 }).toArray(),
  );
});

Deno.test("initializers throw when an option is out of range", () => {
  assertThrows(() => make("VarianceScaling", { scale: 0 }), RangeError, "scale must be finite");
  assertThrows(() => make("VarianceScaling", { mode: "fan" }), RangeError, "fanIn, fanOut, fanAvg");
  assertThrows(() => make("VarianceScaling", { distribution: "cauchy" }), RangeError, "uniform");
  assertThrows(() => make("RandomNormal", { stddev: -1 }), RangeError, "stddev must be");
  assertThrows(() => make("RandomUniform", { minval: 1, maxval: 0 }), RangeError, "in order");
  assertThrows(() => make("GlorotUniform", { seed: 0.5 }).call([2, 2]), RangeError, "seed");
  assertThrows(() => make("Orthogonal").call([3]), RangeError, "two axes");
  assertThrows(() => make("GlorotUniform").call([2], { dtype: "int32" }), TypeError, "float");
});
