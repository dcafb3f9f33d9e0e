/**
 * The graph of a functional model as JSON, and back.
 *
 * Layers stand once each; the nodes of the graph, in an order in which each comes after those that it depends on, say
 * which of them are called with what. A tensor is written as a text: `"node:3"` for the first output of node 3,
 * `"node:3:1"` for its second, `"constant:0"` and `"variable:0"` for what operations between layers use.
 *
 * @module
 */

import { compositeNamed } from "./composite_table.ts";
import { apply, applyComposite, type Composite } from "./dispatch.ts";
import { type DType, isDType } from "./dtype.ts";
import { rangeError, show } from "./errors.ts";
import type { AnyLayer } from "./exporter.ts";
import { InputLayer, InputNode } from "./input_layer.ts";
import { type Layer, takeWeightsToCome } from "./layer.ts";
import {
  readLayer,
  type SharedLayer,
  sharingLayers,
  writeLayer,
  type WrittenLayer,
} from "./layer_config.ts";
import { LayerCall } from "./layer_call.ts";
import type { LayerGraph } from "./layer_graph.ts";
import { type Nested, nestEntries, nestLike, type NestOf } from "./nested.ts";
import { tensor, zeros } from "./ops/mod.ts";
import { isPrimitive } from "./primitives.ts";
import { type Shape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { type TraceNode, traceOrder } from "./trace.ts";
import { Parameter, Variable } from "./variable.ts";

/** A tensor of the graph, as text. */
type Reference = string;

/** A node of the graph, as JSON. */
type WrittenNode =
  | { input: number }
  | { layer: number; from: NestOf<Reference>; training?: boolean }
  | { op: string; from: readonly Reference[]; attributes: unknown };

/** Values that operations between layers use. */
interface WrittenConstant {
  dtype: DType;
  shape: Shape;
  values: readonly (number | string)[];
}

/** A variable that operations between layers use: one of a layer's, or one of the model's own. */
type WrittenVariable =
  | { layer: number; path: string }
  | { name: string; dtype: DType; shape: Shape; trainable: boolean | null };

/** The graph of a functional model, as JSON. */
export interface WrittenGraph {
  layers: (WrittenLayer | SharedLayer)[];
  nodes: WrittenNode[];
  constants: WrittenConstant[];
  variables: WrittenVariable[];
  inputs: NestOf<Reference>;
  outputs: NestOf<Reference>;
}

/** Elements that a constant may have in a config; larger values are weights. */
const LARGEST_CONSTANT = 2 ** 16;

// Writing.

/**
 * The graph as JSON.
 *
 * @throws {TypeError} When a layer is of a class that no manifest lists.
 * @throws {RangeError} When a constant is too large for it.
 */
export function writeGraph(graph: LayerGraph, model: string): WrittenGraph {
  const { layers } = graph;
  const references = new Map<Tensor, Reference>();
  const nodes: WrittenNode[] = [];
  const constants: WrittenConstant[] = [];
  const variables: WrittenVariable[] = [];
  const refer = (value: Tensor): Reference => {
    const known = references.get(value);
    if (known !== undefined) return known;
    const made = value instanceof Variable
      ? `variable:${variables.push(writeVariable(value, layers)) - 1}`
      : `constant:${constants.push(writeConstant(value, model)) - 1}`;
    references.set(value, made);
    return made;
  };
  const done = new Set<TraceNode>();
  const write = (node: TraceNode): void => {
    if (done.has(node)) return;
    done.add(node);
    if (node.composite !== null && !isKnown(node.composite)) {
      // What only a package knows is written as the operations that it is made of.
      for (const inner of traceOrder(node.expansion!)) write(inner);
      node.outputs.forEach((output, i) => references.set(output, refer(node.expansion![i])));
      return;
    }
    const place = nodes.push(writeNode(node, layers, refer)) - 1;
    node.outputs.forEach((output, i) =>
      references.set(output, i === 0 ? `node:${place}` : `node:${place}:${i}`)
    );
  };
  for (const node of graph.nodes) write(node);
  const referAll = (nested: Nested): NestOf<Reference> =>
    nestLike(nested, nestEntries<Tensor>(nested).map(([, value]) => refer(value)));
  return {
    layers: sharingLayers(() => layers.map(writeLayer)),
    nodes,
    constants,
    variables,
    inputs: referAll(graph.inputs),
    outputs: referAll(graph.outputs),
  };
}

function isKnown(composite: Composite): boolean {
  return compositeNamed(composite.name) === composite;
}

function writeNode(
  node: TraceNode,
  layers: readonly AnyLayer[],
  refer: (value: Tensor) => Reference,
): WrittenNode {
  if (node instanceof InputNode) return { input: layers.indexOf(node.layer) };
  const from = node.inputs.map(refer);
  if (node instanceof LayerCall) {
    const { training } = node;
    return {
      layer: layers.indexOf(node.layer),
      from: nestLike(node.args, from),
      ...(training === undefined ? {} : { training }),
    };
  }
  return { op: node.operation, from, attributes: writeValue(node.attributes) };
}

function writeConstant(value: Tensor, model: string): WrittenConstant {
  const { dtype, shape, size } = value;
  if (size > LARGEST_CONSTANT) {
    throw rangeError(
      "functional.constant",
      `Cannot write the model ${model} as JSON as an operation between its layers uses a constant of ${size} numbers: ` +
        `make it a Variable, which is saved with the weights`,
    );
  }
  const values = Array.from(value.dataSync(), (v) => Number.isFinite(v) ? v : String(v));
  return { dtype, shape, values };
}

function writeVariable(variable: Variable, layers: readonly AnyLayer[]): WrittenVariable {
  for (const [layer, owner] of layers.entries()) {
    const found = [...owner.namedParameters(), ...owner.namedBuffers()]
      .find(([, own]) => own === variable);
    if (found !== undefined) return { layer, path: found[0] };
  }
  const { name, dtype, shape } = variable;
  const trainable = variable instanceof Parameter ? variable.madeTrainable : null;
  return { name, dtype, shape, trainable };
}

/** Attributes as JSON, which has no infinite numbers. */
function writeValue(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return { number: String(value) };
  if (Array.isArray(value)) return value.map(writeValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, writeValue(part)]));
}

// Reading.

/**
 * The inputs and outputs of the graph that JSON describes; its layers and variables are new.
 *
 * @throws {RangeError} When the graph is cyclic, or a part of it is missing or none.
 */
export function readGraph(written: WrittenGraph): { inputs: Nested; outputs: Nested } {
  const [layers, nodes, constants, variables] =
    (["layers", "nodes", "constants", "variables"] as const).map((part) =>
      listOf(written[part], part)
    ) as [WrittenGraph["layers"], WrittenNode[], WrittenConstant[], WrittenVariable[]];
  const madeLayers = sharingLayers(() => layers.map(readLayer));
  const madeConstants = constants.map(readConstant);
  const madeNodes: (readonly Tensor[])[] = [];
  const madeVariables = new Map<number, Tensor>();
  const variableAt = (i: number): Tensor => {
    const made = madeVariables.get(i) ?? readVariable(variables[i], madeLayers);
    madeVariables.set(i, made);
    return made;
  };
  const find = (reference: Reference): Tensor => {
    const [kind, at, output = "0"] = String(reference).split(":");
    const place = Number(at);
    const found = kind === "node"
      ? madeNodes[place]?.[Number(output)]
      : kind === "constant"
      ? madeConstants[place]
      : kind === "variable" && place < variables.length
      ? variableAt(place)
      : undefined;
    if (found !== undefined) return found;
    throw kind === "node" && place < nodes.length && madeNodes[place] === undefined
      ? badGraph(
        `node ${madeNodes.length} takes what node ${place} gives, which does not come before it`,
        "a graph must not be cyclic",
      )
      : badGraph(`it has no ${show(reference)}`);
  };
  const findAll = (references: NestOf<Reference>): Nested => {
    const isNest = typeof references === "string" ||
      (typeof references === "object" && references !== null);
    if (!isNest) throw badGraph(`${show(references)} are no tensors`);
    return nestLike(
      references,
      nestEntries<Reference>(references, isText).map(([, reference]) => find(reference)),
      isText,
    );
  };
  for (const node of nodes) madeNodes.push(readNode(node, madeLayers, findAll));
  return { inputs: findAll(written.inputs), outputs: findAll(written.outputs) };
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function badGraph(fault: string, remedy = "the config is damaged"): RangeError {
  return rangeError(
    "functional.graph",
    `Cannot make a model from its config as ${fault}: ${remedy}`,
  );
}

function listOf(value: unknown, part: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw badGraph(`its ${part} are ${show(value)} and no list`);
}

function layerAt(layers: readonly Layer[], place: unknown): Layer {
  const layer = layers[place as number];
  if (layer !== undefined) return layer;
  throw badGraph(`it has no layer ${show(place)}`);
}

function readNode(
  node: WrittenNode,
  layers: readonly Layer[],
  find: (references: NestOf<Reference>) => Nested,
): readonly Tensor[] {
  if (typeof node !== "object" || node === null) throw badGraph(`a node is ${show(node)}`);
  if ("input" in node) {
    const layer = layerAt(layers, node.input);
    if (!(layer instanceof InputLayer)) throw badGraph(`layer ${node.input} is no InputLayer`);
    return new InputNode(layer).outputs;
  }
  if ("layer" in node) {
    const { training } = node;
    const layer = layerAt(layers, node.layer) as AnyLayer;
    const outputs = layer.apply(find(node.from), training === undefined ? {} : { training });
    return nestEntries<Tensor>(outputs).map(([, output]) => output);
  }
  const { op } = node;
  const inputs = listOf(node.from, "references").map((one) => find(one as Reference) as Tensor);
  const attributes = readValue(node.attributes ?? {});
  const composite = compositeNamed(op);
  if (composite !== undefined) return applyComposite(composite, inputs, attributes);
  if (isPrimitive(op)) return [apply(op, inputs, attributes as never)];
  throw badGraph(`it uses the unknown operation ${show(op)}`);
}

function readConstant({ dtype, shape, values }: WrittenConstant): Tensor {
  const fits = isDType(dtype) && isSmallShape(shape) && Array.isArray(values) &&
    sizeOf(shape) === values.length;
  if (!fits) throw badGraph("a constant has other values than its shape and dtype say");
  return tensor(values.map(Number), { shape, dtype });
}

function isSmallShape(shape: unknown): shape is Shape {
  return Array.isArray(shape) && shape.every((d) => Number.isInteger(d) && d >= 0) &&
    sizeOf(shape) <= LARGEST_CONSTANT;
}

function readVariable(written: WrittenVariable, layers: readonly Layer[]): Tensor {
  if ("layer" in written) {
    const layer = layerAt(layers, written.layer);
    const found = [...layer.namedParameters(), ...layer.namedBuffers()]
      .find(([path]) => path === written.path);
    if (found !== undefined) return found[1];
    throw badGraph(`layer ${layer.name} has no weight ${show(written.path)}`);
  }
  const { name, dtype, shape, trainable } = written;
  const isShape = Array.isArray(shape) && shape.every((d) => Number.isInteger(d) && d >= 0);
  if (!isShape || !isDType(dtype)) {
    throw badGraph(`the variable ${show(name)} has no shape or dtype`);
  }
  takeWeightsToCome(`the variable "${name}"`, shape, dtype);
  const values = zeros(shape, { dtype });
  return trainable === null
    ? new Variable(values, { name })
    : new Parameter(values, { name, trainable });
}

function readValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readValue);
  if (typeof value !== "object" || value === null) return value;
  if ("number" in value) return Number(value.number);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, readValue(part)]));
}
