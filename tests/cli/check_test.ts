import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { manifestOf, root, tensaur, withFiles } from "./_tensaur.ts";

const permissions = ["--allow-read", "--allow-write"];

Deno.test("tensaur check holds every plugin of a package to its contract", async () => {
  const { code, stdout } = await tensaur(["check", "examples/plugins/waves"], { permissions });
  assertEquals(code, 0, stdout);
  assertStringIncludes(stdout, "The layer Snake keeps its contract");
  assertStringIncludes(stdout, "5 of 5 plugins keep their contracts");
});

Deno.test("tensaur check --json gives each check, and nothing that plugins print", async () => {
  const place = new URL("examples/plugins/waves/", root).href;
  const { stdout } = await tensaur(["check", place, "--json"], { permissions: ["--allow-read"] });
  const { package: name, ok, plugins } = JSON.parse(stdout);
  assertEquals([name, ok, plugins.length], ["waves", true, 5]);
  const { kind, checks } = plugins[0];
  assertEquals(kind, "layer");
  assertEquals(checks[0], { name: "is made anew each time", ok: true });
  const saved = checks.find(({ name }: { name: string }) => name.includes("is saved"));
  assertStringIncludes(saved.skipped, "--allow-write");
});

const NO_CONFIG = `import { Loss, ops } from "@tensaur/tensaur";
export class Broken extends Loss {
  constructor(options = {}) {
    super(options);
    this.power = options.power ?? 2;
  }
  compute(yTrue, yPred) {
    return ops.mean(ops.power(ops.abs(ops.subtract(yTrue, yPred)), this.power), { axis: -1 });
  }
  getConfig() {
    return { ...super.getConfig(), power: this.power + 1 };
  }
}
`;

Deno.test("tensaur check fails where a contract is broken or a module cannot be loaded", async () => {
  const entry = (name: string) => ({ kind: "loss", name, module: `./${name}.js` });
  const files = {
    "tensaur.json": manifestOf("acme", ...["Broken", "Thrown", "Unmapped"].map(entry)),
    "Broken.js": NO_CONFIG,
    "Thrown.js": `throw new Error("not today");`,
    "Unmapped.js": `import "@acme/unmapped";`,
  };
  await withFiles(files, async (folder) => {
    const { code, stdout } = await tensaur(["check", folder], { permissions });
    assertEquals(code, 1);
    assertStringIncludes(stdout, "The loss Broken breaks its contract in ");
    assertStringIncludes(stdout, "BROKEN   is the same again when made from its config");
    assertStringIncludes(stdout, "not today");
    assertStringIncludes(stdout, "--config=DIR/deno.json");
    assertStringIncludes(stdout, "0 of 3 plugins keep their contracts");
    const json = await tensaur(["check", folder, "--json"], { permissions });
    assertEquals(json.code, 1);
    const { ok, plugins } = JSON.parse(json.stdout);
    assert(!ok);
    assertStringIncludes(plugins[1].checks[0].error, "not today");
  });
});

Deno.test("tensaur check says what is wrong where there is nothing to check", async () => {
  await withFiles({ "empty/tensaur.json": manifestOf("empty") }, async (folder) => {
    const empty = await tensaur(["check", `${folder}/empty`], { permissions });
    assertEquals(empty.code, 1);
    assertStringIncludes(empty.stderr, "as its manifest lists no plugin");
    const missing = await tensaur(["check", `${folder}/none`], { permissions });
    assertEquals(missing.code, 1);
    assertStringIncludes(missing.stderr, "none/tensaur.json");
  });
});
