import { assert, assertEquals, assertRejects } from "@std/assert";
import { Registry, use } from "../../mod.ts";
import { alone, loaded, manifestOf, moduleText, withFiles } from "./_package.ts";

/** What goes wrong when the layer of the package in a folder is first used. */
async function failureIn(
  folder: string,
): Promise<Error & { code: string; cause: { code: string } }> {
  const { registry } = alone();
  await use(folder, { registry });
  return await assertRejects(() => registry.create("layer", "Scale"), Error);
}

async function digestOf(text: string): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${new Uint8Array(bytes).toBase64()}`;
}

Deno.test("a module that throws on import is told with the plugin, the manifest and the cause", async () => {
  const files = {
    "tensaur.json": manifestOf({}, { permissions: ["env", "net=example.org"] }),
    "scale.js": "throw new Error('boom');",
  };
  await withFiles(files, async (folder) => {
    const error = await failureIn(folder);
    assertEquals(error.code, "registry.load");
    assertEquals(
      error.message,
      `Cannot load the layer "acme>Scale" (file://${folder}/tensaur.json) as its module fails: boom; it needs ` +
        "--allow-env --allow-net=example.org",
    );
    assert(error.cause instanceof Error);
  });
});

Deno.test("a module that is missing, or no JavaScript, is told", async () => {
  await withFiles({ "tensaur.json": manifestOf() }, async (folder) => {
    const { message } = await failureIn(folder);
    assert(message.includes(`${folder}/scale.js`), message);
  });
  await withFiles({ "tensaur.json": manifestOf(), "scale.js": "class {" }, async (folder) => {
    const { message } = await failureIn(folder);
    assert(message.includes(`${folder}/scale.js`), message);
  });
});

Deno.test("a module that failed is tried again, one that came is kept", async () => {
  let tries = 0;
  const registry = new Registry().add({
    name: "acme",
    version: "1.0.0",
    plugins: [{
      kind: "layer",
      name: "Scale",
      load: () => ++tries < 2 ? Promise.reject(new Error("not yet")) : Promise.resolve(class {}),
    }],
  });
  await assertRejects(() => registry.load("layer", "Scale"), Error, "not yet");
  await registry.load("layer", "Scale");
  await registry.load("layer", "Scale");
  assertEquals(tries, 2);
});

Deno.test("an export that is missing is told with those that are there", async () => {
  const files = { "tensaur.json": manifestOf({}, { name: "Zoom" }), "scale.js": moduleText("x") };
  await withFiles(files, async (folder) => {
    const { registry } = alone();
    await use(folder, { registry });
    await assertRejects(
      () => registry.load("layer", "Zoom"),
      RangeError,
      'as its module does not export "Zoom": it exports Scale, half; name the right one by "export"',
    );
  });
  const plugins = [{ kind: "layer", name: "Void", load: () => Promise.resolve(null) }];
  const registry = new Registry().add({ name: "acme", version: "1.0.0", plugins });
  await assertRejects(() => registry.create("layer", "Void"), RangeError, "it exports nothing");
});

Deno.test("export names what the module calls otherwise", async () => {
  const files = {
    "tensaur.json": manifestOf({}, { name: "Zoom", export: "Scale" }),
    "scale.js": moduleText("x"),
  };
  await withFiles(files, async (folder) => {
    const { registry } = alone();
    await use(folder, { registry });
    assertEquals((await registry.load<{ name: string }>("layer", "Zoom")).name, "Scale");
    assertEquals(registry.describeValue(registry.get("layer", "Zoom"))?.name, "Zoom");
  });
});

Deno.test("a link may not lead out of the package's folder, and may stay in it", async () => {
  const files = {
    "acme/tensaur.json": manifestOf(),
    "acme/lib/real.js": moduleText("inside"),
    "acme-secret/real.js": moduleText("outside"),
  };
  await withFiles(files, async (folder) => {
    const link = `${folder}/acme/scale.js`;
    await Deno.symlink("../acme-secret/real.js", link);
    const error = await failureIn(`${folder}/acme`);
    assertEquals(error.cause.code, "plugin.folder");
    assert(error.message.includes("as a link leads out of the package's folder"), error.message);
    assert(error.message.includes(`${folder}/acme-secret/real.js`), error.message);
    assert(!loaded().includes("outside"));
    await Deno.remove(link);
    await Deno.symlink("lib/real.js", link);
    await Deno.symlink("acme", `${folder}/linked`);
    const { registry } = alone();
    await use(`${folder}/linked`, { registry, eager: true });
    assert(loaded().includes("inside"));
  });
});

Deno.test("a folder that is a link may not lead out of the package's folder", async () => {
  const files = {
    "acme/tensaur.json": manifestOf({}, { module: "./lib/scale.js" }),
    "elsewhere/scale.js": moduleText("elsewhere"),
  };
  await withFiles(files, async (folder) => {
    await Deno.symlink("../elsewhere", `${folder}/acme/lib`);
    assertEquals((await failureIn(`${folder}/acme`)).cause.code, "plugin.folder");
    assert(!loaded().includes("elsewhere"));
  });
});

Deno.test("integrity is checked over the exact bytes, before anything runs", async () => {
  const text = moduleText("trusted");
  const integrity = await digestOf(text);
  const files = {
    "right/tensaur.json": manifestOf({}, { integrity }),
    "right/scale.js": text,
    "wrong/tensaur.json": manifestOf({}, { integrity }),
    "wrong/scale.js": `${moduleText("changed")}\r`,
  };
  await withFiles(files, async (folder) => {
    await use(`${folder}/right`, { ...alone(), eager: true });
    assert(loaded().includes("trusted"));
    const error = await failureIn(`${folder}/wrong`);
    assertEquals(error.cause.code, "plugin.integrity");
    assert(error.message.includes(`its integrity must be ${integrity}`), error.message);
    assert(error.message.includes(`is ${await digestOf(files["wrong/scale.js"])}`), error.message);
    assert(!loaded().includes("changed"));
  });
});

Deno.test("integrity of further files is checked too", async () => {
  const helper = "export const factor = 2;";
  const scale = `import "./lib/helper.js"; ${moduleText("with helper")}`;
  const files = {
    "tensaur.json": manifestOf({ integrity: { "lib/helper.js": await digestOf(helper) } }),
    "scale.js": scale,
    "lib/helper.js": helper,
  };
  await withFiles(files, async (folder) => {
    await use(folder, { ...alone(), eager: true });
    await Deno.writeTextFile(`${folder}/lib/helper.js`, `${helper} `);
    const error = await failureIn(folder);
    assert(error.message.includes(`Cannot trust file://${folder}/lib/helper.js`), error.message);
    await Deno.remove(`${folder}/lib/helper.js`);
    assert((await failureIn(folder)).message.includes("there is no such file"));
  });
});
