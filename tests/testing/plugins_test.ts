import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  Callback,
  defineManifest,
  Layer,
  type LayerOptions,
  registry,
  type Tensor,
  use,
} from "../../mod.ts";
import { checkPackage, checkPlugin } from "../../testing.ts";
import { assertBreaks } from "./_breaks.ts";

/** A layer that is nothing without options. */
class Times extends Layer {
  readonly by: number;
  constructor({ by, ...options }: LayerOptions & { by: number }) {
    super(options);
    this.by = by;
  }
  forward(x: Tensor): Tensor {
    return x.mul(this.by);
  }
  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), by: this.by };
  }
}

/** Writes a line for each epoch. */
class Diary extends Callback {
  readonly path: string;
  constructor({ path }: { path: string }) {
    super();
    this.path = path;
  }
  override onEpochEnd(epoch: number): Promise<void> {
    return Deno.writeTextFile(this.path, `${epoch}\n`, { append: true });
  }
}

await use(defineManifest({
  name: "checked",
  version: "1.0.0",
  plugins: [
    {
      kind: "layer",
      name: "Times",
      load: () => Promise.resolve({ Times }),
      sample: { config: { by: 2 } },
    },
    { kind: "layer", name: "Unsampled", value: class Unsampled extends Times {} },
    {
      kind: "callback",
      name: "Diary",
      value: Diary,
      sample: { config: { path: "{folder}/diary" } },
    },
    {
      kind: "loss",
      name: "Unloadable",
      load: () => Promise.reject(new Error("the module is broken")),
    },
    { kind: "poem", name: "Ode", value: () => "" },
  ],
}));

Deno.test("checkPlugin() makes a plugin as the sample of its entry says", async () => {
  const report = await checkPlugin("layer", "checked>Times");
  assertEquals(report.subject, "Times");
});

Deno.test("checkPlugin() says what to add where a sample is missing", () =>
  assertBreaks(
    checkPlugin("layer", "Unsampled"),
    "is made anew each time",
    "give them as config, and in a manifest as the sample of its entry: sample: { config: { … } }",
  ));

Deno.test("checkPlugin() fills in a folder, which is gone afterwards", async () => {
  const { ok } = await checkPlugin("callback", "Diary");
  assert(ok);
});

Deno.test({
  name: "checkPlugin() skips what needs a folder where none is allowed",
  permissions: "none",
  fn: async () => {
    const { ok, checks } = await checkPlugin("callback", "Diary");
    assert(ok);
    assertEquals(checks.map(({ skipped }) => skipped), [
      "files are not allowed: run with --allow-read",
    ]);
  },
});

Deno.test("checkPlugin() says that it knows no contract of a kind", async () => {
  const { checks } = await checkPlugin("poem", "Ode");
  assertEquals(checks[0].skipped, "no contract of a poem is known");
});

Deno.test("checkPlugin() lists near matches of an unknown name", async () => {
  await assertRejects(() => checkPlugin("layer", "Dens"), RangeError, '"Dense"');
});

Deno.test("checkPackage() reports on each plugin, and throws for none", async () => {
  const reports = await checkPackage("checked");
  assertEquals(
    reports.map(({ kind, subject, ok }) => `${kind} ${subject} ${ok}`),
    [
      "layer Times true",
      "layer Unsampled false",
      "loss Unloadable false",
      "callback Diary true",
      "poem Ode true",
    ],
  );
  assertStringIncludes(String(reports[2]), "the module is broken");
});

Deno.test("every kind of plugin that is built in has a contract, but data sets and importers", () => {
  const kinds = new Set(registry.list().map(({ kind }) => kind));
  const files = [...Deno.readDirSync(new URL("../contract/", import.meta.url))];
  const tested = new Set(files.map(({ name }) => name));
  const untested = [...kinds].filter((kind) =>
    !tested.has(`${kind}s_contract_test.ts`) && !tested.has(`${kind}es_contract_test.ts`)
  );
  assertEquals(untested.sort(), ["dataset", "importer", "poem"]);
});
