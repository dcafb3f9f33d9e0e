/**
 * An ONNX graph while it is made: values, nodes between them, and a builder that adds nodes. Names come last.
 *
 * Numbers that ONNX takes as inputs of a node (axes, shapes, limits) are attributes here, so that passes can read
 * and change them; `passes/arguments_as_inputs.ts` moves them where the opset wants them.
 *
 * @module
 */

import type { DType } from "../../../core/dtype.ts";
import { broadcastShapes, type Dim, type Dims, isKnown } from "../../../core/shape.ts";
import type { Tensor } from "../../../core/tensor.ts";

/** The element types of values: those of tensors, and some that only ONNX has. */
export type OnnxDType = DType | "int64" | "int8" | "uint8" | "uint32";

/** What ONNX calls them. */
export const DTYPE_CODES: Readonly<Record<OnnxDType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
  uint32: 12,
};

/** Shape and element type of a value. */
export interface OnnxMeta {
  /** The size of each axis; `null` where unknown. */
  readonly dims: Dims;
  /** The element type. */
  readonly dtype: OnnxDType;
}

/** The values of a constant: of a tensor, or numbers that are there already. */
export type OnnxConstant = Tensor | readonly number[];

/** What a node takes or gives: an input of the graph, a constant or a node's result. */
export class OnnxValue implements OnnxMeta {
  /** The node that gives it; `null` for inputs and constants. */
  producer: OnnxNode | null = null;
  /** What to call it, where it has a name of its own: a weight's path. */
  hint: string | null = null;

  /** Made by a builder. */
  constructor(
    /** The size of each axis. */
    readonly dims: Dims,
    /** The element type. */
    readonly dtype: OnnxDType,
    /** Its values, where they are known. */
    readonly constant: OnnxConstant | null = null,
  ) {}
}

/** A number that is written as a float, be it whole or not. */
export class OnnxFloat {
  /** Takes the number. */
  constructor(readonly value: number) {}
}

/** The value of an attribute; plain numbers are whole. */
export type OnnxAttribute = number | readonly number[] | string | OnnxFloat;

/** The attributes of a node by name; `undefined` stands for none. */
export type OnnxAttributes = Readonly<Record<string, OnnxAttribute | undefined>>;

/** A float as the value of an attribute. */
export function float(value: number): OnnxFloat {
  return new OnnxFloat(value);
}

/** One operation of the graph. */
export class OnnxNode {
  /** Made by a builder. */
  constructor(
    /** The operator. */
    readonly op: string,
    /** What it takes; `null` for an optional input that is left out. */
    readonly inputs: readonly (OnnxValue | null)[],
    /** Its attributes. */
    readonly attributes: OnnxAttributes,
    /** What it gives. */
    readonly outputs: readonly OnnxValue[],
    /** The path of the layer that it belongs to. */
    readonly path: readonly string[],
    /** The domain of the operator; empty for ONNX's own. */
    readonly domain: string,
  ) {
    for (const output of outputs) output.producer = this;
  }
}

/** A value at the edge of a graph, by name. */
export interface NamedValue {
  readonly name: string;
  readonly value: OnnxValue;
}

/** The graph; passes replace its nodes. */
export interface OnnxGraph {
  readonly opset: number;
  inputs: readonly NamedValue[];
  outputs: readonly NamedValue[];
  /** Each after those that it depends on. */
  nodes: readonly OnnxNode[];
}

/** What {@linkcode OnnxBuilder.node} may be told beside the inputs and attributes. */
export interface OnnxNodeOptions {
  /** The shape of the result. @default what the inputs broadcast to */
  dims?: Dims;
  /** The element type of the result. @default that of the first input */
  dtype?: OnnxDType;
  /** The domain of the operator. @default that of ONNX */
  domain?: string;
}

/** Adds nodes to a graph. */
export class OnnxBuilder {
  /** The nodes so far. */
  readonly nodes: OnnxNode[] = [];
  /** The path of the layer that nodes belong to. */
  path: readonly string[] = [];

  /** Makes nodes as an opset has them. */
  constructor(
    /** The version of ONNX's operators. */
    readonly opset: number,
  ) {}

  /** Adds a node with one result. */
  node(
    op: string,
    inputs: readonly (OnnxValue | null)[],
    attributes: OnnxAttributes = {},
    options: OnnxNodeOptions = {},
  ): OnnxValue {
    const given = inputs.filter((input) => input !== null);
    const {
      dims = given.map((input) => input.dims).reduce((a, b) => broadcastShapes(op, a, b)),
      dtype = given[0].dtype,
      domain = "",
    } = options;
    return this.nodeOf(op, inputs, attributes, [{ dims, dtype }], domain)[0];
  }

  /** Adds a node with any number of results. */
  nodeOf(
    op: string,
    inputs: readonly (OnnxValue | null)[],
    attributes: OnnxAttributes,
    results: readonly OnnxMeta[],
    domain = "",
  ): OnnxValue[] {
    const outputs = results.map(({ dims, dtype }) => new OnnxValue(dims, dtype));
    this.nodes.push(new OnnxNode(op, inputs, attributes, outputs, this.path, domain));
    return outputs;
  }

  /** A constant of whole numbers, or of floats where the element type is one. */
  constant(values: readonly number[], dtype: OnnxDType, dims: Dims = [values.length]): OnnxValue {
    return new OnnxValue(dims, dtype, values);
  }

  /** A constant that is one number. */
  scalar(value: number, dtype: OnnxDType): OnnxValue {
    return this.constant([value], dtype, []);
  }

  /** The value in an element type; itself where it has it. */
  cast(value: OnnxValue, dtype: OnnxDType): OnnxValue {
    if (value.dtype === dtype) return value;
    return this.node("Cast", [value], { to: DTYPE_CODES[dtype] }, { dtype });
  }

  /** The axes in another order: axis `i` of the result is axis `axes[i]`. */
  transpose(value: OnnxValue, axes: readonly number[]): OnnxValue {
    const dims = axes.map((axis) => value.dims[axis]);
    return this.node("Transpose", [value], { perm: axes }, { dims });
  }

  /**
   * The same elements in another shape.
   *
   * @returns `null` where more than one dimension is unknown.
   */
  reshape(value: OnnxValue, dims: Dims): OnnxValue | null {
    const shape = dims.map((d) => d ?? -1);
    if (shape.indexOf(-1) !== shape.lastIndexOf(-1)) return null;
    return this.node("Reshape", [value], { shape }, { dims });
  }

  /** The shape of a value, as numbers where they are known. */
  shapeOf(value: OnnxValue): OnnxValue {
    const { dims } = value;
    if (isKnown(dims)) return this.constant(dims, "int64");
    return this.node("Shape", [value], {}, { dims: [dims.length], dtype: "int64" });
  }

  /** One dimension of a value, as a vector of one number. */
  dimOf(value: OnnxValue, axis: number): OnnxValue {
    const d: Dim = value.dims[axis];
    if (d !== null) return this.constant([d], "int64");
    const at = this.constant([axis], "int64");
    return this.node("Gather", [this.shapeOf(value), at], { axis: 0 }, { dims: [1] });
  }
}

/** The axes in an order that undoes another. */
export function inverseOf(axes: readonly number[]): number[] {
  const inverse = new Array<number>(axes.length);
  axes.forEach((axis, i) => inverse[axis] = i);
  return inverse;
}

/** What a pass puts in the place of a node's results, or `null` to leave the node as it is. */
export type Rewrite = (node: OnnxNode, to: OnnxBuilder) => readonly OnnxValue[] | null;

/** Rebuilds a graph node by node, inputs before users; each node is seen with its new inputs. */
export function rewriteNodes(graph: OnnxGraph, rewrite: Rewrite): void {
  const replaced = new Map<OnnxValue, OnnxValue>();
  const current = (value: OnnxValue): OnnxValue => replaced.get(value) ?? value;
  const to = new OnnxBuilder(graph.opset);
  for (const before of graph.nodes) {
    const inputs = before.inputs.map((input) => input && current(input));
    const isSame = inputs.every((input, i) => input === before.inputs[i]);
    const { op, attributes, outputs, path, domain } = before;
    const node = isSame ? before : new OnnxNode(op, inputs, attributes, outputs, path, domain);
    to.path = path;
    const results = rewrite(node, to);
    if (results === null) to.nodes.push(node);
    else results.forEach((result, i) => replaced.set(outputs[i], result));
  }
  graph.nodes = to.nodes;
  graph.outputs = graph.outputs.map(({ name, value }) => ({ name, value: current(value) }));
}

/** The constants that nodes take and the graph gives, each once. */
export function constantsOf(graph: OnnxGraph): OnnxValue[] {
  const taken = graph.nodes.flatMap(({ inputs }) => inputs);
  const given = graph.outputs.map(({ value }) => value);
  const isConstant = (value: OnnxValue | null): value is OnnxValue => value?.constant != null;
  return [...new Set([...taken, ...given].filter(isConstant))];
}
