/** Functional models as JSON: every operation, and layers that stand in several places. */

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { compositeNamed } from "../../core/composite_table.ts";
import {
  Input,
  type Layer,
  layers,
  Model,
  model,
  ops,
  randn,
  Sequential,
  sequential,
  type Tensor,
} from "../../mod.ts";
import { type OpCase, readGolden } from "../golden/read_golden.ts";
import { call, fromGolden } from "../ops/_calls.ts";
import { again, dense, same } from "./_models.ts";

// Operations.

/** Ops whose result depends on values, so that they cannot stand in a graph. */
const BY_VALUE = ["bincount", "nonzero", "quantile", "percentile"];

/** The case as a model of its inputs that have axes; `null` where there are none, or where nothing uses one. */
function modelOf(golden: OpCase): { made: Model<Tensor[], Tensor[]>; values: Tensor[] } | null {
  const values = golden.inputs.map(fromGolden);
  const isInput = golden.inputs.map(({ shape }) => shape.length > 0);
  const given = golden.inputs.map(({ shape, dtype }, i) =>
    isInput[i] ? Input({ batchShape: shape, dtype }) : values[i]
  );
  const outputs = call(golden, given);
  if (!outputs.every((output) => output.isSymbolic)) return null;
  const made = new Model({ inputs: given.filter((_, i) => isInput[i]), outputs });
  return { made, values: values.filter((_, i) => isInput[i]) };
}

const cases = [...readGolden("ops"), ...readGolden("convolutions")].filter(({ op, inputs }) =>
  inputs.length > 0 && !BY_VALUE.includes(op)
);

Deno.test("every operation of the framework computes the same in a model made from its config", () => {
  const unknown = new Set<string>();
  let tried = 0;
  for (const golden of cases) {
    const found = modelOf(golden);
    if (found === null) continue;
    tried++;
    const { made, values } = found;
    for (const { composite } of made.graph!.nodes) {
      if (composite !== null && compositeNamed(composite.name) !== composite) {
        unknown.add(composite.name);
      }
    }
    const expected = call(golden, golden.inputs.map(fromGolden));
    again(made).apply(values).forEach((output, i) => {
      const parts = [output, expected[i]].map(({ dtype, shape }) => ({ dtype, shape }));
      assertEquals(parts[0], parts[1], golden.name);
      assertEquals(output.dataSync(), expected[i].dataSync(), golden.name);
    });
  }
  assert(tried > 0.9 * cases.length, `${tried} of ${cases.length}`);
  assertEquals([...unknown], [], "add a call to composite_table.ts for each");
});

Deno.test("every composite that the sources define is found by its name, but for gradients and dropout", async () => {
  const folder = new URL("../../core/ops/", import.meta.url);
  const names: string[] = [];
  const unnamed: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const source = await Deno.readTextFile(new URL(name, folder));
    const calls = [...source.matchAll(/defineComposite(?:<[^(]*>)?\(\{\s*name(?:: "(\w+)")?/g)];
    const made = [...source.matchAll(/= activation(?:<[^(]*>)?\(\s*"(\w+)"/g)];
    names.push(...[...calls, ...made].flatMap(([, found]) => found ?? []));
    if (calls.some(([, found]) => found === undefined)) unnamed.push(name);
  }
  assert(names.length > 35, names.join());
  // The one function that makes composites of a name it is given is read by its calls.
  assertEquals(unnamed, ["activations.ts"]);
  // Gradients are computed, not traced; dropout draws, and what is traced is inference.
  const wanted = names.filter((name) => !name.endsWith("Gradient") && name !== "dropout");
  assertEquals(wanted.filter((name) => compositeNamed(name) === undefined), []);
});

// Layers in several places.

Deno.test("a layer that stands in a model and in a model within it is one layer again", () => {
  const shared = dense(4);
  const part = (): Model => {
    const x = Input({ shape: [4] });
    return model({ inputs: x, outputs: ops.tanh(shared.apply(x)) });
  };
  const x = Input({ shape: [4] });
  const [a, b] = [part(), sequential([part(), dense(4)])];
  const outer = model({ inputs: x, outputs: shared.apply(b.apply(a.apply(x))) });
  const copy = again(outer);
  assertEquals(copy.parameters().length, 4);
  const found = copy.modules().filter((module) => module instanceof layers.Dense);
  assertEquals(found.length, 2);
  const values = randn([3, 4]);
  same(copy.apply(values), outer.apply(values));
});

Deno.test("a layer that a Sequential lists twice, and a model in it twice, is one again", () => {
  const [shared, inner] = [dense(4), sequential([dense(4), dense(4)])];
  const copy = again(sequential([Input({ shape: [4] }), shared, inner, shared, inner]));
  assertStrictEquals(copy.layers[0], copy.layers[2]);
  assertStrictEquals(copy.layers[1], copy.layers[3]);
  assertEquals(copy.parameters().length, 6);
});

Deno.test("a config that shares a layer which is not there is refused", () => {
  for (const sharedWith of [0, 7, "__proto__", null]) {
    assertThrows(
      () => Sequential.fromConfig({ layers: [{ sharedWith }] }),
      RangeError,
      "no layer before it has the number",
    );
  }
});

Deno.test("the same layer in two models of their own is written with each", () => {
  const shared = dense(2, { inputShape: [2] });
  const [a, b] = [sequential([shared]), sequential([shared])];
  assertEquals(a.getConfig().layers, b.getConfig().layers);
  assertEquals((again(a).layers as Layer[])[0].countParams(), 6);
});
