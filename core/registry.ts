/**
 * The registry: every layer, optimizer, loss, metric, callback, backend and exporter, found by kind and name.
 * Nothing registers itself; a manifest is added as a whole.
 *
 * @module
 */

import { type CodedError, nearMatches, rangeError, stateError, typeError } from "./errors.ts";
import { checkManifest } from "./manifest/check.ts";
import {
  normalizeName,
  type PluginEntry,
  type PluginManifest,
  type PluginSample,
} from "./plugin.ts";
import { satisfies } from "./version_range.ts";

/** A plugin as the registry knows it. */
export interface PluginDescription {
  /** What it is. */
  readonly kind: string;
  /** Its name within the package. */
  readonly name: string;
  /** `package>Name`, which is never ambiguous. */
  readonly qualifiedName: string;
  /** Other names for it. */
  readonly aliases: readonly string[];
  /** The package that brings it. */
  readonly package: string;
  /** The version of the package. */
  readonly version: string;
  /** One sentence for people; may be empty. */
  readonly description: string;
  /** What it needs beyond computing, as Deno names it. */
  readonly permissions: readonly string[];
  /** Where its manifest was read; `null` for one that was given as an object. */
  readonly source: string | null;
  /** What a check of it is given; may be empty. */
  readonly sample: PluginSample;
}

/** A package as the registry knows it. */
export interface PackageDescription {
  /** The part of `package>Name` before the `>`. */
  readonly name: string;
  /** One version of a package is in use at a time. */
  readonly version: string;
  /** Where its manifest was read; `null` for one that was given as an object. */
  readonly source: string | null;
}

interface Registration {
  readonly description: PluginDescription;
  readonly entry: PluginEntry;
  value: unknown;
  loading: Promise<unknown> | null;
}

/** Options of {@linkcode Registry}. */
export interface RegistryOptions {
  /** The version that must lie in the `engine` range of each manifest. @default null (any range will do) */
  engineVersion?: string | null;
}

/** The package whose plugins also go by their short names without the package being named. */
export const BUILT_IN_PACKAGE = "tensaur";

/** A class can be constructed with a config; a plain function cannot. */
// deno-lint-ignore no-explicit-any -- the config of each class is its own
type Constructor = { new (config?: any): unknown; fromConfig?: (config: unknown) => unknown };

function isClass(value: unknown): value is Constructor {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

/** A plugin is known, but its code was not loaded yet. See {@linkcode onceLoaded}. */
export class NotLoadedError extends Error implements CodedError {
  /** Its class. */
  override readonly name: string = "NotLoadedError";
  /** The stable name of the mistake. */
  readonly code: string = "registry.notLoaded";
  /** Loads the code. */
  readonly load: () => Promise<unknown>;

  /** Takes the plugin, and what loads it. */
  constructor({ kind, qualifiedName }: PluginDescription, load: () => Promise<unknown>) {
    super(
      `Cannot use the ${kind} "${qualifiedName}" yet as its code is not loaded: await registry.load("${kind}", ` +
        `"${qualifiedName}") first, or add its package by use(…, { eager: true })`,
    );
    this.load = load;
  }
}

/**
 * Runs what names plugins; where the code of one is not at hand, loads it and runs again. What needs no loading is
 * done when the call returns.
 */
export function onceLoaded<T>(run: () => T): T | Promise<T> {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof NotLoadedError)) throw error;
    return error.load().then(() => onceLoaded(run));
  }
}

/** Finds plugins by kind and name. */
export class Registry {
  readonly #registrations = new Map<string, Map<string, Registration>>();
  readonly #byValue = new Map<unknown, Registration>();
  readonly #packages = new Map<string, PackageDescription>();
  readonly #engineVersion: string | null;

  /** Makes an empty registry. */
  constructor({ engineVersion = null }: RegistryOptions = {}) {
    this.#engineVersion = engineVersion;
  }

  /**
   * Adds all plugins of the manifests, or none where something is wrong with one; their order means nothing.
   *
   * @throws {ManifestError} When one is no manifest; everything that is wrong is told at once.
   * @throws {RangeError} When one works with other versions of Tensaur only.
   * @throws {Error} When a name is taken, or another version of a package is in use; the message names both owners.
   */
  add(...manifests: readonly PluginManifest[]): this {
    for (const manifest of manifests) {
      checkManifest(manifest);
      this.#checkEngine(manifest);
    }
    const packages = this.#packagesWith(manifests);
    const additions = manifests.flatMap((manifest) =>
      manifest.plugins.map((entry) => registrationOf(manifest, entry))
    );
    const taken = new Map<string, Registration>();
    for (const registration of additions) {
      for (const key of keysOf(registration)) {
        const id = `${registration.description.kind}:${key}`;
        const owner = this.#find(registration.description.kind, key) ?? taken.get(id);
        if (owner !== undefined) throw clash(key, registration, owner);
        taken.set(id, registration);
      }
    }
    for (const registration of additions) {
      const { kind } = registration.description;
      const names = this.#registrations.get(kind) ?? new Map<string, Registration>();
      this.#registrations.set(kind, names);
      for (const key of keysOf(registration)) names.set(key, registration);
      if (registration.value !== undefined) this.#byValue.set(registration.value, registration);
    }
    for (const added of packages) this.#packages.set(added.name, added);
    return this;
  }

  #checkEngine(manifest: PluginManifest): void {
    const { engine } = manifest;
    const own = this.#engineVersion;
    if (own === null || engine === undefined || satisfies(own, engine)) return;
    const title = titleOf(manifest);
    throw rangeError(
      "registry.engine",
      `Cannot add ${title} as it works with Tensaur ${engine}: this is Tensaur ${own}; take another ` +
        `version of one of the two`,
    );
  }

  /** The packages of the manifests; one that is in use already must be of the same version. */
  #packagesWith(manifests: readonly PluginManifest[]): Iterable<PackageDescription> {
    const packages = new Map<string, PackageDescription>();
    for (const manifest of manifests) {
      const { name, version, source = null } = manifest;
      const owner = this.#packages.get(name) ?? packages.get(name);
      if (owner !== undefined && owner.version !== version) {
        const [added, used] = [manifest, owner].map(titleOf);
        throw stateError(
          "registry.package",
          `Cannot add ${added} as another version of it is in use: ${used}; keep one of the two`,
        );
      }
      packages.set(name, Object.freeze(owner ?? { name, version, source }));
    }
    return packages.values();
  }

  /** Says whether a plugin of that kind and name is known. */
  has(kind: string, name: string): boolean {
    return this.#find(kind, normalizeName(name)) !== undefined;
  }

  /** Says whether the plugin is known and its code is at hand. */
  isLoaded(kind: string, name: string): boolean {
    return this.#require(kind, name).value !== undefined;
  }

  /**
   * The class or function of that name.
   *
   * @throws {RangeError} When it is unknown; near matches are listed.
   * @throws {Error} When it is known, but its code was not loaded yet.
   */
  get<T = unknown>(kind: string, name: string): T {
    const { value, description } = this.#require(kind, name);
    if (value === undefined) {
      throw new NotLoadedError(description, () => this.load(kind, description.qualifiedName));
    }
    return value as T;
  }

  /**
   * Brings the code of a plugin, where it is not at hand, and returns the class or function.
   *
   * @throws {Error} When its module cannot be imported, or does not export it.
   */
  async load<T = unknown>(kind: string, name: string): Promise<T> {
    const registration = this.#require(kind, name);
    if (registration.value === undefined) {
      registration.loading ??= loaded(registration).finally(() => registration.loading = null);
      registration.value = await registration.loading;
      this.#byValue.set(registration.value, registration);
    }
    return registration.value as T;
  }

  /**
   * Makes an instance: a class is constructed from the config, a function is returned as it is. What the config names
   * is loaded too.
   *
   * @throws {RangeError} When the name is unknown.
   */
  async create<T = unknown>(kind: string, name: string, config?: unknown): Promise<T> {
    return await onceLoaded(() => this.build<T>(kind, name, config));
  }

  /** Like {@linkcode create}, for a plugin whose code is at hand. */
  build<T = unknown>(kind: string, name: string, config?: unknown): T {
    const value = this.get(kind, name);
    if (!isClass(value)) return value as T;
    const made = value.fromConfig !== undefined && config !== undefined
      ? value.fromConfig(config)
      : new value(config);
    return made as T;
  }

  /** What is registered, of one kind or of all. */
  list(kind?: string): PluginDescription[] {
    const maps = kind === undefined
      ? [...this.#registrations.values()]
      : [this.#registrations.get(kind) ?? new Map<string, Registration>()];
    return maps.flatMap((names) => [...new Set(names.values())].map((r) => r.description));
  }

  /** The packages in use. */
  packages(): PackageDescription[] {
    return [...this.#packages.values()];
  }

  /** What is known of one plugin. */
  describe(kind: string, name: string): PluginDescription {
    return this.#require(kind, name).description;
  }

  /** What is known of a registered class or function; `null` for any other value. */
  describeValue(value: unknown): PluginDescription | null {
    return this.#byValue.get(value)?.description ?? null;
  }

  #find(kind: string, key: string): Registration | undefined {
    return this.#registrations.get(kind)?.get(key);
  }

  #require(kind: string, name: string): Registration {
    if (typeof name !== "string") {
      throw typeError("registry.name", `Cannot look up a ${kind} as its name is not a string`);
    }
    const found = this.#find(kind, normalizeName(name));
    if (found !== undefined) return found;
    throw rangeError(
      "registry.unknown",
      `Cannot find the ${kind} "${name}" in the registry: ${this.#hint(kind, name)}`,
    );
  }

  /** What the user of an unknown name may have meant. */
  #hint(kind: string, name: string): string {
    const owner = name.includes(">") ? name.split(">")[0] : null;
    if (owner !== null && !this.#packages.has(owner)) {
      return `the package "${owner}" is not in use; ${howToAdd(owner)}`;
    }
    const known = this.list(kind);
    const near = nearMatches(name, known.flatMap((d) => [d.name, ...d.aliases]));
    if (near.length > 0) return `did you mean ${near.map((n) => `"${n}"`).join(" or ")}?`;
    for (const [otherKind, names] of this.#registrations) {
      if (names.has(normalizeName(name))) return `it is a plugin of the kind "${otherKind}"`;
    }
    return known.length > 0
      ? `known are ${known.map((d) => d.name).join(", ")}`
      : `no ${kind} is registered`;
  }
}

/** How a package comes into use, for error messages. */
export function howToAdd(name: string, version?: string): string {
  const which = version === undefined ? name : `${name} ${version}`;
  return `add it first: await use(…) with the path, the URL or the npm: or jsr: specifier of ${which}`;
}

/** What error messages call a package or plugin: name, version, and where its manifest is. */
function titleOf(
  { name, version, source }: { name: string; version: string; source?: string | null },
): string {
  return `${name} ${version}${from(source)}`;
}

function from(source: string | null | undefined): string {
  return source === null || source === undefined ? "" : ` (${source})`;
}

function registrationOf(manifest: PluginManifest, entry: PluginEntry): Registration {
  return {
    entry: Object.freeze({ ...entry }),
    value: entry.value,
    loading: null,
    description: Object.freeze({
      kind: entry.kind,
      name: entry.name,
      qualifiedName: `${manifest.name}>${entry.name}`,
      aliases: Object.freeze([...entry.aliases ?? []]),
      package: manifest.name,
      version: manifest.version,
      description: entry.description ?? "",
      permissions: Object.freeze([...entry.permissions ?? []]),
      source: manifest.source ?? null,
      sample: entry.sample ?? {},
    }),
  };
}

/** What `load` of an entry brings: the class or function itself, or an export of its module. */
async function loaded({ entry, description }: Registration): Promise<unknown> {
  const { kind, qualifiedName, source, permissions } = description;
  const failed = `Cannot load the ${kind} "${qualifiedName}"${from(source)}`;
  let brought: unknown;
  try {
    brought = await entry.load!();
  } catch (cause) {
    const { message = String(cause) } = (cause ?? {}) as Partial<Error>;
    const needs = permissions.map((permission) => ` --allow-${permission}`).join("");
    const error = stateError(
      "registry.load",
      `${failed} as its module fails: ${message}${needs && `; it needs${needs}`}`,
    );
    throw Object.assign(error, { cause });
  }
  if (typeof brought === "function") return brought;
  const { export: wanted = entry.name } = entry;
  const exported = Object(brought) as Record<string, unknown>;
  if (exported[wanted] !== undefined) return exported[wanted];
  throw rangeError(
    "registry.export",
    `${failed} as its module does not export "${wanted}": it exports ${
      Object.keys(exported).join(", ") || "nothing"
    }; name the right one by "export" in the manifest`,
  );
}

/** All keys under which a plugin is found. */
function keysOf({ description }: Registration): string[] {
  const short = [description.name, ...description.aliases];
  const names = [...short, ...short.map((name) => `${description.package}>${name}`)];
  return [...new Set(names.map(normalizeName))];
}

function clash(key: string, { description: added }: Registration, owner: Registration): Error {
  const title = (plugin: PluginDescription): string =>
    titleOf({ ...plugin, name: plugin.qualifiedName });
  return stateError(
    "registry.clash",
    `Cannot register the ${added.kind} ${title(added)} as the name "${key}" is taken by ` +
      `${title(owner.description)}: rename one of the two; a registered plugin is never replaced`,
  );
}
