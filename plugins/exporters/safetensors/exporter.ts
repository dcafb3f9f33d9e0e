/**
 * Weights as a `.safetensors` file.
 *
 * @module
 */

import { stateError } from "../../../core/errors.ts";
import { type AnyLayer, Exporter } from "../../../core/exporter.ts";
import { writeWhole } from "../../../core/files.ts";
import { checkOptionNames } from "../../../core/options.ts";
import { foreignState, type WeightMapOptions } from "../../../core/weight_layout.ts";
import { readState } from "../_state.ts";
import { encodeSafetensors } from "./encode.ts";

/** Options of {@linkcode SafetensorsExporter}. */
export interface SafetensorsExportOptions extends WeightMapOptions {
  /** Whose names and layouts the weights get: `"pytorch"`. @default null (our own) */
  for?: string | null;
}

const OPTIONS = Object.keys(
  { for: true, names: true, flattened: true } satisfies Record<
    keyof SafetensorsExportOptions,
    true
  >,
);

/**
 * Writes the weights of a model, by the paths of `model.stateDict()`, in the format that Python's `safetensors` and
 * most of the field read; with `for: "pytorch"`, as a state dict that `load_state_dict` takes. The architecture is not
 * written.
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
export class SafetensorsExporter extends Exporter<SafetensorsExportOptions> {
  /** `.safetensors` */
  override readonly extensions: readonly string[] = [".safetensors"];

  /**
   * Writes the weights.
   *
   * @throws {RangeError} When an option or a path in one is unknown, or two weights would have one name.
   * @throws {Error} When the model has none yet, or the file cannot be written.
   */
  override async export(
    model: AnyLayer,
    path: string | URL,
    options: SafetensorsExportOptions = {},
  ): Promise<void> {
    checkOptionNames("export to safetensors", options, OPTIONS);
    const { for: framework = null, ...map } = options;
    if (!model.built) {
      throw stateError(
        "weights.unbuilt",
        `Cannot write the weights of ${model.name} as it has none yet: call it once, or give inputShape`,
      );
    }
    const tensors = await readState(foreignState(model, framework, map));
    // What PyTorch's own tools write, and some readers ask for.
    const format = framework === null ? "tensaur-weights" : "pt";
    await writeWhole(path, encodeSafetensors(tensors, { format }));
  }
}
