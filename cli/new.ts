/**
 * `tensaur new plugin`: makes the folder of a plugin.
 *
 * @module
 */

import { green } from "@std/fmt/colors";
import * as framework from "../mod.ts";
import { type Arguments, unknownMessage, UsageError } from "./arguments.ts";
import { printJson } from "./output.ts";
import { filesOf, type Names, namesOf } from "./scaffold/files.ts";
import { type Template, TEMPLATES } from "./scaffold/mod.ts";

/** Makes the folder, whole or not at all. */
export async function run({ words: [, name], values, flags }: Arguments): Promise<boolean> {
  const kind = values.kind.at(-1)!;
  if (!Object.hasOwn(TEMPLATES, kind)) {
    throw new UsageError(unknownMessage("kind of plugin", kind, Object.keys(TEMPLATES)));
  }
  const template = TEMPLATES[kind];
  const names = checkedNames(name, kind, template);
  const folder = values.dir.at(-1) ?? names.folder;
  const files = filesOf(kind, template, names);
  await writeFolder(folder, files);
  const made = Object.keys(files);
  if (flags.has("json")) printJson({ folder, kind, name: names.local, files: made });
  else {
    console.log(`${green("Made")} the ${kind} ${names.local} in ${folder}:`);
    console.log(`  ${made.join(", ")}`);
    console.log(`Next: cd ${folder} && deno test && deno task check`);
  }
  return true;
}

/** Words that name no function. */
const RESERVED =
  ("await break case catch class const continue debugger default delete do else enum eval export " +
    "extends false finally for function if implements import in instanceof interface let new null package private " +
    "protected public return static super switch this throw true try typeof var void while with yield arguments")
    .split(" ");

function checkedNames(name: string, kind: string, { isFunction = false }: Template): Names {
  if (!/^(@[a-z0-9-]{1,30}\/)?[A-Za-z][A-Za-z0-9_-]{0,29}$/.test(name)) {
    throw new UsageError(
      `Cannot call a plugin "${name}": take up to 30 letters and digits, a letter first, such as Scale, ` +
        `my-scale or @acme/scale`,
    );
  }
  const names = namesOf(name, isFunction);
  const { local } = names;
  const { registry } = framework;
  if (
    registry.has(kind, local) || registry.packages().some((used) => used.name === names.package)
  ) {
    throw new UsageError(
      `Cannot call the ${kind} ${local} as one that is built in is called so: take another name`,
    );
  }
  if (local in globalThis || local in framework || RESERVED.includes(local)) {
    throw new UsageError(
      `Cannot call the ${kind} ${local} as that word means something already: take another name`,
    );
  }
  return names;
}

/** Writes files beside the folder's place, and moves them there at last. */
async function writeFolder(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const path = folder.replace(/(?<=.)[/\\]+$/, "");
  if (await exists(path)) {
    throw new Error(
      `Cannot make the folder ${folder} as it is there already: name another by --dir`,
    );
  }
  const draft = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await Deno.mkdir(draft);
    for (const [file, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${draft}/${file}`, text);
    }
    await Deno.rename(draft, path);
  } catch (cause) {
    await Deno.remove(draft, { recursive: true }).catch(() => {});
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Error(
      `Cannot make the folder ${folder} as the folder above is not there: make it first`,
      { cause },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
