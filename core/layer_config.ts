/**
 * Layers of a model as JSON. A name that the model gave stands beside the layer's own options, so that it may change
 * again when the layer joins another model.
 *
 * @module
 */

import { typeError } from "./errors.ts";
import type { AnyLayer } from "./exporter.ts";
import { Layer } from "./layer.ts";
import { deserialize, serialize, type SerializedObject } from "./serialization.ts";

/** A layer of a model, as JSON. */
export interface WrittenLayer extends SerializedObject {
  /** The name that the model gave, where the user gave none. */
  automaticName?: string;
}

/** A layer as JSON. */
export function writeLayer(layer: AnyLayer): WrittenLayer {
  const written = serialize("layer", layer);
  if (layer.isNamed) return written;
  const { name, ...config } = written.config;
  return { ...written, automaticName: name, config };
}

/**
 * The layer that JSON describes.
 *
 * @throws {RangeError} When its class is unknown.
 * @throws {TypeError} When the JSON describes no layer.
 */
export function readLayer(written: WrittenLayer): Layer {
  const isObject = typeof written === "object" && written !== null;
  const layer = isObject ? deserialize<object>("layer", written) : null;
  if (!(layer instanceof Layer)) {
    throw typeError(
      "layer.config",
      "Cannot make a layer from its config as it names no class: give { className, config }",
    );
  }
  if (typeof written.automaticName === "string") layer.suggestName(written.automaticName);
  return layer;
}
