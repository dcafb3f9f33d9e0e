/** The built-in initializers, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";
import { Constant, Identity, Ones, Zeros } from "./constant.ts";
import { Orthogonal } from "./orthogonal.ts";
import { RandomNormal, RandomUniform, TruncatedNormal } from "./random.ts";
import {
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  LecunNormal,
  LecunUniform,
  VarianceScaling,
} from "./variance_scaling.ts";

export const initializers: readonly PluginEntry[] = [
  { kind: "initializer", name: "Zeros", value: Zeros, description: "Fills with 0" },
  { kind: "initializer", name: "Ones", value: Ones, description: "Fills with 1" },
  { kind: "initializer", name: "Constant", value: Constant, description: "Fills with one value" },
  {
    kind: "initializer",
    name: "Identity",
    aliases: ["IdentityInitializer"],
    value: Identity,
    description: "A matrix with one value on its diagonal",
  },
  {
    kind: "initializer",
    name: "RandomUniform",
    aliases: ["Uniform"],
    value: RandomUniform,
    description: "Draws evenly between two bounds",
  },
  {
    kind: "initializer",
    name: "RandomNormal",
    aliases: ["Normal"],
    value: RandomNormal,
    description: "Draws from a normal distribution",
  },
  {
    kind: "initializer",
    name: "TruncatedNormal",
    value: TruncatedNormal,
    description: "Draws from a normal distribution cut off at two standard deviations",
  },
  {
    kind: "initializer",
    name: "VarianceScaling",
    value: VarianceScaling,
    description: "Scales the variance with the number of inputs or outputs",
  },
  {
    kind: "initializer",
    name: "GlorotUniform",
    aliases: ["XavierUniform"],
    value: GlorotUniform,
    description: "Evenly from ±√(6 / (inputs + outputs))",
  },
  {
    kind: "initializer",
    name: "GlorotNormal",
    aliases: ["XavierNormal"],
    value: GlorotNormal,
    description: "Normal with variance 2 / (inputs + outputs)",
  },
  {
    kind: "initializer",
    name: "HeUniform",
    aliases: ["KaimingUniform"],
    value: HeUniform,
    description: "Evenly from ±√(6 / inputs), for ReLU",
  },
  {
    kind: "initializer",
    name: "HeNormal",
    aliases: ["KaimingNormal"],
    value: HeNormal,
    description: "Normal with variance 2 / inputs, for ReLU",
  },
  {
    kind: "initializer",
    name: "LecunUniform",
    value: LecunUniform,
    description: "Evenly from ±√(3 / inputs), for SELU",
  },
  {
    kind: "initializer",
    name: "LecunNormal",
    value: LecunNormal,
    description: "Normal with variance 1 / inputs, for SELU",
  },
  {
    kind: "initializer",
    name: "Orthogonal",
    aliases: ["OrthogonalInitializer"],
    value: Orthogonal,
    description: "An orthogonal matrix",
  },
];
