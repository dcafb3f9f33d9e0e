/** The built-in optimizers, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";
import { Adadelta } from "./adadelta.ts";
import { Adafactor } from "./adafactor.ts";
import { Adagrad } from "./adagrad.ts";
import { Adam, AdamW } from "./adam.ts";
import { Adamax } from "./adamax.ts";
import { Ftrl } from "./ftrl.ts";
import { Lamb } from "./lamb.ts";
import { Lion } from "./lion.ts";
import { Nadam } from "./nadam.ts";
import { RMSprop } from "./rmsprop.ts";
import { SGD } from "./sgd.ts";

export const optimizers: readonly PluginEntry[] = [
  {
    kind: "optimizer",
    name: "SGD",
    value: SGD,
    description: "Gradient descent, with momentum where one is given",
  },
  {
    kind: "optimizer",
    name: "Adam",
    value: Adam,
    description: "The mean gradient divided by the root of its mean square",
  },
  {
    kind: "optimizer",
    name: "AdamW",
    value: AdamW,
    description: "Adam with weight decay beside the gradient",
  },
  {
    kind: "optimizer",
    name: "RMSprop",
    value: RMSprop,
    description: "The gradient divided by the root of its mean square",
  },
  {
    kind: "optimizer",
    name: "Adagrad",
    value: Adagrad,
    description: "Slows down for each element by the gradients it has had",
  },
  {
    kind: "optimizer",
    name: "Adadelta",
    value: Adadelta,
    description: "Steps in the unit of the parameter",
  },
  {
    kind: "optimizer",
    name: "Adamax",
    value: Adamax,
    description: "Adam with the greatest gradient of late as the divisor",
  },
  {
    kind: "optimizer",
    name: "Nadam",
    value: Nadam,
    description: "Adam with Nesterov's momentum",
  },
  { kind: "optimizer", name: "Lion", value: Lion, description: "Steps of one length, by sign" },
  {
    kind: "optimizer",
    name: "Lamb",
    value: Lamb,
    description: "Adam's step stretched to the norm of the parameter, for large batches",
  },
  {
    kind: "optimizer",
    name: "Ftrl",
    value: Ftrl,
    description: "For wide and sparse models, with parameters that become 0",
  },
  {
    kind: "optimizer",
    name: "Adafactor",
    value: Adafactor,
    description: "Adam with a state of rows and columns alone",
  },
];
