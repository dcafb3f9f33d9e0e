import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  defineManifest,
  type Layer,
  Registry,
  Runtime,
  sequential,
  setRuntime,
  setSeed,
  tensor,
} from "../../mod.ts";
import { manifest } from "../../plugins/manifest.ts";

Deno.test("removing an entry of the manifest makes just that item unknown", () => {
  const all = new Registry().add(manifest).list();
  for (const removed of manifest.plugins) {
    const plugins = manifest.plugins.filter((entry) => entry !== removed);
    const registry = new Registry().add({ ...manifest, plugins });
    for (const name of [removed.name, `tensaur>${removed.name}`, ...removed.aliases ?? []]) {
      assert(!registry.has(removed.kind, name), `${removed.kind} ${name}`);
    }
    assertThrows(() => registry.get(removed.kind, removed.name), RangeError, "Cannot find the");
    assertEquals(
      registry.list().map(({ qualifiedName, kind }) => `${kind} ${qualifiedName}`),
      all.filter(({ kind, name }) => kind !== removed.kind || name !== removed.name)
        .map(({ qualifiedName, kind }) => `${kind} ${qualifiedName}`),
    );
  }
});

Deno.test("the core trains with a manifest of only what is needed", async () => {
  const needed = [
    "backend reference",
    "layer Dense",
    "initializer GlorotUniform",
    "initializer Zeros",
    "loss MeanSquaredError",
    "optimizer SGD",
  ];
  const plugins = manifest.plugins.filter(({ kind, name }) => needed.includes(`${kind} ${name}`));
  assertEquals(plugins.length, needed.length);
  const registry = new Registry().add(defineManifest({ ...manifest, plugins }));
  const before = setRuntime(
    new Runtime({
      registry,
      defaults: {
        backend: "reference",
        backends: ["reference"],
        initializer: "glorotUniform",
        optimizer: "sgd",
        callbacks: ["ProgressBar"],
        modelFormat: "tensaur",
        weightsFormat: "safetensors",
      },
    }),
  );
  try {
    setSeed(1);
    const dense = registry.build<Layer>("layer", "Dense", {
      units: 1,
      inputShape: [1],
    });
    const model = sequential([dense]);
    model.compile({ loss: "meanSquaredError" });
    const { history } = await model.fit(tensor([[1], [2]]), tensor([[2], [4]]), { epochs: 50 });
    assert(history.loss.at(-1)! < 0.1 * history.loss[0], `${history.loss}`);
    assertThrows(() => model.compile({ optimizer: "adam" }), RangeError, "known are SGD");
  } finally {
    setRuntime(before!);
  }
});
