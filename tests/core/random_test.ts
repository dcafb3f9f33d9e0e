import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { fillRandom, permutation, philox, RandomGenerator } from "../../core/random.ts";
import { rand, randint, randn, setSeed } from "../../mod.ts";

Deno.test("philox() gives the published numbers of Philox4x32-10", () => {
  const out = new Uint32Array(4);
  const hex = (): string[] => [...out].map((word) => word.toString(16).padStart(8, "0"));
  philox(out, 0, 0, 0, 0, 0, 0);
  assertEquals(hex(), ["6627e8d5", "e169c58d", "bc57ac4c", "9b00dbd8"]);
  const f = 0xffffffff;
  philox(out, f, f, f, f, f, f);
  assertEquals(hex(), ["408f276d", "41c83b0e", "a20bc7c6", "6d5451fd"]);
  philox(out, 0xa4093822, 0x299f31d0, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344);
  assertEquals(hex(), ["d16cfe09", "94fdcceb", "5001e420", "24126ea1"]);
});

Deno.test("fillRandom() does not depend on how much is drawn", () => {
  for (const distribution of ["uniform", "normal"] as const) {
    const [long, short] = [new Float32Array(11), new Float32Array(7)];
    fillRandom(distribution, 1, 2, long);
    fillRandom(distribution, 1, 2, short);
    assertEquals(long.slice(0, 7), short);
  }
});

Deno.test("uniform numbers fill [0, 1) evenly, normal ones have mean 0 and deviation 1", () => {
  const n = 200_000;
  const moments = (drawn: Float32Array | Float64Array): [number, number] => {
    const values = [...drawn];
    const mean = values.reduce((a, b) => a + b, 0) / n;
    return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / n];
  };
  for (const out of [new Float32Array(n), new Float64Array(n)]) {
    fillRandom("uniform", 5, 0, out);
    assert(out.every((v) => v >= 0 && v < 1));
    const [mean, variance] = moments(out);
    assertAlmostEquals(mean, 0.5, 3e-3);
    assertAlmostEquals(variance, 1 / 12, 1e-3);
    fillRandom("normal", 5, 1, out);
    const [centre, spread] = moments(out);
    assertAlmostEquals(centre, 0, 1e-2);
    assertAlmostEquals(spread, 1, 2e-2);
    assert(out.every(Number.isFinite));
  }
});

Deno.test("setSeed() repeats draws; streams and seeds differ", () => {
  setSeed(1);
  const first = [rand([3]).toArray(), rand([3]).toArray()];
  setSeed(1);
  assertEquals([rand([3]).toArray(), rand([3]).toArray()], first);
  assert(first[0].join() !== first[1].join());
  setSeed(2);
  assert(rand([3]).toArray().join() !== first[0].join());
  assertEquals(randn([3], { seed: 4 }).toArray(), randn([3], { seed: 4 }).toArray());
});

Deno.test("a seed that is no whole number from 0 on is refused", () => {
  for (const seed of [-1, 1.5, NaN, Infinity, 2 ** 60]) {
    assertThrows(() => new RandomGenerator(seed), RangeError, "seed");
    assertThrows(() => setSeed(seed), RangeError, "seed");
  }
});

Deno.test("randint() reaches all values of its range and no other", () => {
  const values = randint([1000], { low: -2, high: 3 }, { seed: 1 }).toArray();
  assertEquals(new Set(values), new Set([-2, -1, 0, 1, 2]));
  assertThrows(() => randint([1], { low: 3, high: 3 }), RangeError, "low below high");
});

Deno.test("permutation() holds every number once, in an order that follows the seed", () => {
  const order = permutation(1000, 3, 0);
  assertEquals([...order].sort((a, b) => a - b), Array.from({ length: 1000 }, (_, i) => i));
  assertEquals(order, permutation(1000, 3, 0));
  assert(order.join() !== permutation(1000, 4, 0).join());
});
