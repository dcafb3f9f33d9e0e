import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  deserialize,
  Layer,
  layers,
  loadModel,
  type PluginManifest,
  Registry,
  Runtime,
  runtime,
  sequential,
  serialize,
  setRuntime,
  type Tensor,
  use,
} from "../../mod.ts";
import { manifest as builtIn } from "../../plugins/manifest.ts";
import { withFiles } from "./_package.ts";

class Same extends Layer {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/** A package with the layer, at hand or to be loaded. */
function packageOf(version: string, { lazy = false, name = "Same" } = {}) {
  const entry = lazy ? { load: () => Promise.resolve({ [name]: Same }) } : { value: Same };
  return { name: "acme", version, plugins: [{ kind: "layer", name, ...entry }] };
}

/** Runs with the built-in plugins and those of the manifests alone. */
async function inRuntimeOf<T>(
  manifests: readonly PluginManifest[],
  run: () => T | Promise<T>,
): Promise<T> {
  const { defaults } = runtime();
  const before = setRuntime(
    new Runtime({ registry: new Registry().add(builtIn, ...manifests), defaults }),
  );
  try {
    return await run();
  } finally {
    setRuntime(before!);
  }
}

async function save(path: string): Promise<void> {
  await sequential([new Same({ inputShape: [2] }), new layers.Flatten()]).save(path);
}

Deno.test("what is written names the package and version of each class that is not built in", async () => {
  await inRuntimeOf([packageOf("1.2.0")], () => {
    const written = serialize("layer", new Same({ name: "x" }));
    assertEquals([written.className, written.package, written.version], [
      "acme>Same",
      "acme",
      "1.2.0",
    ]);
    assertEquals(deserialize<Same>("layer", written).name, "x");
    assertEquals(serialize("layer", new layers.Flatten()).package, undefined);
  });
});

Deno.test("loadModel() says which package is missing, which version, and how to add it", async () => {
  await withFiles({}, async (folder) => {
    const path = `${folder}/m.tensaur`;
    await inRuntimeOf([packageOf("1.2.0")], () => save(path));
    await assertRejects(
      () => inRuntimeOf([], () => loadModel(path)),
      RangeError,
      'Cannot make the layer "acme>Same" as its package is not in use: acme 1.2.0 brought it when it was written; add ' +
        "it first: await use(…) with the path, the URL or the npm: or jsr: specifier of acme 1.2.0",
    );
    await assertRejects(
      () => inRuntimeOf([packageOf("2.0.0", { name: "Renamed" })], () => loadModel(path)),
      RangeError,
      'Cannot make the layer "acme>Same" as acme 2.0.0, which is in use, does not bring it: acme 1.2.0 did when it was ' +
        "written; use that version",
    );
  });
});

Deno.test("loadModel() loads the plugins that a model needs", async () => {
  await withFiles({}, async (folder) => {
    const path = `${folder}/m.tensaur`;
    await inRuntimeOf([packageOf("1.2.0")], () => save(path));
    await inRuntimeOf([packageOf("1.3.0", { lazy: true })], async () => {
      const model = await loadModel(path);
      assertEquals(model.layers.map((layer) => layer.constructor), [Same, layers.Flatten]);
    });
  });
});

Deno.test("save() knows a class that was imported by hand while its plugin was not loaded", async () => {
  await withFiles({}, async (folder) => {
    await inRuntimeOf([packageOf("1.2.0", { lazy: true })], async () => {
      await save(`${folder}/m.tensaur`);
      assert((await loadModel(`${folder}/m.tensaur`)).layers[0] instanceof Same);
    });
  });
});

Deno.test("a class that no manifest lists cannot be written, and says so", () => {
  class Unlisted extends Same {}
  assertThrows(
    () => serialize("layer", new Unlisted()),
    TypeError,
    "Cannot write the layer Unlisted as JSON as it is not in the registry: list it in a manifest and add it by use()",
  );
});

Deno.test("a class without getConfig cannot be written, and says so", async () => {
  class Plain {}
  await use({
    name: "without-config",
    version: "1.0.0",
    plugins: [{ kind: "transform", name: "Plain", value: Plain }],
  });
  assertThrows(
    () => serialize("transform", new Plain()),
    TypeError,
    "Cannot write the transform Plain as JSON as it has no getConfig(): add one that returns its options",
  );
});

Deno.test("an unknown name says which package would bring it, or what has that name", () => {
  const registry = new Registry().add(builtIn);
  assertThrows(
    () => registry.get("layer", "acme>Same"),
    RangeError,
    'Cannot find the layer "acme>Same" in the registry: the package "acme" is not in use; add it first: await use(…)',
  );
  assertThrows(
    () => registry.get("layer", "Adagrad"),
    RangeError,
    'Cannot find the layer "Adagrad" in the registry: it is a plugin of the kind "optimizer"',
  );
});
