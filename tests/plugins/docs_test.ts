import { assert, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);

/** What a command of Deno prints; it must succeed. */
async function deno(cwd: string, ...args: string[]): Promise<string> {
  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const [printed, failed] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals(code, 0, `deno ${args.join(" ")} fails:\n${failed}`);
  return printed;
}

/** How many programs each page has at least. */
const PAGES = { "docs/plugins.md": 6, "docs/onnx.md": 2 };

for (const [page, least] of Object.entries(PAGES)) {
  Deno.test(`the code in ${page} runs as it stands, and prints what it says`, async () => {
    const text = await Deno.readTextFile(new URL(page, root));
    const blocks = [...text.matchAll(/```(ts|json)(?: title="(.+)")?\n([\s\S]*?)```/g)];
    // In the project, where the package's own name is known.
    const folder = await Deno.makeTempDir({ dir: root.pathname, prefix: ".docs_" });
    try {
      const programs = new Map<string, string>();
      for (const [i, [, language, title, code]] of blocks.entries()) {
        const name = title ?? `block_${i}.${language}`;
        await Deno.writeTextFile(`${folder}/${name}`, code);
        if (language === "ts") programs.set(name, code);
      }
      assert(programs.size >= least);
      await deno(folder, "check", ...programs.keys());
      const permissions = [`--allow-read=${folder}`, `--allow-write=${folder}`];
      for (const [name, code] of programs) {
        const lines = (await deno(folder, "run", "--no-prompt", ...permissions, name)).split("\n");
        for (const [, promised] of code.matchAll(/console\.log\(.*\/\/ (.*)$/gm)) {
          assert(
            lines.includes(promised),
            `${name} does not print ${promised}, but:\n${lines.join("\n")}`,
          );
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
