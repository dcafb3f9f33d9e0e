import { assert, assertEquals } from "@std/assert";

interface GraphModule {
  specifier: string;
  dependencies?: { isDynamic?: boolean; code?: { specifier?: string } }[];
}

const root = new URL("../../", import.meta.url);

Deno.test("importing the package loads nothing of discovery but its door", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "mod.ts"],
    cwd: root,
  }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: GraphModule[] };
  const imports = new Map(modules.map(({ specifier, dependencies = [] }) => [
    specifier,
    dependencies.flatMap(({ isDynamic, code }) => isDynamic ? [] : code?.specifier ?? []),
  ]));
  const found = new Set([new URL("mod.ts", root).href]);
  for (const specifier of found) {
    for (const next of imports.get(specifier) ?? []) found.add(next);
  }
  assert(found.size > 100);
  const discovery = new URL("plugins/discovery/", root).href;
  assertEquals([...found].filter((file) => file.startsWith(discovery)), [`${discovery}mod.ts`]);
});
