/**
 * `tensaur summary`: the layers of a saved model.
 *
 * @module
 */

import { type AnyLayer, Layer, loadModel, type Model, use } from "../mod.ts";
import type { Arguments } from "./arguments.ts";
import { printJson } from "./output.ts";

/** Loads the model and prints its summary. */
export async function run({ words: [path], values, flags }: Arguments): Promise<boolean> {
  for (const place of values.use) await use(place);
  const model = await load(path);
  const expandNested = flags.has("nested");
  if (flags.has("json")) printJson(forPrograms(model, expandNested));
  else model.summary({ expandNested });
  return true;
}

async function load(path: string): Promise<Model> {
  try {
    return await loadModel(path);
  } catch (cause) {
    const { code, message } = (cause ?? {}) as { code?: string; message?: string };
    if (code !== "deserialize.package") throw cause;
    throw new Error(`${message}; here: tensaur summary ${path} --use PLACE`, { cause });
  }
}

function forPrograms(model: AnyLayer, nested: boolean): unknown {
  const parameters = model.countParams();
  const trainable = model.trainableWeights.reduce((total, { size }) => total + size, 0);
  return {
    name: model.name,
    class: model.constructor.name,
    built: model.built,
    parameters: { total: parameters, trainable, nonTrainable: parameters - trainable },
    layers: layersOf(model, nested),
  };
}

function layersOf(model: AnyLayer, nested: boolean): unknown[] {
  return model.children().filter((child) => child instanceof Layer).map((layer) => ({
    name: layer.name,
    class: layer.constructor.name,
    outputShapes: layer.outputDims,
    parameters: layer.built ? layer.countParams() : null,
    trainable: layer.trainable,
    ...nested ? { layers: layersOf(layer, nested) } : {},
  }));
}
