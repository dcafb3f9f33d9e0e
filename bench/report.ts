/**
 * What is made of the times: ratios, tables, targets.
 *
 * @module
 */

import type { BenchOptions, Entrant, Field } from "./field.ts";
import { median, type RaceResult, type Timing } from "./race.ts";

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
  /** The families of contenders that must be running. */
  readonly families: readonly string[];
  run(options: BenchOptions, field: Field): Promise<Report>;
}

/** Three significant digits. */
export function figure(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}

/** How many times as fast in each round; where one side was not repeated, over all rounds. */
function roundRatios(ours: Timing, theirs: Timing): number[] {
  return ours.rounds.length === theirs.rounds.length
    ? ours.rounds.map((time, i) => theirs.rounds[i] / time)
    : [theirs.median / ours.median];
}

/** How many times as fast, from the rounds of both, which were run in turns. */
export function speedRatio(ours: Timing, theirs: Timing): number {
  return median(roundRatios(ours, theirs));
}

/** Others that use more than this part of the processors disturb a race. */
const QUIET = 0.1;

/** Rounds whose upper and lower quarter are further apart than this were disturbed. */
const STEADY = 1.3;

/** Whether a ratio says little, as the machine was doing something else. */
function isDisturbed({ elsewhere }: RaceResult, ours: Timing, theirs: Timing): boolean {
  if (elsewhere !== null && elsewhere > QUIET) return true;
  const ratios = roundRatios(ours, theirs).sort((a, b) => a - b);
  const quarter = Math.floor(ratios.length / 4);
  return ratios[ratios.length - 1 - quarter] / ratios[quarter] > STEADY;
}

/** `12.3×`. */
export function times(ratio: number): string {
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)}×`;
}

/** A target for how many times as fast as a peer we are in a case; none where either is missing. */
export function ratioTarget(
  what: string,
  result: RaceResult,
  [ours, theirs]: readonly [string, string],
  least: number,
): Target[] {
  const [own, peer] = [result.times[ours], result.times[theirs]];
  if (own === undefined || peer === undefined) return [];
  const ratio = speedRatio(own, peer);
  return [{
    what: `${what} ${result.case}: ${ours} beside ${theirs}`,
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

/** The contender of a family that ran on so many threads, else another one of it that ran. */
function counterpart(
  family: string,
  threads: number,
  who: readonly Entrant[],
  result: RaceResult,
): Entrant | null {
  const members = who.filter((entrant) =>
    entrant.family === family && entrant.name in result.times
  );
  return members.find((entrant) => entrant.threads === threads) ?? members[0] ?? null;
}

/** What stands in the table of ratios beside a ratio that needs a word. */
const NOTES = {
  single: "(1t): beside the peer on one thread, as it has no more.",
  disturbed: "~: the machine was doing something else as well.",
  once: "(1×): a single repetition of the peer, which takes seconds.",
} as const;

/** What must be known of a race to read its ratios. */
function notesOn(result: RaceResult, who: readonly Entrant[]): string[] {
  const notes: string[] = [];
  if (result.elsewhere !== null && result.elsewhere > QUIET) {
    const share = (100 * result.elsewhere).toFixed(0);
    notes.push(`${result.case}: other programs used ${share} % of the processors.`);
  }
  for (const name of result.disagree) {
    notes.push(`${name} computes something else in ${result.case}: its ratio means nothing.`);
  }
  for (const [name, reason] of Object.entries(result.absent)) {
    // What a variant says on each number of threads is said once.
    const variant = who.find((entrant) => entrant.name === name)?.variant ?? name;
    notes.push(`${variant}: ${reason}.`.replace(/\.\.$/, "."));
  }
  return notes;
}

/** The table of ratios of several races: a row for each case and entrant of ours, a column for each family. */
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
  const ratio = (result: RaceResult, own: Timing, other: Timing): string => {
    const disturbed = isDisturbed(result, own, other);
    if (disturbed) notes.add(NOTES.disturbed);
    return `${disturbed ? "~" : ""}${times(speedRatio(own, other))}`;
  };
  const rows = results.flatMap((result) =>
    ours.filter(({ name }) => name in result.times).map((own) => {
      const time = result.times[own.name];
      const cells = families.map((family) => {
        const peer = counterpart(family, own.threads, present, result);
        if (peer === null) return "";
        const theirs = result.times[peer.name];
        const marks = [
          ...(peer.threads === own.threads ? [] : ["single" as const]),
          ...(theirs.rounds.length < time.rounds.length ? ["once" as const] : []),
        ];
        marks.forEach((mark) => notes.add(NOTES[mark]));
        return [
          ratio(result, time, theirs),
          ...marks.map((mark) => NOTES[mark].split(":")[0]),
        ].join(" ");
      });
      const single = ours.find(({ variant, threads }) => variant === own.variant && threads === 1);
      const scaling = single === undefined || single === own || !(single.name in result.times)
        ? ""
        : ratio(result, time, result.times[single.name]);
      return [
        result.case,
        own.name.replace("tensaur ", ""),
        ...cells,
        scaling,
        `${figure(time.median)} (${figure(time.min)})`,
      ];
    })
  );
  for (const result of results) notesOn(result, who).forEach((note) => notes.add(note));
  return {
    title,
    columns: ["case", "ours", ...families, "our 1 thread", "ms, median (min)"],
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
