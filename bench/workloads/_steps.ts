/**
 * Training steps of one network at several batch sizes, beside all who can; what the workloads of networks share.
 *
 * @module
 */

import { writeExamples } from "../examples.ts";
import { type BenchOptions, entrants, type Field } from "../field.ts";
import type { Network } from "../protocol.ts";
import { race, type RaceResult } from "../race.ts";
import { ratioTable, ratioTarget, type Report, timesTable } from "../report.ts";

/** What the design asks for: one of ours, a peer, how many times as fast at least; at one batch size or at all. */
export type StepTarget = readonly [ours: string, peer: string, least: number, batch?: number];

/** A network's steps. */
export interface StepSeries {
  readonly network: Network;
  readonly title: string;
  readonly batches: readonly number[];
  /** How many examples there are: whole batches of each size. */
  readonly examples: number;
  readonly families: readonly string[];
  /** Those that take seconds for a step: they do one of the first size, unless the bench is to be quick. */
  readonly slow?: readonly string[];
  readonly targets: readonly StepTarget[];
}

/** The losses that all must agree on. */
const CHECKS = 5;

/** Runs them. */
export async function measureSteps(
  { network, title, batches, examples, families, slow = [], targets }: StepSeries,
  options: BenchOptions,
  field: Field,
): Promise<Report> {
  const { arrays } = await writeExamples({ ...options, data: null }, network, examples);
  const results: RaceResult[] = [];
  for (const batch of batches) {
    options.say(`${title}, batch ${batch}`);
    results.push(
      await race(
        field,
        `batch ${batch}`,
        { kind: "step", network, batch, arrays, checks: CHECKS },
        {
          rounds: options.quick ? 5 : 11,
          roundMs: options.quick ? 60 : 140,
          warmupMs: options.quick ? 300 : 800,
          families,
          slow: options.quick || batch !== batches[0] ? [] : slow,
        },
      ),
    );
  }
  const who = entrants(options);
  return {
    tables: [
      ratioTable(`${title}: how many times as fast as the peer`, who, results),
      timesTable(`${title}: ms`, who, results),
    ],
    targets: results.flatMap((result, i) =>
      targets
        .filter(([, , , batch]) => batch === undefined || batch === batches[i])
        .flatMap(([ours, peer, least]) =>
          ratioTarget(`${network} step,`, result, [ours, peer], least)
        )
    ),
    data: results,
  };
}
