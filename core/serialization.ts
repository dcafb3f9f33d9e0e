/**
 * How layers, losses and the like are named and written as JSON, and found again by name.
 *
 * @module
 */

import { rangeError, show, typeError } from "./errors.ts";
import { BUILT_IN_PACKAGE, howToAdd, type Registry } from "./registry.ts";
import { runtime } from "./runtime.ts";

/** A config as JSON: what `getConfig` gives and `fromConfig` takes. */
// deno-lint-ignore no-explicit-any -- each class reads its own options from its config
export type Config = Record<string, any>;

/** Something that can be written as JSON and made again from it. */
export interface Configurable {
  /** The options that make an equal object. */
  getConfig(): Config;
}

/** An object as JSON: its class by name, and its config. */
export interface SerializedObject {
  /** The name in the registry; `package>Name` for classes that are not built in. */
  className: string;
  /** The options that make an equal object. */
  config: Config;
  /** The package that brings the class, when it is not built in. */
  package?: string;
  /** The package's version at the time of writing. */
  version?: string;
}

/** How an option names a plugin: by name, as an object, or as JSON. */
export type Identifier<T> = string | T | SerializedObject;

/** Says whether a value is an object written as JSON. */
export function isSerialized(value: unknown): value is SerializedObject {
  return typeof value === "object" && value !== null && "className" in value &&
    typeof value.className === "string" && !("getConfig" in value);
}

/**
 * The object that an option names.
 *
 * @throws {RangeError} When no plugin of that name is known.
 * @throws {TypeError} When the value is neither a name, nor an object, nor JSON of one.
 */
export function resolve<T extends object>(kind: string, identifier: Identifier<T>): T {
  const { registry } = runtime();
  if (typeof identifier === "string") return registry.build<T>(kind, identifier);
  if (isSerialized(identifier)) return deserialize<T>(kind, identifier);
  const isObject = typeof identifier === "object" && identifier !== null;
  if (isObject || typeof identifier === "function") return identifier;
  throw typeError(
    "option.plugin",
    `Cannot use ${show(identifier)} as a ${kind}: give a name, an object or its config`,
  );
}

/** Like {@linkcode resolve}; nothing stays nothing. */
export function resolveOptional<T extends object>(
  kind: string,
  identifier: Identifier<T> | null | undefined,
): T | null {
  return identifier === null || identifier === undefined ? null : resolve(kind, identifier);
}

/**
 * An object as JSON.
 *
 * @throws {TypeError} When its class is not registered, or has no `getConfig`.
 */
export function serialize(kind: string, object: object): SerializedObject {
  const isFunction = typeof object === "function";
  const { registry } = runtime();
  const description = registry.describeValue(isFunction ? object : object.constructor);
  const name = isFunction ? object.name : object.constructor.name;
  if (description === null) {
    // A class that the user imported is known as the plugin once the plugin's own code is loaded.
    if (registry.has(kind, name) && !registry.isLoaded(kind, name)) registry.get(kind, name);
    throw typeError(
      "serialize.unregistered",
      `Cannot write the ${kind} ${
        name || "without a name"
      } as JSON as it is not in the registry: list it in a manifest and add it by use()`,
    );
  }
  const config = isFunction ? {} : configOf(kind, object);
  if (description.package === BUILT_IN_PACKAGE) return { className: description.name, config };
  return {
    className: description.qualifiedName,
    config,
    package: description.package,
    version: description.version,
  };
}

/** Like {@linkcode serialize}; nothing stays nothing. */
export function serializeOptional(
  kind: string,
  object: object | null,
): SerializedObject | null {
  return object === null ? null : serialize(kind, object);
}

function configOf(kind: string, object: object): Config {
  if ("getConfig" in object && typeof object.getConfig === "function") return object.getConfig();
  throw typeError(
    "serialize.config",
    `Cannot write the ${kind} ${object.constructor.name} as JSON as it has no getConfig(): add one that returns its options`,
  );
}

/**
 * The object that JSON describes. Only registered classes are made; nothing else of the JSON runs.
 *
 * @throws {RangeError} When the class is unknown; the package that brings it is named.
 */
export function deserialize<T extends object>(kind: string, written: SerializedObject): T {
  const { registry } = runtime();
  if (written.package !== undefined && !registry.has(kind, written.className)) {
    throw absentError(registry, kind, written, written.package);
  }
  return registry.build<T>(kind, written.className, written.config);
}

function absentError(
  registry: Registry,
  kind: string,
  { className, version = "" }: SerializedObject,
  name: string,
): RangeError {
  const origin = `${name} ${version}`.trim();
  const used = registry.packages().find((known) => known.name === name);
  return rangeError(
    "deserialize.package",
    used === undefined
      ? `Cannot make the ${kind} "${className}" as its package is not in use: ${origin} brought it when it was ` +
        `written; ${howToAdd(name, version)}`
      : `Cannot make the ${kind} "${className}" as ${name} ${used.version}, which is in use, does not bring it: ` +
        `${origin} did when it was written; use that version`,
  );
}
