/** The built-in callbacks, for the manifest. */

import { History } from "../core/history.ts";
import type { PluginEntry } from "../core/plugin.ts";
import { CSVLogger } from "./csv_logger.ts";
import { EarlyStopping } from "./early_stopping.ts";
import { LambdaCallback } from "./lambda_callback.ts";
import { LearningRateScheduler } from "./learning_rate_scheduler.ts";
import { ModelCheckpoint } from "./model_checkpoint.ts";
import { ProgressBar } from "./progress_bar.ts";
import { ReduceLROnPlateau } from "./reduce_lr_on_plateau.ts";
import { TerminateOnNaN } from "./terminate_on_nan.ts";

export const callbacks: readonly PluginEntry[] = [
  {
    kind: "callback",
    name: "History",
    value: History,
    description: "Keeps the logs of each epoch",
  },
  {
    kind: "callback",
    name: "ProgressBar",
    aliases: ["ProgbarLogger"],
    value: ProgressBar,
    description: "Shows how far a run is",
  },
  {
    kind: "callback",
    name: "EarlyStopping",
    value: EarlyStopping,
    description: "Ends training when it no longer helps",
  },
  {
    kind: "callback",
    name: "ModelCheckpoint",
    value: ModelCheckpoint,
    description: "Saves the model while it is trained",
    sample: { config: { filepath: "{folder}/{epoch}.tensaur" } },
  },
  {
    kind: "callback",
    name: "ReduceLROnPlateau",
    value: ReduceLROnPlateau,
    description: "Lowers the learning rate when training no longer helps",
  },
  {
    kind: "callback",
    name: "LearningRateScheduler",
    value: LearningRateScheduler,
    description: "Sets the learning rate of each epoch",
    sample: { config: { schedule: (_: number, rate: number): number => rate / 2 } },
  },
  {
    kind: "callback",
    name: "TerminateOnNaN",
    value: TerminateOnNaN,
    description: "Ends training when the loss is no number",
  },
  {
    kind: "callback",
    name: "LambdaCallback",
    value: LambdaCallback,
    description: "A callback of functions",
  },
  {
    kind: "callback",
    name: "CSVLogger",
    value: CSVLogger,
    description: "Writes the logs of each epoch to a file",
    sample: { config: { filename: "{folder}/training.csv" } },
  },
];
