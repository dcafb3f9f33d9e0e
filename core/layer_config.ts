/**
 * Layers of a model as JSON. A name that the model gave stands beside the layer's own options, so that it may change
 * again when the layer joins another model. A layer that a model has in several places, some of them in models within
 * it, is written once.
 *
 * @module
 */

import { rangeError, show, typeError } from "./errors.ts";
import type { AnyLayer } from "./exporter.ts";
import { Layer } from "./layer.ts";
import { deserialize, serialize, type SerializedObject } from "./serialization.ts";

/** A layer of a model, as JSON. */
export interface WrittenLayer extends SerializedObject {
  /** The name that the model gave, where the user gave none. */
  automaticName?: string;
  /** Its number, where it stands in other places too. */
  sharedAs?: number;
}

/** Stands for a layer that is written elsewhere. */
export interface SharedLayer {
  /** The number of the layer. */
  sharedWith: number;
}

/** The layers that were met while a model is written or read, those of the models within it included. */
interface Sharing {
  readonly written: Map<AnyLayer, WrittenLayer>;
  readonly read: Map<number, Layer>;
  shared: number;
}

let sharing: Sharing | null = null;

/** Runs what writes or reads a model whose layers may stand in several places. */
export function sharingLayers<T>(run: () => T): T {
  if (sharing !== null) return run();
  sharing = { written: new Map(), read: new Map(), shared: 0 };
  try {
    return run();
  } finally {
    sharing = null;
  }
}

/** A layer as JSON. */
export function writeLayer(layer: AnyLayer): WrittenLayer | SharedLayer {
  const known = sharing?.written.get(layer);
  if (known !== undefined) return { sharedWith: known.sharedAs ??= sharing!.shared++ };
  const { config, ...rest } = serialize("layer", layer);
  const { name, ...unnamed } = config;
  const written: WrittenLayer = layer.isNamed
    ? { ...rest, config }
    : { ...rest, automaticName: name, config: unnamed };
  sharing?.written.set(layer, written);
  return written;
}

/**
 * The layer that JSON describes.
 *
 * @throws {RangeError} When its class is unknown, or when it is to be shared and none has its number.
 * @throws {TypeError} When the JSON describes no layer.
 */
export function readLayer(written: WrittenLayer | SharedLayer): Layer {
  const isObject = typeof written === "object" && written !== null;
  if (isObject && "sharedWith" in written) {
    const shared = sharing?.read.get(written.sharedWith);
    if (shared !== undefined) return shared;
    throw rangeError(
      "layer.shared",
      `Cannot make a layer from its config as no layer before it has the number ${
        show(written.sharedWith)
      }: the config is damaged`,
    );
  }
  const layer = isObject ? deserialize<object>("layer", written) : null;
  if (!(layer instanceof Layer)) {
    throw typeError(
      "layer.config",
      "Cannot make a layer from its config as it names no class: give { className, config }",
    );
  }
  const { automaticName, sharedAs } = written as WrittenLayer;
  if (typeof automaticName === "string") layer.suggestName(automaticName);
  if (sharedAs !== undefined) sharing?.read.set(sharedAs, layer);
  return layer;
}
