/**
 * The command line: scaffolds plugins, lists and checks them, shows models, and says what Tensaur runs on.
 *
 *     deno run cli.ts --help
 *
 * @module
 */

import { red, setColorEnabled } from "@std/fmt/colors";
import { checkWords, parse, unknownMessage, UsageError } from "./cli/arguments.ts";
import { type Command, COMMANDS } from "./cli/commands.ts";
import { COMMON, GLOBAL, helpOf, overview } from "./cli/help.ts";
import { VERSION } from "./version.ts";

/** Runs the command line and returns the exit code: 0 where all is well, 1 for a failure, 2 for wrong usage. */
export async function main(args: readonly string[]): Promise<number> {
  colorFor(Deno.stdout);
  try {
    return await dispatch(args) ? 0 : 1;
  } catch (error) {
    colorFor(Deno.stderr);
    const { message = String(error) } = (error ?? {}) as Partial<Error>;
    console.error(`${red("error")}: ${message}`);
    if (!(error instanceof UsageError)) return 1;
    const [name] = args;
    console.error(`See tensaur ${Object.hasOwn(COMMANDS, name ?? "") ? `${name} ` : ""}--help`);
    return 2;
  }
}

function colorFor(stream: { isTerminal(): boolean }): void {
  setColorEnabled(!Deno.noColor && stream.isTerminal());
}

async function dispatch(args: readonly string[]): Promise<boolean> {
  const [name, ...rest] = args;
  if (name === undefined || name.startsWith("-")) return withoutCommand(args);
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UsageError(unknownMessage("command", name, Object.keys(COMMANDS)));
  }
  return await runCommand(name, COMMANDS[name], rest);
}

function withoutCommand(args: readonly string[]): boolean {
  const { flags, words } = parse(args, GLOBAL);
  if (flags.has("version")) console.log(VERSION);
  else if (flags.has("help") && Object.hasOwn(COMMANDS, words[0] ?? "")) {
    console.log(helpOf(words[0], COMMANDS[words[0]]));
  } else if (flags.has("help")) console.log(overview());
  else throw new UsageError(`Cannot go on without a command: ${Object.keys(COMMANDS).join(", ")}`);
  return true;
}

async function runCommand(
  name: string,
  command: Command,
  args: readonly string[],
): Promise<boolean> {
  const given = parse(args, { ...command.options, ...COMMON });
  if (given.flags.has("help")) {
    console.log(helpOf(name, command));
    return true;
  }
  checkWords(given.words, command.words);
  for (const [option, { required, value }] of Object.entries(command.options)) {
    if (required && given.values[option].length === 0) {
      throw new UsageError(`Cannot go on without --${option} ${value}`);
    }
  }
  const { run } = await command.load();
  return await run(given);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
