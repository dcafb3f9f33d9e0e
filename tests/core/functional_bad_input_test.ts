/** What functional models refuse, and how. */

import { assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  Input,
  Layer,
  layers,
  Model,
  model,
  ones,
  ops,
  Parameter,
  type Tensor,
} from "../../mod.ts";

const dense = (options: Partial<layers.DenseOptions> = {}): layers.Dense =>
  new layers.Dense({ units: 2, ...options });

function twoInputs(): Model<Tensor[], Tensor> {
  const [a, b] = [Input({ shape: [4], name: "a" }), Input({ shape: [2], name: "b" })];
  return new Model({ inputs: [a, b], outputs: ops.add(dense().apply(a), b) });
}

Deno.test("an output that depends on an Input which is not given is refused, and the Input named", () => {
  const [a, b] = [Input({ shape: [4], name: "a" }), Input({ shape: [4], name: "lost" })];
  const outputs = ops.add(a, b);
  assertThrows(() => model({ inputs: a, outputs }), RangeError, '"lost"');
});

Deno.test("an Input that no output uses is taken, as in Keras", () => {
  const [a, b] = [Input({ shape: [4] }), Input({ shape: [4] })];
  const made = model({ inputs: [a, b], outputs: dense().apply(a) });
  made.apply([ones([1, 4]), ones([1, 4])]);
});

Deno.test("inputs that are no Inputs, and outputs that come from none, are refused", () => {
  const a = Input({ shape: [4] });
  const h = dense().apply(a);
  assertThrows(() => model({ inputs: h, outputs: h }), TypeError, "Input({ shape })");
  assertThrows(() => model({ inputs: ones([1]), outputs: h }), TypeError, "its input is a Tensor");
  assertThrows(() => model({ inputs: [a, a], outputs: h }), RangeError, "twice");
  assertThrows(() => model({ inputs: a, outputs: ones([2]) }), TypeError, "its output");
  assertThrows(() => new Model({ inputs: a }), TypeError, "its outputs are undefined");
  assertThrows(() => model({ inputs: [] as Tensor[], outputs: h }), TypeError, "its inputs are []");
  assertThrows(() => Input({ shape: [2.5] }), RangeError, "whole numbers");
});

Deno.test("a Model without inputs, outputs and forward says what is missing", () => {
  assertThrows(() => new Model().apply(ones([1, 2])), Error, "write forward()");
});

Deno.test("two layers of one name are refused where the user gave it", () => {
  const a = Input({ shape: [2] });
  const outputs = dense({ name: "same" }).apply(dense({ name: "same" }).apply(a));
  assertThrows(() => model({ inputs: a, outputs }), RangeError, '"same"');
});

Deno.test("a call with the wrong number, names, rank or shape of inputs names those of the model", () => {
  const made = twoInputs();
  const [a, b] = [ones([1, 4]), ones([1, 2])];
  assertThrows(() => made.apply([a]), RangeError, '2 inputs, "a", "b"');
  assertThrows(() => made.apply([a, b, b]), RangeError, "3 were given");
  assertThrows(
    () => made.apply({ a, c: b } as unknown as Tensor[]),
    RangeError,
    "missing: b; unknown: c",
  );
  assertThrows(() => made.apply([ones([1, 5]), b]), RangeError, 'input "a" must have the shape');
  assertThrows(() => made.apply([ones([4]), b]), RangeError, 'input "a"');
  assertThrows(() => made.apply([3 as unknown as Tensor, b]), TypeError, 'input "a"');
  for (const nothing of [undefined, null, 3] as unknown[]) {
    assertThrows(() => made.apply(nothing as Tensor[]), TypeError, `${nothing} was given`);
  }
});

Deno.test("a layer that was built for another shape is refused by name", () => {
  const layer = dense({ name: "used" });
  layer.apply(Input({ shape: [4] }));
  assertThrows(() => layer.apply(Input({ shape: [5] })), RangeError, "used");
});

Deno.test("what was computed from a Parameter before the model runs is refused", () => {
  const a = Input({ shape: [2] });
  const outputs = ops.multiply(a, new Parameter([1, 2]).mul(2));
  assertThrows(() => model({ inputs: a, outputs }), Error, "training would not see it");
});

Deno.test("hostile configs are refused with what is wrong", () => {
  const config = (change: (graph: Record<string, unknown>) => void): unknown => {
    const { graph, ...rest } = JSON.parse(JSON.stringify(twoInputs().getConfig()));
    change(graph);
    return Model.fromConfig({ ...rest, graph });
  };
  const refuses = (message: string, change: (graph: Record<string, unknown>) => void): void => {
    assertThrows(() => config(change), Error, message);
  };
  refuses("must not be cyclic", (g) => g.nodes = [{ op: "abs", from: ["node:0"], attributes: {} }]);
  refuses("must not be cyclic", (g) => g.nodes = [{ op: "abs", from: ["node:1"] }, { input: 0 }]);
  refuses('it has no "node:99"', (g) => g.outputs = "node:99");
  refuses('it has no "constant:5"', (g) => g.outputs = "constant:5");
  refuses('it has no "variable:0"', (g) => g.outputs = "variable:0");
  refuses("unknown operation", (g) => g.nodes = [{ op: "__proto__", from: [] }]);
  refuses("it has no layer 77", (g) => g.nodes = [{ input: 77 }]);
  refuses("is no InputLayer", (g) => {
    g.nodes = [{
      input: (g.layers as { className: string }[]).findIndex((l) => l.className === "Dense"),
    }];
  });
  refuses("its nodes are 3", (g) => g.nodes = 3);
  refuses("Cannot find the layer", (g) => g.layers = [{ className: "Nonesuch", config: {} }]);
  refuses("a constant has other values", (g) => {
    g.constants = [{ dtype: "float32", shape: [1e9], values: [] }];
  });
});

Deno.test("a symbolic tensor where values are needed is told with what made it", async () => {
  const x = Input({ shape: [4] });
  const part = ops.sum(x);
  for (const read of [() => part.item(), () => part.toArray(), () => part.dataSync()]) {
    assertThrows(read, TypeError, 'made by "sum"');
  }
  assertThrows(() => x.item(), TypeError, 'of [null, 4] made by "input"');
  await assertRejects(async () => await part.data(), TypeError, "predict() for values");
  class Judge extends Layer {
    forward(y: Tensor): Tensor {
      return y.sum().item() > 0 ? y : y.neg();
    }
  }
  assertThrows(() => new Judge({ name: "judge" }).apply(x), TypeError, '"sum" in judge');
});

Deno.test("a tensor where a number is needed is refused, and a text of it given", () => {
  for (const x of [Input({ shape: [2] }), ones([2])]) {
    assertThrows(() => (x as unknown as number) > 0, TypeError, "greater()");
    assertThrows(() => 2 * (x as unknown as number), TypeError, "mul()");
    assertMatch(`${x}`, /Tensor\(float32/);
  }
});

Deno.test("Input() says what its shape must be", () => {
  const wrong = 4 as unknown as number[];
  assertThrows(() => Input({ shape: wrong }), TypeError, "current shape is 4");
  assertThrows(() => Input({ batchShape: wrong }), TypeError, "current shape is 4");
  assertThrows(() => Input({}), RangeError, "shape must be given");
});
