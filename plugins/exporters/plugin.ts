/** What this folder brings, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";
import { OnnxExporter } from "./onnx/exporter.ts";
import { SafetensorsExporter } from "./safetensors/exporter.ts";
import { TensaurExporter } from "./tensaur/exporter.ts";

export const exporters: readonly PluginEntry[] = [
  {
    kind: "exporter",
    name: "safetensors",
    aliases: ["SafetensorsExporter"],
    description: "Writes the weights of a model as a .safetensors file.",
    value: SafetensorsExporter,
  },
  {
    kind: "exporter",
    name: "tensaur",
    aliases: ["TensaurExporter"],
    description:
      "Writes architecture, weights and the state of training as one .tensaur file, from which training goes on.",
    value: TensaurExporter,
  },
  {
    kind: "exporter",
    name: "onnx",
    aliases: ["OnnxExporter"],
    description:
      "Writes what a model computes in inference as an .onnx file, which other runtimes run.",
    value: OnnxExporter,
  },
];
