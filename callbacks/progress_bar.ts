/**
 * The callback that shows how far a run is.
 *
 * @module
 */

import { Callback, type CallbackParams, type Logs } from "../core/callback.ts";
import { runtime } from "../core/runtime.ts";
import { formatSeconds, formatStepTime, formatValue } from "./_logs.ts";
import { type Display, lineDisplay, systemDisplay } from "./_terminal.ts";

/** The bar is drawn again after so many milliseconds at the earliest; only then are logs read. */
const REDRAW_EVERY = 100;

/** Between how narrow and how wide a bar is. */
const [NARROWEST, WIDEST] = [8, 30];

const SEPARATOR = " - ";
const GREEN = "\x1b[32m";
const GREY = "\x1b[90m";
const PLAIN = "\x1b[39m";
const NO_LOGS: Logs = {};

/**
 * Shows epoch, steps, time and metrics: in a terminal as a bar that moves, drawn at most ten times a second; elsewhere,
 * and with `verbose: 2`, as a line when an epoch is over. `fit` brings one of its own, and so do `evaluate` and
 * `predict`, unless `verbose` is 0. It needs no permission.
 *
 * @example
 * ```ts
 * import { callbacks, layers, ones, sequential } from "@tensaur/tensaur";
 *
 * const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
 * model.compile({ optimizer: "sgd", loss: "mse" });
 * const bar = new callbacks.ProgressBar();
 * await model.fit(ones([4, 2]), ones([4, 1]), { epochs: 2, callbacks: [bar] });
 * ```
 */
export class ProgressBar extends Callback {
  #display: Display | null = null;
  #label = "";
  #isTraining = false;
  #done = 0;
  /** In milliseconds: when the run began, the first and the last step ended, the line was drawn. */
  #began = 0;
  #firstStep = 0;
  #lastStep = 0;
  #drawn = 0;

  /** Chooses between a bar, lines and nothing. */
  override setParams(params: CallbackParams): void {
    super.setParams(params);
    const { verbose } = params;
    this.#display = verbose === 0 ? null : verbose === 2 ? lineDisplay() : systemDisplay();
  }

  /** Begins a line. */
  override onEpochBegin(epoch: number): void {
    this.#isTraining = true;
    this.#begin(`Epoch ${epoch + 1}/${this.params.epochs}`);
  }

  /** Counts a step. */
  override onTrainBatchEnd(batch: number, logs: Logs): void {
    this.#step(batch + 1, logs);
  }

  /** Ends the line. */
  override onEpochEnd(_epoch: number, logs: Logs): void {
    this.#finish(logs);
  }

  /** Ends a line that an error left behind. */
  override onTrainEnd(): void {
    this.#isTraining = false;
    this.#display?.close();
  }

  /** Begins a line, or says that an epoch is being validated. */
  override onTestBegin(): void {
    if (this.#isTraining) this.#redraw(`${this.#summary(true)} - validating`);
    else this.#begin("Evaluate");
  }

  /** Counts a step. */
  override onTestBatchEnd(batch: number, logs: Logs): void {
    if (!this.#isTraining) this.#step(batch + 1, logs);
  }

  /** Ends the line. */
  override onTestEnd(logs: Logs): void {
    if (!this.#isTraining) this.#finish(logs);
  }

  /** Begins a line. */
  override onPredictBegin(): void {
    this.#begin("Predict");
  }

  /** Counts a step. */
  override onPredictBatchEnd(batch: number): void {
    this.#step(batch + 1, NO_LOGS);
  }

  /** Ends the line. */
  override onPredictEnd(): void {
    this.#finish(NO_LOGS);
  }

  #begin(label: string): void {
    this.#label = label;
    this.#done = 0;
    this.#began = this.#firstStep = this.#lastStep = performance.now();
    this.#redraw(this.#summary(false));
  }

  #step(done: number, logs: Logs): void {
    this.#done = done;
    this.#lastStep = performance.now();
    if (done === 1) this.#firstStep = this.#lastStep;
    if (this.#lastStep - this.#drawn < REDRAW_EVERY || this.#display?.columns === null) return;
    // What a backend cannot read at once is shown when the epoch is over.
    const readable = runtime().backend.view === undefined ? NO_LOGS : logs;
    this.#redraw(this.#summary(false), readable);
  }

  #redraw(summary: string, logs: Logs = NO_LOGS): void {
    const display = this.#display;
    if (display === null || display.columns === null) return;
    this.#drawn = performance.now();
    const parts = this.#parts(summary, logs);
    // A line that wraps could not be drawn again.
    const short = () => parts.join(SEPARATOR).slice(0, display.columns! - 1);
    display.redraw(this.#withBar(parts, display) ?? short());
  }

  #finish(logs: Logs): void {
    if (this.#display === null) return;
    const parts = this.#parts(this.#summary(true), logs);
    const { columns } = this.#display;
    const line = this.#withBar(parts, this.#display) ?? parts.join(SEPARATOR);
    const fits = columns === null || parts.join(SEPARATOR).length < columns;
    this.#display.finish(fits ? line : [this.#label, ...parts.slice(1)].join(SEPARATOR));
  }

  /** Time and speed: what is still to come, or what went by. */
  #summary(isOver: boolean): string {
    if (this.#done === 0) return "";
    const { steps } = this.params;
    // The first step warms up: where there are more, it tells nothing of their speed.
    const perStep = this.#done === 1
      ? this.#lastStep - this.#began
      : (this.#lastStep - this.#firstStep) / (this.#done - 1);
    const time = steps === null || isOver
      ? formatSeconds((performance.now() - this.#began) / 1000)
      : `ETA ${formatSeconds((steps - this.#done) * perStep / 1000)}`;
    return time + SEPARATOR + formatStepTime(perStep / 1000);
  }

  /** What a line tells: where the run is, times, metrics. */
  #parts(summary: string, logs: Logs): string[] {
    const { steps } = this.params;
    const count = steps === null
      ? `${this.#done} steps`
      : `${String(this.#done).padStart(String(steps).length)}/${steps}`;
    const metrics = Object.keys(logs).map((name) => `${name}: ${formatValue(logs[name])}`);
    return [`${this.#label} ${count}`, summary, ...metrics].filter((part) => part !== "");
  }

  /** A line with a bar after its first part; `null` where there is no room for one, or no end. */
  #withBar([head, ...rest]: string[], { columns, hasColor }: Display): string | null {
    const { steps } = this.params;
    if (columns === null || steps === null) return null;
    const tail = rest.join(SEPARATOR);
    const width = Math.min(WIDEST, columns - head.length - tail.length - 3);
    if (width < NARROWEST) return null;
    const full = Math.round(width * Math.min(1, this.#done / steps));
    const [done, open] = ["━".repeat(full), "─".repeat(width - full)];
    const bar = hasColor ? GREEN + done + GREY + open + PLAIN : done + open;
    return `${head} ${bar} ${tail}`.trimEnd();
  }
}
