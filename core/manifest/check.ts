/**
 * The check of manifests: all that is wrong with one, at once, each with its place.
 *
 * @module
 */

import { type CodedError, nearMatches, show } from "../errors.ts";
import { normalizeName, type PluginManifest, type PluginManifestData } from "../plugin.ts";
import { isVersionRange } from "../version_range.ts";
import { codeSchema, dataSchema, type Schema } from "./schema.ts";

/** A manifest that is none. `problems` has a line for each thing that is wrong, with its place in the manifest. */
export class ManifestError extends TypeError implements CodedError {
  override readonly name = "ManifestError";
  /** The stable name of the mistake. */
  readonly code = "manifest.invalid";

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
  const problems = [...against(codeSchema, manifest, "")];
  if (problems.length === 0) problems.push(...ofPackage(manifest as PluginManifest));
  if (problems.length > 0) throw new ManifestError(sourceOf(manifest), problems);
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
  const problems = [...against(dataSchema, manifest, "")];
  throw new ManifestError(source, problems);
}

function sourceOf(manifest: unknown): string {
  const { source, name } = (manifest ?? {}) as Partial<PluginManifest>;
  return source ?? (typeof name === "string" ? `"${name}"` : "a value");
}
