import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  Constraint,
  getBackend,
  LearningRateSchedule,
  ops,
  Optimizer,
  optimizers,
  Parameter,
  registry,
  schedules,
  type StateDict,
  type Tensor,
  tensor,
} from "../../mod.ts";

const NAMES = registry.list("optimizer").map(({ name }) => name);

function create(name: string, config: Record<string, unknown> = {}): Optimizer {
  return registry.build<Optimizer>("optimizer", name, config);
}

function twoParameters(): Parameter[] {
  return [new Parameter([0.5, -1.2, 2]), new Parameter([[1, -0.3], [0.2, 0.8]])];
}

/** Gradients that differ from step to step. */
function gradientsAt(step: number, parameters: readonly Parameter[]): Tensor[] {
  return parameters.map((p, i) =>
    tensor(Array.from({ length: p.size }, (_, j) => Math.sin(1 + step + 3 * i + 7 * j)), {
      shape: p.shape,
    })
  );
}

function take(optimizer: Optimizer, parameters: readonly Parameter[], from: number, to: number) {
  for (let step = from; step < to; step++) {
    const gradients = gradientsAt(step, parameters);
    optimizer.applyGradients(parameters.map((p, i) => [gradients[i], p] as const));
  }
}

function valuesOf(parameters: readonly Parameter[]): unknown[] {
  return parameters.map((p) => p.toArray());
}

// Stepping.

Deno.test("Optimizer.step() updates the parameters given at construction from their grad", () => {
  const [w, unused] = [new Parameter([1, 2]), new Parameter([3])];
  const sgd = new optimizers.SGD([w, unused], { learningRate: 0.5 });
  w.mul(w).sum().backward();
  sgd.step();
  assertEquals(w.toArray(), [0, 0]);
  assertEquals(unused.toArray(), [3]);
  sgd.zeroGrad();
  assertEquals(w.grad, null);
});

Deno.test("Optimizer.step() throws when no parameters were given", () => {
  assertThrows(() => new optimizers.SGD().step(), Error, "knows no parameters");
});

Deno.test("Optimizer.step() throws when no parameter has a gradient", () => {
  assertThrows(
    () => new optimizers.SGD(twoParameters()).step(),
    Error,
    "Cannot update parameters as none of the 2 has a gradient: call backward()",
  );
});

Deno.test("Optimizer.applyGradients() leaves frozen parameters alone, and those without gradient", () => {
  const [trained, frozen, without] = [1, 2, 3].map((value) => new Parameter([value]));
  frozen.trainable = false;
  const sgd = new optimizers.SGD({ learningRate: 1, weightDecay: 0.1, useEma: true });
  sgd.applyGradients([[tensor([1]), trained], [tensor([1]), frozen], [null, without]]);
  assertAlmostEquals(trained.item(), 0.9 - 1, 1e-6);
  assertEquals([frozen.item(), without.item()], [2, 3]);
});

Deno.test("Optimizer.applyGradients() does nothing when all parameters are frozen", () => {
  const w = new Parameter([1], { trainable: false });
  const sgd = new optimizers.SGD();
  sgd.applyGradients([[tensor([1]), w]]);
  sgd.applyGradients([]);
  assertEquals([w.item(), sgd.iterations], [1, 0]);
});

Deno.test("Optimizer.applyGradients() updates nothing when one gradient has another shape", () => {
  const [first, second] = twoParameters();
  const before = valuesOf([first, second]);
  const adam = new optimizers.Adam();
  assertThrows(
    () => adam.applyGradients([[ops.onesLike(first), first], [tensor([1, 2]), second]]),
    RangeError,
    'Cannot update "parameter" as its gradient must have its shape: current shapes are [2] and [2, 2]',
  );
  assertEquals(valuesOf([first, second]), before);
  assertEquals(adam.iterations, 0);
});

Deno.test("Optimizer.applyGradients() brings gradients to the dtype of their parameters", () => {
  const w = new Parameter([1], { dtype: "float64" });
  new optimizers.SGD({ learningRate: 0.1 }).applyGradients([[tensor([1]), w]]);
  assertEquals([w.dtype, w.item()], ["float64", 0.9]);
});

Deno.test("Optimizer.applyGradients() applies constraints after the update", () => {
  class NotNegative extends Constraint {
    call(values: Tensor): Tensor {
      return ops.relu(values);
    }
  }
  const w = new Parameter([1, 1]);
  w.constraint = new NotNegative();
  new optimizers.SGD({ learningRate: 1 }).applyGradients([[tensor([3, 0.5]), w]]);
  assertEquals(w.toArray(), [0, 0.5]);
});

for (const name of NAMES) {
  Deno.test(`${name}.applyGradients() leaves earlier copies of a parameter alone`, () => {
    const parameters = twoParameters();
    const optimizer = create(name, { learningRate: 0.1, weightDecay: 0.1 });
    take(optimizer, parameters, 0, 2);
    const copies = parameters.map((p) => p.detach());
    const before = valuesOf(parameters);
    take(optimizer, parameters, 2, 4);
    assertEquals(copies.map((copy) => copy.toArray()), before);
    assert(parameters.every((p, i) => String(p.toArray()) !== String(before[i])));
  });

  Deno.test(`${name}.step() comes down a bowl`, () => {
    const w = new Parameter([1, -2, 3]);
    const optimizer = create(name, { learningRate: name === "Adadelta" ? 50 : 0.1 });
    const heightOf = () => w.mul(w).sum();
    const before = heightOf().item();
    for (let step = 0; step < 100; step++) {
      w.grad = null;
      heightOf().backward();
      optimizer.applyGradients([[w.grad, w]]);
    }
    assert(heightOf().item() < before / 4, `${heightOf().item()}`);
  });

  Deno.test(`${name}.applyGradients() holds no memory from step to step`, () => {
    const parameters = twoParameters();
    const gradients = gradientsAt(0, parameters);
    const config = { useEma: true, gradientAccumulationSteps: 2, clipnorm: 1, weightDecay: 0.1 };
    const optimizer = create(name, config);
    const apply = () =>
      optimizer.applyGradients(parameters.map((p, i) => [gradients[i], p] as const));
    for (let step = 0; step < 4; step++) apply();
    const before = getBackend().memory().bytes;
    for (let step = 0; step < 20; step++) apply();
    assertEquals(getBackend().memory().bytes, before);
  });
}

// Options.

Deno.test("Optimizer takes zeros as they are", () => {
  const { beta1, beta2, epsilon, weightDecay } = new optimizers.Adam({
    beta1: 0,
    beta2: 0,
    epsilon: 0,
    weightDecay: 0,
  });
  assertEquals([beta1, beta2, epsilon, weightDecay], [0, 0, 0, 0]);
  assertEquals(new optimizers.RMSprop({ learningRate: 0, rho: 0 }).learningRate, 0);
  assertEquals(new optimizers.AdamW({ weightDecay: 0 }).weightDecay, 0);
});

Deno.test("Optimizer has Keras's defaults", () => {
  const defaults = (name: string) => create(name).getConfig();
  assertEquals(defaults("SGD").learningRate, 0.01);
  assertEquals(defaults("AdamW").weightDecay, 0.004);
  assertEquals(defaults("Lion").beta2, 0.99);
  assertEquals(defaults("Adam"), {
    name: "adam",
    learningRate: 0.001,
    weightDecay: null,
    clipnorm: null,
    clipvalue: null,
    globalClipnorm: null,
    useEma: false,
    emaMomentum: 0.99,
    emaOverwriteFrequency: null,
    lossScaleFactor: null,
    gradientAccumulationSteps: null,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-7,
    amsgrad: false,
  });
});

Deno.test("Optimizer is called after its class unless it is named", () => {
  const names = ["SGD", "Adam", "AdamW", "RMSprop"].map((name) => create(name).name);
  assertEquals(names, ["sgd", "adam", "adamW", "rmsprop"]);
  assertEquals(new optimizers.RMSprop({ name: "slow" }).name, "slow");
});

const BAD_OPTIONS: [string, Record<string, unknown>, typeof Error, string][] = [
  ["Adam", { beta1: 1.5 }, RangeError, "beta1 must be in [0, 1): current beta1 is 1.5"],
  ["Adam", { beta2: 1 }, RangeError, "beta2 must be in [0, 1): current beta2 is 1"],
  ["Adam", { beta1: "0.9" }, TypeError, 'beta1 must be a number: current beta1 is "0.9"'],
  ["Adam", { epsilon: -1 }, RangeError, "epsilon must be finite and from 0 on"],
  ["Adam", { amsgrad: 1 }, TypeError, "amsgrad must be true or false: current amsgrad is 1"],
  ["Adam", { learningRate: NaN }, RangeError, "learningRate must be finite and from 0 on"],
  ["Adam", { learningRate: Infinity }, RangeError, "current learningRate is Infinity"],
  ["Adam", { learningRate: -0.1 }, RangeError, "current learningRate is -0.1"],
  ["Adam", { learningRate: true }, TypeError, "Cannot use true as a schedule"],
  ["Adam", { learningRate: "cosineDecai" }, RangeError, 'did you mean "CosineDecay"'],
  ["AdamW", { weightDecay: NaN }, RangeError, "weightDecay must be finite and from 0 on"],
  ["SGD", { momentum: 2 }, RangeError, "momentum must be in [0, 1]: current momentum is 2"],
  ["SGD", { nesterov: "yes" }, TypeError, "nesterov must be true or false"],
  ["SGD", { clipnorm: 0 }, RangeError, "clipnorm must be finite and above 0"],
  ["SGD", { clipvalue: -1 }, RangeError, "clipvalue must be finite and above 0"],
  ["SGD", { clipnorm: 1, clipvalue: 1 }, RangeError, "just one of clipnorm, clipvalue and"],
  ["SGD", { emaMomentum: 1.1 }, RangeError, "emaMomentum must be in [0, 1]"],
  ["SGD", { emaOverwriteFrequency: 1.5 }, RangeError, "emaOverwriteFrequency must be a whole"],
  ["SGD", { gradientAccumulationSteps: 0 }, RangeError, "must be a whole number from 1 on"],
  ["SGD", { lossScaleFactor: 0 }, RangeError, "lossScaleFactor must be finite and above 0"],
  ["RMSprop", { rho: 1 }, RangeError, "rho must be in [0, 1)"],
  ["Lion", { beta1: 0 }, RangeError, "beta1 must be in (0, 1]"],
  ["Ftrl", { learningRatePower: 1 }, RangeError, "must be finite and not above 0"],
  ["Adagrad", { initialAccumulatorValue: -1 }, RangeError, "must be finite and from 0 on"],
  ["Adafactor", { clipThreshold: 0 }, RangeError, "must be finite and above 0"],
];

for (const [name, config, kind, message] of BAD_OPTIONS) {
  const options = Deno.inspect(config, { compact: true });
  Deno.test(`${name} throws when its options are ${options}`, () => {
    const error = assertThrows(() => create(name, config), kind, message);
    assertStringIncludes((error as Error).message, "Cannot ");
  });
}

Deno.test("Optimizer names itself in the error of an option", () => {
  assertThrows(
    () => new optimizers.Adam({ beta1: 1.5 }),
    RangeError,
    "Cannot make the optimizer adam as beta1 must be in [0, 1): current beta1 is 1.5",
  );
});

Deno.test("Optimizer throws when it is given a rate by position, or tensors that are no parameters", () => {
  assertThrows(
    () => new optimizers.Adam(0.001 as unknown as undefined),
    TypeError,
    "give its options as an object, { learningRate: 0.001 }",
  );
  assertThrows(
    () => new optimizers.Adam([tensor([1])] as unknown as Parameter[]),
    TypeError,
    "as it updates parameters: met a Tensor",
  );
});

// The learning rate.

Deno.test("Optimizer.learningRate follows a schedule by its steps, and gives way to what is set", () => {
  const [w] = twoParameters();
  const learningRate = new schedules.PiecewiseConstantDecay({ boundaries: [0], values: [1, 0.5] });
  const sgd = new optimizers.SGD({ learningRate });
  assertEquals(sgd.learningRate, 1);
  take(sgd, [w], 0, 1);
  assertEquals(sgd.learningRate, 0.5);
  sgd.learningRate = 0.25;
  assertEquals([sgd.learningRate, sgd.getConfig().learningRate], [0.25, 0.25]);
  sgd.learningRate = learningRate;
  assertEquals(sgd.learningRate, 0.5);
  assertThrows(() => sgd.learningRate = NaN, RangeError, "Cannot set the learning rate of sgd");
});

Deno.test("Optimizer.applyGradients() throws when a schedule gives no rate", () => {
  class Broken extends LearningRateSchedule {
    call(): number {
      return NaN;
    }
  }
  const [w] = twoParameters();
  const before = valuesOf([w]);
  const sgd = new optimizers.SGD({ learningRate: new Broken() });
  assertThrows(() => take(sgd, [w], 0, 1), RangeError, "current learningRate is NaN");
  assertEquals(valuesOf([w]), before);
});

// Decay, averages, accumulation.

Deno.test("Optimizer.excludeFromWeightDecay() takes parameters out by identity and by name", () => {
  const kernel = new Parameter([1], { name: "kernel" });
  const bias = new Parameter([1], { name: "bias" });
  const scale = new Parameter([1], { name: "scale" });
  const sgd = new optimizers.SGD({ learningRate: 1, weightDecay: 0.5 });
  sgd.excludeFromWeightDecay({ varList: [scale], varNames: ["bias"] });
  sgd.applyGradients([kernel, bias, scale].map((p) => [tensor([0]), p] as const));
  assertEquals([kernel.item(), bias.item(), scale.item()], [0.5, 1, 1]);
});

Deno.test("Optimizer.applyGradients() accumulates gradients that come only now and then", () => {
  const [often, seldom] = [new Parameter([0]), new Parameter([0])];
  const sgd = new optimizers.SGD({ learningRate: 1, gradientAccumulationSteps: 2 });
  sgd.applyGradients([[tensor([2]), often], [tensor([6]), seldom]]);
  assertEquals([often.item(), sgd.iterations], [0, 0]);
  sgd.applyGradients([[tensor([4]), often], [null, seldom]]);
  assertEquals([often.item(), seldom.item(), sgd.iterations], [-3, -3, 1]);
});

Deno.test("Optimizer.scaleLoss() multiplies by the factor that gradients are divided by", () => {
  const w = new Parameter([1]);
  const sgd = new optimizers.SGD([w], { learningRate: 1, lossScaleFactor: 1024 });
  sgd.scaleLoss(w.mul(0.5).sum()).backward();
  assertEquals(w.grad!.item(), 512);
  sgd.step();
  assertEquals(w.item(), 0.5);
  const unscaled = tensor(1);
  assert(new optimizers.SGD().scaleLoss(unscaled) === unscaled);
});

// Config and state.

const VARIANTS: Record<string, Record<string, unknown>[]> = {
  SGD: [{}, { momentum: 0.9, nesterov: true }],
  Adam: [{}, { amsgrad: true }],
  RMSprop: [{}, { momentum: 0.5, centered: true }],
};

for (const name of NAMES) {
  for (const variant of VARIANTS[name] ?? [{}]) {
    const of = Object.keys(variant).length === 0 ? name : `${name} with ${Object.keys(variant)}`;
    const config = {
      ...variant,
      learningRate: {
        className: "CosineDecay",
        config: { initialLearningRate: 0.1, decaySteps: 9 },
      },
      useEma: true,
      emaMomentum: 0.9,
      gradientAccumulationSteps: 2,
      globalClipnorm: 2,
      weightDecay: 0.01,
    };

    Deno.test(`${of}: getConfig() makes an equal optimizer`, () => {
      const optimizer = create(name, { ...config, name: "mine" });
      const again = (optimizer.constructor as typeof optimizers.SGD).fromConfig(
        JSON.parse(JSON.stringify(optimizer.getConfig())),
      );
      assertEquals(again.getConfig(), optimizer.getConfig());
      const [one, other] = [twoParameters(), twoParameters()];
      take(optimizer, one, 0, 6);
      take(again, other, 0, 6);
      assertEquals(valuesOf(other), valuesOf(one));
    });

    Deno.test(`${of}: a loaded state goes on as if nothing had happened`, () => {
      const [original, resumed] = [create(name, config), create(name, config)];
      const [one, other] = [twoParameters(), twoParameters()];
      take(original, one, 0, 5); // in the middle of an accumulation
      const state = original.stateDict(one);
      const saved = Object.fromEntries(
        Object.entries(state).map(([path, values]) => [path, values.toArray()]),
      );
      take(resumed, other, 3, 6); // to be forgotten
      other.forEach((p, i) => p.assign(one[i]));
      resumed.loadStateDict(state, other);
      assertEquals(resumed.iterations, 2);
      take(original, one, 5, 12);
      take(resumed, other, 5, 12);
      assertEquals(valuesOf(other), valuesOf(one));
      original.finalizeVariableValues();
      resumed.finalizeVariableValues();
      assertEquals(valuesOf(other), valuesOf(one));
      for (const [path, values] of Object.entries(state)) {
        assertEquals(values.toArray(), saved[path], `${path} changed with later steps`);
      }
    });
  }
}

Deno.test("Optimizer.stateDict() names state by the place of its parameter", () => {
  const parameters = twoParameters();
  const adam = new optimizers.Adam(parameters);
  assertEquals(Object.keys(adam.stateDict()), ["iterations"]);
  take(adam, parameters, 0, 3);
  assertEquals(Object.keys(adam.stateDict()), [
    "iterations",
    "0.momentum",
    "0.velocity",
    "1.momentum",
    "1.velocity",
  ]);
  assertEquals(adam.stateDict().iterations.item(), 3);
});

const FOREIGN_STATES: [string, (state: StateDict) => StateDict, string][] = [
  ["of another optimizer", () => ({ "0.accumulator": tensor([1, 2, 3]) }), 'no "0.accumulator"'],
  ["of more parameters", () => ({ "7.momentum": tensor([1]) }), 'there is no "7.momentum"'],
  [
    "of other shapes",
    (state) => ({ ...state, "0.momentum": tensor([1, 2]) }),
    '"0.momentum" is [2] instead of [3]',
  ],
  [
    "that lacks a part",
    ({ "0.velocity": _, ...rest }) => rest,
    'a "velocity" is missing: it belongs to another optimizer or model',
  ],
  ["with a broken count", () => ({ iterations: tensor(-1) }), "number of steps is -1"],
  ["with a hostile name", () => ({ "0.__proto__": tensor(1) }), 'no "0.__proto__"'],
  ["without a place", () => ({ momentum: tensor(1) }), 'there is no "momentum"'],
];

for (const [what, spoil, message] of FOREIGN_STATES) {
  Deno.test(`Optimizer.loadStateDict() changes nothing when it gets a state ${what}`, () => {
    const [one, other] = [twoParameters(), twoParameters()];
    const [adam, control] = [new optimizers.Adam(one), new optimizers.Adam(other)];
    take(adam, one, 0, 2);
    take(control, other, 0, 2);
    assertThrows(() => adam.loadStateDict(spoil(adam.stateDict())), RangeError, message);
    take(adam, one, 2, 4);
    take(control, other, 2, 4);
    assertEquals(valuesOf(one), valuesOf(other));
  });
}

Deno.test("Optimizer is found by Keras's names and lists near ones", () => {
  assert(registry.build("optimizer", "adam") instanceof optimizers.Adam);
  assert(registry.build("optimizer", "rms_prop") instanceof optimizers.RMSprop);
  assertThrows(
    () => registry.build("optimizer", "adma"),
    RangeError,
    'Cannot find the optimizer "adma" in the registry: did you mean "Adam"',
  );
});
