/**
 * A model as a table: layers, output shapes, parameters.
 *
 * @module
 */

import type { AnyLayer } from "./exporter.ts";
import { InputNode } from "./input_layer.ts";
import { Layer } from "./layer.ts";
import { LayerCall } from "./layer_call.ts";
import { type LayerGraph, nameOfNode } from "./layer_graph.ts";
import type { AnyModule } from "./module.ts";
import { uniqueNames } from "./names.ts";
import { type Dims, formatShape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import type { TraceNode } from "./trace.ts";
import { traceModel } from "./traced_model.ts";
import type { Variable } from "./variable.ts";

/** Options of `summary()`. */
export interface SummaryOptions {
  /** Where the text goes. @default console.log */
  print?: (text: string) => void;
  /** Whether the layers of layers are shown too. @default false */
  expandNested?: boolean;
}

const HEADS = ["Layer (type)", "Output Shape", "Param #", "Connected to"] as const;
const PARAMETERS = HEADS.indexOf("Param #");
/** How wide a terminal is. */
const COLUMNS = 80;

/** A line of the table; a cell holds lines of text. */
interface Row {
  readonly cells: readonly (readonly string[])[];
  /** Whether it stands in a graph that is no plain chain, so that its connections must be told. */
  readonly branches: boolean;
}

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
  const parameters = layer.built ? count(totalOf(layer.weights).size) : "? (not built)";
  const cells = [[indented(`${layer.name} (${kindOf(layer)})`, depth)], shapesOf(shapes), [
    parameters,
  ], []];
  return { cells, branches: false };
}

function indented(text: string, depth: number): string {
  return `${"  ".repeat(depth)}${text}`;
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
function rowsOfGraph({ nodes }: LayerGraph, expandNested: boolean, depth: number): Row[] {
  const nodesOf = Map.groupBy(nodes, ownerOf);
  const owners = [...nodesOf.keys()];
  const names = uniqueNames(owners.map(nameOf));
  const nameOfOwner = new Map(owners.map((owner, i) => [owner, names[i]]));
  const branches = owners.length < nodes.length || nodes.some((node, i) => {
    const sources = symbolicIn(node);
    return i === 0 ? sources.length > 0 : sources.some(({ source }) => source !== nodes[i - 1]);
  });
  return owners.flatMap((owner): Row[] => {
    const calls = nodesOf.get(owner)!;
    const connections = calls.flatMap(symbolicIn)
      .map(({ source }) => nameOfOwner.get(ownerOf(source!))!);
    const shapes = calls[0].outputs.map(({ dims }) => dims);
    const [name, shape, parameters] = owner instanceof Layer
      ? rowOf(owner, depth, shapes).cells
      : [[indented(`${nameOfOwner.get(owner)} (operation)`, depth)], shapesOf(shapes), ["0"]];
    const cells = [name, shape, parameters, connections.length === 0 ? ["-"] : connections];
    return [
      { cells, branches },
      ...(owner instanceof Layer ? below(owner, expandNested, depth) : []),
    ];
  });
}

/** The layer that a node is a call of; an operation is its own. */
function ownerOf(node: TraceNode): AnyLayer | TraceNode {
  return node instanceof LayerCall || node instanceof InputNode ? node.layer : node;
}

function nameOf(owner: AnyLayer | TraceNode): string {
  return owner instanceof Layer ? owner.name : nameOfNode(owner as TraceNode);
}

function symbolicIn(node: TraceNode): Tensor[] {
  return node.inputs.filter((input) => input.isSymbolic);
}

/** Text in lines of at most that width, broken at spaces where there are any, indented as its beginning is. */
function wrapped(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const indent = Math.min(text.search(/\S/), width >> 1);
  const space = text.lastIndexOf(" ", width);
  const cut = space > indent ? space : width;
  const rest = " ".repeat(indent) + text.slice(cut).trimStart();
  return [text.slice(0, cut), ...wrapped(rest, width)];
}

/** How wide columns are that would like to be as wide as that: what is too much is taken from the widest. */
function fitted(widths: readonly number[]): number[] {
  const fitting = [...widths];
  const borders = 3 * widths.length + 1;
  let excess = fitting.reduce((sum, width) => sum + width, borders) - COLUMNS;
  for (; excess > 0; excess--) fitting[fitting.indexOf(Math.max(...fitting))]--;
  return fitting;
}

function table(rows: readonly Row[]): string {
  const heads = rows.some(({ branches }) => branches) ? HEADS : HEADS.slice(0, -1);
  const widths = fitted(
    heads.map((head, i) =>
      rows.reduce(
        (width, { cells }) => Math.max(width, ...cells[i].map((line) => line.length)),
        head.length,
      )
    ),
  );
  const rule = (left: string, line: string, middle: string, right: string): string =>
    left + widths.map((w) => line.repeat(w + 2)).join(middle) + right;
  const text = (cells: readonly (readonly string[])[], edge: string): string => {
    const columns = widths.map((width, i) => cells[i].flatMap((line) => wrapped(line, width)));
    return Array.from({ length: Math.max(...columns.map((lines) => lines.length)) }, (_, at) => {
      const parts = columns.map((lines, i) => {
        const line = lines[at] ?? "";
        return i === PARAMETERS ? line.padStart(widths[i]) : line.padEnd(widths[i]);
      });
      return `${edge} ${parts.join(` ${edge} `)} ${edge}`;
    }).join("\n");
  };
  return [
    rule("┏", "━", "┳", "┓"),
    text(heads.map((head) => [head]), "┃"),
    rule("┡", "━", "╇", "┩"),
    rows.map(({ cells }) => text(cells, "│")).join(`\n${rule("├", "─", "┼", "┤")}\n`),
    rule("└", "─", "┴", "┘"),
  ].join("\n");
}

function totalOf(weights: readonly Variable[]): { size: number; bytes: number } {
  return {
    size: weights.reduce((total, w) => total + w.size, 0),
    bytes: weights.reduce((total, w) => total + w.storage.byteLength, 0),
  };
}

/** Lets the layers of a subclassed model see symbolic tensors, which their output shapes are known by. */
function traceOnce(model: AnyLayer): void {
  const isKnown = (child: AnyModule): boolean =>
    !(child instanceof Layer) || child.outputDims.length > 0;
  if (!model.built || model.children().every(isKnown)) return;
  try {
    traceModel(model);
  } catch {
    // A forward that needs values cannot be traced; the shapes of its layers stay unknown.
  }
}

/** A model as text. */
export function summarize(model: AnyLayer, options: SummaryOptions = {}): string {
  const head = `Model: "${model.name}"`;
  traceOnce(model);
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
