import type { Template } from "./template.ts";

/** An exporter of a text. */
export const exporter: Template = {
  about: "Writes the layers of a model as a text.",
  check: "checkExporter",
  permissions: ["read", "write"],
  code: (name) =>
    `import { type AnyLayer, Exporter, Layer, writeWhole } from "@tensaur/tensaur";

/** Writes the layers of a model as a text: a line each, with its name, class and size. */
export class ${name} extends Exporter {
  override readonly extensions: readonly string[] = [".layers.txt"];

  override async export(model: AnyLayer, path: string | URL): Promise<void> {
    const lines = model.children().flatMap((child) => child instanceof Layer ? line(child) : []);
    await writeWhole(path, new TextEncoder().encode(\`\${lines.join("\\n")}\\n\`));
  }
}

function line(layer: AnyLayer): string {
  return \`\${layer.name}: \${layer.constructor.name}, \${layer.countParams()} parameters\`;
}
`,
};
