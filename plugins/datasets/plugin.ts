/** What this folder brings, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";
import { digits, fashionMnist, mnist } from "./mod.ts";

export const datasets: readonly PluginEntry[] = [
  {
    kind: "dataset",
    name: "mnist",
    description: "Handwritten digits; the built-in digits where the files are not at hand",
    value: mnist,
  },
  {
    kind: "dataset",
    name: "fashionMnist",
    description: "Pictures of clothes in the form of MNIST",
    value: fashionMnist,
  },
  {
    kind: "dataset",
    name: "digits",
    description: "Handwritten-looking digits, drawn on the spot",
    value: digits,
  },
];
