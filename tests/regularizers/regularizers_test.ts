import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  deserialize,
  gradCheck,
  registry,
  type Regularizer,
  regularizers,
  serialize,
  tensor,
} from "../../mod.ts";

const weights = tensor([[0.5, -1.5, 2], [1, 0.25, -3]], { dtype: "float64" });

/** What the weights cost in Keras 3.15, computed in full where it has but eight digits. */
const GOLDEN: [name: string, config: object, expected: number][] = [
  ["L1", { l1: 0.3 }, 2.475],
  ["L2", { l2: 0.2 }, 3.3125],
  ["L1L2", { l1: 0.1, l2: 0.2 }, 4.1375],
  ["L1L2", {}, 0],
  ["OrthogonalRegularizer", { factor: 0.5 }, 0.3632187422944220],
  ["OrthogonalRegularizer", { factor: 0.5, mode: "columns" }, 0.24569431934594776],
];

for (const [name, config, expected] of GOLDEN) {
  const make = () => registry.build<Regularizer>("regularizer", name, config);

  Deno.test(`${name}(${JSON.stringify(config)}) costs what it costs in Keras`, () => {
    const cost = make().call(weights);
    assertEquals(cost.shape, []);
    assertAlmostEquals(cost.item(), expected, 1e-12);
  });

  Deno.test(`${name}(${JSON.stringify(config)}) has the gradient that differences give`, () => {
    const regularizer = make();
    gradCheck((w) => regularizer.call(w), [weights]);
  });

  Deno.test(`${name}(${JSON.stringify(config)}) is made again from its config`, () => {
    const regularizer = make();
    const written = JSON.parse(JSON.stringify(serialize("regularizer", regularizer)));
    assertEquals(deserialize<Regularizer>("regularizer", written), regularizer);
  });
}

Deno.test("every registered regularizer is checked against Keras", () => {
  const checked = new Set(GOLDEN.map(([name]) => name));
  assertEquals(registry.list("regularizer").filter(({ name }) => !checked.has(name)), []);
});

Deno.test("regularizers are found under Keras's names, with Keras's defaults", () => {
  assertEquals(registry.build<regularizers.L1>("regularizer", "l1").l1, 0.01);
  assertEquals(registry.build<regularizers.L2>("regularizer", "l2").l2, 0.01);
  assertEquals(registry.build<Regularizer>("regularizer", "l1_l2").getConfig(), { l1: 0, l2: 0 });
});

Deno.test("regularizers throw when a factor is negative or not finite", () => {
  for (const value of [-1, NaN, Infinity]) {
    assertThrows(() => new regularizers.L1({ l1: value }), RangeError, "l1 must be finite");
    assertThrows(() => new regularizers.L2({ l2: value }), RangeError, "l2 must be finite");
    assertThrows(() => new regularizers.L1L2({ l2: value }), RangeError, "l2 must be finite");
  }
  const orthogonal = new regularizers.OrthogonalRegularizer();
  assertThrows(() => orthogonal.call(tensor([1, 2])), RangeError, "two axes");
  const sideways = { mode: "diagonals" as never };
  assertThrows(() => new regularizers.OrthogonalRegularizer(sideways), RangeError, "rows, columns");
});
