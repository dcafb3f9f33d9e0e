/** The built-in constraints, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";
import { NonNeg } from "./non_neg.ts";
import { MaxNorm, MinMaxNorm, UnitNorm } from "./norm.ts";

export const constraints: readonly PluginEntry[] = [
  {
    kind: "constraint",
    name: "MaxNorm",
    value: MaxNorm,
    description: "Weight vectors no longer than a bound",
  },
  {
    kind: "constraint",
    name: "MinMaxNorm",
    value: MinMaxNorm,
    description: "Weight vectors between two lengths",
  },
  { kind: "constraint", name: "NonNeg", value: NonNeg, description: "No weight below 0" },
  {
    kind: "constraint",
    name: "UnitNorm",
    value: UnitNorm,
    description: "Weight vectors of length 1",
  },
];
