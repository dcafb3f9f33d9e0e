/** Packages of plugins in temporary folders. */

import { type PluginDescription, Registry, type RegistryOptions } from "../../mod.ts";

/** A module of a class and a function, which leaves a note in `globalThis.loaded` when it runs. */
export function moduleText(note: string): string {
  return `
    (globalThis.loaded ??= []).push(${JSON.stringify(note)});
    export class Scale { constructor(config) { this.config = config; } }
    export function half(x) { return x / 2; }
  `;
}

/** What ran so far of the modules that {@linkcode moduleText} gives. */
export function loaded(): string[] {
  return (globalThis as { loaded?: string[] }).loaded ??= [];
}

/** The manifest of a package with one layer, with whatever is changed. */
export function manifestOf(
  changes: Record<string, unknown> = {},
  entry: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    name: "acme",
    version: "1.2.0",
    plugins: [{ kind: "layer", name: "Scale", module: "./scale.js", ...entry }],
    ...changes,
  };
}

/** Runs with a temporary folder that holds the files: texts as they are, all else as JSON. */
export async function withFiles(
  files: Readonly<Record<string, unknown>>,
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    for (const [path, content] of Object.entries(files)) {
      const file = `${folder}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
      await Deno.writeTextFile(file, text);
    }
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A registry of one's own, as an option. */
export function alone(options?: RegistryOptions): { registry: Registry } {
  return { registry: new Registry(options) };
}

/** The names of what was added. */
export function namesOf(added: readonly PluginDescription[]): string[] {
  return added.map(({ qualifiedName }) => qualifiedName);
}
