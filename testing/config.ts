/**
 * Configs: written, compared, and made into instances.
 *
 * @module
 */

import type { Config, Configurable } from "../mod.ts";
import { expect } from "./outcome.ts";

/** The config of an instance as a file would keep it. */
export function configOf(instance: object): Config {
  const { getConfig } = instance as Partial<Configurable>;
  expect(getConfig !== undefined, "it has no getConfig(): add one that returns its options");
  const config: Config = getConfig.call(instance);
  const written = JSON.parse(JSON.stringify(config));
  expectSameConfig(written, config);
  return written;
}

/** An instance of the same class, made from a config as the registry makes it. */
export function fromConfig<T extends object>(instance: T, config: Config): T {
  const made = instance.constructor as {
    new (config: Config): T;
    fromConfig?(config: Config): T;
  };
  return made.fromConfig === undefined ? new made(config) : made.fromConfig(config);
}

/**
 * Compares two configs, in whatever order their options are.
 *
 * @throws {Error} That names the options that differ.
 */
export function expectSameConfig(actual: Config, expected: Config): void {
  const names = new Set([...Object.keys(actual), ...Object.keys(expected)]);
  const different = [...names].filter((name) => !isEqual(actual[name], expected[name])).map((
    name,
  ) => `${name} is ${shown(actual[name])} instead of ${shown(expected[name])}`);
  expect(different.length === 0, `its config does not come back: ${different.join("; ")}`);
}

function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const [entries, others] = [Object.entries(a), new Map(Object.entries(b))];
  return entries.length === others.size &&
    entries.every(([key, value]) => others.has(key) && isEqual(value, others.get(key)));
}

function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : JSON.stringify(value) ?? typeof value;
}

/** A copy of plain objects and arrays that throws when it is changed; what is in them may be replaced. */
export function frozen(
  value: unknown,
  replace: (item: unknown) => unknown = (item) => item,
): unknown {
  if (Array.isArray(value)) return Object.freeze(value.map((item) => frozen(item, replace)));
  const isPlain = typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return replace(value);
  const entries = Object.entries(value).map(([key, item]) => [key, frozen(item, replace)]);
  return Object.freeze(Object.fromEntries(entries));
}
