/**
 * Versions and ranges of them, as packages write them: semantic versions, and the ranges of npm.
 *
 * @module
 */

interface Version {
  readonly numbers: readonly number[];
  readonly prerelease: readonly string[];
}

/** A bound that a version must keep. */
interface Bound {
  readonly operator: "<" | "<=" | "=" | ">=" | ">";
  readonly version: Version;
}

const NUMBER = String.raw`(0|[1-9]\d*)`;
const TAGS = String.raw`(?:-([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?(?:\+[\dA-Za-z.-]+)?`;
const VERSION = new RegExp(String.raw`^${NUMBER}\.${NUMBER}\.${NUMBER}${TAGS}$`);
const PART = String.raw`(0|[1-9]\d*|[xX*])`;
const PARTIAL = String.raw`v?${PART}(?:\.${PART}(?:\.${PART}${TAGS})?)?`;
const SIMPLE = new RegExp(String.raw`^(<=?|>=?|=|~|\^)?\s*${PARTIAL}$`);
const HYPHEN = new RegExp(String.raw`^(${PARTIAL})\s+-\s+(${PARTIAL})$`);

/** Comes before every release and prerelease of the same numbers. */
const FIRST = ["0"];

/**
 * Says whether a version lies in a range: `1.2.3`, `1.x`, `^1.2`, `~1.2.3`, `>=1 <3`, `1.2 - 2`, `^1 || ^2`, `*`. A
 * prerelease does only where the range names one of the same three numbers.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { satisfies } from "./version_range.ts";
 *
 * assert(satisfies("0.1.4", "^0.1.0"));
 * assert(!satisfies("0.2.0", "^0.1.0"));
 * ```
 */
export function satisfies(version: string, range: string): boolean {
  const given = parseVersion(version);
  return given !== null && (parseRange(range)?.some((bounds) => keeps(given, bounds)) ?? false);
}

/** Says whether a text is a range of versions. */
export function isVersionRange(text: string): boolean {
  return parseRange(text) !== null;
}

function parseVersion(text: string): Version | null {
  const match = text.match(VERSION);
  if (match === null) return null;
  return { numbers: match.slice(1, 4).map(Number), prerelease: match[4]?.split(".") ?? [] };
}

/** The alternatives of a range, each the bounds to be kept together; `null` where it is none. */
function parseRange(range: string): Bound[][] | null {
  const alternatives = range.split("||").map((part) => parseAlternative(part.trim()));
  return alternatives.includes(null) ? null : alternatives as Bound[][];
}

function parseAlternative(text: string): Bound[] | null {
  const ends = text.match(HYPHEN);
  if (ends !== null) return [...boundsOf(`>=${ends[1]}`)!, ...boundsOf(`<=${ends[6]}`)!];
  const parts = text.replaceAll(/(<=?|>=?|=|~|\^)\s+/g, "$1").split(/\s+/).filter(Boolean);
  const bounds = parts.map(boundsOf);
  return bounds.includes(null) ? null : bounds.flat() as Bound[];
}

/** What `^1.2` and the like stand for. */
function boundsOf(text: string): Bound[] | null {
  const match = text.match(SIMPLE);
  if (match === null) return null;
  const [operator = "", ...parts] = match.slice(1, 5);
  const open = parts.findIndex((part) => part === undefined || /[xX*]/.test(part));
  const known = open < 0 ? 3 : open;
  const numbers = parts.map((part, i) => i < known ? Number(part) : 0);
  const low: Version = { numbers, prerelease: known === 3 ? match[5]?.split(".") ?? [] : [] };
  /** The first version after all those that agree in so many numbers. */
  const after = (count: number): Version => ({
    numbers: numbers.map((n, i) => i < count - 1 ? n : i === count - 1 ? n + 1 : 0),
    prerelease: FIRST,
  });
  const from = (version: Version): Bound => ({ operator: ">=", version });
  const before = (version: Version): Bound => ({ operator: "<", version });
  if (known === 0) return /[<>]$/.test(operator) ? [before({ numbers, prerelease: FIRST })] : [];
  switch (operator) {
    case "^": {
      const first = numbers.findIndex((n) => n > 0);
      const kept = first < 0 || first >= known ? known : first + 1;
      return [from(low), before(after(kept))];
    }
    case "~":
      return [from(low), before(after(Math.min(2, known)))];
    case ">=":
      return [from(low)];
    case "<":
      return [before(known === 3 ? low : { numbers, prerelease: FIRST })];
    case ">":
      return known === 3
        ? [{ operator, version: low }]
        : [from({ ...after(known), prerelease: [] })];
    case "<=":
      return known === 3 ? [{ operator, version: low }] : [before(after(known))];
    default:
      return known === 3 ? [{ operator: "=", version: low }] : [from(low), before(after(known))];
  }
}

function keeps(version: Version, bounds: readonly Bound[]): boolean {
  const inside = bounds.every(({ operator, version: bound }) => {
    const order = compare(version, bound);
    return order === 0 ? operator.endsWith("=") : operator.startsWith(order < 0 ? "<" : ">");
  });
  const named = version.prerelease.length === 0 ||
    bounds.some(({ version: { numbers, prerelease } }) =>
      prerelease.length > 0 && numbers.every((n, i) => n === version.numbers[i])
    );
  return inside && named;
}

/** Below 0 where the first comes first, above 0 where the second does. */
function compare(a: Version, b: Version): number {
  for (let i = 0; i < 3; i++) {
    if (a.numbers[i] !== b.numbers[i]) return a.numbers[i] - b.numbers[i];
  }
  const length = Math.min(a.prerelease.length, b.prerelease.length);
  if (length === 0) return b.prerelease.length - a.prerelease.length;
  for (let i = 0; i < length; i++) {
    const order = compareTags(a.prerelease[i], b.prerelease[i]);
    if (order !== 0) return order;
  }
  return a.prerelease.length - b.prerelease.length;
}

function compareTags(a: string, b: string): number {
  const isNumber = (tag: string): boolean => /^\d+$/.test(tag);
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
