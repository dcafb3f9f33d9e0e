/**
 * `tensaur check`: holds all plugins of a package to the contracts of their kinds.
 *
 * @module
 */

import { green, red, yellow } from "@std/fmt/colors";
import { type PluginDescription, use } from "../mod.ts";
import { checkPlugin, ContractReport } from "../testing.ts";
import type { Arguments } from "./arguments.ts";
import { printJson } from "./output.ts";

/** Checks each plugin; well is where all keep their contracts. */
export async function run({ words: [place], flags }: Arguments): Promise<boolean> {
  const plugins = await use(place);
  if (plugins.length === 0) {
    throw new Error(`Cannot check ${place} as its manifest lists no plugin: add one to "plugins"`);
  }
  const reports: ContractReport[] = [];
  for (const plugin of plugins) {
    const report = await outOfTheWay(() => reportOn(plugin));
    reports.push(report);
    if (!flags.has("json")) console.log(`${colored(report)}\n`);
  }
  const broken = reports.filter(({ ok }) => !ok);
  if (flags.has("json")) printJson(forPrograms(plugins[0], reports));
  else {
    const kept = `${
      reports.length - broken.length
    } of ${reports.length} plugins keep their contracts`;
    console.log(broken.length === 0 ? green(kept) : red(kept));
  }
  return broken.length === 0;
}

/** The imports of a package are those of its own `deno.json`. */
const MAPPED =
  "; so that the package's own imports are known, give its deno.json: deno run --config=DIR/deno.json …";

async function reportOn({ kind, qualifiedName, name }: PluginDescription): Promise<ContractReport> {
  try {
    return await checkPlugin(kind, qualifiedName, { throws: false });
  } catch (cause) {
    const { message = String(cause) } = (cause ?? {}) as Partial<Error>;
    const isUnmapped = /import map|not a dependency/i.test(message);
    const error = new Error(`${message}${isUnmapped ? MAPPED : ""}`, { cause });
    return new ContractReport(kind, name, [{ name: "can be loaded", ok: false, error }]);
  }
}

/** What plugins print while they are checked goes to stderr: stdout is for the report. */
async function outOfTheWay<T>(run: () => Promise<T>): Promise<T> {
  const { log } = console;
  console.log = console.error;
  try {
    return await run();
  } finally {
    console.log = log;
  }
}

function colored(report: ContractReport): string {
  return String(report)
    .replaceAll(/^ {2}holds/gm, (word) => green(word))
    .replaceAll(/^ {2}BROKEN/gm, (word) => red(word))
    .replaceAll(/^ {2}skipped/gm, (word) => yellow(word));
}

function forPrograms(
  { package: name, version, source }: PluginDescription,
  reports: readonly ContractReport[],
): unknown {
  return {
    package: name,
    version,
    source,
    ok: reports.every(({ ok }) => ok),
    plugins: reports.map(({ kind, subject, ok, checks }) => ({
      kind,
      name: subject,
      ok,
      checks: checks.map(({ error, ...check }) => ({ ...check, error: error?.message })),
    })),
  };
}
