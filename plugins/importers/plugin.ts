/** What this folder brings, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";
import { SafetensorsImporter } from "./safetensors/importer.ts";
import { TensaurImporter } from "./tensaur/importer.ts";

export const importers: readonly PluginEntry[] = [
  {
    kind: "importer",
    name: "safetensors",
    aliases: ["SafetensorsImporter"],
    description: "Reads the weights of a model from a .safetensors file.",
    value: SafetensorsImporter,
  },
  {
    kind: "importer",
    name: "tensaur",
    aliases: ["TensaurImporter"],
    description: "Reads a whole model, with the state of its training, from a .tensaur file.",
    value: TensaurImporter,
  },
];
