import { assert, assertEquals, assertRejects } from "@std/assert";
import { defineManifest, ManifestError, Registry, registry, use, VERSION } from "../../mod.ts";
import { alone, loaded, manifestOf, moduleText, namesOf, withFiles } from "./_package.ts";

const root = new URL("../../", import.meta.url);

/** A package of two plugins, whose module notes when it runs. */
function packageFiles(note: string): Record<string, unknown> {
  return {
    "acme/tensaur.json": manifestOf({
      plugins: [
        { kind: "layer", name: "Scale", aliases: ["Zoom"], module: "./lib/scale.js" },
        { kind: "activation", name: "half", module: "lib/scale.js", permissions: ["read"] },
      ],
    }),
    "acme/lib/scale.js": moduleText(note),
  };
}

Deno.test("use() takes a file, a folder, a path and a URL alike", async () => {
  await withFiles(packageFiles("alike"), async (folder) => {
    const url = new URL(`file://${folder}/`);
    const places = [
      `${folder}/acme/tensaur.json`,
      `${folder}/acme`,
      `${folder}/acme/`,
      new URL("acme/tensaur.json", url),
      new URL("acme", url),
      new URL("acme/", url).href,
    ];
    for (const place of places) {
      const added = await use(place, alone());
      assertEquals(namesOf(added), ["acme>Scale", "acme>half"]);
      const { source, version, permissions } = added[1];
      assertEquals([source, version], [`file://${folder}/acme/tensaur.json`, "1.2.0"]);
      assertEquals(permissions, ["read"]);
    }
  });
});

Deno.test("use() takes a path from the current folder, whatever characters are in it", async () => {
  const files = packageFiles("characters");
  const name = "a b#c?d%e ü";
  await withFiles({ [`${name}/tensaur.json`]: files["acme/tensaur.json"] }, async (folder) => {
    const before = Deno.cwd();
    Deno.chdir(folder);
    try {
      assertEquals(namesOf(await use(name, alone())), ["acme>Scale", "acme>half"]);
      assertEquals(namesOf(await use(`./${name}/`, alone())), ["acme>Scale", "acme>half"]);
    } finally {
      Deno.chdir(before);
    }
  });
});

Deno.test("no module runs until its plugin is first used, and then once", async () => {
  await withFiles(packageFiles("lazy"), async (folder) => {
    const { registry } = alone();
    await use(`${folder}/acme`, { registry });
    assert(registry.has("layer", "zoom"));
    assertEquals(registry.describe("layer", "Zoom").qualifiedName, "acme>Scale");
    assert(!registry.isLoaded("layer", "Scale"));
    assert(!loaded().includes("lazy"));

    const [scale, zoom] = await Promise.all([
      registry.create<{ config: unknown }>("layer", "Scale", { a: 1 }),
      registry.load("layer", "acme>Zoom"),
    ]);
    assertEquals(scale.config, { a: 1 });
    assertEquals(scale.constructor, zoom);
    await registry.load("activation", "half");
    assertEquals(loaded().filter((note) => note === "lazy"), ["lazy"]);
  });
});

Deno.test("use() with eager loads everything at once", async () => {
  await withFiles(packageFiles("eager"), async (folder) => {
    const { registry } = alone();
    await use(`${folder}/acme`, { registry, eager: true });
    assert(loaded().includes("eager"));
    const half = registry.get<(x: number) => number>("activation", "half");
    assertEquals(half(3), 1.5);
  });
});

Deno.test("use() takes a manifest in TypeScript, as an object or from its module", async () => {
  const manifest = defineManifest({
    name: "typed",
    version: "1.0.0",
    plugins: [{ kind: "layer", name: "Own", load: () => Promise.resolve({ Own: class {} }) }],
  });
  assertEquals(namesOf(await use(manifest, alone())), ["typed>Own"]);
  assertEquals((await use(manifest, alone()))[0].source, null);
  const files = {
    "manifest.js": `export default { name: "typed", version: "1.0.0", plugins: [
      { kind: "layer", name: "Scale", load: () => import("./scale.js") },
    ] };`,
    "scale.js": moduleText("typed"),
    "none.js": "export const manifest = {};",
    "broken.js": "throw new Error('boom');",
    "bad.js": "export default { name: 1, version: '1.0.0', plugins: [] };",
  };
  await withFiles(files, async (folder) => {
    const { registry } = alone();
    const [scale] = await use(`${folder}/manifest.js`, { registry });
    assertEquals(scale.source, `file://${folder}/manifest.js`);
    assert(!loaded().includes("typed"));
    await registry.create("layer", "Scale");
    assert(loaded().includes("typed"));
    await assertRejects(
      () => use(`${folder}/none.js`, alone()),
      TypeError,
      "none.js as a manifest as it exports none as default",
    );
    await assertRejects(() => use(`${folder}/broken.js`, alone()), Error, "broken.js: boom");
    await assertRejects(
      () => use(`${folder}/bad.js`, alone()),
      ManifestError,
      "bad.js as a manifest",
    );
  });
});

Deno.test("use() adds to the registry of the runtime where none is named", async () => {
  await use(defineManifest({
    name: "to-the-runtime",
    version: "1.0.0",
    plugins: [{ kind: "activation", name: "third", value: (x: number) => x / 3 }],
  }));
  const third = registry.get<(x: number) => number>("activation", "to-the-runtime>third");
  assertEquals(third(6), 2);
});

Deno.test("use() names what it cannot read, and why", async () => {
  const files = {
    "syntax/tensaur.json": '{\n  "name": "acme",\n  oops\n}',
    "wrong/tensaur.json": manifestOf({ version: "one" }, { kind: "" }),
  };
  await withFiles(files, async (folder) => {
    await assertRejects(() => use(`${folder}/none`, alone()), Error, "there is no such file");
    const syntax = await assertRejects(() => use(`${folder}/syntax`, alone()), ManifestError);
    assert(syntax.message.includes("syntax/tensaur.json as a manifest"), syntax.message);
    assert(syntax.message.includes("line 3 column 3"), syntax.message);
    const wrong = await assertRejects(() => use(`${folder}/wrong`, alone()), ManifestError);
    assertEquals(wrong.source, `file://${folder}/wrong/tensaur.json`);
    assertEquals(wrong.problems.length, 2);
  });
  for (const place of ["data:application/json,{}", "blob:x", "node:fs"]) {
    await assertRejects(() => use(place, alone()), TypeError, "they come from a path");
  }
});

Deno.test("a package that works with other versions of Tensaur is refused", async () => {
  const manifest = { name: "acme", version: "1.0.0", engine: ">=99", plugins: [] };
  await assertRejects(
    () => use(manifest, alone({ engineVersion: VERSION })),
    RangeError,
    `Cannot add acme 1.0.0 as it works with Tensaur >=99: this is Tensaur ${VERSION}`,
  );
  await assertRejects(() => use(manifest), RangeError, "Tensaur >=99");
  await use({ ...manifest, engine: `^${VERSION}` }, alone({ engineVersion: VERSION }));
});

Deno.test("a clash names both owners, with their versions and manifests, and adds nothing", async () => {
  const manifest = (name: string) => ({
    name,
    version: "1.0.0",
    source: `file:///${name}/tensaur.json`,
    plugins: [{ kind: "layer", name: "Scale", value: class {} }],
  });
  for (const [first, second] of [["one", "two"], ["two", "one"]]) {
    const { registry } = alone();
    await use(manifest(first), { registry });
    await assertRejects(
      () => use(manifest(second), { registry }),
      Error,
      `Cannot register the layer ${second}>Scale 1.0.0 (file:///${second}/tensaur.json) as the name "scale" is taken ` +
        `by ${first}>Scale 1.0.0 (file:///${first}/tensaur.json)`,
    );
    assertEquals(registry.packages().map(({ name }) => name), [first]);
  }
});

Deno.test("one version of a package is in use at a time", () => {
  const registry = new Registry();
  const manifest = { name: "acme", version: "1.0.0", plugins: [] };
  registry.add(manifest, manifest);
  assertEquals(registry.packages(), [{ name: "acme", version: "1.0.0", source: null }]);
  const other = { ...manifest, version: "2.0.0", source: "npm:acme/tensaur.json" };
  let message = "";
  try {
    registry.add(other);
  } catch (error) {
    message = (error as Error).message;
  }
  assertEquals(
    message,
    "Cannot add acme 2.0.0 (npm:acme/tensaur.json) as another version of it is in use: acme 1.0.0; keep one of the two",
  );
});

Deno.test("use() takes npm: and jsr: packages, and runs none of their code before it is needed", async () => {
  const files = {
    "deno.json": {
      nodeModulesDir: "manual",
      imports: {
        tensaur: new URL("mod.ts", root).href,
        // Stands in for the registry of packages, which a test does without.
        "jsr:@acme/layers@^1/tensaur.json": "./vendor/tensaur.json",
        "jsr:@acme/layers@^1/scale.js": "./vendor/scale.js",
      },
    },
    "package.json": { dependencies: { "acme-layers": "1.2.0" } },
    "node_modules/acme-layers/package.json": {
      name: "acme-layers",
      version: "1.2.0",
      type: "module",
      exports: { "./tensaur.json": "./tensaur.json", "./scale.js": "./scale.js" },
    },
    "node_modules/acme-layers/tensaur.json": manifestOf({ name: "acme-layers" }),
    "node_modules/acme-layers/scale.js": moduleText("npm"),
    "vendor/tensaur.json": manifestOf({ name: "@acme/layers" }),
    "vendor/scale.js": moduleText("jsr"),
    "main.js": `
      import { Registry, use } from "tensaur";
      for (const source of ["npm:acme-layers", "npm:acme-layers@^1/tensaur.json", "jsr:@acme/layers@^1"]) {
        const registry = new Registry();
        const [{ qualifiedName }] = await use(source, { registry });
        const before = globalThis.loaded?.length ?? 0;
        await registry.create("layer", "Scale");
        console.log(qualifiedName, before, globalThis.loaded.join());
      }
      await use("npm:acme-layers/none.json", { registry: new Registry() }).catch(({ message }) => console.log(message));
    `,
  };
  await withFiles(files, async (folder) => {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", "--no-lock", "--allow-read=vendor", "main.js"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(new TextDecoder().decode(stderr), "");
    const lines = text.trim().split("\n");
    assertEquals(lines.slice(0, 3), [
      "acme-layers>Scale 0 npm",
      "acme-layers>Scale 1 npm",
      "@acme/layers>Scale 1 npm,jsr",
    ]);
    assert(lines[3].startsWith("Cannot read the manifest npm:acme-layers/none.json: "), lines[3]);
  });
});

Deno.test("use() takes a URL of the web, and its modules come from beside it", async () => {
  const files: Record<string, string> = {
    "/acme/tensaur.json": JSON.stringify(manifestOf()),
    "/acme/scale.js": moduleText("web"),
  };
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (!(pathname in files)) return new Response("", { status: 404 });
    const type = pathname.endsWith("json") ? "application/json" : "text/javascript";
    return new Response(files[pathname], { headers: { "content-type": type } });
  });
  const address = `http://127.0.0.1:${server.addr.port}`;
  // In a process of its own: the lock file would note a server that is gone with the test.
  const program = `
    import { Registry, use } from ${JSON.stringify(new URL("../../mod.ts", import.meta.url).href)};
    const registry = new Registry();
    await use("${address}/acme", { registry });
    const before = globalThis.loaded?.length ?? 0;
    await registry.create("layer", "Scale");
    console.log(before, globalThis.loaded.join());
    await use("${address}/none", { registry: new Registry() }).catch(({ message }) => console.log(message));
  `;
  await withFiles({ "main.js": program }, async (folder) => {
    const host = `127.0.0.1:${server.addr.port}`;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--quiet",
        "--no-prompt",
        "--no-check",
        "--no-lock",
        `--allow-net=${host}`,
        `--allow-import=${host}`,
        `${folder}/main.js`,
      ],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    const [first, second] = new TextDecoder().decode(stdout).trim().split("\n");
    assertEquals(first, "0 web");
    assert(second.includes("none/tensaur.json"), second);
  });
});
