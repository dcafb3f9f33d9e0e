/** The built-in learning rate schedules, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";
import { CosineDecay, CosineDecayRestarts } from "./cosine_decay.ts";
import { PiecewiseConstantDecay } from "./piecewise_constant_decay.ts";
import { PolynomialDecay } from "./polynomial_decay.ts";
import { ExponentialDecay, InverseTimeDecay } from "./rate_decay.ts";

/** Options that a schedule cannot do without, for checks of its contract. */
const DECAY = { initialLearningRate: 0.1, decaySteps: 10 };

export const schedules: readonly PluginEntry[] = [
  {
    kind: "schedule",
    name: "ExponentialDecay",
    value: ExponentialDecay,
    description: "Falls by one factor every so many steps",
    sample: { config: { ...DECAY, decayRate: 0.5 } },
  },
  {
    kind: "schedule",
    name: "InverseTimeDecay",
    value: InverseTimeDecay,
    description: "Falls with one over the time",
    sample: { config: { ...DECAY, decayRate: 0.5 } },
  },
  {
    kind: "schedule",
    name: "PolynomialDecay",
    value: PolynomialDecay,
    description: "Goes from one rate to another, in a straight line or a power",
    sample: { config: DECAY },
  },
  {
    kind: "schedule",
    name: "PiecewiseConstantDecay",
    aliases: ["PiecewiseConstant"],
    value: PiecewiseConstantDecay,
    description: "Changes at given steps",
    sample: { config: { boundaries: [10], values: [0.1, 0.01] } },
  },
  {
    kind: "schedule",
    name: "CosineDecay",
    value: CosineDecay,
    description: "Falls along half a cosine, after a warmup where one is asked for",
    sample: { config: DECAY },
  },
  {
    kind: "schedule",
    name: "CosineDecayRestarts",
    aliases: ["SGDRDecay"],
    value: CosineDecayRestarts,
    description: "Falls along half a cosine, again and again",
    sample: { config: { initialLearningRate: 0.1, firstDecaySteps: 10 } },
  },
];
