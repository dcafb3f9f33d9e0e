/**
 * The most memory that training takes: the peak of the resident set of a process that does nothing else.
 *
 * @module
 */

import { writeExamples } from "../examples.ts";
import { type Entrant, entrants, Process } from "../field.ts";
import type { Job } from "../protocol.ts";
import { figure, type Workload } from "../report.ts";

const FAMILIES = ["tensaur", "tfjs wasm", "jax-js", "torch"];

/** What each does: a network, the size of its batches, how many steps. */
const RUNS = [
  { network: "mlp", batch: 128, examples: 1280, steps: 200, slow: [] },
  { network: "cnn", batch: 32, examples: 320, steps: 40, slow: ["jax-js"] },
] as const;

interface Peaks {
  /** KiB before any work. */
  readonly started: number;
  readonly peak: number;
}

async function measure(entrant: Entrant, job: Job, steps: number): Promise<Peaks> {
  const process = await Process.start(entrant);
  try {
    const started = await process.peakMemory();
    await process.prepare(job);
    await process.run(steps);
    return { started, peak: await process.peakMemory() };
  } finally {
    await process.end();
  }
}

/** See the module. */
export const memory: Workload = {
  name: "memory",
  families: [],
  async run(options) {
    options.say("memory");
    const peaks: Record<string, Partial<Record<string, Peaks>>> = {};
    const notes = new Set<string>();
    for (const { network, batch, examples, steps, slow } of RUNS) {
      const { arrays } = await writeExamples({ ...options, data: null }, network, examples);
      for (const entrant of entrants(options)) {
        const { name, family, variant, threads } = entrant;
        // Threads share their memory: one with the most of them says enough.
        const most = entrants(options).filter((other) => other.variant === variant).at(-1)!.threads;
        if (!FAMILIES.includes(family) || threads !== most) continue;
        const isSlow = (slow as readonly string[]).includes(family);
        if (isSlow && options.quick) continue;
        const checks = isSlow ? 1 : 5;
        try {
          const job: Job = { kind: "step", network, batch, arrays, checks };
          (peaks[name] ??= {})[network] = await measure(entrant, job, isSlow ? 1 : steps);
        } catch (error) {
          notes.add(`${name}, ${network.toUpperCase()}: ${(error as Error).message}.`);
        }
      }
    }
    const mebibytes = (value: number | undefined): string =>
      value === undefined ? "" : figure(value / 1024);
    const present = Object.entries(peaks).filter(([, each]) => Object.keys(each).length > 0);
    return {
      tables: [{
        title: "Peak memory of training, in MiB",
        columns: [
          "contender",
          "started",
          ...RUNS.map(({ network, batch }) => `${network.toUpperCase()}, batch ${batch}`),
        ],
        rows: present.map(([name, each]) => [
          name,
          mebibytes(Object.values(each)[0]!.started),
          ...RUNS.map(({ network }) => mebibytes(each[network]?.peak)),
        ]),
        notes: [
          "The resident set at its peak, the examples included; started: before any work.",
          ...notes,
        ],
      }],
      targets: [],
      data: peaks,
    };
  },
};
