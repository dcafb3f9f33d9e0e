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
  /** The class or function. */
  readonly local: string;
}

/** Where the running package is: its folder, or `null` where it comes from a registry. */
const root = import.meta.url.startsWith("file:") ? new URL("../../", import.meta.url).href : null;
const published = `jsr:@tensaur/tensaur@^${VERSION}`;

/** The names of package and class, or function, from the one that the user gives. */
export function namesOf(name: string, isFunction: boolean): Names {
  const [short] = name.split("/").slice(-1);
  const parts = short.split(/[_-]+/).filter((part) => part !== "");
  const pascal = parts.map((part) => part[0].toUpperCase() + part.slice(1)).join("");
  const local = isFunction ? pascal[0].toLowerCase() + pascal.slice(1) : pascal;
  const scope = name.slice(0, -short.length);
  return { package: scope + fileStem(pascal).replaceAll("_", "-"), local };
}

/** `MyScale` is in `my_scale.ts`. */
export function fileStem(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, "_").toLowerCase();
}

/** All files by name. */
export function filesOf(kind: string, template: Template, names: Names): Record<string, string> {
  const stem = fileStem(names.local);
  return {
    [`${stem}.ts`]: template.code(names.local),
    [`${stem}_test.ts`]: testOf(template, names.local, stem),
    "tensaur.json": json(manifestOf(kind, template, names, stem)),
    "deno.json": json(configOf(names, stem)),
    "README.md": readmeOf(kind, template, names),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function testOf({ check, sample }: Template, name: string, stem: string): string {
  const options = sample === undefined
    ? ""
    : `, { ${Object.entries(sample).map(([key, value]) => `${key}: "${value}"`).join(", ")} }`;
  return `import { ${check} } from "@tensaur/tensaur/testing";
import { ${name} } from "./${stem}.ts";

Deno.test("${name} keeps its contract", async () => {
  await ${check}(${name}${options});
});
`;
}

function manifestOf(kind: string, template: Template, names: Names, stem: string): unknown {
  const { about: description, sample, permissions } = template;
  return {
    $schema: root === null ? undefined : `${root}tensaur.schema.json`,
    name: names.package,
    version: "0.1.0",
    engine: `^${VERSION}`,
    plugins: [
      { kind, name: names.local, description, module: `./${stem}.ts`, permissions, sample },
    ],
  };
}

function configOf(names: Names, stem: string): unknown {
  const own = "@tensaur/tensaur";
  const cli = root === null ? `${published}/cli` : `${root}cli.ts`;
  return {
    name: names.package,
    version: "0.1.0",
    exports: { ".": `./${stem}.ts`, "./tensaur.json": "./tensaur.json" },
    imports: root === null
      ? { [own]: published }
      : { [own]: `${root}mod.ts`, [`${own}/testing`]: `${root}testing.ts` },
    tasks: { check: `deno run --allow-read --allow-write ${cli} check .` },
    fmt: { lineWidth: 100, proseWrap: "preserve" },
  };
}

function readmeOf(kind: string, { about }: Template, names: Names): string {
  return `# ${names.package}

${/^[aeiou]/.test(kind) ? "An" : "A"} ${kind} for Tensaur. ${about}

\`\`\`ts
import { registry, use } from "@tensaur/tensaur";

await use("${names.package}"); // where this folder is: a path, a URL, or a package
const made = await registry.create("${kind}", "${names.local}");
\`\`\`

\`\`\`sh
deno test          # holds it to the contract of its kind
deno task check    # the same through its manifest, as others load it
\`\`\`
`;
}
