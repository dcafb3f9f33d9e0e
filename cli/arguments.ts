/**
 * What the user typed, parsed by what a command takes.
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { nearMatches } from "../core/errors.ts";
import type { Option } from "./commands.ts";

/** What a command was given. */
export interface Arguments {
  /** All that is no option. */
  readonly words: readonly string[];
  /** The values of each option, in order. */
  readonly values: Readonly<Record<string, readonly string[]>>;
  /** The options without a value that were given. */
  readonly flags: ReadonlySet<string>;
}

/** The command line does not make sense: exit code 2. */
export class UsageError extends Error {}

/**
 * Parses arguments.
 *
 * @throws {UsageError} When an option is unknown, or has no value where it needs one.
 */
export function parse(
  args: readonly string[],
  options: Readonly<Record<string, Option>>,
): Arguments {
  const names = Object.keys(options);
  const [withValue, flags] = [true, false].map((has) =>
    names.filter((name) => (options[name].value !== undefined) === has)
  );
  const { _: words, ...given }: Record<string, unknown> = parseArgs([...args], {
    string: ["_", ...withValue],
    boolean: flags,
    collect: withValue,
    alias: names.includes("help") ? { help: "h" } : {},
    unknown: (argument: string, key?: string) => {
      if (key !== undefined) throw new UsageError(unknownMessage("option", argument, names));
    },
  });
  const values = Object.fromEntries(
    withValue.map((name) => [name, (given[name] ?? []) as string[]]),
  );
  const empty = withValue.find((name) => values[name].includes(""));
  if (empty !== undefined) {
    throw new UsageError(
      `Cannot take --${empty} without a value: write --${empty} ${options[empty].value}`,
    );
  }
  return {
    words: words as string[],
    values,
    flags: new Set(flags.filter((name) => given[name] === true)),
  };
}

/** What is said of a name that is none of those known. */
export function unknownMessage(what: string, name: string, known: readonly string[]): string {
  const isOption = name.startsWith("-");
  const shown = (known: readonly string[]): string[] =>
    known.map((name) => isOption ? `--${name}` : `"${name}"`);
  const near = nearMatches(name.replace(/^-+/, "").replace(/=.*/s, ""), known);
  const hint = near.length > 0
    ? `did you mean ${shown(near).join(" or ")}?`
    : `${known.length === 1 ? "known is" : "known are"} ${shown(known).join(", ")}`;
  return `Cannot find the ${what} ${isOption ? name : `"${name}"`}: ${hint}`;
}

/**
 * Checks words against those that a command takes; see `Command.words`.
 *
 * @throws {UsageError} When one is missing, too many, or another word than the one that stands there.
 */
export function checkWords(given: readonly string[], wanted: readonly string[]): void {
  for (const [i, word] of wanted.entries()) {
    const isText = /^\[?[A-Z]+\]?$/.test(word);
    if (given[i] === undefined && !word.startsWith("[")) {
      throw new UsageError(`Cannot go on without ${isText ? word : `the word "${word}"`}`);
    }
    if (!isText && given[i] !== word) {
      throw new UsageError(`Cannot take "${given[i]}" where the word "${word}" has to stand`);
    }
  }
  if (given.length > wanted.length) {
    throw new UsageError(`Cannot take "${given[wanted.length]}" as it is one argument too many`);
  }
}
