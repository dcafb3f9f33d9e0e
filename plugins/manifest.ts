/**
 * All that is built in. Everything here comes in by the door that a third party's package uses; taking an entry
 * out makes just that item unknown.
 *
 * @module
 */

import { callbacks } from "../callbacks/plugin.ts";
import { Model } from "../core/model.ts";
import { defineManifest, type PluginManifest } from "../core/plugin.ts";
import { Sequential } from "../core/sequential.ts";
import { layers } from "../layers/plugin.ts";
import { VERSION } from "../version.ts";
import { activations } from "./activations/plugin.ts";
import { backends } from "./backends/plugin.ts";
import { constraints } from "./constraints/plugin.ts";
import { datasets } from "./datasets/plugin.ts";
import { exporters } from "./exporters/plugin.ts";
import { importers } from "./importers/plugin.ts";
import { initializers } from "./initializers/plugin.ts";
import { losses } from "./losses/plugin.ts";
import { metrics } from "./metrics/plugin.ts";
import { optimizers } from "./optimizers/plugin.ts";
import { regularizers } from "./regularizers/plugin.ts";
import { schedules } from "./schedules/plugin.ts";

/** The manifest of the framework's own package. */
export const manifest: PluginManifest = defineManifest({
  name: "tensaur",
  version: VERSION,
  plugins: [
    ...backends,
    ...initializers,
    ...regularizers,
    ...constraints,
    ...activations,
    ...layers,
    {
      kind: "layer",
      name: "Functional",
      aliases: ["Model"],
      value: Model,
      description: "A model of layers that branch and join",
      sample: {
        config: {
          graph: {
            layers: [
              { className: "InputLayer", config: { shape: [4] } },
              { className: "Dense", config: { units: 2 } },
            ],
            nodes: [{ input: 0 }, { layer: 1, from: "node:0" }],
            constants: [],
            variables: [],
            inputs: "node:0",
            outputs: "node:1",
          },
        },
        wrongShape: [2, 5],
      },
    },
    {
      kind: "layer",
      name: "Sequential",
      value: Sequential,
      description: "A model that is a list of layers",
      sample: {
        config: { layers: [{ className: "Dense", config: { units: 2 } }] },
        wrongShape: [2, 5],
      },
    },
    ...losses,
    ...metrics,
    ...schedules,
    ...optimizers,
    ...callbacks,
    ...datasets,
    ...exporters,
    ...importers,
  ],
});
