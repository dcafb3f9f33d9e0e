/**
 * A race: contenders do the same work in turns, round by round.
 *
 * @module
 */

import type { Field, Process } from "./field.ts";
import type { Job } from "./protocol.ts";

/** How long a race goes on. */
export interface RaceOptions {
  readonly rounds: number;
  /** About how long each contender runs in a round. */
  readonly roundMs: number;
  /** At least how long each contender runs before the first round. */
  readonly warmupMs: number;
  /** Which families take part. */
  readonly families: readonly string[];
  /** Families that need seconds for what others do in milliseconds: they do it twice, and the second time counts. */
  readonly slow?: readonly string[];
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

/** Whether both have the same numbers, as far as the shorter list goes. */
function agree(a: readonly number[], b: readonly number[]): boolean {
  return a.slice(0, b.length).every((value, i) =>
    Math.abs(value - b[i]) <= AGREEMENT * Math.max(1, Math.abs(value))
  );
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
  const { families, slow = [], rounds: count } = options;
  const rounds: Record<string, number[]> = {};
  const absent: Record<string, string> = {};
  const disagree: string[] = [];
  let expected: readonly number[] | null = null;
  /** Runs what belongs to one contender, and takes it out of the race where it fails. */
  const attempt = async (process: Process, work: () => Promise<void>): Promise<boolean> => {
    const { name } = process.entrant;
    try {
      await work();
      return true;
    } catch (error) {
      absent[name] = (error as Error).message;
      delete rounds[name];
      return false;
    }
  };
  const prepare = async (process: Process, work: Job): Promise<void> => {
    const check = await process.prepare(work);
    expected ??= check;
    if (!agree(expected, check)) disagree.push(process.entrant.name);
    rounds[process.entrant.name] = [];
  };

  const before = await usedElsewhere();
  let ready: { process: Process; times: number }[] = [];
  for (const process of field.of(families)) {
    await attempt(process, async () => {
      await prepare(process, job);
      ready.push({ process, times: await warmUp(process, options) });
    });
  }
  for (let round = 0; round < count; round++) {
    const failed = new Set<Process>();
    // Each round begins with another contender, so that none always follows the same one.
    for (let i = 0; i < ready.length; i++) {
      const { process, times } = ready[(i + round) % ready.length];
      const done = await attempt(process, async () => {
        rounds[process.entrant.name].push(await process.run(times) / times);
      });
      if (!done) failed.add(process);
    }
    ready = ready.filter(({ process }) => !failed.has(process));
  }
  for (const process of field.of(slow)) {
    await attempt(process, async () => {
      await prepare(process, job.kind === "step" ? { ...job, checks: 1 } : job);
      rounds[process.entrant.name].push(await process.run(1));
    });
  }
  const after = await usedElsewhere();
  const times = Object.fromEntries(
    Object.entries(rounds).map(([name, list]) => [name, timing(list)]),
  );
  const elsewhere = before === null || after === null ? null : Math.max(before, after);
  return { case: name, times, absent, disagree, elsewhere };
}
