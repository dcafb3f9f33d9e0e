import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { checkManifestData } from "../../core/manifest/check.ts";
import { filesOf, namesOf } from "../../cli/scaffold/files.ts";
import { TEMPLATES } from "../../cli/scaffold/mod.ts";
import { VERSION } from "../../version.ts";
import { deno, tensaur, withFiles } from "./_tensaur.ts";

/** Reading and writing in one folder. */
function within(folder: string) {
  return { permissions: [`--allow-read=${folder}`, `--allow-write=${folder}`], cwd: folder };
}

async function entriesOf(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

async function assertPasses(args: readonly string[], cwd: string): Promise<void> {
  const { code, stdout, stderr } = await deno(args, cwd);
  assertEquals(code, 0, `deno ${args.join(" ")} fails:\n${stdout}${stderr}`);
}

Deno.test("tensaur new plugin makes a folder that passes test, fmt, lint and check as it is", async () => {
  await withFiles({}, async (folder) => {
    const args = ["new", "plugin", "my-scale", "--kind", "layer"];
    const { code, stdout, stderr } = await tensaur(args, within(folder));
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "Made the layer MyScale in my-scale");
    const made = `${folder}/my-scale`;
    assertEquals(await entriesOf(made), [
      ...["README.md", "deno.json", "my_scale.ts", "my_scale_test.ts", "tensaur.json"],
    ]);
    for (const args of [["fmt", "--check"], ["lint"], ["test"], ["task", "check"]]) {
      await assertPasses(args, made);
    }
  });
});

Deno.test("the scaffold of every kind passes test, fmt and lint", async () => {
  await withFiles({}, async (folder) => {
    const members = await Promise.all(
      Object.keys(TEMPLATES).map(async (kind) => {
        const args = ["new", "plugin", `my-${kind}`, "--kind", kind, "--dir", kind];
        const { code, stderr } = await tensaur(args, within(folder));
        assertEquals([code, stderr], [0, ""]);
        return `./${kind}`;
      }),
    );
    const workspace = `${JSON.stringify({ workspace: members }, null, 2)}\n`;
    await Deno.writeTextFile(`${folder}/deno.json`, workspace);
    await assertPasses(["fmt", "--check"], folder);
    await assertPasses(["lint"], folder);
    await assertPasses(["test"], folder);
  });
});

Deno.test("the longest and the shortest names of every kind are written as deno fmt writes them", async () => {
  const files = Object.fromEntries(
    Object.entries(TEMPLATES).flatMap(([kind, template]) =>
      ["Q", "OneOfThirtyLettersThatAreLong1"].flatMap((name) =>
        Object.entries(filesOf(kind, template, namesOf(name, template.isFunction ?? false)))
          .filter(([file]) => file !== "deno.json")
          .map(([file, text]) => [`${kind}/${name}/${file}`, text])
      )
    ),
  );
  await withFiles(files, async (folder) => {
    await assertPasses(["fmt", "--check", "--line-width=100", "--prose-wrap=preserve"], folder);
  });
});

Deno.test("a scaffold's manifest is one, and names the published package where that is running", () => {
  for (const [kind, template] of Object.entries(TEMPLATES)) {
    const names = namesOf("@acme/my-own", template.isFunction ?? false);
    const files = filesOf(kind, template, names, null);
    const manifest = JSON.parse(files["tensaur.json"]);
    checkManifestData(manifest, "tensaur.json");
    assertEquals(manifest.name, "@acme/my-own");
    assertEquals(manifest.engine, `^${VERSION}`);
    const { imports, tasks } = JSON.parse(files["deno.json"]);
    const published = `jsr:@tensaur/tensaur@^${VERSION}`;
    assertEquals(imports, { "@tensaur/tensaur": published });
    assertStringIncludes(tasks.check, `${published}/cli check .`);
  }
});

Deno.test("tensaur new plugin never touches what is there, and leaves nothing of what fails", async () => {
  await withFiles({ "scale/mine.txt": "mine", "file": "" }, async (folder) => {
    const make = (...dir: string[]) =>
      tensaur(["new", "plugin", "Scale", "--kind", "loss", ...dir], within(folder));
    for (const dir of [[], ["--dir", "scale/"], ["--dir", "file"], ["--dir", folder]]) {
      const { code, stderr } = await make(...dir);
      assertEquals(code, 1);
      assertStringIncludes(stderr, "as it is there already");
    }
    const { code, stderr } = await make("--dir", "no/such");
    assertEquals(code, 1);
    assertStringIncludes(stderr, "as the folder above is not there");
    assertEquals((await make("--dir", "../outside")).code, 1);
    const { permissions, cwd } = within(folder);
    const denied = [...permissions, `--deny-write=${folder}/late`];
    const args = ["new", "plugin", "Scale", "--kind", "loss", "--dir", "late"];
    assertEquals((await tensaur(args, { permissions: denied, cwd })).code, 1);
    assertEquals(await entriesOf(folder), ["file", "scale"]);
    assertEquals(await entriesOf(`${folder}/scale`), ["mine.txt"]);
  });
});

Deno.test("tensaur new plugin refuses names that are taken, reserved or none", async () => {
  const cases: [name: string, kind: string, message: string][] = [
    ["Dense", "layer", "as one that is built in is called so"],
    ["relu", "activation", "as one that is built in is called so"],
    ["tensaur", "loss", "as one that is built in is called so"],
    ["Layer", "layer", "as that word means something already"],
    ["Math", "schedule", "as that word means something already"],
    ["delete", "activation", "as that word means something already"],
    ["../up", "layer", 'Cannot call a plugin "../up"'],
    ["9lives", "layer", 'Cannot call a plugin "9lives"'],
    ["x".repeat(31), "layer", "take up to 30 letters"],
  ];
  for (const [name, kind, message] of cases) {
    const { code, stderr } = await tensaur(["new", "plugin", name, "--kind", kind]);
    assertEquals(code, 2, name);
    assertStringIncludes(stderr, message);
  }
});

Deno.test("tensaur new plugin --json tells what was made", async () => {
  await withFiles({}, async (folder) => {
    const args = ["new", "plugin", "soft-step", "--kind", "activation", "--json"];
    const { stdout } = await tensaur(args, within(folder));
    const { name, files, ...made } = JSON.parse(stdout);
    assertEquals(made, { folder: "soft-step", kind: "activation" });
    assertEquals(name, "softStep");
    assert(files.includes("soft_step_test.ts"));
  });
});
