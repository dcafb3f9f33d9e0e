/**
 * A callback: an observer of training.
 *
 * @module
 */

import { Callback, type Config, type Logs } from "@tensaur/tensaur";

const BARS = "▁▂▃▄▅▆▇█";
const WIDTH = 40;

/** Options of {@linkcode Sparkline}. */
export interface SparklineOptions {
  /** What is watched, as in the logs. @default "loss" */
  monitor?: string;
  /** Where the line goes. @default console.log */
  print?: (line: string) => void;
}

/** Prints how a value went, epoch by epoch, as one line at the end of training: `loss ██▅▃▂▁▁ 0.01`. */
export class Sparkline extends Callback {
  readonly monitor: string;
  readonly #print: (line: string) => void;
  #values: number[] = [];

  constructor({ monitor = "loss", print = console.log }: SparklineOptions = {}) {
    super();
    this.monitor = monitor;
    this.#print = print;
  }

  /** The options that make an equal callback. */
  getConfig(): Config {
    return { monitor: this.monitor };
  }

  override onTrainBegin(): void {
    this.#values = [];
  }

  override onEpochEnd(_epoch: number, logs: Logs): void {
    this.#values.push(logs[this.monitor]);
  }

  override onTrainEnd(): void {
    const values = this.#values;
    if (values.length === 0) return;
    const step = Math.max(1, values.length / WIDTH);
    const shown = Array.from(
      { length: Math.min(WIDTH, values.length) },
      (_, i) => values[Math.floor(i * step)],
    );
    const [low, high] = [Math.min(...shown), Math.max(...shown)];
    const bars = shown.map((v) => BARS[Math.round((v - low) / (high - low || 1) * 7)]);
    this.#print(`${this.monitor} ${bars.join("")} ${values.at(-1)!.toPrecision(3)}`);
  }
}
