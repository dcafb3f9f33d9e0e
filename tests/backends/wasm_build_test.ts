import { assert, assertEquals } from "@std/assert";
import { compile, render, VARIANTS } from "../../plugins/backends/wasm/build.ts";
import * as layout from "../../plugins/backends/wasm/layout.ts";

const FOLDER = new URL("../../plugins/backends/wasm/", import.meta.url);

for (const variant of VARIANTS) {
  Deno.test(`the kernels for ${variant.description} are what their sources build to`, async () => {
    const committed = await Deno.readTextFile(new URL(variant.file, FOLDER));
    const built = render(variant, await compile(variant));
    assert(committed === built, `${variant.file} is stale: run \`deno task build:kernels\``);
  });
}

Deno.test("host and kernels agree on where things lie", async () => {
  const source = await Deno.readTextFile(new URL("kernels/layout.ts", FOLDER));
  const constants = new Map(
    [...source.matchAll(/export const (\w+): usize = (\d+);/g)].map((m) => [m[1], Number(m[2])]),
  );
  for (
    const name of [
      "READY",
      "QUIT",
      "MAY_BLOCK",
      "CHUNKS",
      "LIBRARY",
      "EPOCH",
      "SHAPES",
      "WORK",
    ] as const
  ) {
    assertEquals(layout[name], constants.get(name), name);
  }
  assertEquals(layout.WORK_PER_THREAD, constants.get("WORK_PER_THREAD"));
});
