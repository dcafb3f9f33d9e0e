import type { Template } from "./template.ts";

/** A callback that watches the logs. */
export const callback: Template = {
  about: "Remembers the best epoch.",
  check: "checkCallback",
  code: (name) =>
    `import { Callback, type Config, type Logs } from "@tensaur/tensaur";

/** Options of {@linkcode ${name}}. */
export interface ${name}Options {
  /** What is watched, as in the logs; less is better. @default "loss" */
  monitor?: string;
}

/** Remembers the best epoch: the one with the least loss. */
export class ${name} extends Callback {
  readonly monitor: string;
  /** The least value so far. */
  best = Infinity;
  /** The epoch of that value; -1 where there was none. */
  bestEpoch = -1;

  constructor({ monitor = "loss" }: ${name}Options = {}) {
    super();
    this.monitor = monitor;
  }

  override onTrainBegin(): void {
    this.best = Infinity;
    this.bestEpoch = -1;
  }

  override onEpochEnd(epoch: number, logs: Logs): void {
    const value = logs[this.monitor];
    if (!(value < this.best)) return;
    this.best = value;
    this.bestEpoch = epoch;
  }

  getConfig(): Config {
    return { monitor: this.monitor };
  }
}
`,
};
