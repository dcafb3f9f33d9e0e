/**
 * From the start of a process to the end of its first training step, and the most memory it takes.
 *
 * @module
 */

import { type BenchOptions, peakMemory } from "../field.ts";
import { pythonWithTorch } from "../peers/torch.ts";
import { linesOf } from "../protocol.ts";
import { median } from "../race.ts";
import { figure, limitTarget, times, type Workload } from "../report.ts";

interface Program {
  readonly name: string;
  /** The family that must take part; `null` for our own. */
  readonly peer: string | null;
  command(): string[] | Promise<string[]>;
}

function deno(file: string, ...flags: string[]): () => string[] {
  const path = new URL(`../start/${file}`, import.meta.url).href;
  return () => [Deno.execPath(), "run", "--no-lock", "--quiet", ...flags, path];
}

const PROGRAMS: readonly Program[] = [
  { name: "tensaur wasm, no permission", peer: null, command: deno("tensaur.ts", "--no-prompt") },
  { name: "tfjs wasm", peer: "tfjs", command: deno("tfjs.ts", "-A") },
  {
    name: "torch",
    peer: "torch",
    command: async () => [
      await pythonWithTorch(),
      new URL("../start/torch_start.py", import.meta.url).pathname,
    ],
  },
  { name: "Deno alone", peer: null, command: deno("bare.ts", "--no-prompt") },
];

interface Sample {
  /** Milliseconds to the end of the first step. */
  readonly milliseconds: number;
  /** The peak of the resident set in KiB: after the first step, after 200 more. */
  readonly peaks: readonly [number, number];
}

async function sample(command: readonly string[]): Promise<Sample> {
  const began = performance.now();
  const child = new Deno.Command(command[0], {
    args: command.slice(1),
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = linesOf(child.stdout);
  const expect = async (word: string): Promise<void> => {
    for (let next = await lines.next(); !next.done; next = await lines.next()) {
      if (next.value === word) return;
    }
    throw new Error("its process ended");
  };
  try {
    await expect("step");
    const milliseconds = performance.now() - began;
    const first = await peakMemory(child.pid);
    await expect("done");
    return { milliseconds, peaks: [first, await peakMemory(child.pid)] };
  } finally {
    await child.stdin.close();
    await child.status;
  }
}

async function measure(options: BenchOptions): Promise<{
  samples: Record<string, Sample[]>;
  absent: Record<string, string>;
}> {
  const samples: Record<string, Sample[]> = {};
  const absent: Record<string, string> = {};
  const ready: { name: string; command: string[] }[] = [];
  for (const { name, peer, command } of PROGRAMS) {
    if (peer !== null && !options.peers.includes(peer)) continue;
    try {
      const found = await command();
      await sample(found); // Fills the caches of files and compiled code.
      ready.push({ name, command: found });
      samples[name] = [];
    } catch (error) {
      absent[name] = (error as Error).message;
    }
  }
  for (let round = 0; round < (options.quick ? 3 : 11); round++) {
    for (const { name, command } of ready) samples[name].push(await sample(command));
  }
  return { samples, absent };
}

/** See the module. */
export const start: Workload = {
  name: "start",
  families: [],
  async run(options) {
    options.say("start of a process");
    const { samples, absent } = await measure(options);
    const own = samples[PROGRAMS[0].name] ?? [];
    const mebibytes = (values: number[]): string => figure(median(values) / 1024);
    const rows = Object.entries(samples).map(([name, list]) => {
      const ratio = median(
        list.map(({ milliseconds }, i) => milliseconds / (own[i]?.milliseconds ?? NaN)),
      );
      return [
        name,
        times(ratio),
        figure(median(list.map((s) => s.milliseconds))),
        figure(Math.min(...list.map((s) => s.milliseconds))),
        mebibytes(list.map((s) => s.peaks[0])),
        mebibytes(list.map((s) => s.peaks[1])),
      ];
    });
    return {
      tables: [{
        title: "From process start to the end of the first step, MLP, batch 128",
        columns: ["program", "our time", "ms", "least ms", "peak MiB", "after 200 steps"],
        rows,
        notes: [
          "Our time: how many times as long as ours it takes.",
          ...Object.entries(absent).map(([name, reason]) => `${name}: ${reason}.`),
        ],
      }],
      targets: own.length === 0 ? [] : [
        limitTarget(
          "process start to first step",
          median(own.map(({ milliseconds }) => milliseconds)),
          300,
          "ms",
        ),
      ],
      data: { samples, absent },
    };
  },
};
