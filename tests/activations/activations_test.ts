import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type ActivationFunction,
  activations,
  deserialize,
  gradCheck,
  ops,
  registry,
  serialize,
  type Tensor,
  tensor,
} from "../../mod.ts";

const x = tensor([-2, -0.5, 0.3, 1.5, 7, -0.9], { dtype: "float64" });

/** What Keras 3.15 gives for options other than the defaults, and where its ops differ. */
const GOLDEN: [what: string, actual: Tensor, expected: number[]][] = [
  [
    "relu with all options",
    activations.relu(x, { negativeSlope: 0.2, maxValue: 5, threshold: 1 }),
    [-0.6, -0.3, -0.14, 1.5, 5, -0.38],
  ],
  ["relu with a threshold", activations.relu(x, { threshold: 1 }), [0, 0, 0, 1.5, 7, 0]],
  ["relu up to 6", activations.relu(x, { maxValue: 6 }), [0, 0, 0.3, 1.5, 6, 0]],
  [
    "threshold",
    activations.threshold(x, { threshold: 0.4, defaultValue: -1 }),
    [-1, -1, -1, 1.5, 7, -1],
  ],
  [
    "gelu, which is exact",
    activations.gelu(x.get([0, 5])),
    [
      -0.04550026389635842,
      -0.15426876936299344,
      0.1853734266566858,
      1.399789198096713,
      6.999999999991041,
    ],
  ],
  ["glu", activations.glu(tensor([1, 2, 3, 4], { dtype: "float64" })), [
    0.9525741268224334,
    1.964027580075817,
  ]],
  ["hardTanh", activations.hardTanh(x), [-1, -0.5, 0.3, 1, 1, -0.9]],
  ["sparseSigmoid", activations.sparseSigmoid(x), [0, 0.25, 0.65, 1, 1, 0.05]],
  ["softShrink", activations.softShrink(x, { threshold: 0.7 }), [-1.3, 0, 0, 0.8, 6.3, -0.2]],
];

for (const [what, actual, expected] of GOLDEN) {
  Deno.test(`activations: ${what} gives what Keras gives`, () => {
    const wanted = tensor(expected, { dtype: "float64" });
    assert(ops.allclose(actual, wanted, { rtol: 1e-12, atol: 1e-15 }).item(), String(actual));
  });
}

const entries = registry.list("activation");

for (const { name, aliases } of entries) {
  const activation = registry.get<ActivationFunction>("activation", name);

  Deno.test(`${name} is exported under its name and aliases, and found in either case`, () => {
    for (const known of [name, ...aliases]) {
      assertEquals((activations as Record<string, unknown>)[known], activation);
      const snake = known.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
      assertEquals(registry.get("activation", snake), activation);
    }
  });

  Deno.test(`${name} is written by name and found again`, () => {
    const written = JSON.parse(JSON.stringify(serialize("activation", activation)));
    assertEquals(written, { className: name, config: {} });
    assertEquals(deserialize("activation", written), activation);
  });

  Deno.test(`${name} keeps the dtype and has the gradient that differences give`, () => {
    assertEquals(activation(x).dtype, "float64");
    gradCheck(activation, [ops.subtract(x, 0.03)]); // beside the kinks
  });
}

Deno.test("everything that activations exports is registered", () => {
  const registered = new Set(entries.map(({ name }) => registry.get("activation", name)));
  assertEquals(Object.entries(activations).filter(([, f]) => !registered.has(f)), []);
});

Deno.test("an activation that is not registered is not written", () => {
  assertThrows(() => serialize("activation", function own() {}), TypeError, "own");
});
