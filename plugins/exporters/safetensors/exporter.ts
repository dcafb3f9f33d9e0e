/**
 * Weights as a `.safetensors` file.
 *
 * @module
 */

import { stateError } from "../../../core/errors.ts";
import { type AnyLayer, Exporter } from "../../../core/exporter.ts";
import { writeWhole } from "../../../core/files.ts";
import { readState } from "../_state.ts";
import { encodeSafetensors } from "./encode.ts";

/**
 * Writes the weights of a model, by the paths of `model.stateDict()`, in the format that Python's `safetensors` and
 * most of the field read. The architecture is not written.
 *
 * @see https://huggingface.co/docs/safetensors
 *
 * @example
 * ```ts
 * import { layers, sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const make = () => sequential([new layers.Dense({ units: 2, inputShape: [3] })]);
 * const path = `${await Deno.makeTempDir()}/weights.safetensors`;
 * const [trained, fresh] = [make(), make()];
 * await trained.saveWeights(path);
 * await fresh.loadWeights(path);
 * assertEquals(fresh.getWeights()[0].toArray(), trained.getWeights()[0].toArray());
 * ```
 */
export class SafetensorsExporter extends Exporter {
  /** `.safetensors` */
  override readonly extensions: readonly string[] = [".safetensors"];

  /**
   * Writes the weights.
   *
   * @throws {Error} When the model has none yet, or the file cannot be written.
   */
  override async export(model: AnyLayer, path: string | URL): Promise<void> {
    if (!model.built) {
      throw stateError(
        "weights.unbuilt",
        `Cannot write the weights of ${model.name} as it has none yet: call it once, or give inputShape`,
      );
    }
    const tensors = await readState(model.stateDict());
    await writeWhole(path, encodeSafetensors(tensors, { format: "tensaur-weights" }));
  }
}
