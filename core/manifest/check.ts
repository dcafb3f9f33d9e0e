/**
 * The check of manifests: all that is wrong with one, at once, each with its place.
 *
 * @module
 */

import { type CodedError, nearMatches, show } from "../errors.ts";
import { normalizeName, type PluginManifest, type PluginManifestData } from "../plugin.ts";
import { isVersionRange } from "../version_range.ts";
import { codeSchema, dataSchema, type Schema } from "./schema.ts";

/** A manifest that is none: `problems` says what is wrong, one line each, with its place in the manifest. */
export class ManifestError extends TypeError implements CodedError {
  /** Its class. */
  override readonly name: string = "ManifestError";
  /** The stable name of the mistake. */
  readonly code: string = "manifest.invalid";

  /** Takes what the manifest is called, and what is wrong with it. */
  constructor(readonly source: string, readonly problems: readonly string[]) {
    super(`Cannot use ${source} as a manifest:\n  ${problems.join("\n  ")}`);
  }
}

/**
 * Checks a manifest in TypeScript.
 *
 * @throws {ManifestError} When it is none.
 */
export function checkManifest(manifest: unknown): asserts manifest is PluginManifest {
  const { name, source, plugins } = fieldsOf(manifest);
  const missing = fieldsOfEach(plugins).flatMap(({ value, load }, i) =>
    (value === undefined) === (load === undefined)
      ? [`plugins[${i}]: needs either a value or load, and just one of them`]
      : []
  );
  report(String(source ?? show(name)), manifest, codeSchema, missing);
}

/**
 * Checks what was read from `tensaur.json`.
 *
 * @throws {ManifestError} When it is no manifest.
 */
export function checkManifestData(
  manifest: unknown,
  source: string,
): asserts manifest is PluginManifestData {
  report(source, manifest, dataSchema, []);
}

function report(
  source: string,
  manifest: unknown,
  schema: Schema,
  others: readonly string[],
): void {
  const problems = [...mismatches(schema, manifest), ...contradictions(manifest), ...others];
  if (problems.length > 0) throw new ManifestError(source, problems);
}

/** What no single field shows. */
function contradictions(manifest: unknown): string[] {
  const { engine, plugins } = fieldsOf(manifest);
  const problems: string[] = [];
  if (typeof engine === "string" && /\S/.test(engine) && !isVersionRange(engine)) {
    problems.push(`engine: must be a range of versions, such as "^0.1.0"; it is ${show(engine)}`);
  }
  const owners = new Map<string, number>();
  fieldsOfEach(plugins).forEach(({ kind, name, aliases }, i) => {
    for (const alias of Array.isArray(aliases) ? [name, ...aliases] : [name]) {
      if (typeof alias !== "string") continue;
      const key = `${kind} ${normalizeName(alias)}`;
      const owner = owners.get(key) ?? i;
      if (owner !== i) {
        problems.push(`plugins[${i}]: the name ${show(alias)} is taken by plugins[${owner}]`);
      }
      owners.set(key, owner);
    }
  });
  return problems;
}

/** Where a value is not what a schema says, one line each; `path` is the value's place, for the lines. */
export function mismatches(schema: Schema, value: unknown, path = ""): string[] {
  const { type, pattern, items, additionalProperties } = schema;
  const fits = (type === undefined || typeOf(value) === type) &&
    (pattern === undefined || new RegExp(pattern).test(value as string));
  if (!fits) return [`${path || "all of it"}: must be ${inWords(schema)}; it is ${show(value)}`];
  if (items !== undefined) {
    return (value as unknown[]).flatMap((element, i) =>
      mismatches(items, element, `${path}[${i}]`)
    );
  }
  if (additionalProperties === undefined) return [];
  return mismatchesOfFields(schema, value as Record<string, unknown>, path);
}

function mismatchesOfFields(
  schema: Schema,
  value: Record<string, unknown>,
  path: string,
): string[] {
  const { properties = {}, required = [], propertyNames, additionalProperties } = schema;
  const missing = required.filter((field) => value[field] === undefined)
    .map((field) => `${at(path, field)}: is missing; give ${inWords(properties[field])}`);
  const wrong = Object.entries(value).flatMap(([field, element]) => {
    const place = at(path, field);
    const own = Object.hasOwn(properties, field) ? properties[field] : additionalProperties;
    if (element === undefined) return [];
    if (!own) {
      return [`${place}: is no known field; ${hint(field, Object.keys(properties))}`];
    }
    const named = propertyNames === undefined ? [] : mismatches(propertyNames, field, place);
    return [...named, ...mismatches(own, element, place)];
  });
  return [...missing, ...wrong];
}

function hint(field: string, known: readonly string[]): string {
  const [near] = nearMatches(field, known);
  return near === undefined ? `known are ${known.join(", ")}` : `did you mean "${near}"?`;
}

function inWords({ type, patternErrorMessage }: Schema): string {
  return patternErrorMessage ??
    (type === "array" || type === "object" ? `an ${type}` : `a ${type}`);
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}

function at(path: string, field: string): string {
  if (!/^[$\w]+$/.test(field)) return `${path}[${JSON.stringify(field)}]`;
  return path === "" ? field : `${path}.${field}`;
}

/** The fields of a value that may be anything. */
function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function fieldsOfEach(values: unknown): Record<string, unknown>[] {
  return Array.isArray(values) ? values.map(fieldsOf) : [];
}
