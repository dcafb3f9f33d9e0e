/**
 * The commands: what each takes, for the parser and the help; their code is loaded when one is run.
 *
 * @module
 */

import type { Arguments } from "./arguments.ts";

/** An option of a command. */
export interface Option {
  /** What it does, for the help. */
  readonly about: string;
  /** What its value is called; an option without one is a flag. */
  readonly value?: string;
  /** Whether the command needs it. @default false */
  readonly required?: boolean;
}

/** A command. */
export interface Command {
  /** What it does, for the help. */
  readonly about: string;
  /** Its arguments in order: `word` stands for itself, `NAME` for any text, `[NAME]` for one that may be left out. */
  readonly words: readonly string[];
  /** Its options by name. */
  readonly options: Readonly<Record<string, Option>>;
  /** What it needs, as flags of `deno run`, and what for. */
  readonly permissions: Readonly<Record<string, string>>;
  /** Brings its code; `run` says whether all is well. */
  readonly load: () => Promise<{ run(args: Arguments): Promise<boolean> }>;
}

/** The keys of `TEMPLATES`, which is loaded when one is needed. */
const KINDS =
  "layer, activation, initializer, regularizer, constraint, optimizer, schedule, loss, " +
  "metric, callback or exporter";

const json: Option = { about: "print JSON, for programs" };

/** The commands by name, as the help lists them. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  new: {
    about: "make the folder of a plugin: code, manifest, test",
    words: ["plugin", "NAME"],
    options: {
      kind: { value: "KIND", required: true, about: KINDS },
      dir: { value: "DIR", about: "the folder to make; by default named as the plugin" },
      json,
    },
    permissions: {
      "--allow-read --allow-write": "to make the folder; that of the folder above will do",
    },
    load: () => import("./new.ts"),
  },
  plugins: {
    about: "list the plugins of a folder and of its project",
    words: ["[DIR]"],
    options: { all: { about: "list what is built in, too" }, json },
    permissions: { "--allow-read": "to find manifests in DIR, and deno.json there or above it" },
    load: () => import("./plugins.ts"),
  },
  check: {
    about: "hold the plugins of a package to their contracts",
    words: ["DIR"],
    options: { json },
    permissions: {
      "--allow-read": "to read the manifest and import its modules",
      "--allow-write": "for checks that write files, in a temporary folder; else they are skipped",
    },
    load: () => import("./check.ts"),
  },
  summary: {
    about: "print the layers of a saved model",
    words: ["MODEL"],
    options: {
      use: { value: "PLACE", about: "a package of plugins that it needs; may be repeated" },
      nested: { about: "show the layers of layers, too" },
      json,
    },
    permissions: { "--allow-read=MODEL,PLACE": "to read the model and the packages that it needs" },
    load: () => import("./summary.ts"),
  },
  doctor: {
    about: "say what Tensaur runs on here",
    words: [],
    options: { json },
    permissions: {},
    load: () => import("./doctor.ts"),
  },
};
