/**
 * Plugin manifests: what a package brings, by kind and name.
 *
 * @module
 */

/** The kinds of plugin that the framework itself looks up; a plugin may bring others. */
export type PluginKind =
  | "layer"
  | "activation"
  | "initializer"
  | "regularizer"
  | "constraint"
  | "optimizer"
  | "schedule"
  | "loss"
  | "metric"
  | "callback"
  | "backend"
  | "exporter"
  | "importer"
  | "dataset";

/** What a check of a plugin is given: options for its constructor, and what the check of its kind takes beside. */
export interface PluginSample {
  /** The options that it is made with. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** What else the check takes, such as `inputShape` for a layer. */
  readonly [option: string]: unknown;
}

/** One plugin. */
export interface PluginEntry {
  /** What it is. */
  readonly kind: PluginKind | (string & Record<never, never>);
  /** Its name within the package, as the class or function is called. */
  readonly name: string;
  /** Other names for it. */
  readonly aliases?: readonly string[];
  /** One sentence for people. */
  readonly description?: string;
  /** How a check of its kind's contract makes it and what it feeds it, where the defaults of the check do not suit. */
  readonly sample?: PluginSample;
  /** What it needs beyond computing, as Deno names it: `"read"`, `"net=example.org"`. For people; it grants nothing. */
  readonly permissions?: readonly string[];
  /** The class or function itself; an entry has either this or `load`. */
  readonly value?: unknown;
  /** Brings the class or function, or the module that exports it, when it is first needed. */
  readonly load?: () => Promise<unknown>;
  /** The name under which the module of `load` exports it. @default its name */
  readonly export?: string;
}

/** One plugin, as `tensaur.json` has it. */
export interface PluginEntryData extends Omit<PluginEntry, "value" | "load"> {
  /** The module that exports it: a path within the folder of `tensaur.json`. */
  readonly module: string;
  /** What the module's bytes must hash to: `"sha256-"` and the digest in base64. */
  readonly integrity?: string;
}

/** What a package brings. */
export interface PluginManifest<Entry = PluginEntry> {
  /** The package's name, the part of `package>Name` before the `>`. */
  readonly name: string;
  /** The package's version. */
  readonly version: string;
  /** The versions of Tensaur that it works with, as a range: `"^0.1.0"`. @default any */
  readonly engine?: string;
  /** Its plugins, in no particular order. */
  readonly plugins: readonly Entry[];
  /** Where the manifest was read; set by `use()`. */
  readonly source?: string;
}

/** What a package brings, as `tensaur.json` has it. */
export interface PluginManifestData extends PluginManifest<PluginEntryData> {
  /** What files that the modules import must hash to, by their paths within the folder. */
  readonly integrity?: Readonly<Record<string, string>>;
}

/**
 * Checks a manifest's form while keeping its literal type.
 *
 * @example A package of one's own
 * ```ts
 * import { defineManifest, Registry } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const manifest = defineManifest({
 *   name: "acme",
 *   version: "1.0.0",
 *   plugins: [{ kind: "activation", name: "half", value: (x: number) => x / 2 }],
 * });
 * const half = new Registry().add(manifest).get<(x: number) => number>("activation", "acme>half");
 * assertEquals(half(4), 2);
 * ```
 */
export function defineManifest<const M extends PluginManifest>(manifest: M): M {
  return manifest;
}

/** `reduceLROnPlateau`, `ReduceLROnPlateau` and `reduce_lr_on_plateau` are one name. */
export function normalizeName(name: string): string {
  return name.replaceAll(/[_\-\s]/g, "").toLowerCase();
}
