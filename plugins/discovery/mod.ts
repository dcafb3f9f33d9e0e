/**
 * How packages of plugins come into use: by path, URL or package name, from a folder, or from a project's `deno.json`.
 *
 * @module
 */

import type { PluginManifest } from "../../core/plugin.ts";
import type { PluginDescription, Registry } from "../../core/registry.ts";
import { runtime } from "../../core/runtime.ts";

// What reads files is imported when it is first needed: a program without plugins never pays for it.

/** Options of {@linkcode use}, {@linkcode discover} and {@linkcode discoverProject}. */
export interface UseOptions {
  /** Whether all modules are loaded at once, and not each when its plugin is first used. @default false */
  eager?: boolean;
  /** Where the plugins are added. @default the registry of the runtime in use */
  registry?: Registry;
}

/**
 * Adds the plugins of a package. Only its manifest is read; a plugin's own module runs when the plugin is first used.
 *
 * A text is a path (from the current folder), a URL, or a package: `"npm:acme@^1"`, `"jsr:@acme/layers"`. What does not
 * end in the name of a file stands for the `tensaur.json` in it. A name that ends in `.ts`, `.js` or the like is a
 * manifest in TypeScript: that module runs, and exports the manifest as default.
 *
 * @returns What was added.
 * @throws {ManifestError} When the manifest is none; everything that is wrong is told at once, with its place.
 * @throws {RangeError} When the package works with other versions of Tensaur only.
 * @throws {Error} When the manifest cannot be read, or a name in it is taken; then nothing is added.
 *
 * @example
 * ```ts
 * import { defineManifest, registry, use } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * await use(defineManifest({
 *   name: "acme",
 *   version: "1.0.0",
 *   plugins: [{ kind: "activation", name: "half", value: (x: number) => x / 2 }],
 * }));
 * const half = await registry.create<(x: number) => number>("activation", "acme>half");
 * assertEquals(half(4), 2);
 * ```
 */
export async function use(
  source: string | URL | PluginManifest,
  options: UseOptions = {},
): Promise<PluginDescription[]> {
  const isPlace = typeof source === "string" || source instanceof URL;
  return await addAll([isPlace ? await readManifest(source) : source], options);
}

/**
 * Adds the plugins of all packages in a folder and the folders in it: of every `tensaur.json`, whose own folder is
 * searched no further. Folders that are named `node_modules` or begin with a dot are left out.
 *
 * @returns What was added.
 * @throws {Error} When something is wrong with one of them; then none is added.
 */
export async function discover(
  folder: string | URL,
  options: UseOptions = {},
): Promise<PluginDescription[]> {
  const { findManifests } = await import("./_folder.ts");
  return await addAll(await Promise.all((await findManifests(folder)).map(readManifest)), options);
}

/**
 * Adds the plugins that a project lists: `"tensaur": { "plugins": ["./my_plugins", "npm:acme"] }` in the nearest
 * `deno.json` or `deno.jsonc`. Paths are those from its folder.
 *
 * @param from The folder where the search begins; it goes on upwards. @default the current folder
 * @returns What was added; nothing where no file is found, or it lists none.
 * @throws {Error} When something is wrong with one of them; then none is added.
 */
export async function discoverProject(
  from: string | URL = ".",
  options: UseOptions = {},
): Promise<PluginDescription[]> {
  const { findProjectManifests } = await import("./_project.ts");
  const found = await findProjectManifests(from);
  return await addAll(await Promise.all(found.map(readManifest)), options);
}

/**
 * Reads and checks a manifest without adding it.
 *
 * @throws {ManifestError} When it is none.
 */
export async function readManifest(source: string | URL): Promise<PluginManifest> {
  const reader = await import("./_manifest.ts");
  return await reader.readManifest(source);
}

async function addAll(
  manifests: readonly PluginManifest[],
  { eager = false, registry = runtime().registry }: UseOptions,
): Promise<PluginDescription[]> {
  registry.add(...manifests);
  const added = manifests.flatMap(({ name, plugins }) =>
    plugins.map((entry) => registry.describe(entry.kind, `${name}>${entry.name}`))
  );
  if (eager) {
    await Promise.all(added.map(({ kind, qualifiedName }) => registry.load(kind, qualifiedName)));
  }
  return added;
}
