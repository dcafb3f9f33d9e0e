/**
 * The callback that saves the model while it is trained.
 *
 * @module
 */

import type { Logs } from "../core/callback.ts";
import { errors } from "../core/errors.ts";
import { formatPath } from "./_format_path.ts";
import { formatValue } from "./_logs.ts";
import { Monitor, type MonitorOptions } from "./_monitor.ts";

/** Options of {@linkcode ModelCheckpoint}. */
export interface ModelCheckpointOptions extends Omit<MonitorOptions, "minDelta"> {
  /**
   * Where to save. `{epoch}`, `{batch}` (both counted from 1) and the names of logs in braces are filled in, in
   * Python's forms: `"{epoch:02d}-{valLoss:.2f}.tensaur"`.
   */
  filepath: string;
  /** Whether only a model that is better than all before it is saved. @default false */
  saveBestOnly?: boolean;
  /** Whether only the weights are saved, as `model.saveWeights` does. @default false */
  saveWeightsOnly?: boolean;
  /** `"epoch"`: after each epoch; a number: after so many batches. @default "epoch" */
  saveFreq?: "epoch" | number;
  /** The value that the first model must better. @default null (none) */
  initialValueThreshold?: number | null;
  /** 1: says what it saves. @default 0 */
  verbose?: 0 | 1;
}

/**
 * Saves the model, or its weights, after each epoch or every so many batches; all of them, or just the best. Each
 * file appears whole or not at all; a missing folder is made. Needs the permission to read and write there.
 *
 * @throws {RangeError} When an option makes no sense, or a placeholder is unknown.
 *
 * @example
 * ```ts ignore
 * await model.fit(x, y, {
 *   epochs: 10,
 *   validationSplit: 0.1,
 *   callbacks: [
 *     new callbacks.ModelCheckpoint({ filepath: "best.tensaur", saveBestOnly: true }),
 *   ],
 * });
 * ```
 */
export class ModelCheckpoint extends Monitor {
  readonly filepath: string;
  readonly saveBestOnly: boolean;
  readonly saveWeightsOnly: boolean;
  readonly saveFreq: "epoch" | number;
  readonly verbose: 0 | 1;
  /** The best value so far; it lasts from one `fit` to the next. */
  best: number | null;
  #epoch = 0;
  #batches = 0;

  constructor(options: ModelCheckpointOptions) {
    super(options);
    const { filepath, saveFreq = "epoch" } = options;
    if (typeof filepath !== "string" || filepath === "") {
      throw errors.option("make ModelCheckpoint", "filepath", "a path", filepath);
    }
    if (saveFreq !== "epoch" && !(Number.isInteger(saveFreq) && saveFreq > 0)) {
      throw errors.option(
        "make ModelCheckpoint",
        "saveFreq",
        '"epoch" or a whole number from 1 on',
        saveFreq,
      );
    }
    this.filepath = filepath;
    this.saveBestOnly = options.saveBestOnly ?? false;
    this.saveWeightsOnly = options.saveWeightsOnly ?? false;
    this.saveFreq = saveFreq;
    this.verbose = options.verbose ?? 0;
    this.best = options.initialValueThreshold ?? null;
  }

  /** Counts the batches anew. */
  override onTrainBegin(): void {
    this.#batches = 0;
  }

  /** Notes the epoch. */
  override onEpochBegin(epoch: number): void {
    this.#epoch = epoch;
  }

  /** Saves when it is time. */
  override onTrainBatchEnd(batch: number, logs: Logs): void | Promise<void> {
    if (this.saveFreq === "epoch" || ++this.#batches % this.saveFreq !== 0) return;
    return this.#save(logs, { epoch: this.#epoch + 1, batch: batch + 1 });
  }

  /** Saves when it is time. */
  override onEpochEnd(epoch: number, logs: Logs): void | Promise<void> {
    if (this.saveFreq === "epoch") return this.#save(logs, { epoch: epoch + 1 });
  }

  async #save(logs: Logs, place: { epoch: number; batch?: number }): Promise<void> {
    if (this.saveBestOnly && !this.#isBest(logs, place.epoch)) return;
    const path = formatPath(this.filepath, { ...logs, ...place });
    await makeFolderOf(path);
    await (this.saveWeightsOnly ? this.model.saveWeights(path) : this.model.save(path));
    this.#say(`Epoch ${place.epoch}: saved ${path}`);
  }

  /** Whether the model is better than all before it; where that cannot be told, it is taken for better. */
  #isBest(logs: Logs, epoch: number): boolean {
    const value = this.watched(epoch - 1, logs);
    if (value === null) return true;
    const before = this.best === null ? "" : ` from ${formatValue(this.best)}`;
    if (!this.improves(value, this.best)) {
      this.#say(`Epoch ${epoch}: ${this.monitor} did not improve${before}`);
      return false;
    }
    this.#say(`Epoch ${epoch}: ${this.monitor} improved${before} to ${formatValue(value)}`);
    this.best = value;
    return true;
  }

  #say(message: string): void {
    if (this.verbose > 0) console.log(message);
  }
}

/** Makes the folder of a file. Where that fails, saving fails too, and says why. */
async function makeFolderOf(path: string): Promise<void> {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (end <= 0) return;
  await Deno.mkdir(path.slice(0, end), { recursive: true }).catch(() => {});
}
