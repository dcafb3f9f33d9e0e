/**
 * Whole models as `.tensaur` files.
 *
 * @module
 */

import { typeError } from "../../../core/errors.ts";
import { type AnyLayer, Exporter } from "../../../core/exporter.ts";
import { writeWhole } from "../../../core/files.ts";
import { Layer } from "../../../core/layer.ts";
import { Model } from "../../../core/model.ts";
import { checkOptionNames } from "../../../core/options.ts";
import { onceLoaded } from "../../../core/registry.ts";
import { serialize } from "../../../core/serialization.ts";
import { VERSION } from "../../../version.ts";
import { readState } from "../_state.ts";
import { encodeSafetensors } from "../safetensors/encode.ts";

/** What the digest is while it is taken. */
const NO_DIGEST = "0".repeat(64);
/** Where the digest stands: the first value in the header. */
const DIGEST_OFFSET = 8 + '{"__metadata__":{"sha256":"'.length;

/**
 * Writes a model so that training goes on from the file as if it had never stopped: architecture, weights, the
 * configuration of `compile` and the state of the optimizer.
 *
 * The file is a safetensors file, so other programs can read its weights. Tensors are named `model/<path>` and
 * `optimizer/<path>`; the metadata, all of them strings, are
 *
 * | name               | value                                                                     |
 * | ------------------ | ------------------------------------------------------------------------- |
 * | `sha256`           | of the whole file, with these 64 digits as zeros; stands first            |
 * | `format`           | `tensaur`                                                                 |
 * | `formatVersion`    | `1`; raised when older readers would go wrong                             |
 * | `frameworkVersion` | of the package that wrote it                                              |
 * | `architecture`     | JSON: `{ className, config }` of the model                                |
 * | `inputShape`       | JSON: what it was built for, batch axis included; absent when it was not  |
 * | `inputs`           | JSON: name, dims and dtype of each input, nested as they are given        |
 * | `training`         | JSON: the options of `compile`; absent when it was not compiled           |
 * | `draws`            | JSON: draws of layers with seeds of their own, by path; absent where none |
 *
 * @example
 * ```ts
 * import { layers, loadModel, ones, sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const model = sequential([new layers.Dense({ units: 2, inputShape: [3] })]);
 * const path = `${await Deno.makeTempDir()}/model.tensaur`;
 * await model.save(path);
 * const loaded = await loadModel(path);
 * assertEquals(loaded.apply(ones([1, 3])).toArray(), model.apply(ones([1, 3])).toArray());
 * ```
 */
export class TensaurExporter extends Exporter {
  /** `.tensaur` */
  override readonly extensions: readonly string[] = [".tensaur"];

  /**
   * Writes the model.
   *
   * @throws {TypeError} When it is no model, or when a layer or an option of `compile` is of a class that no manifest
   * lists.
   * @throws {RangeError} When options are given: there are none.
   * @throws {Error} When the file cannot be written.
   */
  override async export(model: AnyLayer, path: string | URL, options: object = {}): Promise<void> {
    checkOptionNames("save a model", options, []);
    if (!(model instanceof Model)) {
      throw typeError(
        "tensaur.model",
        `Cannot save ${model.name} as it is a layer and no model: put it into a Sequential`,
      );
    }
    // All is taken at the same moment; training may go on while the values are read.
    const { metadata, weights, optimizer } = await onceLoaded(() => ({
      metadata: metadataOf(model),
      weights: model.stateDict(),
      optimizer: model.compiled ? model.optimizer.stateDict(model.parameters()) : {},
    }));
    const tensors = new Map([
      ...await readState(weights, "model/"),
      ...await readState(optimizer, "optimizer/"),
    ]);
    await writeWhole(path, await sealed(encodeSafetensors(tensors, metadata)));
  }
}

function metadataOf(model: Model): Record<string, string> {
  const training = model.getCompileConfig();
  const { builtShape } = model;
  const draws = drawsOf(model);
  return {
    sha256: NO_DIGEST,
    format: "tensaur",
    formatVersion: "1",
    frameworkVersion: VERSION,
    architecture: JSON.stringify(serialize("layer", model)),
    ...(builtShape === null ? {} : {
      inputShape: JSON.stringify(builtShape),
      inputs: JSON.stringify(model.inputSignature),
    }),
    ...(training === null ? {} : { training: JSON.stringify(training) }),
    ...(draws.length === 0 ? {} : { draws: JSON.stringify(Object.fromEntries(draws)) }),
  };
}

/** How often the layers with seeds of their own drew, by path. */
function drawsOf(model: Model): [string, number][] {
  return model.namedModules().flatMap(([path, module]): [string, number][] => {
    const { position = 0 } = (module instanceof Layer ? module.generator : undefined) ?? {};
    return position === 0 ? [] : [[path, position]];
  });
}

/** The file in one piece, with its digest. */
async function sealed(chunks: readonly Uint8Array<ArrayBuffer>[]): Promise<Uint8Array> {
  const bytes = new Uint8Array(await new Blob([...chunks]).arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  bytes.set(new TextEncoder().encode(digest.toHex()), DIGEST_OFFSET);
  return bytes;
}
