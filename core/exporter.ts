/**
 * The contracts of file formats: exporters write a model, importers read one. The core knows no format; it finds
 * one by name or by the file's extension.
 *
 * @module
 */

import { rangeError } from "./errors.ts";
import type { Layer } from "./layer.ts";
import { BUILT_IN_PACKAGE } from "./registry.ts";
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

/**
 * The format that a file's name asks for, among the registered ones of a kind: a built-in one, else one of a package.
 *
 * @throws {RangeError} When none has the file's extension, or several have.
 */
export async function formatFor<T extends Exporter | Importer>(
  kind: "exporter" | "importer",
  path: string | URL,
  format?: string,
): Promise<T> {
  const { registry } = runtime();
  if (format !== undefined) return await registry.create<T>(kind, format);
  const file = String(path);
  const known: string[] = [];
  for (const isBuiltIn of [true, false]) {
    const fitting: { name: string; candidate: T }[] = [];
    for (const { qualifiedName: name, package: owner } of registry.list(kind)) {
      if ((owner === BUILT_IN_PACKAGE) !== isBuiltIn) continue;
      const candidate = await registry.create<T>(kind, name);
      const { extensions } = candidate;
      if (extensions.some((extension) => file.endsWith(extension))) {
        fitting.push({ name, candidate });
      }
      known.push(...extensions);
    }
    if (fitting.length === 1) return fitting[0].candidate;
    if (fitting.length > 1) {
      throw rangeError(
        `${kind}.ambiguous`,
        `Cannot choose a format for "${file}" as more than one ${kind} has its extension: ${
          fitting.map(({ name }) => name).join(" and ")
        }; name one by { format }`,
      );
    }
  }
  throw rangeError(
    `${kind}.extension`,
    `Cannot find a format for "${file}" as no ${kind} has its extension: known are ${
      known.join(", ") || "none"
    }; name one by { format }`,
  );
}
