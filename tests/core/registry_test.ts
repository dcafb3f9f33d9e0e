import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { defineManifest, Registry } from "../../mod.ts";

class Plain {
  constructor(readonly config: unknown) {}
}
class WithFromConfig {
  made = "";
  static fromConfig(config: { made: string }): WithFromConfig {
    return Object.assign(new WithFromConfig(), config);
  }
}
function square(x: number): number {
  return x * x;
}

const manifest = defineManifest({
  name: "acme",
  version: "1.2.3",
  plugins: [
    { kind: "callback", name: "ReduceLROnPlateau", value: Plain, aliases: ["plateau"] },
    { kind: "loss", name: "WithFromConfig", value: WithFromConfig },
    { kind: "activation", name: "square", value: square },
    { kind: "layer", name: "Lazy", load: () => Promise.resolve(class Lazy extends Plain {}) },
  ],
});

Deno.test("a plugin is found by any spelling of its name, short or with its package", () => {
  const registry = new Registry().add(manifest);
  for (
    const name of [
      "ReduceLROnPlateau",
      "reduceLROnPlateau",
      "reduce_lr_on_plateau",
      "plateau",
      "acme>ReduceLROnPlateau",
    ]
  ) assertEquals(registry.get("callback", name), Plain);
  assertEquals(registry.describe("callback", "plateau").qualifiedName, "acme>ReduceLROnPlateau");
});

Deno.test("create() constructs classes and returns functions", async () => {
  const registry = new Registry().add(manifest);
  const plain = await registry.create<Plain>("callback", "plateau", { patience: 1 });
  assertEquals(plain.config, { patience: 1 });
  const made = await registry.create<WithFromConfig>("loss", "WithFromConfig", { made: "yes" });
  assertEquals(made.made, "yes");
  assertEquals(await registry.create("activation", "square"), square);
});

Deno.test("an unknown name lists near matches, or what is known", () => {
  const registry = new Registry().add(manifest);
  assertThrows(() => registry.get("callback", "ReduceLROnPlatau"), RangeError, "ReduceLROnPlateau");
  assertThrows(() => registry.get("activation", "zzz"), RangeError, "known are square");
  assertThrows(() => registry.get("metric", "zzz"), RangeError, "no metric is registered");
});

Deno.test("a clash names both owners and adds nothing", () => {
  const registry = new Registry().add(manifest);
  const other = {
    name: "other",
    version: "1.0.0",
    plugins: [
      { kind: "layer", name: "Fine", value: Plain },
      { kind: "callback", name: "Plateau", value: Plain },
    ],
  };
  const error = assertThrows(() => registry.add(other), Error);
  assert(error.message.includes("other>Plateau"), error.message);
  assert(error.message.includes("acme>ReduceLROnPlateau"), error.message);
  assert(!registry.has("layer", "Fine"));
});

Deno.test("an entry needs either a value or load", () => {
  const plugins = [{ kind: "layer", name: "Nothing" }];
  assertThrows(
    () => new Registry().add({ name: "x", version: "1.0.0", plugins }),
    TypeError,
    "either a value or load",
  );
});

Deno.test("a plugin that is not loaded yet says so, and is loaded by create()", async () => {
  const registry = new Registry().add(manifest);
  assert(!registry.isLoaded("layer", "Lazy"));
  assertThrows(() => registry.get("layer", "Lazy"), Error, "await registry.load");
  const lazy = await registry.create<Plain>("layer", "Lazy", { a: 1 });
  assertEquals(lazy.config, { a: 1 });
  assert(registry.isLoaded("layer", "Lazy"));
  await assertRejects(() => registry.create("layer", "Lazier"), RangeError, "Lazy");
});

Deno.test("list() and describeValue() tell what is registered", () => {
  const registry = new Registry().add(manifest);
  assertEquals(registry.list("activation").map((d) => d.name), ["square"]);
  assertEquals(registry.list().length, 4);
  assertEquals(registry.describeValue(square)?.version, "1.2.3");
  assertEquals(registry.describeValue(() => 1), null);
});
