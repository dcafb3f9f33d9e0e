/**
 * The files of a scaffold.
 *
 * @module
 */

import { VERSION } from "../../version.ts";
import type { Template } from "./template.ts";

/** What a plugin is called. */
export interface Names {
  /** Its package. */
  readonly package: string;
  /** The folder, where the user names none. */
  readonly folder: string;
  /** The class or function. */
  readonly local: string;
}

/** What the files say. */
interface Scaffold extends Names, Template {
  readonly kind: string;
  /** What the module's file is called, without its ending. */
  readonly stem: string;
  /** Where the package is that they import; `null` for the published one. */
  readonly root: string | null;
}

/** Where the running package is: its folder, or `null` where it was published. */
const ROOT = import.meta.url.startsWith("file:") ? new URL("../../", import.meta.url).href : null;
const OWN = "@tensaur/tensaur";
const PUBLISHED = `jsr:${OWN}@^${VERSION}`;

/** The names of package and class, or function, from the one that the user gives. */
export function namesOf(name: string, isFunction: boolean): Names {
  const [short] = name.split("/").slice(-1);
  const parts = short.split(/[_-]+/).filter((part) => part !== "");
  const pascal = parts.map((part) => part[0].toUpperCase() + part.slice(1)).join("");
  const local = isFunction ? pascal[0].toLowerCase() + pascal.slice(1) : pascal;
  const folder = fileStem(pascal).replaceAll("_", "-");
  return { package: name.slice(0, -short.length) + folder, folder, local };
}

/** `MyScale` is in `my_scale.ts`. */
function fileStem(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_").toLowerCase();
}

/** All files by name; they import the package from its folder, or as it was published. */
export function filesOf(
  kind: string,
  template: Template,
  names: Names,
  root: string | null = ROOT,
): Record<string, string> {
  const stem = fileStem(names.local);
  const scaffold: Scaffold = { ...template, ...names, kind, stem, root };
  return {
    [`${stem}.ts`]: template.code(names.local),
    [`${stem}_test.ts`]: testOf(scaffold),
    "tensaur.json": json(manifestOf(scaffold)),
    "deno.json": json(configOf(scaffold)),
    "README.md": readmeOf(scaffold),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function testOf({ check, sample = {}, local, stem }: Scaffold): string {
  const options = Object.entries(sample).map(([option, value]) => `${option}: "${value}"`);
  const second = options.length > 0 ? `, { ${options.join(", ")} }` : "";
  return `import { ${check} } from "@tensaur/tensaur/testing";
import { ${local} } from "./${stem}.ts";

Deno.test("${local} keeps its contract", async () => {
  await ${check}(${local}${second});
});
`;
}

function manifestOf(scaffold: Scaffold): unknown {
  const { kind, local: name, about: description, stem, permissions, sample, root } = scaffold;
  return {
    $schema: root === null ? undefined : `${root}tensaur.schema.json`,
    name: scaffold.package,
    version: "0.1.0",
    engine: `^${VERSION}`,
    plugins: [{ kind, name, description, module: `./${stem}.ts`, permissions, sample }],
  };
}

function configOf({ package: name, stem, root }: Scaffold): unknown {
  const imports = root === null ? { [OWN]: PUBLISHED } : {
    [OWN]: `${root}mod.ts`,
    [`${OWN}/testing`]: `${root}testing.ts`,
  };
  const cli = root === null ? `${PUBLISHED}/cli` : `${root}cli.ts`;
  return {
    name,
    version: "0.1.0",
    exports: { ".": `./${stem}.ts`, "./tensaur.json": "./tensaur.json" },
    imports,
    tasks: { check: `deno run --allow-read --allow-write ${cli} check .` },
    fmt: { lineWidth: 100, proseWrap: "preserve" },
  };
}

function readmeOf({ kind, about, package: name, folder, local, code }: Scaffold): string {
  const base = code(local).match(/^export class \w+ extends (\w+)/m)?.[1];
  const byName = (a: string, b: string): number => a.toLowerCase() < b.toLowerCase() ? -1 : 1;
  const imports = ["registry", "use", ...base === undefined ? [] : [base]].sort(byName)
    .map((word) => word === base ? `type ${word}` : word);
  return `# ${name}

${/^[aeiou]/.test(kind) ? "An" : "A"} ${kind} for Tensaur. ${about}

\`\`\`ts
import { ${imports.join(", ")} } from "@tensaur/tensaur";

await use("./${folder}"); // where this folder is: a path, a URL, an npm: or a jsr: package
await registry.create${base === undefined ? "" : `<${base}>`}("${kind}", "${local}");
\`\`\`

The program needs \`--allow-read\` of the folder, and its \`deno.json\` the \`imports\` of the one here.

\`\`\`sh
deno test          # holds it to the contract of its kind
deno task check    # the same through its manifest, as others load it
\`\`\`
`;
}
