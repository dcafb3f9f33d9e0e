import { assert, assertEquals, assertThrows } from "@std/assert";
import { layers, ones, registry, sequential, tensor } from "../../mod.ts";

Deno.test("Flatten lays out channels last in either format, and a vector as a column", () => {
  const x = tensor([[[1, 2, 3], [4, 5, 6]]]); // [batch 1, channels 2, width 3]
  const flatten = new layers.Flatten({ dataFormat: "channels_first" });
  assertEquals(flatten.apply(x).toArray(), [[1, 4, 2, 5, 3, 6]]);
  assertEquals(new layers.Flatten().apply(x).toArray(), [[1, 2, 3, 4, 5, 6]]);
  assertEquals(new layers.Flatten().apply(tensor([1, 2])).toArray(), [[1], [2]]);
  assertEquals(new layers.Flatten().apply(ones([0, 2, 0])).shape, [0, 0]);
  assertEquals(new layers.Flatten().apply(ones([2, 0, 3])).shape, [2, 0]);
});

Deno.test("Flatten throws when there is no batch, when an axis is unknown, or at another format", () => {
  assertThrows(() => new layers.Flatten().apply(tensor(1)), RangeError, "a batch axis");
  const flatten = new layers.Flatten();
  assertThrows(() => flatten.computeOutputShape([null, null, 3]), RangeError, "must be known");
  assertThrows(() => new layers.Flatten({ dataFormat: "NCHW" }), RangeError, "channelsLast");
});

Deno.test("Reshape throws when elements do not fill the target, or there is no target", () => {
  const reshape = new layers.Reshape({ targetShape: [2, 2] });
  assertThrows(() => reshape.apply(ones([1, 5])), RangeError, "5 elements do not fill");
  assertThrows(() => reshape.computeOutputShape([null, 5]), RangeError, "5 elements do not fill");
  assertThrows(() => new layers.Reshape({ targetShape: [-1, -1] }), RangeError, "one of them -1");
  assertThrows(() => new layers.Reshape({ targetShape: [1.5] }), RangeError, "whole numbers");
  assertThrows(() => new layers.Reshape({ targetShape: 3 as never }), RangeError, "a list");
  assertThrows(() => new layers.Reshape({ targetShape: [-2] }), RangeError, "whole numbers");
});

Deno.test("Reshape infers what it can of an input that is not all known", () => {
  const fixed = new layers.Reshape({ targetShape: [2, 3] });
  assertEquals(fixed.computeOutputShape([null, null]), [null, 2, 3]);
  const open = new layers.Reshape({ targetShape: [-1, 3] });
  assertEquals(open.computeOutputShape([4, null]), [4, null, 3]);
  assertThrows(() => open.computeOutputShape([null, null]), RangeError, "must be known");
});

Deno.test("ReLU, LeakyReLU and Softmax throw when an option makes no sense", () => {
  assertThrows(() => new layers.ReLU({ maxValue: -1 }), RangeError, "maxValue must be 0 or above");
  assertThrows(() => new layers.ReLU({ negativeSlope: -1 }), RangeError, "negativeSlope");
  assertThrows(() => new layers.ReLU({ threshold: -1 }), RangeError, "threshold");
  assertThrows(() => new layers.LeakyReLU({ negativeSlope: -1 }), RangeError, "negativeSlope");
  assertThrows(() => new layers.Softmax({ axis: [] }), RangeError, "one axis or more");
  assertThrows(() => new layers.Softmax({ axis: 2 }).apply(ones([2, 2])), RangeError, "axis 2");
});

Deno.test("ReLU keeps −Infinity from becoming NaN", () => {
  const x = tensor([-Infinity, -1, 2, Infinity]);
  assertEquals(new layers.ReLU().apply(x).toArray(), [0, 0, 2, Infinity]);
  assertEquals(new layers.ReLU({ threshold: 1 }).apply(x).toArray(), [0, 0, 2, Infinity]);
  assertEquals(new layers.ReLU({ maxValue: 6 }).apply(x).toArray(), [0, 0, 2, 6]);
});

Deno.test("PReLU learns one slope for a shared axis, and needs to know the others", () => {
  const prelu = new layers.PReLU({ sharedAxes: [1, 2] });
  prelu.apply(ones([2, 4, 5, 3]));
  assertEquals(prelu.alpha.shape, [1, 1, 3]);
  prelu.alpha.assign(ones([1, 1, 3]));
  const unknown = new layers.PReLU();
  assertThrows(() => unknown.computeOutputShape([null, null, 3]), RangeError, "must be known");
  assertThrows(
    () => new layers.PReLU({ sharedAxes: [5] }).apply(ones([2, 2])),
    RangeError,
    "axis 5",
  );
});

Deno.test("Activation throws when it has no activation, or an unknown one", () => {
  assertThrows(() => new layers.Activation({} as layers.ActivationOptions), TypeError, "undefined");
  assertThrows(() => new layers.Activation({ activation: "swisch" }), RangeError, '"swish"');
});

Deno.test("InputLayer checks what goes in, and gives a model its shape", () => {
  const input = new layers.InputLayer({ batchShape: [null, 2, null] });
  assertEquals(input.apply(ones([4, 2, 7])).shape, [4, 2, 7]);
  assertThrows(
    () => input.apply(ones([4, 3, 7])),
    RangeError,
    "must have the shape [null, 2, null]",
  );
  assertThrows(() => input.apply(ones([4, 2])), RangeError, "must have the shape");
  const fixed = new layers.InputLayer({ shape: [3], batchSize: 2 });
  assertThrows(() => fixed.apply(ones([1, 3])), RangeError, "must have the shape [2, 3]");
  assertThrows(() => new layers.InputLayer(), RangeError, "shape must be given");
  const model = sequential([new layers.InputLayer({ shape: [3] }), new layers.Dense({ units: 2 })]);
  assertEquals([model.built, model.countParams()], [true, 8]);
});

Deno.test("InputLayer is also found as Input, and takes inputShape for shape", () => {
  const input = registry.build<layers.InputLayer>("layer", "Input", { inputShape: [3] });
  assert(input instanceof layers.InputLayer);
  assertEquals([input.batchShape, input.inputShape], [[null, 3], [3]]);
});
