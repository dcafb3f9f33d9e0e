/**
 * A graph as the bytes of a file: ONNX's messages, field by field.
 *
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 * @module
 */

import type { Contents } from "./contents.ts";
import {
  constantsOf,
  DTYPE_CODES,
  type NamedValue,
  type OnnxAttribute,
  OnnxFloat,
  type OnnxGraph,
  type OnnxNode,
  type OnnxValue,
} from "./graph.ts";
import { type GraphNames, namesOf } from "./names.ts";
import { Message } from "./protobuf.ts";

/** What a file says about itself. */
export interface FileDescription {
  readonly name: string;
  readonly description: string;
  readonly producer: string;
  readonly version: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The weights that stand in a file of their own. */
export interface ExternalData {
  /** The name of that file, which lies beside the model's. */
  readonly location: string;
  /** Its bytes, in pieces; filled while the model is encoded. */
  readonly pieces: Uint8Array[];
}

/** The attribute types of the format. */
const FLOAT = 1, INT = 2, STRING = 3, INTS = 7;
/** Where a tensor says that its values are elsewhere. */
const EXTERNAL = 1;
/** Smaller constants stay in the model's file: tools read shapes from them. */
const LEAST_EXTERNAL_BYTES = 1024;
/** External tensors begin at whole pages, so that they can be mapped into memory. */
const PAGE = 4096;
/** The version of operators of other domains. */
const CUSTOM_VERSION = 1;

/** The version of the format that came with an opset. */
export function irVersionOf(opset: number): number {
  if (opset <= 14) return 7;
  if (opset <= 18) return 8;
  return opset <= 20 ? 9 : 10;
}

/** A file, in pieces. Weights are not copied. */
export function encodeModel(
  graph: OnnxGraph,
  contents: Contents,
  about: FileDescription,
  external: ExternalData | null,
): readonly Uint8Array[] {
  const model = new Message()
    .int(1, irVersionOf(graph.opset))
    .text(2, about.producer)
    .text(3, about.version)
    .text(6, about.description)
    .message(7, graphMessage(graph, contents, about, external))
    .message(8, new Message().int(2, graph.opset));
  const domains = new Set(graph.nodes.map(({ domain }) => domain).filter((d) => d !== ""));
  for (const domain of domains) {
    model.message(8, new Message().text(1, domain).int(2, CUSTOM_VERSION));
  }
  for (const [key, value] of Object.entries(about.metadata)) {
    model.message(14, new Message().text(1, key).text(2, value));
  }
  return model.pieces;
}

function graphMessage(
  graph: OnnxGraph,
  contents: Contents,
  { name, description }: FileDescription,
  external: ExternalData | null,
): Message {
  const names = namesOf(graph);
  const message = new Message();
  for (const node of graph.nodes) message.message(1, nodeMessage(node, names));
  message.text(2, name);
  for (const value of constantsOf(graph)) {
    const bytes = contents.get(value)!;
    message.message(5, tensorMessage(value, names.values.get(value)!, bytes, external));
  }
  message.text(10, description);
  for (const input of graph.inputs) message.message(11, valueMessage(input));
  for (const output of graph.outputs) message.message(12, valueMessage(output));
  return message;
}

function nodeMessage(node: OnnxNode, { nodes, values }: GraphNames): Message {
  const message = new Message();
  // The name of an input that is left out is empty, and must be there.
  const nameOf = (value: OnnxValue | null): string => value === null ? "" : values.get(value)!;
  const encoder = new TextEncoder();
  for (const input of node.inputs) message.bytes(1, encoder.encode(nameOf(input)));
  for (const output of node.outputs) message.bytes(2, encoder.encode(nameOf(output)));
  message.text(3, nodes.get(node)!).text(4, node.op);
  for (const [name, value] of Object.entries(node.attributes)) {
    if (value !== undefined) message.message(5, attributeMessage(name, value));
  }
  return message.text(7, node.domain);
}

function attributeMessage(name: string, value: OnnxAttribute): Message {
  const message = new Message().text(1, name);
  if (value instanceof OnnxFloat) return message.float(2, value.value).int(20, FLOAT);
  if (typeof value === "number") return message.int(3, value).int(20, INT);
  if (typeof value === "string") {
    return message.bytes(4, new TextEncoder().encode(value)).int(20, STRING);
  }
  for (const item of value) message.int(8, item);
  return message.int(20, INTS);
}

function tensorMessage(
  { dims, dtype }: OnnxValue,
  name: string,
  bytes: Uint8Array,
  external: ExternalData | null,
): Message {
  const message = new Message();
  for (const d of dims) message.int(1, d!);
  message.int(2, DTYPE_CODES[dtype]).text(8, name);
  if (external === null || bytes.length < LEAST_EXTERNAL_BYTES) return message.bytes(9, bytes);
  const entry = (key: string, value: string): Message => new Message().text(1, key).text(2, value);
  return message
    .message(13, entry("location", external.location))
    .message(13, entry("offset", String(placed(external, bytes))))
    .message(13, entry("length", String(bytes.length)))
    .int(14, EXTERNAL);
}

/** Puts bytes at the next page; says where that is. */
function placed({ pieces }: ExternalData, bytes: Uint8Array): number {
  const end = pieces.reduce((length, piece) => length + piece.length, 0);
  const offset = Math.ceil(end / PAGE) * PAGE;
  if (offset > end) pieces.push(new Uint8Array(offset - end));
  pieces.push(bytes);
  return offset;
}

/** An input or output: name, element type, and each dimension, by name where it is unknown. */
function valueMessage({ name, value: { dims, dtype } }: NamedValue): Message {
  const shape = new Message();
  for (const [axis, d] of dims.entries()) {
    const dim = new Message();
    shape.message(1, d === null ? dim.text(2, dimName(name, axis)) : dim.int(1, d));
  }
  const tensor = new Message().int(1, DTYPE_CODES[dtype]).message(2, shape);
  return new Message().text(1, name).message(2, new Message().message(1, tensor));
}

function dimName(value: string, axis: number): string {
  return axis === 0 ? "batch" : `${value}_${axis}`;
}
