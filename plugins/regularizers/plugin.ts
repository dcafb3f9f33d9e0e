/** The built-in regularizers, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";
import { OrthogonalRegularizer } from "./orthogonal_regularizer.ts";
import { L1, L1L2, L2 } from "./penalties.ts";

export const regularizers: readonly PluginEntry[] = [
  { kind: "regularizer", name: "L1", value: L1, description: "l1 · Σ |w|" },
  { kind: "regularizer", name: "L2", value: L2, description: "l2 · Σ w²" },
  { kind: "regularizer", name: "L1L2", value: L1L2, description: "l1 · Σ |w| + l2 · Σ w²" },
  {
    kind: "regularizer",
    name: "OrthogonalRegularizer",
    value: OrthogonalRegularizer,
    description: "The mean of |cos| over pairs of rows or columns",
  },
];
