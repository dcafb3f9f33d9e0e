import type { Template } from "./template.ts";

/** A learning rate schedule with options. */
export const schedule: Template = {
  about: "Halves the learning rate again and again.",
  check: "checkSchedule",
  code: (name) =>
    `import { type Config, LearningRateSchedule, type ScheduleOptions } from "@tensaur/tensaur";

/** Options of {@linkcode ${name}}. */
export interface ${name}Options extends ScheduleOptions {
  /** The rate of the first step. @default 0.1 */
  initialLearningRate?: number;
  /** After how many steps it is halved. @default 1000 */
  every?: number;
}

/** Halves the learning rate again and again: \`initialLearningRate / 2^⌊step / every⌋\`. */
export class ${name} extends LearningRateSchedule {
  readonly initialLearningRate: number;
  readonly every: number;

  constructor(options: ${name}Options = {}) {
    super(options);
    const { initialLearningRate = 0.1, every = 1000 } = options;
    this.initialLearningRate = initialLearningRate;
    this.every = this.number("every", every, "a whole number from 1 on");
  }

  call(step: number): number {
    return this.initialLearningRate / 2 ** Math.floor(step / this.every);
  }

  override getConfig(): Config {
    const { initialLearningRate, every } = this;
    return { ...super.getConfig(), initialLearningRate, every };
  }
}
`,
};
