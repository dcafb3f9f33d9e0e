/**
 * The callback that writes the logs of each epoch to a file.
 *
 * @module
 */

import { Callback, type Logs } from "../core/callback.ts";

/** Options of {@linkcode CSVLogger}. */
export interface CSVLoggerOptions {
  /** Where to write. */
  filename: string | URL;
  /** What stands between values. @default "," */
  separator?: string;
  /** Whether to go on after what the file holds. @default false */
  append?: boolean;
}

/**
 * Writes a line an epoch to a CSV file: the epoch, counted from 0, and its logs; `NA` where an epoch lacks one. Needs
 * the permission to write there.
 *
 * @example
 * ```ts ignore
 * await model.fit(x, y, { callbacks: [new callbacks.CSVLogger({ filename: "training.csv" })] });
 * ```
 */
export class CSVLogger extends Callback {
  readonly filename: string | URL;
  readonly separator: string;
  readonly append: boolean;
  #file: Deno.FsFile | null = null;
  #columns: string[] | null = null;

  constructor({ filename, separator = ",", append = false }: CSVLoggerOptions) {
    super();
    this.filename = filename;
    this.separator = separator;
    this.append = append;
  }

  /** Opens the file. */
  override async onTrainBegin(): Promise<void> {
    const mode = this.append ? { append: true } : { write: true, truncate: true };
    this.#file = await Deno.open(this.filename, { create: true, ...mode });
    this.#columns = null;
  }

  /** Writes a line, and before the first one the names of the columns. */
  override async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    if (this.#columns === null) {
      this.#columns = columnsFor(Object.keys(logs));
      const { size } = await this.#file!.stat();
      if (size === 0) await this.#write(["epoch", ...this.#columns]);
    }
    const values = this.#columns.map((name) => String(logs[name] ?? "NA"));
    await this.#write([String(epoch), ...values]);
  }

  /** Closes the file. */
  override onTrainEnd(): void {
    this.#file?.close();
    this.#file = null;
  }

  async #write(cells: readonly string[]): Promise<void> {
    const bytes = new TextEncoder().encode(`${cells.join(this.separator)}\n`);
    for (let written = 0; written < bytes.length;) {
      written += await this.#file!.write(bytes.subarray(written));
    }
  }
}

/** Validation may come only every few epochs: where the first one lacks it, its columns are made all the same. */
function columnsFor(names: readonly string[]): string[] {
  if (names.some((name) => /^val[A-Z]/.test(name))) return [...names];
  return [...names, ...names.map((name) => `val${name[0].toUpperCase()}${name.slice(1)}`)];
}
