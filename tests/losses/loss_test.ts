import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  getBackend,
  type Loss,
  losses,
  noGrad,
  registry,
  type Tensor,
  tensor,
  type TensorLike,
  tidy,
} from "../../mod.ts";

const NAMES = registry.list("loss").map(({ name }) => name);

/** Targets and predictions that any loss of the name takes. */
function inputsFor(name: string): { yTrue: Tensor; yPred: Tensor } {
  const yPred = tensor([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]);
  const isSparse = name === "SparseCategoricalCrossentropy";
  const yTrue = isSparse ? tensor([1, 2], { dtype: "int32" }) : tensor([[0, 1, 0], [0, 0, 1]]);
  return { yTrue, yPred };
}

/** Options that differ from the defaults. */
const OPTIONS: Record<string, Record<string, unknown>> = {
  Huber: { delta: 0.5 },
  BinaryCrossentropy: { fromLogits: true, labelSmoothing: 0.1 },
  BinaryFocalCrossentropy: { applyClassBalancing: true, alpha: 0.4, gamma: 1 },
  CategoricalCrossentropy: { labelSmoothing: 0.1 },
  CategoricalFocalCrossentropy: { fromLogits: true, alpha: 0.5, gamma: 3 },
  SparseCategoricalCrossentropy: { fromLogits: true, ignoreClass: 2 },
  CrossEntropy: { fromLogits: false, labelSmoothing: 0.2, ignoreClass: 2 },
  CosineSimilarity: { axis: 1 },
  Dice: { axis: [1] },
  Tversky: { axis: 1, alpha: 0.3, beta: 0.7 },
};

for (const name of NAMES) {
  Deno.test(`${name}.getConfig() makes an equal loss`, () => {
    const { yTrue, yPred } = inputsFor(name);
    const options = { reduction: "sum", name: "mine", ...OPTIONS[name] };
    const loss = registry.build<Loss>("loss", name, options);
    const config = JSON.parse(JSON.stringify(loss.getConfig()));
    const again = registry.build<Loss>("loss", name, config);
    assertEquals(again.getConfig(), loss.getConfig());
    for (const [option, value] of Object.entries(options)) {
      assertEquals(config[option], value, option);
    }
    assertEquals(again.call(yTrue, yPred).item(), loss.call(yTrue, yPred).item());
  });

  Deno.test(`${name}.backward() gives the gradient that autograd gives`, () => {
    const { yTrue, yPred } = inputsFor(name);
    const loss = registry.build<Loss>("loss", name, {});
    const value = loss.forward(yPred, yTrue);
    const tracked = yPred.detach().requiresGrad_();
    const recorded = loss.call(yTrue, tracked);
    recorded.backward();
    assertEquals(value.item(), recorded.item());
    assertEquals(loss.backward().toArray(), tracked.grad!.toArray());
    assertEquals(yPred.grad, null);
  });

  Deno.test(`${name}.call() throws when shapes differ, naming both`, () => {
    const loss = registry.build<Loss>("loss", name, {});
    const yTrue = tensor([[1, 0], [0, 1], [1, 0]]);
    const error = assertThrows(
      () => loss.call(yTrue, tensor([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]])),
      RangeError,
      "Cannot compute the loss",
    );
    assertStringIncludes((error as Error).message, "current shapes are [3, 2] and [2, 3]");
  });

  Deno.test(`${name}.call() frees all but its result`, () => {
    const { yTrue, yPred } = inputsFor(name);
    const loss = registry.build<Loss>("loss", name, {});
    const run = () => noGrad(() => tidy(() => loss.call(yTrue, yPred))).dispose();
    run();
    const before = getBackend().memory().bytes;
    run();
    assertEquals(getBackend().memory().bytes, before);
  });
}

Deno.test("Loss.backward() throws when forward was not called", () => {
  assertThrows(
    () => new losses.MSE().backward(),
    Error,
    "Cannot go backward through the loss meanSquaredError as it was not computed: call forward(",
  );
});

Deno.test("Loss is called after its class unless it is named", () => {
  const names = [losses.MSE, losses.KLDivergence, losses.CrossEntropy].map((L) => new L().name);
  assertEquals(names, ["meanSquaredError", "klDivergence", "crossEntropy"]);
});

Deno.test("Loss is found by Keras's names", () => {
  for (const name of ["mse", "MSE", "mean_squared_error", "meanSquaredError"]) {
    assert(registry.build("loss", name) instanceof losses.MeanSquaredError, name);
  }
  for (const name of ["bce", "mae", "mape", "msle", "kld", "logcosh"]) {
    assert(registry.has("loss", name), name);
  }
});

Deno.test("Loss takes the reduction in either case, and null for none", () => {
  assertEquals(
    new losses.MSE({ reduction: "mean_with_sample_weight" }).reduction,
    "meanWithSampleWeight",
  );
  assertEquals(new losses.MSE({ reduction: null }).reduction, "none");
  assertThrows(
    () => new losses.MSE({ reduction: "average" }),
    RangeError,
    "Cannot make the loss meanSquaredError as reduction must be one of sumOverBatchSize, sum, mean",
  );
});

Deno.test("Loss computes in the dtype it is given", () => {
  const loss = new losses.MSE({ dtype: "float64" });
  assertEquals(loss.call([[1]], [[0.1]]).dtype, "float64");
  assertThrows(() => new losses.MSE({ dtype: "float16" as "float32" }), RangeError, "dtype");
});

Deno.test("MeanSquaredError.call() takes vectors for examples of one feature", () => {
  const [yTrue, yPred] = [[1, 2, 3], [1, 4, 7]];
  assertEquals(new losses.MSE({ reduction: "none" }).call(yTrue, yPred).toArray(), [0, 4, 16]);
  assertEquals(new losses.MSE({ reduction: "sum" }).call(yTrue, yPred).item(), 20);
  assertEquals(new losses.MSE({ reduction: "sum" }).call(yTrue, yPred, [0, 1, 0.5]).item(), 12);
});

Deno.test("MeanSquaredError.call() throws when a weight fits no example", () => {
  assertThrows(
    () => new losses.MSE().call([[1], [2]], [[1], [2]], [1, 2, 3]),
    RangeError,
    "Cannot weigh samples as the weights must fit values of shape [2]: current shape is [3]",
  );
});

Deno.test("SparseCategoricalCrossentropy.call() runs one fused operation and a mean", () => {
  const loss = new losses.SparseCategoricalCrossentropy({ fromLogits: true });
  const logits = tensor([[1, 2, 3]], { requiresGrad: true });
  const value = loss.call(tensor([2], { dtype: "int32" }), logits);
  assertEquals(value.node!.operation, "mean");
  const [values] = value.node!.inputs;
  assertEquals(values.node!.operation, "softmaxCrossEntropy");
  assert(values.node!.inputs[0] === logits);
});

Deno.test("SparseCategoricalCrossentropy.call() takes whole labels of any dtype, and as a column", () => {
  const loss = new losses.SparseCategoricalCrossentropy();
  const yPred = [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]];
  const labels: TensorLike[] = [
    [0, 2],
    [[0], [2]],
    new Int32Array([0, 2]),
    tensor([0, 2], { dtype: "float64" }),
  ];
  for (const yTrue of labels) {
    assertAlmostEquals(loss.call(yTrue, yPred).item(), Math.LN2, 1e-6);
  }
});

const BAD_LABELS: [string, TensorLike, string][] = [
  ["too great", [0, 3], "labels must be whole numbers from 0 to 2: current label at [1] is 3"],
  ["negative", [-1, 0], "current label at [0] is -1"],
  ["a fraction", [0, 0.5], "current label at [1] is 0.5"],
  ["NaN", [NaN, 0], "current label at [0] is NaN"],
  ["infinite", [0, Infinity], "current label at [1] is Infinity"],
  ["too great as int32", tensor([7, 0], { dtype: "int32" }), "current label at [0] is 7"],
];

for (const [what, yTrue, message] of BAD_LABELS) {
  for (const fromLogits of [true, false]) {
    const from = fromLogits ? "logits" : "probabilities";
    Deno.test(`SparseCategoricalCrossentropy.call() of ${from} throws when a label is ${what}`, () => {
      const loss = new losses.SparseCategoricalCrossentropy({ fromLogits });
      assertThrows(
        () => loss.call(yTrue, [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]),
        RangeError,
        message,
      );
    });
  }
}

Deno.test("SparseCategoricalCrossentropy.call() says where in a grid a label is wrong", () => {
  const loss = new losses.SparseCategoricalCrossentropy({ ignoreClass: 255 });
  assertThrows(
    () => loss.call([[0, 255], [1, 2]], [[[0.5, 0.5], [0.5, 0.5]], [[0.5, 0.5], [0.5, 0.5]]]),
    RangeError,
    "from 0 to 1, or 255 to be ignored: current label at [1, 1] is 2",
  );
});

Deno.test("SparseCategoricalCrossentropy.call() throws when targets are one-hot, and says what takes them", () => {
  assertThrows(
    () => new losses.SparseCategoricalCrossentropy().call([[0, 1]], [[0.5, 0.5]]),
    RangeError,
    "one-hot rows are for CategoricalCrossentropy): current shapes are [1, 2] and [1, 2]",
  );
});

Deno.test("SparseCategoricalCrossentropy.call() keeps NaN in ignored rows out of loss and gradient", () => {
  const loss = new losses.SparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: -1 });
  const logits = tensor([[0, 0], [NaN, NaN]], { requiresGrad: true });
  const value = loss.call([1, -1], logits);
  value.backward();
  assertAlmostEquals(value.item(), Math.LN2, 1e-6);
  assertEquals(logits.grad!.toArray(), [[0.5, -0.5], [0, 0]]);
});

Deno.test("SparseCategoricalCrossentropy.call() is 0 when all labels are ignored", () => {
  const loss = new losses.SparseCategoricalCrossentropy({ fromLogits: true, ignoreClass: 0 });
  assertEquals(loss.call([0, 0], [[1, 2], [3, 4]]).item(), 0);
});

Deno.test("CategoricalCrossentropy.call() throws when targets are class numbers, and says what takes them", () => {
  assertThrows(
    () => new losses.CategoricalCrossentropy().call([1, 0], [[0.5, 0.5], [0.5, 0.5]]),
    RangeError,
    "class numbers are for SparseCategoricalCrossentropy): current shapes are [2] and [2, 2]",
  );
});

for (const scale of [0, 1, 100, 1e4, 1e38]) {
  Deno.test(`Cross entropies of logits up to ${scale} are finite, and so are their gradients`, () => {
    const values = [[scale, -scale, 0], [-scale, scale, scale]];
    const cases: [Loss, TensorLike][] = [
      [new losses.SparseCategoricalCrossentropy({ fromLogits: true }), [0, 1]],
      [new losses.CategoricalCrossentropy({ fromLogits: true }), [[1, 0, 0], [0, 1, 0]]],
      [new losses.BinaryCrossentropy({ fromLogits: true }), [[1, 0, 0], [0, 1, 1]]],
      [new losses.CrossEntropy({ labelSmoothing: 0.1 }), [0, 1]],
    ];
    for (const [loss, yTrue] of cases) {
      const logits = tensor(values, { requiresGrad: true });
      const value = loss.call(yTrue, logits);
      value.backward();
      assert(Number.isFinite(value.item()), `${loss.name} is ${value.item()}`);
      assert(logits.grad!.dataSync().every(Number.isFinite), `${loss.name}: ${logits.grad}`);
    }
  });
}

Deno.test("CrossEntropy.call() takes class numbers and one-hot rows alike", () => {
  const logits = tensor([[1, 2, 3], [3, 0, 1]]);
  const [numbers, rows] = [[2, 1], [[0, 0, 1], [0, 1, 0]]];
  for (const options of [{}, { labelSmoothing: 0.1 }, { reduction: "sum" }]) {
    const loss = new losses.CrossEntropy(options);
    assertAlmostEquals(loss.call(numbers, logits).item(), loss.call(rows, logits).item(), 1e-6);
  }
  const sparse = new losses.SparseCategoricalCrossentropy({ fromLogits: true });
  const expected = sparse.call(numbers, logits).item();
  assertEquals(new losses.CrossEntropy().call(numbers, logits).item(), expected);
});

Deno.test("CrossEntropy.call() averages over what is not ignored, as PyTorch does", () => {
  const logits = [[0, 0], [9, 0], [0, 0]];
  for (const labelSmoothing of [0, 0.2]) {
    const loss = new losses.CrossEntropy({ ignoreClass: -100, labelSmoothing });
    assertAlmostEquals(loss.call([0, -100, 1], logits).item(), Math.LN2, 1e-6);
  }
});

const BAD_OPTIONS: [string, Record<string, unknown>, typeof Error, string][] = [
  ["Huber", { delta: 0 }, RangeError, "delta must be finite and above 0: current delta is 0"],
  ["BinaryCrossentropy", { labelSmoothing: 2 }, RangeError, "labelSmoothing must be in [0, 1]"],
  ["BinaryCrossentropy", { fromLogits: "no" }, TypeError, "fromLogits must be true or false"],
  ["CategoricalCrossentropy", { axis: 0.5 }, RangeError, "axis must be a whole number"],
  [
    "SparseCategoricalCrossentropy",
    { ignoreClass: 0.5 },
    RangeError,
    "ignoreClass must be a whole",
  ],
  ["CrossEntropy", { labelSmoothing: -1 }, RangeError, "Cannot make the loss crossEntropy"],
  ["Tversky", { alpha: -1 }, RangeError, "alpha must be finite and from 0 on"],
];

for (const [name, options, kind, message] of BAD_OPTIONS) {
  Deno.test(`${name} throws when its options are ${Deno.inspect(options, { compact: true })}`, () => {
    assertThrows(() => registry.build("loss", name, options), kind, message);
  });
}
