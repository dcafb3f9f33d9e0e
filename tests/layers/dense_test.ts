import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  activations,
  gradCheck,
  initializers,
  layers,
  ones,
  ops,
  registry,
  regularizers,
  serialize,
  type Tensor,
  tensor,
} from "../../mod.ts";
import { symbolicInput } from "../../core/layer.ts";

for (const units of [0, -1, 2.5, NaN, Infinity, "3", undefined]) {
  Deno.test(`Dense() throws when units is ${units}`, () => {
    assertThrows(
      () => new layers.Dense({ units } as layers.DenseOptions),
      RangeError,
      "units must be a whole number from 1 on",
    );
  });
}

Deno.test("Dense.build() throws when the last axis is unknown", () => {
  const dense = new layers.Dense({ units: 2, name: "head" });
  const error = assertThrows(() => dense.buildFor([null, null]), RangeError);
  assertEquals(
    error.message,
    "Cannot build head as the last axis of its input must be known: current input shape is [null, null]; " +
      "give inputShape: [features]",
  );
  assertEquals(dense.built, false);
});

Deno.test("Dense.build() throws when the input has no features beside the batch", () => {
  for (const x of [ones([3]), ones([])]) {
    assertThrows(() => new layers.Dense({ units: 2 }).apply(x), RangeError, "two axes or more");
  }
});

Deno.test("Dense.apply() throws when the number of features differs, and names layer and both", () => {
  const dense = new layers.Dense({ units: 2, name: "head" });
  dense.apply(ones([1, 3]));
  const error = assertThrows(() => dense.apply(ones([5, 4])), RangeError);
  assertEquals(
    error.message,
    "Cannot apply head as it was built for 3 features, the last of two axes or more: current input shape is [5, 4]; " +
      "give [batch, …, 3]",
  );
  assertThrows(() => dense.apply(ones([3])), RangeError, "current input shape is [3]");
});

Deno.test("Dense throws when a name is unknown, and lists near matches", () => {
  const make = (options: object) => () => new layers.Dense({ units: 1, ...options });
  assertThrows(make({ activation: "rellu" }), RangeError, '"relu"');
  assertThrows(make({ kernelInitializer: "glorot" }), RangeError, "GlorotUniform");
  assertThrows(make({ kernelRegularizer: "l3" }), RangeError, "L2");
  assertThrows(make({ biasConstraint: "maxnorn" }), RangeError, "MaxNorm");
  assertThrows(make({ activation: 3 }), TypeError, "Cannot use 3 as");
});

Deno.test("Dense and Linear are one class, under either name", () => {
  assert(layers.Linear === layers.Dense);
  assert(registry.build("layer", "linear", { units: 2 }) instanceof layers.Dense);
});

Deno.test("Dense without a bias has just a kernel", () => {
  const dense = new layers.Dense({ units: 2, useBias: false, inputShape: [3] });
  dense.apply(ones([1, 3]));
  assertEquals(dense.weights.map(({ name, shape }) => [name, shape]), [["kernel", [3, 2]]]);
  assertEquals(dense.countParams(), 6);
});

Deno.test("Dense fuses only the framework's own activations", () => {
  const traceOf = (activation: layers.DenseOptions["activation"]): string[] => {
    const dense = new layers.Dense({ units: 2, activation });
    const [{ source }] = dense.apply(symbolicInput([null, 3], "float32")).source!.expansion!;
    const { operation, attributes } = source!;
    return [operation, (attributes as { activation?: string }).activation ?? ""];
  };
  assertEquals(traceOf(null), ["linear", "linear"]);
  assertEquals(traceOf("linear"), ["linear", "linear"]);
  assertEquals(traceOf("relu"), ["linear", "relu"]);
  assertEquals(traceOf(activations.tanh), ["linear", "tanh"]);
  assertEquals(traceOf("softmax"), ["softmax", ""]);
  const relu = (x: Tensor): Tensor => ops.maximum(x, 0.5);
  assertEquals(traceOf(relu), ["maximum", ""]);
});

for (const activation of ["linear", "relu", "sigmoid", "tanh", "softmax", "gelu"]) {
  Deno.test(`Dense({ activation: "${activation}" }) has the right gradients by hand`, () => {
    const dense = new layers.Dense({
      units: 3,
      activation,
      kernelInitializer: new initializers.RandomNormal({ stddev: 1, seed: 4 }),
      biasInitializer: new initializers.RandomNormal({ stddev: 1, seed: 5 }),
      dtype: "float64",
    });
    gradCheck(dense, [tensor([[0.3, -1.2], [0.7, 1.1]], { dtype: "float64" })]);
  });
}

Deno.test("Dense computes in its own dtype, whatever it is given", () => {
  const dense = new layers.Dense({ units: 2, kernelInitializer: "ones" });
  for (const dtype of ["int32", "bool", "float64"] as const) {
    const y = dense.apply(ones([1, 3], { dtype }));
    assertEquals([y.dtype, y.toArray()], ["float32", [[3, 3]]]);
  }
});

Deno.test("Dense adds the cost of its output, for one example", () => {
  const dense = new layers.Dense({
    units: 2,
    kernelInitializer: "ones",
    activityRegularizer: new regularizers.L1({ l1: 0.5 }),
  });
  dense.apply(ones([4, 3]));
  const [cost] = dense.collectLosses();
  assertAlmostEquals(cost.item(), 0.5 * 2 * 3, 1e-6);
  dense.apply(ones([4, 3]));
  assertEquals(dense.collectLosses().length, 1);
});

Deno.test("Dense passes regularizers and constraints on to its weights", () => {
  const dense = new layers.Dense({
    units: 2,
    kernelRegularizer: "l2",
    biasConstraint: "nonNeg",
  });
  dense.apply(ones([1, 3]));
  assert(dense.kernel.regularizer === dense.kernelRegularizer);
  assert(dense.bias!.constraint === dense.biasConstraint);
  assertEquals(dense.bias!.regularizer, null);
});

Deno.test("a Dense with an activation that is not registered says so when it is written", () => {
  const dense = new layers.Dense({ units: 1, activation: (x) => x });
  assertThrows(() => serialize("layer", dense), TypeError, "not in the registry");
});
