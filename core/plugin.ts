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
  /** The class or function itself; an entry has either this or `load`. */
  readonly value?: unknown;
  /** Brings the class or function when it is first needed. */
  readonly load?: () => Promise<unknown>;
}

/** What a package brings. */
export interface PluginManifest {
  /** The package's name, the part of `package>Name` before the `>`. */
  readonly name: string;
  /** The package's version. */
  readonly version: string;
  /** Its plugins, in no particular order. */
  readonly plugins: readonly PluginEntry[];
}

/** Checks a manifest's form while keeping its literal type. */
export function defineManifest<const M extends PluginManifest>(manifest: M): M {
  return manifest;
}
