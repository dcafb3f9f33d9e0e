import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type Constraint,
  constraints,
  deserialize,
  ops,
  registry,
  serialize,
  tensor,
  zeros,
} from "../../mod.ts";

const weights = tensor([[0.5, -1.5, 2], [1, 0.25, -3]], { dtype: "float64" });

/** What Keras 3.15 makes of the weights. */
const GOLDEN: [name: string, config: object, expected: number[][]][] = [
  ["MaxNorm", { maxValue: 1.5 }, [
    [0.49999995527864444, -1.4795907884509247, 0.8320502712609213],
    [0.9999999105572889, 0.2465984647418208, -1.248075406891382],
  ]],
  ["MaxNorm", { axis: 1 }, [
    [0.39223225489175334, -1.17669676467526, 1.5689290195670134],
    [0.6304883051155048, 0.1576220762788762, -1.8914649153465144],
  ]],
  ["MinMaxNorm", { minValue: 1.2, maxValue: 2 }, [
    [0.5366562665999538, -1.499999901360614, 1.1094003616812285],
    [1.0733125331999076, 0.24999998356010233, -1.6641005425218427],
  ]],
  ["MinMaxNorm", { minValue: 1.2, maxValue: 2, rate: 0.25, axis: 1 }, [
    [0.47305804901422877, -1.4191741470426864, 1.892232196056915],
    [0.9076220526355647, 0.22690551315889118, -2.722866157906694],
  ]],
  ["NonNeg", {}, [[0.5, 0, 2], [1, 0.25, 0]]],
  ["UnitNorm", {}, [
    [0.44721355549996145, -0.9863938589672832, 0.5547001808406142],
    [0.8944271109999229, 0.16439897649454718, -0.8320502712609213],
  ]],
  ["UnitNorm", { axis: [0, 1] }, [
    [0.12285902034792238, -0.36857706104376714, 0.49143608139168954],
    [0.24571804069584477, 0.06142951017396119, -0.7371541220875343],
  ]],
];

for (const [name, config, expected] of GOLDEN) {
  Deno.test(`${name}(${JSON.stringify(config)}) gives what Keras gives`, () => {
    const constraint = registry.build<Constraint>("constraint", name, config);
    const tolerance = { rtol: 1e-12, atol: 0 };
    assert(
      ops.allclose(constraint.call(weights), tensor(expected, { dtype: "float64" }), tolerance)
        .item(),
    );
    assert(constraint.call(zeros([2, 2])).toArray().flat().every((value: number) => value === 0));
  });

  Deno.test(`${name}(${JSON.stringify(config)}) is made again from its config`, () => {
    const constraint = registry.build<Constraint>("constraint", name, config);
    const written = JSON.parse(JSON.stringify(serialize("constraint", constraint)));
    assertEquals(deserialize<Constraint>("constraint", written), constraint);
  });
}

Deno.test("every registered constraint is checked against Keras", () => {
  const checked = new Set(GOLDEN.map(([name]) => name));
  assertEquals(registry.list("constraint").filter(({ name }) => !checked.has(name)), []);
});

Deno.test("constraints throw when their bounds make no sense", () => {
  assertThrows(() => new constraints.MaxNorm({ maxValue: -1 }), RangeError, "maxValue");
  assertThrows(() => new constraints.MinMaxNorm({ minValue: 2 }), RangeError, "in order");
  assertThrows(() => new constraints.MinMaxNorm({ rate: 2 }), RangeError, "rate must be in [0, 1]");
  assertThrows(() => new constraints.MaxNorm({ axis: 2 }).call(weights), RangeError, "axis 2");
});
