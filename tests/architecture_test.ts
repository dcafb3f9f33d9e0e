import { assert, assertEquals } from "@std/assert";
import denoJson from "../deno.json" with { type: "json" };
import { VERSION } from "../version.ts";

interface Dependency {
  code?: { specifier?: string };
  isDynamic?: boolean;
}

interface GraphModule {
  specifier: string;
  dependencies?: (Dependency & { specifier: string })[];
}

const root = new URL("../", import.meta.url).href;

/** Every module that the entry points reach, with what it imports when it runs; types are erased. */
async function moduleGraph(...entries: string[]): Promise<Map<string, string[]>> {
  const graph = new Map<string, string[]>();
  for (const entry of entries) {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", entry],
      cwd: new URL(root),
      stderr: "inherit",
    }).output();
    const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: GraphModule[] };
    for (const { specifier, dependencies = [] } of modules) {
      const imports = dependencies.flatMap(({ code }) => code?.specifier ?? []);
      graph.set(relative(specifier), imports.map(relative));
    }
  }
  return graph;
}

function relative(specifier: string): string {
  return specifier.startsWith(root) ? specifier.slice(root.length) : specifier;
}

/** The part of the project that a file belongs to: what may import each other. */
function partOf(file: string): string {
  const parts = file.split("/");
  if (parts[0] === "plugins" && parts.length > 2) {
    const depth = parts[1] === "backends" ? 3 : 2;
    return parts.slice(0, Math.min(depth, parts.length - 1)).join("/");
  }
  return parts.length > 1 ? parts[0] : "";
}

/** A part that is built on another one of its kind: native is wasm's memory and kernels, and a library beside. */
const BUILT_ON: Readonly<Record<string, string>> = {
  "plugins/backends/native": "plugins/backends/wasm",
};

/** The files that may import everything: they put the project together. */
const COMPOSERS = ["mod.ts", "data.ts", "plugins/manifest.ts"];

const graph = await moduleGraph("mod.ts");

Deno.test("the module graph reaches the whole project", () => {
  for (const file of ["core/tensor.ts", "plugins/manifest.ts", "layers/plugin.ts"]) {
    assert(graph.has(file), `${file} is not reached from mod.ts`);
  }
});

Deno.test("core imports nothing but core", () => {
  const wrong = [...graph].flatMap(([file, imports]) =>
    file.startsWith("core/")
      ? imports.filter((i) => !i.startsWith("core/")).map((i) => [file, i])
      : []
  );
  assertEquals(wrong, []);
});

Deno.test("layers, callbacks and plugins import core and their own folder, never each other", () => {
  const wrong = [...graph].flatMap(([file, imports]) => {
    const part = partOf(file);
    if (part === "" || part === "core" || COMPOSERS.includes(file)) return [];
    const allowed = (i: string): boolean =>
      i.startsWith("core/") || i.startsWith(`${part}/`) || i === "version.ts" ||
      i.startsWith(`${BUILT_ON[part]}/`);
    return imports.filter((i) => !allowed(i)).map((i) => [file, i]);
  });
  assertEquals(wrong, []);
});

Deno.test("the package's own code imports nothing from outside", () => {
  const outside = [...graph].flatMap(([file, imports]) =>
    file.includes(":") || file === "cli.ts"
      ? []
      : imports.filter((i) => /^(npm|jsr|https?):/.test(i))
  );
  assertEquals(outside, []);
});

Deno.test("no modules import each other in a circle", () => {
  const done = new Set<string>();
  const circles: string[][] = [];
  const visit = (file: string, path: string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  assertEquals(circles, []);
});

Deno.test("examples import only the package's own name, the standard library, and the example plugins", async () => {
  const wrong: string[] = [];
  const check = async (folder: string, isAllowed: (specifier: string) => boolean) => {
    for await (const entry of Deno.readDir(new URL(folder, root))) {
      if (!entry.name.endsWith(".ts")) continue;
      const text = await Deno.readTextFile(new URL(folder + entry.name, root));
      for (const [, specifier] of text.matchAll(/from "([^"]+)"/g)) {
        const isOutside = specifier === "@tensaur/tensaur" || specifier.startsWith("@std/");
        if (!isOutside && !isAllowed(specifier)) wrong.push(`${entry.name}: ${specifier}`);
      }
    }
  };
  // What an exported model runs in stands beside the framework.
  const isBeside = (specifier: string) => specifier === "onnxruntime-node";
  await check("examples/", (s) => s.startsWith("./plugins/") || isBeside(s));
  await check("examples/plugins/waves/", (specifier) => /^\.\/[^/]+$/.test(specifier));
  assertEquals(wrong, []);
});

Deno.test("VERSION is the version of deno.json", () => {
  assertEquals(VERSION, denoJson.version);
});
