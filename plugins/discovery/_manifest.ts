/**
 * Manifests, read and checked. A manifest in JSON is data alone; its modules wait until they are needed.
 *
 * @module
 */

import { stateError, typeError } from "../../core/errors.ts";
import { nameOf } from "../../core/files.ts";
import { checkManifest, checkManifestData, ManifestError } from "../../core/manifest/check.ts";
import type { PluginEntry, PluginEntryData, PluginManifest } from "../../core/plugin.ts";
import { importModule } from "./_module.ts";
import { manifestSpecifier, readBytes } from "./_place.ts";

/** Reads a manifest: `tensaur.json`, or a module that exports one as default. */
export async function readManifest(source: string | URL): Promise<PluginManifest> {
  const specifier = manifestSpecifier(source);
  const isData = /\.json([?#]|$)/.test(specifier);
  return isData ? await manifestOfData(specifier) : await manifestOfModule(specifier);
}

async function manifestOfData(source: string): Promise<PluginManifest> {
  const manifest = await readJson(source);
  checkManifestData(manifest, source);
  const { name, version, engine, plugins, integrity = {} } = manifest;
  const entryOf = ({ module, integrity: own, ...facts }: PluginEntryData): PluginEntry => {
    const digests = Object.entries(integrity);
    if (own !== undefined) digests.push([module, own]);
    return { ...facts, load: () => importModule(source, module, digests) };
  };
  return { name, version, engine, source, plugins: plugins.map(entryOf) };
}

async function readJson(source: string): Promise<unknown> {
  const bytes = source.startsWith("file:") ? await readFile(source) : null;
  try {
    if (bytes !== null) return JSON.parse(new TextDecoder().decode(bytes));
    return (await import(source, { with: { type: "json" } })).default;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new ManifestError(source, [cause.message]);
    throw unreadable(source, cause);
  }
}

/** The modules lie where the manifest does: leave to read that alone would soon be too little. */
async function readFile(source: string): Promise<Uint8Array> {
  try {
    return await readBytes(source);
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code !== "file.permission") throw cause;
    const folder = nameOf(new URL(".", source));
    const error = stateError(
      code,
      `Cannot read ${source} as Deno does not allow it: run the program with --allow-read=${folder}, where its ` +
        `modules are too`,
    );
    throw Object.assign(error, { cause });
  }
}

async function manifestOfModule(source: string): Promise<PluginManifest> {
  const module = await import(source).catch((cause) => {
    throw unreadable(source, cause);
  });
  if (module.default === undefined) {
    throw typeError(
      "manifest.export",
      `Cannot use ${source} as a manifest as it exports none as default: write export default defineManifest({ … })`,
    );
  }
  const manifest = { ...module.default, source };
  checkManifest(manifest);
  return manifest;
}

function unreadable(source: string, cause: unknown): Error {
  const { message } = cause as Error;
  return Object.assign(
    stateError("manifest.read", `Cannot read the manifest ${source}: ${message}`),
    { cause },
  );
}
