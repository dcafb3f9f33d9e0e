/**
 * The contracts of file formats: exporters write a model, importers read one. The core knows no format; it finds
 * one by name or by the file's extension.
 *
 * @module
 */

import { rangeError } from "./errors.ts";
import type { Layer } from "./layer.ts";
import { runtime } from "./runtime.ts";

/** A model of any kind. */
// deno-lint-ignore no-explicit-any -- a format writes models of any inputs and outputs
export type AnyLayer = Layer<any, any>;

/** Writes models in one format. */
export abstract class Exporter<Options = Record<string, unknown>> {
  /** File extensions of the format, with the dot: `[".onnx"]`. */
  abstract readonly extensions: readonly string[];

  /**
   * Writes the model. A file appears whole or not at all: write through `writeWhole` of `core/files.ts`.
   */
  abstract export(model: AnyLayer, path: string | URL, options?: Options): Promise<void>;
}

/** Reads models, or weights into a model, in one format. */
export abstract class Importer<Options = Record<string, unknown>> {
  /** File extensions of the format, with the dot. */
  abstract readonly extensions: readonly string[];

  /** Reads a model; `into` takes the weights where the format has no architecture. */
  abstract import(path: string | URL, options?: Options & { into?: AnyLayer }): Promise<AnyLayer>;
}

/** The format that a file's name asks for, among the registered ones of a kind. */
export async function formatFor<T extends Exporter | Importer>(
  kind: "exporter" | "importer",
  path: string | URL,
  format?: string,
): Promise<T> {
  const { registry } = runtime();
  if (format !== undefined) return await registry.create<T>(kind, format);
  const file = String(path);
  const known: string[] = [];
  for (const { qualifiedName } of registry.list(kind)) {
    const candidate = await registry.create<T>(kind, qualifiedName);
    if (candidate.extensions.some((extension) => file.endsWith(extension))) return candidate;
    known.push(...candidate.extensions);
  }
  throw rangeError(
    `${kind}.extension`,
    `Cannot find a format for "${file}" as no ${kind} has its extension: known are ${
      known.join(", ") || "none"
    }; name one by { format }`,
  );
}
