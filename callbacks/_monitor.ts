import { Callback, type Logs } from "../core/callback.ts";
import { errors } from "../core/errors.ts";
import { oneOf } from "../core/options.ts";
import { findLog } from "./_logs.ts";

const MODES = ["auto", "min", "max"] as const;

/** Whether less is better, or more; `"auto"` tells by the name. */
export type MonitorMode = typeof MODES[number];

/** Options of callbacks that watch a value. */
export interface MonitorOptions {
  /** The log to watch; `val_loss` and `valLoss` are one. @default "valLoss" */
  monitor?: string;
  /**
   * Whether less is better, or more. `"auto"` takes more for better in accuracies and their like (AUC, precision,
   * recall, F-scores, R², IoU, cosine similarity), less in all else. @default "auto"
   */
  mode?: MonitorMode;
  /** How much better a value must be to count, from 0 on. @default 0 */
  minDelta?: number;
}

/** Names of values of which more is better. */
const MORE_IS_BETTER =
  /acc|auc|precision|recall|f1|fbeta|r2|iou|dice|similarity|score|specificity/i;

/** The base of callbacks that watch a value and act when it gets better, or does not. */
export abstract class Monitor extends Callback {
  readonly monitor: string;
  readonly mode: MonitorMode;
  readonly minDelta: number;
  #hasWarned = false;

  constructor({ monitor = "valLoss", mode = "auto", minDelta = 0 }: MonitorOptions) {
    super();
    const action = `make ${this.constructor.name}`;
    if (!Number.isFinite(minDelta)) throw errors.option(action, "minDelta", "finite", minDelta);
    this.monitor = monitor;
    this.mode = oneOf(action, "mode", mode, MODES);
    this.minDelta = Math.abs(minDelta);
  }

  /** The watched value of an epoch, or `null` where its logs have none, which is told once. */
  protected watched(epoch: number, logs: Logs): number | null {
    const name = findLog(logs, this.monitor);
    if (name !== null) return logs[name];
    if (!this.#hasWarned) {
      this.#hasWarned = true;
      console.warn(
        `${this.constructor.name} watches "${this.monitor}", which epoch ${
          epoch + 1
        } did not give: its logs are ` +
          `${Object.keys(logs).join(", ")}; give validationData, or monitor one of these`,
      );
    }
    return null;
  }

  /** Whether a value is better than another by `minDelta`; any number is better than none. */
  protected improves(value: number, reference: number | null): boolean {
    if (Number.isNaN(value)) return false;
    if (reference === null) return true;
    const wantsMore = this.mode === "max" ||
      (this.mode === "auto" && MORE_IS_BETTER.test(this.monitor));
    return wantsMore ? value - this.minDelta > reference : value + this.minDelta < reference;
  }
}

/** A whole number from 0 on, checked. */
export function checkCount(action: string, option: string, value: number): number {
  if (Number.isInteger(value) && value >= 0) return value;
  throw errors.option(action, option, "a whole number from 0 on", value);
}
