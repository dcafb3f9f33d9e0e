/**
 * Options checked: one of some names, a number in a range, true or false.
 *
 * @module
 */

import { errors, nearMatches, rangeError, show, typeError } from "./errors.ts";

function normalize(name: unknown): string {
  return String(name).replaceAll("_", "").toLowerCase();
}

/**
 * The name that an option gives, in camelCase; `fan_in` is taken for `fanIn`.
 *
 * @throws {RangeError} When it is none of the names.
 */
export function oneOf<const Name extends string>(
  operation: string,
  option: string,
  value: Name | (string & Record<never, never>),
  names: readonly Name[],
): Name {
  const found = names.find((name) => normalize(name) === normalize(value));
  if (found === undefined) {
    throw errors.option(operation, option, `one of ${names.join(", ")}`, value);
  }
  return found;
}

/** The ranges that options keep to, each with its test. */
const RANGES: Record<NumberRange, (value: number) => boolean> = {
  "finite": (value) => Number.isFinite(value),
  "finite and above 0": (value: number) => value > 0 && Number.isFinite(value),
  "finite and from 0 on": (value: number) => value >= 0 && Number.isFinite(value),
  "finite and from 1 on": (value: number) => value >= 1 && Number.isFinite(value),
  "finite and not above 0": (value: number) => value <= 0 && Number.isFinite(value),
  "in [0, 1]": (value: number) => value >= 0 && value <= 1,
  "in [0, 1)": (value: number) => value >= 0 && value < 1,
  "in (0, 1]": (value: number) => value > 0 && value <= 1,
  "a whole number": (value) => Number.isSafeInteger(value),
  "a whole number from 0 on": (value: number) => Number.isSafeInteger(value) && value >= 0,
  "a whole number from 1 on": (value: number) => Number.isSafeInteger(value) && value >= 1,
};

/** A range of numbers, in the words of the error that names it. */
export type NumberRange =
  | "finite"
  | "finite and above 0"
  | "finite and from 0 on"
  | "finite and from 1 on"
  | "finite and not above 0"
  | "in [0, 1]"
  | "in [0, 1)"
  | "in (0, 1]"
  | "a whole number"
  | "a whole number from 0 on"
  | "a whole number from 1 on";

function kindError(operation: string, option: string, kind: string, value: unknown): TypeError {
  return typeError(
    "option.kind",
    `Cannot ${operation} as ${option} must be ${kind}: current ${option} is ${show(value)}`,
  );
}

/**
 * The number that an option gives.
 *
 * @throws {TypeError} When it is no number.
 * @throws {RangeError} When it is out of range.
 */
export function numberIn(
  range: NumberRange,
  operation: string,
  option: string,
  value: unknown,
): number {
  if (typeof value !== "number") throw kindError(operation, option, "a number", value);
  if (!RANGES[range](value)) throw errors.option(operation, option, range, value);
  return value;
}

/**
 * Whether an option is switched on.
 *
 * @throws {TypeError} When it is neither true nor false.
 */
export function switchOf(operation: string, option: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw kindError(operation, option, "true or false", value);
  return value;
}

/**
 * Checks that every option has a name that is known.
 *
 * @throws {TypeError} When the options are no object.
 * @throws {RangeError} When one has not; the nearest is told.
 */
export function checkOptionNames(
  operation: string,
  options: object,
  known: readonly string[],
): void {
  if (typeof options !== "object" || options === null) {
    throw typeError(
      "option.kind",
      `Cannot ${operation} as options must be given by name: current options are ${show(options)}`,
    );
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const [near] = nearMatches(unknown, known);
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  throw rangeError(
    "option.unknown",
    `Cannot ${operation} as there is no option "${unknown}": known are ${
      known.join(", ") || "none"
    }${hint}`,
  );
}

/** What an instance of a class is called where no name was given: `KLDivergence` gives `klDivergence`. */
export function instanceName(className: string): string {
  return className.replace(
    /^[A-Z]+(?=[A-Z][a-z])|^[A-Z]+/,
    (capitals) => capitals.toLowerCase(),
  );
}
