/**
 * Callbacks: observers of training.
 *
 * @module
 */

export type { MonitorMode, MonitorOptions } from "./_monitor.ts";
export { CSVLogger, type CSVLoggerOptions } from "./csv_logger.ts";
export { EarlyStopping, type EarlyStoppingOptions } from "./early_stopping.ts";
export { Callback } from "../core/callback.ts";
export { History } from "../core/history.ts";
export { type HookName, type Hooks, LambdaCallback } from "./lambda_callback.ts";
export {
  LearningRateScheduler,
  type LearningRateSchedulerOptions,
} from "./learning_rate_scheduler.ts";
export { ModelCheckpoint, type ModelCheckpointOptions } from "./model_checkpoint.ts";
export { ProgressBar, ProgressBar as ProgbarLogger } from "./progress_bar.ts";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./reduce_lr_on_plateau.ts";
export { TerminateOnNaN, type TerminateOnNaNOptions } from "./terminate_on_nan.ts";
