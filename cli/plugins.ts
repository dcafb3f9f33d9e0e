/**
 * `tensaur plugins`: what a folder and its project bring.
 *
 * @module
 */

import { bold, red } from "@std/fmt/colors";
import { type PackageDescription, registry } from "../mod.ts";
import { findManifests } from "../plugins/discovery/_folder.ts";
import { manifestSpecifier } from "../plugins/discovery/_place.ts";
import { findProjectManifests } from "../plugins/discovery/_project.ts";
import { readManifest } from "../plugins/discovery/mod.ts";
import type { Arguments } from "./arguments.ts";
import { printJson, shownPlace, table } from "./output.ts";

/** What is wrong with a manifest, alone or beside those before it. */
interface Problem {
  readonly source: string;
  readonly message: string;
}

/** Lists what is found; well is where all of it can be in use together. */
export async function run({ words: [folder = "."], flags }: Arguments): Promise<boolean> {
  const problems = await addAll(folder);
  const packages = registry.packages().filter(({ source }) => source !== null || flags.has("all"));
  if (flags.has("json")) printJson({ packages: packages.map(forPrograms), problems });
  else {
    if (packages.length === 0) console.log(`No plugins in ${folder}, nor in its project`);
    for (const found of packages) console.log(`${textOf(found)}\n`);
    for (const { source, message } of problems) {
      console.log(`${red("Cannot be in use:")} ${shownPlace(source)}\n  ${message}\n`);
    }
  }
  return problems.length === 0;
}

/** Adds each manifest that can be added; tells why the others cannot. */
async function addAll(folder: string): Promise<Problem[]> {
  const problems: Problem[] = [];
  const attempt = async <T>(source: string, run: () => Promise<T>): Promise<T | null> => {
    try {
      return await run();
    } catch (error) {
      problems.push({ source, message: (error as Error).message });
      return null;
    }
  };
  const found = await findManifests(folder);
  const listed = await attempt(folder, () => findProjectManifests(folder)) ?? [];
  for (const source of new Set([...found, ...listed.map(manifestSpecifier)])) {
    await attempt(source, async () => registry.add(await readManifest(source)));
  }
  return problems;
}

function pluginsOf({ name }: PackageDescription): ReturnType<typeof registry.list> {
  return registry.list().filter((plugin) => plugin.package === name);
}

function forPrograms(found: PackageDescription): unknown {
  const plugins = pluginsOf(found).map(({ kind, name, aliases, description, permissions }) => ({
    kind,
    name,
    aliases,
    description,
    permissions,
  }));
  return { ...found, plugins };
}

function textOf(found: PackageDescription): string {
  const { name, version, source } = found;
  const place = source === null ? "built in" : shownPlace(source);
  const rows = pluginsOf(found).map(({ kind, name, permissions, description }) => [
    kind,
    name,
    permissions.map((permission) => `--allow-${permission}`).join(" "),
    description,
  ]);
  return `${bold(`${name} ${version}`)}  ${place}\n${table(rows)}`;
}
