/**
 * The manifest in TypeScript: its imports are literal, so bundlers follow them and no permission is needed.
 *
 * @module
 */

import { defineManifest, type PluginManifest } from "@tensaur/tensaur";

const manifest: PluginManifest = defineManifest({
  name: "waves",
  version: "1.0.0",
  engine: "^0.1.0",
  plugins: [
    {
      kind: "layer",
      name: "Snake",
      description: "An activation that repeats itself, with a trained frequency for each feature",
      load: () => import("./snake.ts"),
    },
    {
      kind: "optimizer",
      name: "Signum",
      description: "Steps of one length, by the sign of the gradient's running mean",
      load: () => import("./signum.ts"),
    },
    {
      kind: "loss",
      name: "Charbonnier",
      description: "The absolute error with a round bottom",
      load: () => import("./charbonnier.ts"),
    },
    {
      kind: "callback",
      name: "Sparkline",
      description: "Prints how the loss went as one line",
      load: () => import("./sparkline.ts"),
    },
    {
      kind: "exporter",
      name: "outline",
      description: "Writes the layers of a model as a text",
      load: () => import("./outline.ts"),
      export: "OutlineExporter",
      permissions: ["read", "write"],
    },
  ],
});

export default manifest;
