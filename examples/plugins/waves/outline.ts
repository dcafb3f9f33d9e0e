/**
 * An exporter: a model in a format of one's own, here a text.
 *
 * @module
 */

import { type AnyLayer, Exporter, Layer, writeWhole } from "@tensaur/tensaur";

/** Writes the layers of a model, and how many parameters each has, as a text that people read and tools compare. */
export class OutlineExporter extends Exporter {
  override readonly extensions: readonly string[] = [".outline.txt"];

  override async export(model: AnyLayer, path: string | URL): Promise<void> {
    const lines = outline(model, 0);
    await writeWhole(path, new TextEncoder().encode(`${lines.join("\n")}\n`));
  }
}

function outline(layer: AnyLayer, depth: number): string[] {
  const shapes = layer.outputDims.map((dims) => `[${dims.map((d) => d ?? "batch").join(", ")}]`);
  const about = [
    layer.constructor.name,
    ...shapes,
    `${layer.countParams()} parameters`,
  ];
  const below = layer.children().flatMap((child) =>
    child instanceof Layer ? outline(child, depth + 1) : []
  );
  return [`${"  ".repeat(depth)}${layer.name}: ${about.join(", ")}`, ...below];
}
