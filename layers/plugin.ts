/** The built-in layers, for the manifest. */

import type { PluginEntry } from "../core/plugin.ts";
import { Activation, Sigmoid, Tanh } from "./activation.ts";
import { Dense } from "./dense.ts";
import { Dropout } from "./dropout.ts";
import { Flatten } from "./flatten.ts";
import { Identity, InputLayer } from "./input.ts";
import { ELU, LeakyReLU, PReLU, ReLU } from "./rectifiers.ts";
import { Reshape } from "./reshape.ts";
import { Softmax } from "./softmax.ts";

export const layers: readonly PluginEntry[] = [
  {
    kind: "layer",
    name: "InputLayer",
    aliases: ["Input"],
    value: InputLayer,
    description: "Says what a model takes, and checks it",
    sample: { config: { shape: [4] }, wrongShape: [2, 5] },
  },
  {
    kind: "layer",
    name: "Dense",
    aliases: ["Linear"],
    value: Dense,
    description: "Weighted sums of all inputs",
    sample: { config: { units: 3, activation: "tanh" }, wrongShape: [2, 5] },
  },
  {
    kind: "layer",
    name: "Activation",
    value: Activation,
    description: "Passes the input through an activation",
    sample: { config: { activation: "tanh" } },
  },
  { kind: "layer", name: "ReLU", value: ReLU, description: "max(x, 0)" },
  {
    kind: "layer",
    name: "LeakyReLU",
    value: LeakyReLU,
    description: "x above 0, a part of it below",
  },
  {
    kind: "layer",
    name: "PReLU",
    value: PReLU,
    description: "x above 0, a learnt part of it below",
    sample: { wrongShape: [2, 5] },
  },
  { kind: "layer", name: "ELU", value: ELU, description: "x above 0, alpha·(e^x − 1) below" },
  { kind: "layer", name: "Sigmoid", value: Sigmoid, description: "1 / (1 + e^−x)" },
  { kind: "layer", name: "Tanh", value: Tanh, description: "The hyperbolic tangent" },
  {
    kind: "layer",
    name: "Softmax",
    value: Softmax,
    description: "Positive numbers whose sum is 1",
  },
  {
    kind: "layer",
    name: "Dropout",
    value: Dropout,
    description: "Sets random elements to 0 in training",
    sample: { config: { rate: 0.5 } },
  },
  {
    kind: "layer",
    name: "Flatten",
    value: Flatten,
    description: "All axes of an example as one",
    sample: { inputShape: [null, 3, 2] },
  },
  {
    kind: "layer",
    name: "Reshape",
    value: Reshape,
    description: "The elements of an example in another shape",
    sample: { config: { targetShape: [2, -1] }, wrongShape: [2, 5] },
  },
  {
    kind: "layer",
    name: "Identity",
    value: Identity,
    description: "The input as it is",
  },
];
