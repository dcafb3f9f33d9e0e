import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { type LearningRateSchedule, registry, schedules } from "../../mod.ts";

const DECAY = { initialLearningRate: 0.1, decaySteps: 20 };
const CONFIGS: Record<string, Record<string, unknown>> = {
  ExponentialDecay: { ...DECAY, decayRate: 0.9, staircase: true },
  InverseTimeDecay: { ...DECAY, decayRate: 0.5, staircase: true },
  PolynomialDecay: { ...DECAY, endLearningRate: 0, power: 2, cycle: true },
  PiecewiseConstantDecay: { boundaries: [5, 10], values: [1, 0.5, 0.25] },
  CosineDecay: { ...DECAY, alpha: 0.1, warmupTarget: 0.2, warmupSteps: 4 },
  CosineDecayRestarts: {
    initialLearningRate: 0.1,
    firstDecaySteps: 3,
    tMul: 1.5,
    mMul: 0.9,
    alpha: 0.1,
  },
};

for (const { name } of registry.list("schedule")) {
  Deno.test(`${name}.getConfig() makes an equal schedule`, () => {
    const config = { ...CONFIGS[name], name: "mine" };
    const schedule = registry.build<LearningRateSchedule>("schedule", name, config);
    const written = JSON.parse(JSON.stringify(schedule.getConfig()));
    assertEquals(written, config);
    const again = registry.build<LearningRateSchedule>("schedule", name, written);
    for (const step of [0, 3, 7, 50]) assertEquals(again.call(step), schedule.call(step));
  });
}

Deno.test("CosineDecayRestarts.call() restarts just where a fall ends", () => {
  const schedule = new schedules.CosineDecayRestarts({
    initialLearningRate: 1,
    firstDecaySteps: 1,
    tMul: 3,
  });
  // 1 + 3 + 9 + 27 + 81 steps: the logarithm of 243 to the base 3 comes out below 5.
  for (const step of [1, 4, 13, 40, 121]) assertAlmostEquals(schedule.call(step), 1, 1e-12);
});

Deno.test("CosineDecay.call() begins to fall at once where the warmup takes no step", () => {
  const schedule = new schedules.CosineDecay({
    initialLearningRate: 0,
    decaySteps: 10,
    warmupTarget: 1,
  });
  assertEquals([schedule.call(0), schedule.call(10)], [1, 0]);
});

const BAD_OPTIONS: [string, Record<string, unknown>, typeof Error, string][] = [
  [
    "ExponentialDecay",
    {},
    TypeError,
    "Cannot make the schedule exponentialDecay as initialLearning",
  ],
  ["ExponentialDecay", { decaySteps: 0 }, RangeError, "decaySteps must be finite and above 0"],
  [
    "ExponentialDecay",
    { initialLearningRate: NaN },
    RangeError,
    "current initialLearningRate is NaN",
  ],
  ["InverseTimeDecay", { decayRate: -1 }, RangeError, "decayRate must be finite and from 0 on"],
  ["InverseTimeDecay", { staircase: 1 }, TypeError, "staircase must be true or false"],
  ["PolynomialDecay", { power: 0 }, RangeError, "power must be finite and above 0"],
  ["CosineDecay", { alpha: 2 }, RangeError, "alpha must be in [0, 1]: current alpha is 2"],
  ["CosineDecayRestarts", { tMul: 0.5 }, RangeError, "tMul must be finite and from 1 on"],
  [
    "PiecewiseConstantDecay",
    { boundaries: [1] },
    RangeError,
    "the number of values must be one more than the 1 boundaries: current number of values is 3",
  ],
  ["PiecewiseConstantDecay", { boundaries: [5, 5] }, RangeError, "boundaries must be ascending"],
  ["PiecewiseConstantDecay", { values: [1, 0.5, -1] }, RangeError, "values[2] must be finite and"],
];

for (const [name, options, kind, message] of BAD_OPTIONS) {
  Deno.test(`${name} throws when its options are ${Deno.inspect(options, { compact: true })}`, () => {
    const config = Object.keys(options).length === 0 ? {} : { ...CONFIGS[name], ...options };
    assertThrows(() => registry.build("schedule", name, config), kind, message);
  });
}
