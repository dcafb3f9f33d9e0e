import { assert, assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);

/** The TypeScript in the README's fences. */
async function codeBlocks(file: string): Promise<string[]> {
  const text = await Deno.readTextFile(new URL(file, root));
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
}

/** Runs each block by itself, from a folder of the project that it may read and write. */
async function assertBlocksRun(page: string): Promise<void> {
  const blocks = await codeBlocks(page);
  assert(blocks.length >= 2);
  const dir = await Deno.makeTempDir({ dir: root.pathname, prefix: ".readme_" });
  try {
    for (const [i, code] of blocks.entries()) {
      const file = `${dir}/block_${i}.ts`;
      await Deno.writeTextFile(file, code);
      const { code: exit, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--check",
          "--no-prompt",
          `--allow-read=${dir}`,
          `--allow-write=${dir}`,
          file,
        ],
        cwd: dir,
        env: { NO_COLOR: "1" },
        stdout: "null",
      }).output();
      const text = new TextDecoder().decode(stderr);
      assertEquals(exit, 0, `block ${i} of ${page} fails:\n${text}`);
    }
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

for (const page of ["README.md", "docs/pytorch.md"]) {
  Deno.test(`the code of ${page} runs as it stands, from another file of the project`, () =>
    assertBlocksRun(page));
}
