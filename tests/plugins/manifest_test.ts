import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { checkManifest, checkManifestData } from "../../core/manifest/check.ts";
import { dataSchema } from "../../core/manifest/schema.ts";
import { defineManifest, ManifestError, Registry } from "../../mod.ts";
import { manifest as builtIn } from "../../plugins/manifest.ts";
import { manifestOf } from "./_package.ts";

/** What is wrong with a value as `tensaur.json`. */
function problemsOf(manifest: unknown): readonly string[] {
  const error = assertThrows(() => checkManifestData(manifest, "acme/tensaur.json"), ManifestError);
  return error.problems;
}

const digest = `sha256-${"A".repeat(43)}=`;

Deno.test("a manifest with every field passes", () => {
  const complete = manifestOf({
    $schema: "https://example.org/tensaur.schema.json",
    name: "@acme/layers",
    version: "1.2.0-rc.1+build.5",
    engine: "^0.1.0 || >=1 <3",
    integrity: { "./helper.ts": digest },
  }, {
    aliases: ["Zoom", "zoom_2"],
    module: "layers/scale.ts",
    export: "$Scale",
    description: "Multiplies",
    permissions: ["read", "net=example.org:443"],
    integrity: digest,
    sample: { config: { factor: 2 }, inputShape: [3] },
  });
  checkManifestData(complete, "acme/tensaur.json");
  checkManifestData(manifestOf({ plugins: [] }), "acme/tensaur.json");
});

const breakages: Record<string, [manifest: unknown, problem: string]> = {
  "it is no object": [[], "all of it: must be an object; it is []"],
  "it is nothing": [null, "all of it: must be an object; it is null"],
  "the name is missing": [
    manifestOf({ name: undefined }),
    'name: is missing; give a package\'s name in small letters, such as "acme" or "@acme/layers"',
  ],
  "the name has a >": [
    manifestOf({ name: "a>b" }),
    'name: must be a package\'s name in small letters, such as "acme" or "@acme/layers"; it is "a>b"',
  ],
  "the name is a number": [
    manifestOf({ name: 7 }),
    'name: must be a package\'s name in small letters, such as "acme" or "@acme/layers"; it is 7',
  ],
  "the version is missing": [
    manifestOf({ version: undefined }),
    'version: is missing; give a semantic version, such as "1.2.0"',
  ],
  "the version is incomplete": [
    manifestOf({ version: "1.2" }),
    'version: must be a semantic version, such as "1.2.0"; it is "1.2"',
  ],
  "the engine is no range": [
    manifestOf({ engine: "newest" }),
    'engine: must be a range of versions, such as "^0.1.0"; it is "newest"',
  ],
  "the engine is empty": [
    manifestOf({ engine: " " }),
    'engine: must be a range of versions, such as "^0.1.0"; it is " "',
  ],
  "plugins is missing": [
    manifestOf({ plugins: undefined }),
    "plugins: is missing; give an array",
  ],
  "plugins is an object": [
    manifestOf({ plugins: {} }),
    "plugins: must be an array; it is an object",
  ],
  "a plugin is a text": [
    manifestOf({ plugins: ["./scale.ts"] }),
    'plugins[0]: must be an object; it is "./scale.ts"',
  ],
  "a field is mistyped": [
    manifestOf({ plugin: [] }),
    'plugin: is no known field; did you mean "plugins"?',
  ],
  "a field of a plugin is mistyped": [
    manifestOf({}, { modul: "./x.ts" }),
    'plugins[0].modul: is no known field; did you mean "module"?',
  ],
  "a field is nothing like any other": [
    manifestOf({ "?": 1 }),
    '["?"]: is no known field; known are name, version, engine, $schema, integrity, plugins',
  ],
  "the kind is missing": [
    manifestOf({}, { kind: undefined }),
    'plugins[0].kind: is missing; give a kind of plugin, such as "layer"',
  ],
  "the kind is in capitals": [
    manifestOf({}, { kind: "Layer" }),
    'plugins[0].kind: must be a kind of plugin, such as "layer"; it is "Layer"',
  ],
  "the plugin's name has a dot": [
    manifestOf({}, { name: "my.Scale" }),
    'plugins[0].name: must be a name, such as "Scale"; it is "my.Scale"',
  ],
  "the aliases are a text": [
    manifestOf({}, { aliases: "Zoom" }),
    'plugins[0].aliases: must be an array; it is "Zoom"',
  ],
  "an alias is empty": [
    manifestOf({}, { aliases: ["Zoom", ""] }),
    'plugins[0].aliases[1]: must be a name, such as "Scale"; it is ""',
  ],
  "the module is missing": [
    manifestOf({}, { module: undefined }),
    'plugins[0].module: is missing; give a path inside the package\'s folder, such as "./scale.ts", without "..", ' +
    '":", "%" and backslashes',
  ],
  "the description is blank": [
    manifestOf({}, { description: " " }),
    'plugins[0].description: must be a sentence; it is " "',
  ],
  "the export is no identifier": [
    manifestOf({}, { export: "a-b" }),
    'plugins[0].export: must be the name of an export, such as "Scale"; it is "a-b"',
  ],
  "a permission is none": [
    manifestOf({}, { permissions: ["--allow-read"] }),
    'plugins[0].permissions[0]: must be a permission as Deno names it, such as "read" or "net=example.org"; it is ' +
    '"--allow-read"',
  ],
  "the integrity is another hash": [
    manifestOf({}, { integrity: "sha512-abc" }),
    'plugins[0].integrity: must be the word sha256, "-", and a SHA-256 digest in base64; it is "sha512-abc"',
  ],
  "the integrity of a file is no text": [
    manifestOf({ integrity: { "./helper.ts": true } }),
    'integrity["./helper.ts"]: must be the word sha256, "-", and a SHA-256 digest in base64; it is true',
  ],
  "code stands in data": [
    manifestOf({}, { load: "./scale.ts" }),
    "plugins[0].load: is no known field; known are kind, name, aliases, description, export, permissions, sample, " +
    "module, integrity",
  ],
  "two plugins have one name": [
    manifestOf({
      plugins: [
        { kind: "layer", name: "LongName", module: "./a.ts" },
        { kind: "loss", name: "LongName", module: "./b.ts" },
        { kind: "layer", name: "Other", aliases: ["long_name"], module: "./c.ts" },
      ],
    }),
    'plugins[2]: the name "long_name" is taken by plugins[0]',
  ],
};

for (const [what, [manifest, problem]] of Object.entries(breakages)) {
  Deno.test(`a manifest is refused when ${what}`, () => {
    assertEquals(problemsOf(manifest), [problem]);
  });
}

Deno.test("a module's path may not leave the package's folder, however it is written", () => {
  const paths = [
    "../scale.ts",
    "./../scale.ts",
    "layers/../../scale.ts",
    "..",
    "%2e%2e/scale.ts",
    "./%2E./scale.ts",
    "..%2fscale.ts",
    "..\\scale.ts",
    ".\t./scale.ts",
    ".\n./scale.ts",
    " ../scale.ts",
    "/etc/scale.ts",
    "//example.org/scale.ts",
    "https://example.org/scale.ts",
    "file:///etc/scale.ts",
    "data:text/javascript,1",
    "npm:acme",
    "C:/scale.ts",
    "./scale.ts?x=../",
    "./scale.ts#x",
    "",
  ];
  for (const path of paths) {
    const problems = problemsOf(manifestOf({}, { module: path }));
    assert(problems[0].startsWith("plugins[0].module: must be a path inside the package's folder"));
    const [problem] = problemsOf(manifestOf({ integrity: { [path]: digest } }));
    assert(problem.includes("must be a path inside the package's folder"), problem);
  }
  for (const path of ["scale.ts", "./scale.ts", "a/b.c/d-e_f.mjs", "./..scale.ts", "größe.ts"]) {
    checkManifestData(manifestOf({}, { module: path }), "acme/tensaur.json");
  }
});

Deno.test("all that is wrong is told at once, each with its place, under the name of the file", () => {
  const broken = {
    name: "Acme",
    engine: "new",
    plugins: [{ kind: "layer", name: "Fine", module: "./a.ts" }, { kind: 1, modul: "../x.ts" }],
  };
  const error = assertThrows(() => checkManifestData(broken, "acme/tensaur.json"), ManifestError);
  assertInstanceOf(error, TypeError);
  assertEquals(error.code, "manifest.invalid");
  assertEquals(error.problems.map((problem: string) => problem.split(":")[0]), [
    "version",
    "name",
    "plugins[1].name",
    "plugins[1].module",
    "plugins[1].kind",
    "plugins[1].modul",
    "engine",
  ]);
  assertEquals(
    error.message,
    `Cannot use acme/tensaur.json as a manifest:\n  ${error.problems.join("\n  ")}`,
  );
});

Deno.test("a manifest in TypeScript is judged alike, with load or value in the module's place", () => {
  const load = () => Promise.resolve(Object);
  const valid = { kind: "layer", name: "Scale" };
  const problems = (entry: Record<string, unknown>): readonly string[] =>
    assertThrows(
      () => checkManifest(manifestOf({ plugins: [entry] })),
      ManifestError,
      'Cannot use "acme" as a manifest',
    ).problems;
  checkManifest(manifestOf({ plugins: [{ ...valid, load, export: "Zoom" }] }));
  checkManifest(manifestOf({ plugins: [{ ...valid, value: Object, aliases: undefined }] }));
  const either = "plugins[0]: needs either a value or load, and just one of them";
  assertEquals(problems(valid), [either]);
  assertEquals(problems({ ...valid, load, value: Object }), [either]);
  assertEquals(problems({ ...valid, load: "./x.ts" }), [
    'plugins[0].load: must be a function; it is "./x.ts"',
  ]);
  assertEquals(problems({ ...valid, load, module: "./x.ts" }), [
    "plugins[0].module: is no known field; known are kind, name, aliases, description, export, permissions, sample, " +
    "value, load",
  ]);
  assertThrows(() => checkManifest(undefined), ManifestError, "a manifest");
});

Deno.test("Registry.add() adds nothing of a manifest that is none", () => {
  const registry = new Registry();
  const manifest = defineManifest({
    name: "acme",
    version: "1.0.0",
    plugins: [{ kind: "layer", name: "Fine", value: Object }, { kind: "layer", name: "No way!" }],
  });
  assertThrows(() => registry.add(manifest), ManifestError, "plugins[1].name");
  assertEquals(registry.list(), []);
  assertEquals(registry.packages(), []);
});

Deno.test("the built-in manifest passes the check of a third party's", () => {
  checkManifest(builtIn);
});

Deno.test("tensaur.schema.json is the schema that the check reads; --update writes it", async () => {
  const file = new URL("../../tensaur.schema.json", import.meta.url);
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Tensaur plugins",
    ...dataSchema,
  };
  if (Deno.args.includes("--update")) {
    await Deno.writeTextFile(file, `${JSON.stringify(schema, null, 2)}\n`);
  }
  assertEquals(JSON.parse(await Deno.readTextFile(file)), schema);
});
