/**
 * Values for one input or output of a model, or for several: how they are nested, and what is in it.
 *
 * @module
 */

import { isTensor } from "../dispatch.ts";
import { rangeError, show, typeError } from "../errors.ts";
import type { Nested } from "../nested.ts";
import type { TensorLike } from "../ops/mod.ts";
import type { Tensor } from "../tensor.ts";

/** Values for one input or output, or for several in a list or a record by name. */
export type TensorsLike =
  | TensorLike
  | readonly TensorLike[]
  // Examples are no bare numbers, so that options are not taken for a record.
  | { readonly [name: string]: Exclude<TensorLike, number | boolean> };

/** Values in order, and the nest that they stood in. */
export interface Parts {
  /** What the values are called in errors. */
  readonly labels: readonly string[];
  readonly values: readonly TensorLike[];
  /** The same nest with tensors in place of the values. */
  join(tensors: readonly Tensor[]): Nested;
}

function isValues(value: unknown): boolean {
  return isTensor(value) || Array.isArray(value) || ArrayBuffer.isView(value);
}

/**
 * The values in `x` or `y`. A nested array of numbers is one value; where a model has several inputs or outputs, an
 * array of as many tensors or arrays is the list of them.
 *
 * @throws {RangeError} When there are others than the names say.
 * @throws {TypeError} When it holds no values.
 */
export function partsOf(
  what: string,
  nest: TensorsLike,
  names: readonly string[] | null,
): Parts {
  if (Array.isArray(nest) && isList(nest, names)) {
    checkCount(what, nest.length, names);
    const labels = nest.map((_, i) => `${what}[${i}]`);
    return { labels, values: nest, join: (tensors) => [...tensors] };
  }
  if (isValues(nest) || typeof nest === "number" || typeof nest === "boolean") {
    checkCount(what, 1, names);
    return { labels: [what], values: [nest as TensorLike], join: ([tensor]) => tensor };
  }
  if (typeof nest !== "object" || nest === null || Object.keys(nest).length === 0) {
    throw typeError(
      "data.kind",
      `Cannot use ${show(nest)} as ${what}: give a tensor, an array, or a list or record of them`,
    );
  }
  const keys = Object.keys(nest);
  const values = Object.values(nest) as TensorLike[];
  const wrong = values.findIndex((value) => !isValues(value));
  if (wrong >= 0) {
    throw typeError(
      "data.kind",
      `Cannot use the record ${what} as its "${keys[wrong]}" is ${
        show(values[wrong])
      }: give a tensor or an array by each name${optionsHint(what)}`,
    );
  }
  checkNames(what, keys, names);
  return {
    labels: keys.map((key) => `${what}.${key}`),
    values,
    join: (tensors) => Object.fromEntries(keys.map((key, i) => [key, tensors[i]])),
  };
}

function isList(nest: readonly unknown[], names: readonly string[] | null): boolean {
  if (nest.length === 0) return false;
  if (nest.every(isTensor)) return true;
  return names !== null && names.length > 1 && nest.length === names.length && nest.every(isValues);
}

function known(what: string, names: readonly string[]): string {
  return `the model's ${what === "x" ? "inputs" : "outputs"} are ${
    names.map((name) => `"${name}"`).join(", ")
  }`;
}

function checkCount(what: string, count: number, names: readonly string[] | null): void {
  // Weights may be one for all outputs.
  if (names === null || count === names.length || (what === "sampleWeight" && count === 1)) return;
  throw rangeError(
    "data.count",
    `Cannot use the data as ${what} has ${
      count === 1 ? "one part" : `${count} parts`
    } and not ${names.length}: ${known(what, names)}`,
  );
}

function checkNames(what: string, keys: readonly string[], names: readonly string[] | null): void {
  if (names === null) return;
  const extra = keys.filter((key) => !names.includes(key));
  // Outputs without a loss need no targets.
  const missing = what === "x" ? names.filter((name) => !keys.includes(name)) : [];
  if (extra.length === 0 && missing.length === 0) return;
  const faults = [
    ...(extra.length > 0 ? [`it has ${extra.join(", ")}`] : []),
    ...(missing.length > 0 ? [`it lacks ${missing.join(", ")}`] : []),
  ];
  throw rangeError(
    "data.names",
    `Cannot use the record ${what} as ${faults.join(" and ")}: ${known(what, names)}${
      optionsHint(what)
    }`,
  );
}

/** What whoever left the targets out, and gave options in their place, has to know. */
function optionsHint(what: string): string {
  return what === "y" ? "; options come after y" : "";
}
