import { errors } from "../core/errors.ts";
import type { DataFormat } from "../core/ops/mod.ts";
import { oneOf } from "../core/options.ts";
import type { Dims } from "../core/shape.ts";

/** The data format that an option names. */
export function dataFormatOption(kind: string, dataFormat: DataFormat | undefined): DataFormat {
  const formats = ["channelsLast", "channelsFirst"] as const;
  return oneOf(`make a ${kind} layer`, "dataFormat", dataFormat ?? "channelsLast", formats);
}

/** Checks that an input has so many spatial axes, beside the batch and the channels. */
export function checkSpatial(
  operation: string,
  dims: Dims,
  axes: number,
  dataFormat: DataFormat,
): void {
  if (dims.length === axes + 2) return;
  const spatial = Array.from({ length: axes }, (_, i) => `axis ${i + 1}`).join(", ");
  const layout = dataFormat === "channelsLast"
    ? `[batch, ${spatial}, channels]`
    : `[batch, channels, ${spatial}]`;
  throw errors.rank(operation, `${axes + 2} axes, ${layout}`, dims);
}

/** The first of the spatial axes. */
export function firstSpatial(dataFormat: DataFormat): number {
  return dataFormat === "channelsLast" ? 1 : 2;
}

/** Elements before and after each spatial axis, as options of layers give them. */
export type MarginsOption =
  | number
  | readonly number[]
  | readonly (readonly number[])[];

const isCount = (n: unknown): boolean => Number.isSafeInteger(n) && (n as number) >= 0;

/**
 * One pair for each spatial axis. A number stands for all ends; of one axis a list is its pair, of several its entries
 * are pairs, or numbers that stand for both ends.
 */
export function marginsOption(
  kind: string,
  option: string,
  value: MarginsOption,
  axes: number,
): readonly (readonly [number, number])[] {
  const entries: readonly unknown[] = !Array.isArray(value)
    ? new Array(axes).fill(value)
    : axes === 1
    ? [value]
    : value;
  const pairs = entries.map((entry) => Array.isArray(entry) ? entry : [entry, entry]);
  if (pairs.length === axes && pairs.every((pair) => pair.length === 2 && pair.every(isCount))) {
    return pairs.map(([low, high]) => [low, high]);
  }
  const requirement = axes === 1
    ? "a whole number from 0 on, or a pair of them"
    : `a whole number from 0 on, or ${axes} of them, or ${axes} pairs`;
  throw errors.option(`make a ${kind} layer`, option, requirement, value);
}

/** Margins as Keras writes them down: of one axis just its pair. */
export function marginsConfig(
  margins: readonly (readonly [number, number])[],
): readonly number[] | readonly (readonly number[])[] {
  return margins.length === 1 ? margins[0] : margins;
}
