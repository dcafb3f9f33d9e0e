/**
 * The registry: every layer, optimizer, loss, metric, callback, backend and exporter, found by kind and name.
 * Nothing registers itself; a manifest is added as a whole.
 *
 * @module
 */

import { nearMatches, rangeError, stateError, typeError } from "./errors.ts";
import type { PluginEntry, PluginManifest, PluginSample } from "./plugin.ts";

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
  /** What a check of it is given; may be empty. */
  readonly sample: PluginSample;
}

interface Registration {
  readonly description: PluginDescription;
  readonly entry: PluginEntry;
  value: unknown;
}

/** The package whose plugins also go by their short names without the package being named. */
export const BUILT_IN_PACKAGE = "tensaur";

/** `reduceLROnPlateau`, `ReduceLROnPlateau` and `reduce_lr_on_plateau` are one name. */
function normalize(name: string): string {
  return name.replaceAll(/[_\-\s]/g, "").toLowerCase();
}

/** A class can be constructed with a config; a plain function cannot. */
// deno-lint-ignore no-explicit-any -- the config of each class is its own
type Constructor = { new (config?: any): unknown; fromConfig?: (config: unknown) => unknown };

function isClass(value: unknown): value is Constructor {
  return typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
}

/** Finds plugins by kind and name. */
export class Registry {
  readonly #registrations = new Map<string, Map<string, Registration>>();
  readonly #byValue = new Map<unknown, Registration>();

  /**
   * Adds all plugins of a manifest, or none where one clashes.
   *
   * @throws {Error} When a name is taken; the message names both owners.
   */
  add(manifest: PluginManifest): this {
    const additions = manifest.plugins.map((entry) => this.#register(manifest, entry));
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
    return this;
  }

  /** Says whether a plugin of that kind and name is known. */
  has(kind: string, name: string): boolean {
    return this.#find(kind, normalize(name)) !== undefined;
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
    const registration = this.#require(kind, name);
    if (registration.value === undefined) {
      throw stateError(
        "registry.notLoaded",
        `Cannot use the ${kind} "${name}" yet as its code is not loaded: await registry.load("${kind}", "${name}") first`,
      );
    }
    return registration.value as T;
  }

  /** Brings the code of a plugin, where it is not at hand, and returns the class or function. */
  async load<T = unknown>(kind: string, name: string): Promise<T> {
    const registration = this.#require(kind, name);
    if (registration.value === undefined) {
      registration.value = await registration.entry.load!();
      this.#byValue.set(registration.value, registration);
    }
    return registration.value as T;
  }

  /**
   * Makes an instance: a class is constructed from the config, a function is returned as it is.
   *
   * @throws {RangeError} When the name is unknown.
   */
  async create<T = unknown>(kind: string, name: string, config?: unknown): Promise<T> {
    await this.load(kind, name);
    return this.build<T>(kind, name, config);
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
    const found = this.#find(kind, normalize(name));
    if (found !== undefined) return found;
    const known = this.list(kind).map((d) => d.name);
    const near = nearMatches(name, [...known, ...this.list(kind).flatMap((d) => d.aliases)]);
    const hint = near.length > 0
      ? `did you mean ${near.map((n) => `"${n}"`).join(" or ")}?`
      : known.length > 0
      ? `known are ${known.join(", ")}`
      : `no ${kind} is registered`;
    throw rangeError(
      "registry.unknown",
      `Cannot find the ${kind} "${name}" in the registry: ${hint}`,
    );
  }

  #register(manifest: PluginManifest, entry: PluginEntry): Registration {
    if ((entry.value === undefined) === (entry.load === undefined)) {
      throw typeError(
        "manifest.entry",
        `Cannot register the ${entry.kind} "${entry.name}" of ${manifest.name}: it needs either a value or load, and just one of them`,
      );
    }
    return {
      entry: Object.freeze({ ...entry }),
      value: entry.value,
      description: Object.freeze({
        kind: entry.kind,
        name: entry.name,
        qualifiedName: `${manifest.name}>${entry.name}`,
        aliases: Object.freeze([...entry.aliases ?? []]),
        package: manifest.name,
        version: manifest.version,
        description: entry.description ?? "",
        sample: entry.sample ?? {},
      }),
    };
  }
}

/** All keys under which a plugin is found. */
function keysOf({ description }: Registration): string[] {
  const short = [description.name, ...description.aliases];
  const names = [...short, ...short.map((name) => `${description.package}>${name}`)];
  return [...new Set(names.map(normalize))];
}

function clash(key: string, added: Registration, owner: Registration): Error {
  return stateError(
    "registry.clash",
    `Cannot register the ${added.description.kind} ${added.description.qualifiedName} as the name "${key}" is taken by ` +
      `${owner.description.qualifiedName}: rename one of the two; a registered plugin is never replaced`,
  );
}
