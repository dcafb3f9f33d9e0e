/**
 * A model as a table: layers, output shapes, parameters.
 *
 * @module
 */

import type { AnyLayer } from "./exporter.ts";
import { InputNode } from "./input_layer.ts";
import { uniqueNames } from "./input_signature.ts";
import { Layer } from "./layer.ts";
import { LayerCall } from "./layer_call.ts";
import { type LayerGraph, nameOfNode } from "./layer_graph.ts";
import { type Dims, formatShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import type { TraceNode } from "./trace.ts";
import type { Variable } from "./variable.ts";

/** Options of `summary()`. */
export interface SummaryOptions {
  /** Where the text goes. @default console.log */
  print?: (text: string) => void;
  /** Whether the layers of layers are shown too. @default false */
  expandNested?: boolean;
}

const HEADS = ["Layer (type)", "Output Shape", "Param #", "Connected to"] as const;
/** How wide the columns of a table may be that has all of them: 80 characters in all. */
const WIDTHS = [25, 18, 11, 13] as const;
/** A cell holds lines. */
type Row = readonly (readonly string[])[];

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(2)} ${units[unit]}`;
}

function shapesOf(dims: readonly Dims[]): string[] {
  return dims.length === 0 ? ["?"] : dims.map(formatShape);
}

function rowOf(layer: AnyLayer, depth: number, shapes = layer.outputDims): Row {
  const parameters = layer.built ? count(weightsOf(layer).size) : "? (not built)";
  const name = `${"  ".repeat(depth)}${layer.name} (${kindOf(layer)})`;
  return [[name], shapesOf(shapes), [parameters], []];
}

/** What the type column calls a layer: its class, or what Keras calls a model of a graph. */
function kindOf(layer: AnyLayer): string {
  return layer.constructor.name === "Model" ? "Functional" : layer.constructor.name;
}

function rowsOf(layer: AnyLayer, expandNested: boolean, depth = 0): Row[] {
  return layer.graph !== null
    ? rowsOfGraph(layer.graph, expandNested, depth)
    : layer.children().flatMap((child): Row[] =>
      child instanceof Layer ? [rowOf(child, depth), ...below(child, expandNested, depth)] : []
    );
}

function below(layer: AnyLayer, expandNested: boolean, depth: number): Row[] {
  return expandNested ? rowsOf(layer, true, depth + 1) : [];
}

/** A row for each layer and for each operation between layers, with what it takes its inputs from. */
function rowsOfGraph(graph: LayerGraph, expandNested: boolean, depth: number): Row[] {
  const owners = [...new Set(graph.nodes.map((node) => layerOf(node) ?? node))];
  const names = uniqueNames(owners.map((owner) => nameOf(owner)));
  const nameOfOwner = new Map(owners.map((owner, i) => [owner, names[i]]));
  const isChain = graph.nodes.every((node, i) =>
    i === 0
      ? node.inputs.length === 0
      : symbolicIn(node).every(({ source }) => source === graph.nodes[i - 1])
  );
  return owners.flatMap((owner): Row[] => {
    const nodes = graph.nodes.filter((node) => node === owner || layerOf(node) === owner);
    const connections = isChain
      ? []
      : nodes.flatMap(symbolicIn).map(({ source }) =>
        nameOfOwner.get(layerOf(source!) ?? source!)!
      );
    const [first] = nodes;
    const shapes = first.outputs.map(({ dims }) => dims);
    const [name, shape, parameters] = owner instanceof Layer
      ? rowOf(owner, depth, shapes)
      : [[`${"  ".repeat(depth)}${nameOfOwner.get(owner)} (operation)`], shapesOf(shapes), ["0"]];
    const row: Row = [
      name,
      shape,
      parameters,
      connections.length === 0 && !isChain ? ["-"] : connections,
    ];
    return [row, ...(owner instanceof Layer ? below(owner, expandNested, depth) : [])];
  });
}

function layerOf(node: TraceNode): AnyLayer | null {
  return node instanceof LayerCall || node instanceof InputNode ? node.layer : null;
}

function nameOf(owner: AnyLayer | TraceNode): string {
  return owner instanceof Layer ? owner.name : nameOfNode(owner as TraceNode);
}

function symbolicIn(node: TraceNode): Tensor[] {
  return node.inputs.filter((input) => input.isSymbolic);
}

/** Text in lines of at most that width, broken at spaces where there are any. */
function wrapped(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const space = text.lastIndexOf(" ", width);
  const cut = space > text.search(/\S/) ? space : width;
  return [text.slice(0, cut), ...wrapped(text.slice(cut).trimStart(), width)];
}

function table(rows: readonly Row[]): string {
  const columns = rows.some((row) => row[3].length > 0) ? 4 : 3;
  const heads = HEADS.slice(0, columns);
  const cells = rows.map((row) =>
    heads.map((_, i) => columns === 3 ? row[i] : row[i].flatMap((line) => wrapped(line, WIDTHS[i])))
  );
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...cells.flatMap((row) => row[i].map((line) => line.length)))
  );
  const rule = (left: string, line: string, middle: string, right: string): string =>
    left + widths.map((w) => line.repeat(w + 2)).join(middle) + right;
  const text = (row: Row, edge: string): string =>
    Array.from({ length: Math.max(...row.map((cell) => cell.length)) }, (_, at) => {
      const parts = row.map((cell, i) => {
        const line = cell[at] ?? "";
        return i === 2 ? line.padStart(widths[i]) : line.padEnd(widths[i]);
      });
      return `${edge} ${parts.join(` ${edge} `)} ${edge}`;
    }).join("\n");
  return [
    rule("┏", "━", "┳", "┓"),
    text(heads.map((head, i) => [i === 2 ? head.padEnd(widths[i]) : head]), "┃"),
    rule("┡", "━", "╇", "┩"),
    cells.map((row) => text(row, "│")).join(`\n${rule("├", "─", "┼", "┤")}\n`),
    rule("└", "─", "┴", "┘"),
  ].join("\n");
}

/** The numbers that a layer holds: parameters, and buffers such as moving statistics. */
function weightsOf(layer: AnyLayer): { size: number; bytes: number } {
  return totalOf(layer.weights);
}

function totalOf(weights: readonly Variable[]): { size: number; bytes: number } {
  return {
    size: weights.reduce((total, w) => total + w.size, 0),
    bytes: weights.reduce((total, w) => total + w.storage.byteLength, 0),
  };
}

/** A model as text. */
export function summarize(model: AnyLayer, options: SummaryOptions = {}): string {
  const head = `Model: "${model.name}"`;
  const rows = rowsOf(model, options.expandNested ?? false);
  const parts = rows.length > 0 ? [head, table(rows)] : [head];
  if (!model.built) {
    parts.push(" Not built yet: give the first layer an inputShape, or call the model once");
    return parts.join("\n");
  }
  const line = (name: string, weights: readonly Variable[]): string => {
    const total = totalOf(weights);
    return ` ${name} params: ${count(total.size)} (${bytes(total.bytes)})`;
  };
  parts.push(
    line("Total", model.weights),
    line("Trainable", model.trainableWeights),
    line("Non-trainable", model.nonTrainableWeights),
  );
  return parts.join("\n");
}
