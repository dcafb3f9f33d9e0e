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

/** One runtime is current at a time: what is to be isolated waits for its turn. */
let turn: Promise<unknown> = Promise.resolve();

/**
 * Runs a function in a runtime of its own, on the backend in use, and comes back to the one before, however it ends.
 *
 * @param manifest Plugins to add, unless their package is in use already.
 */
export function inIsolation<T>(run: () => Promise<T>, manifest?: PluginManifest): Promise<T> {
  const result = turn.then(() => isolated(run, manifest));
  turn = result.catch(() => {});
  return result;
}

async function isolated<T>(run: () => Promise<T>, manifest?: PluginManifest): Promise<T> {
  const outer = runtime();
  const registry = copyOf(outer.registry);
  if (manifest !== undefined && !registry.packages().some(({ name }) => name === manifest.name)) {
    registry.add(manifest);
  }
  const inner = new Runtime({ registry, defaults: outer.defaults });
  inner.useBackend(outer.backend);
  inner.random = new RandomGenerator(SEED);
  setRuntime(inner);
  try {
    return await run();
  } finally {
    setRuntime(outer);
    inner.dispose();
  }
}
