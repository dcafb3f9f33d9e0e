/**
 * Models as `.onnx` files.
 *
 * @module
 */

import { errors } from "../../../core/errors.ts";
import { type AnyLayer, Exporter } from "../../../core/exporter.ts";
import { type FilePath, writeTogether } from "../../../core/files.ts";
import { Names } from "../../../core/names.ts";
import { tidy } from "../../../core/scope.ts";
import type { Storage } from "../../../core/storage.ts";
import { traceModel } from "../../../core/traced_model.ts";
import { type DType, isFloating } from "../../../core/dtype.ts";
import { VERSION } from "../../../version.ts";
import { readContents, shareConstants } from "./contents.ts";
import { encodeModel, type ExternalData } from "./encode.ts";
import { constantsOf, OnnxBuilder, type OnnxGraph, type OnnxValue } from "./graph.ts";
import { lowerModel } from "./lower.ts";
import { type OnnxExportOptions, type OnnxSettings, settingsOf } from "./options.ts";
import { argumentsAsInputs } from "./passes/arguments_as_inputs.ts";
import { dropDeadNodes } from "./passes/drop_dead_nodes.ts";
import { foldConstants } from "./passes/fold_constants.ts";
import { shareNodes } from "./passes/share_nodes.ts";
import { simplify } from "./passes/simplify.ts";
import { sinkTransposes } from "./passes/sink_transposes.ts";
import { quantizeWeights } from "./quantize.ts";

/** What every graph goes through, in order. */
const PASSES: readonly ((graph: OnnxGraph) => void)[] = [
  foldConstants,
  sinkTransposes,
  shareNodes,
  simplify,
  foldConstants,
  dropDeadNodes,
];

/**
 * Writes a model's inference as an ONNX file, which onnxruntime and most other runtimes run.
 *
 * The graph is the trace of the model's own operations, so layers and operations of one's own need nothing for it. Weights
 * are named by their paths in `model.stateDict()`, nodes by layer and operator. The layout becomes ONNX's: a network of
 * convolutions has one transpose where it begins and one where it ends. Preprocessing layers are part of the model, and of
 * the file.
 *
 * @see https://onnx.ai/onnx/operators/
 *
 * @example
 * ```ts
 * import { layers, sequential } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const model = sequential([
 *   new layers.Dense({ units: 8, activation: "relu", inputShape: [4] }),
 *   new layers.Dense({ units: 3 }),
 * ]);
 * const path = `${await Deno.makeTempDir()}/model.onnx`;
 * await model.export(path, { softmaxHead: true, metadata: { classes: "a, b, c" } });
 * assert((await Deno.stat(path)).size > 4 * model.countParams());
 * ```
 */
export class OnnxExporter extends Exporter<OnnxExportOptions> {
  /** `.onnx` */
  override readonly extensions: readonly string[] = [".onnx"];

  /**
   * Writes the model.
   *
   * @throws {RangeError} When an option is unknown or out of range, or an operation cannot be written in ONNX; the message
   * names the operation and its layer, and nothing is written.
   * @throws {Error} When the model is not built, or the file cannot be written.
   */
  override async export(
    model: AnyLayer,
    path: FilePath,
    options: OnnxExportOptions = {},
  ): Promise<void> {
    const settings = settingsOf(options);
    const [graph] = tidy(() => {
      const graph = graphOf(model, settings);
      // The tensors of constants outlive this; they are freed once they are read.
      return [graph, constantsOf(graph).map(({ constant }) => constant)] as const;
    });
    const contents = await readContents(graph);
    shareConstants(graph, contents);
    shareNodes(graph);
    separateEnds(graph);
    const byteLength = [...contents.values()].reduce((sum, bytes) => sum + bytes.length, 0);
    const external: ExternalData | null = byteLength < settings.externalDataThreshold
      ? null
      : { location: `${fileName(path)}.data`, pieces: [] };
    const pieces = encodeModel(graph, contents, {
      name: settings.name ?? model.name,
      description: settings.description,
      producer: "tensaur",
      version: VERSION,
      metadata: settings.metadata,
    }, external);
    await writeTogether([
      ...(external === null ? [] : [{ path: dataPath(path), chunks: external.pieces }]),
      { path, chunks: pieces },
    ]);
  }
}

function fileName(path: FilePath): string {
  const name = String(path).split(/[/\\]/).at(-1)!;
  return typeof path === "string" ? name : decodeURIComponent(name);
}

function dataPath(path: FilePath): FilePath {
  return typeof path === "string" ? `${path}.data` : new URL(`${path.href}.data`);
}

/** The graph as it will stand in the file, but for the names. */
function graphOf(model: AnyLayer, settings: OnnxSettings): OnnxGraph {
  const { opset, dynamicBatch, batchSize, softmaxHead, quantize } = settings;
  const traced = traceModel(model, { batch: dynamicBatch ? null : batchSize });
  const graph = lowerModel(traced, weightNames(model), opset);
  if (softmaxHead) addSoftmax(graph);
  for (const pass of PASSES) pass(graph);
  if (quantize !== null) {
    quantizeWeights(graph, quantize);
    foldConstants(graph);
  }
  argumentsAsInputs(graph);
  return graph;
}

/** The paths of weights, by the memory that they lie in: another shape of a weight has its name too. */
function weightNames(model: AnyLayer): Map<Storage, string> {
  const weights = [...model.namedParameters(), ...model.namedBuffers()];
  return new Map(weights.map(([path, { storage }]) => [storage, path]));
}

/** Puts a softmax behind each output that is none. */
function addSoftmax(graph: OnnxGraph): void {
  const to = new OnnxBuilder(graph.opset);
  graph.outputs = graph.outputs.map(({ name, value }) => {
    const { dims, dtype, producer } = value;
    if (producer?.op === "Softmax") return { name, value };
    if (dims.length === 0 || !isFloating(dtype as DType)) {
      throw errors.dtype(`put a softmax behind the output "${name}"`, "float", dtype);
    }
    const probabilities = to.node("Softmax", [value], { axis: -1 });
    return { name: `${name}_probabilities`, value: probabilities };
  });
  graph.nodes = [...graph.nodes, ...to.nodes];
}

/** Each output becomes the result of a node, and of one only, and has a name that no input has: the format asks for it. */
function separateEnds(graph: OnnxGraph): void {
  const to = new OnnxBuilder(graph.opset);
  const given = new Set<OnnxValue>();
  const names = new Names();
  graph.inputs = graph.inputs.map(({ name, value }) => ({
    name: names.take(name || "input"),
    value,
  }));
  graph.outputs = graph.outputs.map(({ name, value }) => {
    const isFree = value.producer !== null && !given.has(value);
    given.add(value);
    return {
      name: names.take(name || "output"),
      value: isFree ? value : to.node("Identity", [value]),
    };
  });
  graph.nodes = [...graph.nodes, ...to.nodes];
}
