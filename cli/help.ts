/**
 * The help, written from what the commands say of themselves.
 *
 * @module
 */

import { bold } from "@std/fmt/colors";
import { VERSION } from "../version.ts";
import { type Command, COMMANDS, type Option } from "./commands.ts";
import { table } from "./output.ts";

/** What every command takes. */
export const COMMON: Readonly<Record<string, Option>> = { help: { about: "print this text" } };

/** What there is without a command. */
export const GLOBAL: Readonly<Record<string, Option>> = {
  ...COMMON,
  version: { about: "print the version" },
};

/** The help of the whole. */
export function overview(): string {
  const commands = Object.entries(COMMANDS).map(([name, { words, about }]) => [
    [name, ...words].join(" "),
    about,
  ]);
  return sections(`Tensaur ${VERSION}, a deep learning framework for Deno`, {
    Usage: "  tensaur COMMAND [options]\n  tensaur COMMAND --help",
    Commands: table(commands),
    Options: optionLines(GLOBAL),
    "Exit codes": table([
      ["0", "all is well"],
      ["1", "something failed"],
      ["2", "the command line is wrong"],
    ]),
  });
}

/** The help of a command. */
export function helpOf(name: string, { about, words, options, permissions }: Command): string {
  const required = Object.entries(options).filter(([, { required }]) => required)
    .map(([option, { value }]) => `--${option} ${value}`);
  const needs = Object.entries(permissions);
  return sections(`${about[0].toUpperCase()}${about.slice(1)}.`, {
    Usage: `  ${["tensaur", name, ...words, ...required, "[options]"].join(" ")}`,
    Options: optionLines({ ...options, ...COMMON }),
    Permissions: needs.length > 0 ? table(needs) : "  none",
  });
}

function optionLines(options: Readonly<Record<string, Option>>): string {
  return table(
    Object.entries(options).map(([name, { value, about }]) => [
      `--${name}${value === undefined ? "" : ` ${value}`}${name === "help" ? ", -h" : ""}`,
      about,
    ]),
  );
}

function sections(head: string, parts: Readonly<Record<string, string>>): string {
  const titled = Object.entries(parts).map(([title, text]) => `${bold(`${title}:`)}\n${text}`);
  return [head, ...titled].join("\n\n");
}
