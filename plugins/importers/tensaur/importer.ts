/**
 * Whole models from `.tensaur` files.
 *
 * @module
 */

import { type CodedError, rangeError, stateError } from "../../../core/errors.ts";
import { type AnyLayer, Importer } from "../../../core/exporter.ts";
import { readWhole } from "../../../core/files.ts";
import { checkedSignature, symbolicInputs } from "../../../core/input_signature.ts";
import { Layer, withoutCalls, withWeightsToCome } from "../../../core/layer.ts";
import { Model } from "../../../core/model.ts";
import { onceLoaded } from "../../../core/registry.ts";
import { type Config, deserialize, isSerialized } from "../../../core/serialization.ts";
import type { Dims } from "../../../core/shape.ts";
import type { Tensor } from "../../../core/tensor.ts";
import type { LoadWeightsOptions } from "../../../core/weight_layout.ts";
import { VERSION } from "../../../version.ts";
import { loadWeights, withState } from "../_state.ts";
import { decodeSafetensors, type SafetensorsContent } from "../safetensors/decode.ts";

type Metadata = SafetensorsContent["metadata"];

/** The newest version of the format that is read here. */
const FORMAT_VERSION = 1;
const BEFORE_DIGEST = '{"__metadata__":{"sha256":"';
const DIGEST_LENGTH = 64;

/**
 * Reads models that `model.save()` wrote: what `loadModel()` stands on. The file is checked before anything is made of
 * it: its form, its version, then its digest, which any flipped bit changes. Only classes of the registry are made;
 * nothing else of the file runs.
 *
 * @example Training goes on where it stopped
 * ```ts
 * import { layers, loadModel, sequential } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const model = sequential([new layers.Dense({ units: 1, inputShape: [1] })]);
 * model.compile({ optimizer: "adam", loss: "mse" });
 * await model.fit([[1], [2]], [[2], [4]], { epochs: 3, verbose: 0 });
 *
 * const path = `${await Deno.makeTempDir()}/model.tensaur`;
 * await model.save(path);
 * const loaded = await loadModel(path);
 * assertEquals(loaded.optimizer.iterations, 3);
 * await loaded.fit([[1], [2]], [[2], [4]], { epochs: 5, initialEpoch: 3, verbose: 0 });
 * ```
 */
export class TensaurImporter extends Importer {
  /** `.tensaur` */
  override readonly extensions: readonly string[] = [".tensaur"];

  /**
   * Reads a model; with `into`, its weights alone.
   *
   * @throws {RangeError} When the file is damaged, no model, of a newer version, or names a class that is not known;
   * the package that brings it is named.
   * @throws {Error} When the file cannot be read.
   */
  override async import(
    path: string | URL,
    { into, ...options }: LoadWeightsOptions & { into?: AnyLayer } = {},
  ): Promise<AnyLayer> {
    const source = String(path);
    const bytes = await readWhole(path);
    const { metadata, tensors } = decodeSafetensors(bytes, source);
    checkFormat(metadata, source);
    await checkDigest(bytes, source);
    if (into === undefined) return await modelFrom({ metadata, tensors }, source);
    loadWeights(into, tensors, options, "model/");
    return into;
  }
}

function checkFormat(metadata: Metadata, source: string): void {
  const version = Number(metadata.get("formatVersion"));
  if (metadata.get("format") !== "tensaur" || !(version >= 1)) {
    throw rangeError(
      "tensaur.format",
      `Cannot load ${source} as a model as it is none that model.save() wrote: read weights alone by model.loadWeights()`,
    );
  }
  if (version > FORMAT_VERSION) {
    throw rangeError(
      "tensaur.version",
      `Cannot load ${source} as a newer version wrote it: its format is ${version}, of Tensaur ${
        metadata.get("frameworkVersion")
      }, and Tensaur ${VERSION} reads ${FORMAT_VERSION}; update the package`,
    );
  }
}

/** Compares the digest with the bytes, in which its own digits are blanked out. */
async function checkDigest(bytes: Uint8Array<ArrayBuffer>, source: string): Promise<void> {
  const begin = 8 + BEFORE_DIGEST.length;
  const digits = bytes.subarray(begin, begin + DIGEST_LENGTH);
  const [before, written] = [bytes.subarray(8, begin), digits].map((part) =>
    new TextDecoder().decode(part)
  );
  digits.fill("0".charCodeAt(0));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  if (before === BEFORE_DIGEST && digest.toHex() === written) return;
  throw rangeError(
    "tensaur.digest",
    `Cannot load ${source} as it is not as it was written, its SHA-256 differs: it is damaged; get it anew`,
  );
}

/** Makes the model, and loads the plugins it names; what goes wrong is told with the file's name and version. */
async function modelFrom(
  { metadata, tensors }: SafetensorsContent,
  source: string,
): Promise<Model> {
  try {
    const model = await onceLoaded(() =>
      withWeightsToCome(roomFor(tensors), () => architectureFrom(metadata))
    );
    withState(tensors, "model/", (state) => model.loadStateDict(state));
    drawOn(model, field(metadata, "draws"));
    const training = field(metadata, "training");
    if (training !== null) {
      await model.compileFromConfig(training as Config);
      withState(tensors, "optimizer/", (state) => {
        model.optimizer.loadStateDict(state, model.parameters());
      });
    }
    return model;
  } catch (cause) {
    const { code = "tensaur.architecture", message } = cause as Partial<CodedError>;
    const makeError = cause instanceof RangeError ? rangeError : stateError;
    const version = metadata.get("frameworkVersion");
    const error = makeError(
      code,
      `Cannot load ${source}, which Tensaur ${version} wrote, as its model cannot be made: ${message}`,
    );
    throw Object.assign(error, { cause });
  }
}

/** What the weights may take: enough to tell, where they do not fit, which ones; never much more than the file. */
function roomFor(tensors: SafetensorsContent["tensors"]): number {
  const inFile = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  return Math.max(2 * inFile, 2 ** 24);
}

function architectureFrom(metadata: Metadata): Model {
  const architecture = field(metadata, "architecture");
  const model = isSerialized(architecture) ? deserialize<object>("layer", architecture) : null;
  if (!(model instanceof Model)) {
    throw rangeError("tensaur.architecture", "its architecture describes no model");
  }
  const inputs = field(metadata, "inputs");
  const inputShape = field(metadata, "inputShape");
  // Tracing builds the layers of a subclassed model too, which only its forward knows.
  if (!model.built && inputs !== null) {
    withoutCalls(() => model.apply(symbolicInputs(checkedSignature(inputs)) as Tensor));
  } else if (!model.built && inputShape !== null) model.computeOutputShape(inputShape as Dims);
  return model;
}

/** Lets layers with seeds of their own go on with the draws to come. */
function drawOn(model: Model, draws: unknown): void {
  if (typeof draws !== "object" || draws === null) return;
  const modules = new Map(model.namedModules());
  for (const [path, position] of Object.entries(draws)) {
    const module = modules.get(path);
    const generator = module instanceof Layer ? module.generator : undefined;
    if (generator !== undefined) generator.position = position;
  }
}

/** The value of a field that holds JSON; `null` where there is none. */
function field(metadata: Metadata, name: string): unknown {
  return JSON.parse(metadata.get(name) ?? "null");
}
