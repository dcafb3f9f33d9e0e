/**
 * Weights from a `.safetensors` file.
 *
 * @module
 */

import { typeError } from "../../../core/errors.ts";
import { type AnyLayer, Importer } from "../../../core/exporter.ts";
import { readWhole } from "../../../core/files.ts";
import type { LoadWeightsOptions } from "../../../core/weight_layout.ts";
import { loadWeights } from "../_state.ts";
import { decodeSafetensors } from "./decode.ts";

/**
 * Reads weights into a model, by the paths of its `stateDict()` or by other names: what `model.loadWeights()` stands on.
 *
 * @see https://huggingface.co/docs/safetensors
 *
 * @example
 * ```ts
 * import { importers, layers, sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const make = () => sequential([new layers.Dense({ units: 2, inputShape: [3] })]);
 * const path = `${await Deno.makeTempDir()}/weights.safetensors`;
 * const [trained, fresh] = [make(), make()];
 * await trained.saveWeights(path);
 * await new importers.SafetensorsImporter().import(path, { into: fresh });
 * assertEquals(fresh.getWeights()[0].toArray(), trained.getWeights()[0].toArray());
 * ```
 *
 * @example Weights that PyTorch would have under its own names
 * ```ts
 * import { layers, sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const make = () => sequential([new layers.Dense({ units: 2, inputShape: [3], name: "head" })]);
 * const path = `${await Deno.makeTempDir()}/torch.safetensors`;
 * const [trained, fresh] = [make(), make()];
 * await trained.export(path, { for: "pytorch", names: { head: "classifier.6" } });
 * await fresh.loadWeights(path, { from: "pytorch", names: { head: "classifier.6" } });
 * assertEquals(fresh.getWeights()[0].toArray(), trained.getWeights()[0].toArray());
 * ```
 */
export class SafetensorsImporter extends Importer {
  /** `.safetensors` */
  override readonly extensions: readonly string[] = [".safetensors"];

  /**
   * Reads the weights.
   *
   * @throws {TypeError} When there is no model to read them into.
   * @throws {RangeError} When the file is damaged, or its weights are those of another architecture; then nothing is
   * changed.
   * @throws {Error} When the file cannot be read, or the model has no weights yet.
   */
  override async import(
    path: string | URL,
    { into, ...options }: LoadWeightsOptions & { into?: AnyLayer } = {},
  ): Promise<AnyLayer> {
    if (into === undefined) {
      throw typeError(
        "safetensors.into",
        `Cannot make a model of ${path} as the file has weights and no architecture: give the model as { into }`,
      );
    }
    const { tensors } = decodeSafetensors(await readWhole(path), String(path));
    loadWeights(into, tensors, options);
    return into;
  }
}
