import { assertEquals, assertStringIncludes } from "@std/assert";
import { manifestOf, tensaur, withFiles } from "./_tensaur.ts";

const scale = { kind: "layer", name: "Scale", module: "./scale.ts", description: "Scales" };
const outline = { kind: "exporter", name: "outline", module: "./o.ts", permissions: ["write"] };

const files = {
  "app/plugins/one/tensaur.json": manifestOf("one", scale, outline),
  "app/deno.json": `{ "tensaur": { "plugins": ["./plugins/one", "../two"] } }`,
  "two/tensaur.json": manifestOf("two", { ...scale, name: "Shift" }),
};

Deno.test("tensaur plugins lists what a folder and its deno.json bring, each once", async () => {
  await withFiles(files, async (folder) => {
    const permissions = ["--allow-read"];
    const { code, stdout, stderr } = await tensaur(["plugins", `${folder}/app`], { permissions });
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, `one 1.0.0  ${folder}/app/plugins/one/tensaur.json\n`);
    assertStringIncludes(stdout, "\n  layer     Scale                   Scales\n");
    assertStringIncludes(stdout, "\n  exporter  outline  --allow-write\n");
    assertStringIncludes(stdout, `two 1.0.0  ${folder}/two/tensaur.json\n`);
    const here = await tensaur(["plugins"], { permissions, cwd: `${folder}/app` });
    assertEquals(here.stdout, stdout);
  });
});

Deno.test("tensaur plugins --json gives packages with their plugins", async () => {
  await withFiles(files, async (folder) => {
    const permissions = ["--allow-read"];
    const { stdout } = await tensaur(["plugins", folder, "--json"], { permissions });
    const { packages, problems } = JSON.parse(stdout);
    assertEquals(problems, []);
    assertEquals(packages.map(({ name }: { name: string }) => name), ["one", "two"]);
    assertEquals(packages[0].plugins[1], {
      ...{
        kind: "exporter",
        name: "outline",
        aliases: [],
        description: "",
        permissions: ["write"],
      },
    });
    const all = await tensaur(["plugins", folder, "--json", "--all"], { permissions });
    assertEquals(JSON.parse(all.stdout).packages[0].name, "tensaur");
  });
});

Deno.test("tensaur plugins tells of conflicts, broken manifests and other engines, and fails", async () => {
  const broken = {
    "a/tensaur.json": manifestOf("a", scale),
    "b/tensaur.json": manifestOf("b", { ...scale, name: "Other", aliases: ["scale"] }),
    "c/tensaur.json": manifestOf("c", { kind: "layer", name: "No module" }),
    "d/tensaur.json": manifestOf("d", { ...scale, name: "Late" }).replace("^0.1.0", "^9.0.0"),
    "deno.json": `{ "tensaur": { "plugins": ["./nowhere"] } }`,
  };
  await withFiles(broken, async (folder) => {
    const permissions = ["--allow-read"];
    const { code, stdout } = await tensaur(["plugins", folder], { permissions });
    assertEquals(code, 1);
    assertStringIncludes(stdout, "a 1.0.0");
    assertStringIncludes(stdout, `Cannot be in use: ${folder}/b/tensaur.json\n`);
    assertStringIncludes(stdout, 'as the name "scale" is taken by a>Scale 1.0.0');
    assertStringIncludes(stdout, "plugins[0].module: is missing");
    assertStringIncludes(stdout, "works with Tensaur ^9.0.0");
    assertStringIncludes(stdout, `Cannot be in use: ${folder}/nowhere/tensaur.json\n`);
    const { stdout: text } = await tensaur(["plugins", folder, "--json"], { permissions });
    assertEquals(JSON.parse(text).problems.length, 4);
  });
});

Deno.test("tensaur plugins says where there are none, and fails where there is no folder", async () => {
  await withFiles({ "empty/file.txt": "" }, async (folder) => {
    const permissions = ["--allow-read"];
    const none = await tensaur(["plugins", `${folder}/empty`], { permissions });
    assertEquals([none.code, none.stdout.slice(0, 13)], [0, "No plugins in"]);
    const missing = await tensaur(["plugins", `${folder}/missing`], { permissions });
    assertEquals(missing.code, 1);
    assertStringIncludes(missing.stderr, "Cannot look for plugins in");
  });
});
