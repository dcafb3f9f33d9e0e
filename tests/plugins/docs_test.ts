import { assert, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);

Deno.test("the code in docs/plugins.md runs as it stands", async () => {
  const text = await Deno.readTextFile(new URL("docs/plugins.md", root));
  const blocks = [...text.matchAll(/```(ts|json)(?: title="(.+)")?\n([\s\S]*?)```/g)];
  // In the project, where the package's own name is known.
  const folder = await Deno.makeTempDir({ dir: root.pathname, prefix: ".readme_" });
  try {
    const programs: string[] = [];
    for (const [i, [, language, title, code]] of blocks.entries()) {
      const name = title ?? `block_${i}.${language}`;
      await Deno.writeTextFile(`${folder}/${name}`, code);
      if (language === "ts") programs.push(name);
    }
    assert(programs.length >= 6);
    const outcomes = await Promise.all(programs.map(async (name) => {
      const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--check", "--no-prompt", `--allow-read=${folder}`, name],
        cwd: folder,
        env: { NO_COLOR: "1" },
      }).output();
      const [printed, failed] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
      assertEquals(code, 0, `${name} fails:\n${failed}`);
      const source = await Deno.readTextFile(`${folder}/${name}`);
      const promised = [...source.matchAll(/^.*console\.log\(.*\/\/ (.*)$/gm)].map(([, line]) =>
        line
      );
      return [name, promised, printed.split("\n").filter((line) => promised.includes(line))];
    }));
    for (const [name, promised, found] of outcomes) assertEquals(found, promised, String(name));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
