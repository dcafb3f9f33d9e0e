/**
 * The harness: contenders as processes, rounds in turns, and what is made of the times.
 *
 * @module
 */

import { pythonWithTorch } from "./peers/torch.ts";
import { type Answer, type Job, linesOf, type Request } from "./protocol.ts";

/** What to measure, and how long. */
export interface BenchOptions {
  /** Fewer cases and rounds. */
  readonly quick: boolean;
  /** The families of peers that take part. */
  readonly peers: readonly string[];
  /** The greater number of threads; one thread is measured as well. */
  readonly threads: number;
  /** A folder with MNIST; without it, the built-in digits serve. */
  readonly data: string | null;
  /** A folder for files that live as long as the bench. */
  readonly scratch: string;
  /** Says what is going on. */
  readonly say: (line: string) => void;
}

/** Who takes part: how it is started, and whom it is compared with. */
export interface Entrant {
  /** Unique. */
  readonly name: string;
  /** Those of one family are one column; the framework itself is `"tensaur"`. */
  readonly family: string;
  readonly threads: number;
  /** @throws {Error} When what it needs is missing; the message is the reason in the report. */
  command(): [string, ...string[]] | Promise<[string, ...string[]]>;
}

function script(path: string, ...args: string[]): () => [string, ...string[]] {
  const file = new URL(path, import.meta.url).href;
  // Without a lock file, so that peers never find their way into the framework's own.
  const deno: string[] = ["run", "-A", "--no-lock", "--quiet", file];
  return () => [Deno.execPath(), ...deno, ...args];
}

function torchScript(...args: string[]): () => Promise<[string, ...string[]]> {
  const file = new URL("peers/torch_mlp.py", import.meta.url).pathname;
  return async () => [await pythonWithTorch(), file, ...args];
}

/** All who can take part. */
export function entrants({ threads, peers }: BenchOptions): Entrant[] {
  const counts = threads > 1 ? [1, threads] : [1];
  const all: Entrant[] = [
    ...counts.map((n) => ({
      name: `tensaur wasm ${n}t`,
      family: "tensaur",
      threads: n,
      command: script("peers/tensaur.ts", "wasm", `${n}`),
    })),
    {
      name: "tensaur reference",
      family: "reference",
      threads: 1,
      command: script("peers/tensaur.ts", "reference"),
    },
    {
      name: "tfjs wasm",
      family: "tfjs wasm",
      threads: 1,
      command: script("peers/tfjs.ts", "wasm"),
    },
    { name: "tfjs cpu", family: "tfjs cpu", threads: 1, command: script("peers/tfjs.ts", "cpu") },
    ...counts.map((n) => ({
      name: `jax-js wasm ${n}t`,
      family: "jax-js",
      threads: n,
      command: script("peers/jax.ts", "wasm", `${n}`),
    })),
    ...counts.map((n) => ({
      name: `torch ${n}t`,
      family: "torch",
      threads: n,
      command: torchScript(`${n}`),
    })),
    ...counts.map((n) => ({
      name: `torch fused ${n}t`,
      family: "torch fused",
      threads: n,
      command: torchScript(`${n}`, "fused"),
    })),
  ];
  const own = ["tensaur", "reference"];
  return all.filter(({ family }) =>
    own.includes(family) || peers.some((peer) => family.startsWith(peer))
  );
}

/** A contender's process. */
class Process {
  readonly entrant: Entrant;
  description = "";
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string>;

  private constructor(entrant: Entrant, [command, ...args]: [string, ...string[]]) {
    this.entrant = entrant;
    this.#child = new Deno.Command(command, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: { OMP_NUM_THREADS: `${entrant.threads}`, MKL_NUM_THREADS: `${entrant.threads}` },
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
  }

  /** @throws {Error} When it does not start; the message is the reason. */
  static async start(entrant: Entrant): Promise<Process> {
    const started = new Process(entrant, await entrant.command());
    try {
      started.description = (await started.#answer()).description ?? entrant.name;
      return started;
    } catch (error) {
      await started.end();
      throw error;
    }
  }

  async #answer(): Promise<Answer> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("its process ended");
    const answer: Answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  async #ask(request: Request): Promise<Answer> {
    await this.#writer.write(new TextEncoder().encode(JSON.stringify(request) + "\n"));
    return await this.#answer();
  }

  async prepare(job: Job): Promise<readonly number[]> {
    return (await this.#ask({ op: "prepare", job })).check!;
  }

  /** Milliseconds that so many repetitions take. */
  async run(times: number): Promise<number> {
    return (await this.#ask({ op: "run", times })).milliseconds!;
  }

  async end(): Promise<void> {
    try {
      await this.#writer.close();
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
  }
}

/** The contenders that have started. */
export class Field {
  readonly #processes = new Map<string, Process>();
  /** Why somebody does not take part. */
  readonly absent: Map<string, string> = new Map();

  /** Starts all entrants, one after another. */
  static async start(who: readonly Entrant[], say: (line: string) => void): Promise<Field> {
    const field = new Field();
    for (const entrant of who) {
      try {
        const process = await Process.start(entrant);
        field.#processes.set(entrant.name, process);
        say(`${entrant.name}: ${process.description}`);
      } catch (error) {
        field.absent.set(entrant.name, (error as Error).message);
        say(`${entrant.name}: absent, ${(error as Error).message}`);
      }
    }
    return field;
  }

  /** The processes of some or all families. */
  of(families: readonly string[] | null): Process[] {
    return [...this.#processes.values()].filter(({ entrant }) =>
      families === null || families.includes(entrant.family)
    );
  }

  /** What each contender says of itself. */
  descriptions(): Record<string, string> {
    return Object.fromEntries(
      [...this.#processes].map(([name, { description }]) => [name, description]),
    );
  }

  async end(): Promise<void> {
    for (const process of this.#processes.values()) await process.end();
  }
}

/** How long a race goes on. */
export interface RaceOptions {
  readonly rounds: number;
  /** About how long each contender runs in a round. */
  readonly roundMs: number;
  /** At least how long each contender runs before the first round. */
  readonly warmupMs: number;
  /** Which families take part. @default all */
  readonly families?: readonly string[];
}

/** The times of one contender in one race, in milliseconds for one repetition. */
export interface Timing {
  readonly median: number;
  readonly min: number;
  readonly rounds: readonly number[];
}

/** What came out of a race. */
export interface RaceResult {
  readonly case: string;
  /** By the contender's name. */
  readonly times: Readonly<Record<string, Timing>>;
  /** Why somebody did not take part. */
  readonly absent: Readonly<Record<string, string>>;
  /** Contenders that computed something else than the first one. */
  readonly disagree: readonly string[];
  /** What part of the processors other programs used, before the race or after it; `null` where it is not known. */
  readonly elsewhere: number | null;
}

/** The value in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** The median, the least and all. */
export function timing(rounds: readonly number[]): Timing {
  return { median: median(rounds), min: Math.min(...rounds), rounds };
}

/** The time that all processors together were busy and idle so far; Linux tells it. */
async function processorTimes(): Promise<{ busy: number; idle: number } | null> {
  try {
    const [line] = (await Deno.readTextFile("/proc/stat")).split("\n");
    const [user, nice, system, idle, waiting, ...interrupts] = line.split(/\s+/).slice(1, 9).map(
      Number,
    );
    const busy = interrupts.reduce((sum, time) => sum + time, user + nice + system);
    return { busy, idle: idle + waiting };
  } catch {
    return null;
  }
}

/** What part of the processors is used while all contenders wait. */
async function usedElsewhere(): Promise<number | null> {
  const before = await processorTimes();
  await new Promise((resolve) => setTimeout(resolve, 400));
  const after = await processorTimes();
  if (before === null || after === null) return null;
  const [busy, idle] = [after.busy - before.busy, after.idle - before.idle];
  return busy / Math.max(1, busy + idle);
}

const AGREEMENT = 1e-3;

function agree(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, i) => Math.abs(value - b[i]) <= AGREEMENT * Math.max(1, Math.abs(value)));
}

/** Runs until compiled and steady; returns how many repetitions fill a round. */
async function warmUp(process: Process, { warmupMs, roundMs }: RaceOptions): Promise<number> {
  let times = 1;
  let total = 0;
  while (true) {
    const took = await process.run(times);
    total += took;
    if (total >= warmupMs) return Math.max(1, Math.round(roundMs / (took / times)));
    if (took < warmupMs / 4) times *= 2;
  }
}

/** Gives all contenders the same work and times them in turns. */
export async function race(
  field: Field,
  name: string,
  job: Job,
  options: RaceOptions,
): Promise<RaceResult> {
  const absent: Record<string, string> = {};
  const disagree: string[] = [];
  const ready: { process: Process; times: number; rounds: number[] }[] = [];
  let expected: readonly number[] | null = null;
  const before = await usedElsewhere();
  for (const process of field.of(options.families ?? null)) {
    try {
      const check = await process.prepare(job);
      expected ??= check;
      if (!agree(expected, check)) disagree.push(process.entrant.name);
      ready.push({ process, times: await warmUp(process, options), rounds: [] });
    } catch (error) {
      absent[process.entrant.name] = (error as Error).message;
    }
  }
  for (let round = 0; round < options.rounds; round++) {
    // Each round begins with another contender, so that none always follows the same one.
    for (let i = 0; i < ready.length; i++) {
      const entry = ready[(i + round) % ready.length];
      entry.rounds.push(await entry.process.run(entry.times) / entry.times);
    }
  }
  const times = Object.fromEntries(
    ready.map(({ process, rounds }) => [process.entrant.name, timing(rounds)]),
  );
  const after = await usedElsewhere();
  const elsewhere = before === null || after === null ? null : Math.max(before, after);
  return { case: name, times, absent, disagree, elsewhere };
}

// Reports.

/** Rows under a heading, as they are printed and written. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** What the design asks for, and what was measured. */
export interface Target {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly met: boolean;
}

/** What a workload gives. */
export interface Report {
  readonly tables: readonly Table[];
  readonly targets: readonly Target[];
  /** The figures behind the tables. */
  readonly data: unknown;
}

/** One of the things that are measured. */
export interface Workload {
  readonly name: string;
  run(options: BenchOptions, field: Field): Promise<Report>;
}

/** Three significant digits. */
export function figure(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

/** How many times as fast, from the rounds of both, which were run in turns. */
export function speedRatio(ours: Timing, theirs: Timing): number {
  return median(ours.rounds.map((time, i) => theirs.rounds[i] / time));
}

/** Others that use more than this part of the processors disturb a race. */
const QUIET = 0.1;

/** Rounds whose upper and lower quarter are further apart than this were disturbed. */
const STEADY = 1.3;

/** Whether a ratio says little, as the machine was doing something else. */
function isDisturbed({ elsewhere }: RaceResult, ours: Timing, theirs: Timing): boolean {
  if (elsewhere !== null && elsewhere > QUIET) return true;
  const ratios = ours.rounds.map((time, i) => theirs.rounds[i] / time).sort((a, b) => a - b);
  const quarter = Math.floor(ratios.length / 4);
  return ratios[ratios.length - 1 - quarter] / ratios[quarter] > STEADY;
}

/** `12.3×`. */
export function times(ratio: number): string {
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)}×`;
}

/** A target for how many times as fast as a peer we are in a case; none where either is missing. */
export function ratioTarget(
  result: RaceResult,
  [ours, theirs]: readonly [string, string],
  least: number,
): Target[] {
  const [own, peer] = [result.times[ours], result.times[theirs]];
  if (own === undefined || peer === undefined) return [];
  const ratio = speedRatio(own, peer);
  return [{
    what: `${result.case}: ${ours} beside ${theirs}`,
    wanted: `at least ${times(least)}`,
    measured: `${isDisturbed(result, own, peer) ? "~" : ""}${times(ratio)}`,
    met: ratio >= least,
  }];
}

/** A target for a figure that must stay below a limit. */
export function limitTarget(what: string, value: number, limit: number, unit: string): Target {
  return {
    what,
    wanted: `under ${limit} ${unit}`,
    measured: `${figure(value)} ${unit}`,
    met: value < limit,
  };
}

/** All targets as a table. */
export function targetTable(targets: readonly Target[]): Table {
  return {
    title: "Targets of the design",
    columns: ["what", "wanted", "measured", "met"],
    rows: targets.map(({ what, wanted, measured, met }) => [
      what,
      wanted,
      measured,
      met ? "yes" : "no",
    ]),
    notes: [],
  };
}

/** The contender of a family that runs on so many threads, else the one that comes closest. */
function counterpart(family: string, threads: number, who: readonly Entrant[]): Entrant | null {
  const members = who.filter((entrant) => entrant.family === family);
  return members.find((entrant) => entrant.threads === threads) ?? members[0] ?? null;
}

/** The table of ratios of several races: a row for each case and number of threads, a column for each family. */
export function ratioTable(
  title: string,
  who: readonly Entrant[],
  results: readonly RaceResult[],
): Table {
  const present = who.filter(({ name }) => results.some((result) => name in result.times));
  const ours = present.filter(({ family }) => family === "tensaur");
  const families = [...new Set(present.map(({ family }) => family))].filter((family) =>
    family !== "tensaur"
  );
  const notes = new Set<string>();
  const rows = results.flatMap((result) =>
    ours.filter(({ name }) => name in result.times).map((own) => {
      const time = result.times[own.name];
      const single = ours[0].name in result.times ? result.times[ours[0].name] : null;
      const scaling = own === ours[0] || single === null
        ? ""
        : `${isDisturbed(result, time, single) ? "~" : ""}${times(speedRatio(time, single))}`;
      const cells = families.map((family) => {
        const peer = counterpart(family, own.threads, present);
        const theirs = peer === null ? undefined : result.times[peer.name];
        if (theirs === undefined) return "";
        if (peer!.threads !== own.threads) {
          notes.add("(1t): beside the peer on one thread, as it has no more.");
        }
        const disturbed = isDisturbed(result, time, theirs);
        if (disturbed) notes.add("~: the machine was doing something else as well.");
        const mark = peer!.threads === own.threads ? "" : " (1t)";
        return `${disturbed ? "~" : ""}${times(speedRatio(time, theirs))}${mark}`;
      });
      if (result.elsewhere !== null && result.elsewhere > QUIET) {
        const share = (100 * result.elsewhere).toFixed(0);
        notes.add(`${result.case}: other programs used ${share} % of the processors.`);
      }
      for (const name of result.disagree) {
        notes.add(`${name} computes something else in ${result.case}: its ratio means nothing.`);
      }
      for (const [name, reason] of Object.entries(result.absent)) notes.add(`${name}: ${reason}.`);
      return [
        result.case,
        `${own.threads}`,
        ...cells,
        scaling,
        `${figure(time.median)} (${figure(time.min)})`,
      ];
    })
  );
  return {
    title,
    columns: ["case", "threads", ...families, "our 1 thread", "ms, median (min)"],
    rows,
    notes: [...notes],
  };
}

/** The absolute times of all contenders, for the record. */
export function timesTable(
  title: string,
  who: readonly Entrant[],
  results: readonly RaceResult[],
): Table {
  const present = who.filter(({ name }) => results.some((result) => name in result.times));
  const rows = results.map((result) => [
    result.case,
    ...present.map(({ name }) => name in result.times ? figure(result.times[name].median) : ""),
  ]);
  return { title, columns: ["case", ...present.map(({ name }) => name)], rows, notes: [] };
}

/** A table in Markdown, which also reads well in a terminal. */
export function markdown({ title, columns, rows, notes }: Table): string {
  const all = [columns, ...rows];
  const widths = columns.map((_, i) => Math.max(3, ...all.map((row) => row[i].length)));
  const line = (cells: readonly string[]): string =>
    `| ${
      cells.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))
        .join(" | ")
    } |`;
  const rule = `| ${
    widths.map((width, i) => i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`).join(" | ")
  } |`;
  return [
    `### ${title}`,
    "",
    line(columns),
    rule,
    ...rows.map(line),
    ...(notes.length > 0 ? ["", ...notes.map((note) => `- ${note}`)] : []),
    "",
  ].join("\n");
}
