/**
 * A runtime of one's own: plugins may be added and numbers drawn in it, and nothing of that is seen outside.
 *
 * @module
 */

import {
  type PluginEntry,
  type PluginManifest,
  RandomGenerator,
  Registry,
  Runtime,
  runtime,
  setRuntime,
} from "../mod.ts";

/** What the draws of an isolated runtime begin with. */
const SEED = 20;

/** A registry that knows what another knows, and does not share what is added later. */
export function copyOf(registry: Registry): Registry {
  const copy = new Registry();
  for (const { name, version, source } of registry.packages()) {
    const known = registry.list().filter((plugin) => plugin.package === name);
    const plugins = known.map(
      ({ kind, name, aliases, description, permissions, sample, qualifiedName }): PluginEntry => ({
        ...{ kind, name, aliases, permissions, sample },
        ...description === "" ? {} : { description },
        ...registry.isLoaded(kind, qualifiedName)
          ? { value: registry.get(kind, qualifiedName) }
          : { load: () => registry.load(kind, qualifiedName) },
      }),
    );
    copy.add({ name, version, plugins, ...source === null ? {} : { source } });
  }
  return copy;
}

/**
 * Runs a function in a runtime of its own, on the backend in use, and comes back to the one before, however it ends.
 *
 * @param manifest Plugins to add, unless their package is in use already.
 */
export async function inIsolation<T>(
  run: (isolated: Runtime) => Promise<T>,
  manifest?: PluginManifest,
): Promise<T> {
  const outer = runtime();
  const registry = copyOf(outer.registry);
  if (manifest !== undefined && !registry.packages().some(({ name }) => name === manifest.name)) {
    registry.add(manifest);
  }
  const isolated = new Runtime({ registry, defaults: outer.defaults });
  isolated.useBackend(outer.backend);
  reseed(isolated);
  setRuntime(isolated);
  try {
    return await run(isolated);
  } finally {
    setRuntime(outer);
    isolated.dispose();
  }
}

/** Begins the draws anew. */
export function reseed(isolated: Runtime, seed: number = SEED): void {
  isolated.random = new RandomGenerator(seed);
}
