import { assert, assertEquals, assertRejects } from "@std/assert";
import { discover, discoverProject, ManifestError } from "../../mod.ts";
import { alone, loaded, manifestOf, moduleText, namesOf, withFiles } from "./_package.ts";

const one = manifestOf({ name: "one" }, { name: "First" });
const two = manifestOf({ name: "two" }, { name: "Second" });

Deno.test("discover() adds every package in a folder, in one order, and runs nothing", async () => {
  const files = {
    "b/tensaur.json": one,
    "b/scale.js": moduleText("discovered"),
    "b/inner/tensaur.json": manifestOf({ name: "not-searched" }),
    "a/deep/er #1/tensaur.json": two,
    "node_modules/x/tensaur.json": manifestOf({ name: "left-out" }),
    ".git/tensaur.json": manifestOf({ name: "left-out" }),
    "other/readme.txt": "nothing here",
  };
  await withFiles(files, async (folder) => {
    for (const place of [folder, `${folder}/`, new URL(`file://${folder}`)]) {
      assertEquals(namesOf(await discover(place, alone())), ["two>Second", "one>First"]);
    }
    assert(!loaded().includes("discovered"));
    assertEquals(namesOf(await discover(`${folder}/b`, alone())), ["one>First"]);
    assertEquals(namesOf(await discover(`${folder}/other`, alone())), []);
  });
});

Deno.test("discover() adds none where one is broken, or two clash", async () => {
  const files = {
    "a/tensaur.json": one,
    "b/tensaur.json": manifestOf({ name: "TWO" }),
    "clash/a/tensaur.json": one,
    "clash/b/tensaur.json": manifestOf({ name: "two" }, { name: "Other", aliases: ["first"] }),
  };
  await withFiles(files, async (folder) => {
    const { registry } = alone();
    await assertRejects(() => discover(folder, { registry }), ManifestError, "b/tensaur.json");
    await assertRejects(
      () => discover(`${folder}/clash`, { registry }),
      Error,
      "two>Other 1.2.0 (file://" +
        `${folder}/clash/b/tensaur.json) as the name "first" is taken by one>First`,
    );
    assertEquals(registry.list(), []);
    assertEquals(registry.packages(), []);
    await assertRejects(() => discover(`${folder}/none`, { registry }), Error, `${folder}/none`);
  });
});

Deno.test("discoverProject() reads the nearest deno.json, whose paths are from its folder", async () => {
  const files = {
    "deno.jsonc": `{
      // A comment, with "quotes" and a /* in it
      "tensaur": {
        "plugins": ["./plugins/one", /* and */ "plugins/two/tensaur.json",], // "./none"
      },
      "tasks": { "url": "echo https://example.org // no comment, ]" },
    }`,
    "plugins/one/tensaur.json": one,
    "plugins/two/tensaur.json": two,
    "src/deep/main.ts": "",
    "member/deno.json": { name: "@acme/member" },
  };
  await withFiles(files, async (folder) => {
    for (const from of [folder, `${folder}/src/deep/`, `${folder}/src/deep/main.ts`]) {
      assertEquals(
        namesOf(await discoverProject(from, alone())),
        ["one>First", "two>Second"],
        from,
      );
    }
    const url = `file://${folder}/src/deep/main.ts`;
    assertEquals((await discoverProject(new URL(url), alone())).length, 2);
    assertEquals((await discoverProject(url, alone())).length, 2);
    assertEquals(await discoverProject(`${folder}/member`, alone()), []);
  });
});

Deno.test("discoverProject() begins at the current folder", async () => {
  const files = {
    "deno.json": { tensaur: { plugins: ["one"] } },
    "one/tensaur.json": one,
    "src/x.ts": "",
  };
  await withFiles(files, async (folder) => {
    const before = Deno.cwd();
    Deno.chdir(`${folder}/src`);
    try {
      assertEquals(namesOf(await discoverProject(undefined, alone())), ["one>First"]);
    } finally {
      Deno.chdir(before);
    }
  });
});

Deno.test("discoverProject() tells all that is wrong with the key, with its place", async () => {
  const files = {
    "deno.json": { tensaur: { plugins: ["./one", 2, ""], plugin: [] } },
    "broken/deno.json": '{ "tensaur": { ',
    "list/deno.json": { tensaur: ["./one"] },
  };
  await withFiles(files, async (folder) => {
    const error = await assertRejects(() => discoverProject(folder, alone()), ManifestError);
    assertEquals(error.source, `file://${folder}/deno.json`);
    assertEquals(error.problems, [
      'tensaur.plugins[1]: must be a path, a URL, or a package such as "npm:acme"; it is 2',
      'tensaur.plugins[2]: must be a path, a URL, or a package such as "npm:acme"; it is ""',
      'tensaur.plugin: is no known field; did you mean "plugins"?',
    ]);
    await assertRejects(() => discoverProject(`${folder}/broken`, alone()), ManifestError, "JSON");
    await assertRejects(
      () => discoverProject(`${folder}/list`, alone()),
      ManifestError,
      "tensaur: must be an object",
    );
  });
});

Deno.test("a project finds its plugins with nothing but permission to read them", async () => {
  const files = {
    "deno.json": {
      imports: { tensaur: new URL("../../mod.ts", import.meta.url).href },
      tensaur: { plugins: ["./one"] },
    },
    "one/tensaur.json": one,
    "one/scale.js": "export class First {}",
    "main.js": `
      import { discoverProject, registry } from "tensaur";
      await discoverProject(import.meta.url);
      console.log((await registry.create("layer", "First")).constructor.name);
    `,
  };
  await withFiles(files, async (folder) => {
    const run = async (...permissions: string[]): Promise<[string, string]> => {
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--no-prompt", "--no-check", "--no-lock", ...permissions, "main.js"],
        cwd: folder,
        env: { NO_COLOR: "1" },
      }).output();
      const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
      return [text(stdout), text(stderr)];
    };
    assertEquals(await run(`--allow-read=${folder}`), ["First\n", ""]);
    const [, refused] = await run();
    assert(refused.includes("--allow-read="), refused);
  });
});
