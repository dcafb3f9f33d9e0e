/**
 * Numbers that ONNX takes as inputs become constants: axes, shapes, limits. Since which opset an operator takes them so
 * stands in one table.
 *
 * @module
 */

import {
  type OnnxAttribute,
  type OnnxBuilder,
  OnnxFloat,
  type OnnxGraph,
  type OnnxNode,
  type OnnxValue,
  rewriteNodes,
} from "../graph.ts";

interface Argument {
  readonly name: string;
  /** The first opset in which it is an input. @default one before all that are written */
  readonly since?: number;
  /** Whether it is one number, not a vector. */
  readonly isScalar?: boolean;
}

const AXES_SINCE_18: readonly Argument[] = [{ name: "axes", since: 18 }];

/** The arguments of each operator, in the order of its inputs; they follow those that are values. */
const ARGUMENTS: Readonly<Record<string, readonly Argument[]>> = {
  ReduceSum: [{ name: "axes" }],
  ReduceMean: AXES_SINCE_18,
  ReduceProd: AXES_SINCE_18,
  ReduceMax: AXES_SINCE_18,
  ReduceMin: AXES_SINCE_18,
  ReduceL1: AXES_SINCE_18,
  ReduceL2: AXES_SINCE_18,
  ReduceLogSumExp: AXES_SINCE_18,
  Reshape: [{ name: "shape" }],
  Expand: [{ name: "shape" }],
  Slice: [{ name: "starts" }, { name: "ends" }, { name: "axes" }, { name: "steps" }],
  Pad: [{ name: "pads" }, { name: "value", isScalar: true }],
  CumSum: [{ name: "axis", isScalar: true }],
  Clip: [{ name: "min", isScalar: true }, { name: "max", isScalar: true }],
};

/** Moves arguments to where the opset wants them. */
export function argumentsAsInputs(graph: OnnxGraph): void {
  rewriteNodes(graph, (node, to) => moved(node, to));
}

function moved(node: OnnxNode, to: OnnxBuilder): OnnxValue[] | null {
  const named = node.domain === "" ? ARGUMENTS[node.op] ?? [] : [];
  const wanted = named.filter(({ name, since = 0 }) =>
    since <= to.opset && node.attributes[name] !== undefined
  );
  if (wanted.length === 0) return null;
  const [x] = node.inputs;
  const inputs = [...node.inputs];
  for (const { name, isScalar = false } of named) {
    const value = node.attributes[name];
    inputs.push(value === undefined ? null : constantOf(to, x!, value, isScalar));
  }
  while (inputs.at(-1) === null) inputs.pop();
  const names = named.map(({ name }) => name);
  const attributes = Object.fromEntries(
    Object.entries(node.attributes).filter(([name]) => !names.includes(name)),
  );
  const isEmptyShape = node.op === "Reshape" && node.outputs[0].dims.includes(0);
  return to.nodeOf(
    node.op,
    inputs,
    isEmptyShape ? { ...attributes, allowzero: 1 } : attributes,
    node.outputs,
  );
}

/** An argument as a constant: a float has the dtype of the node's input. */
function constantOf(
  to: OnnxBuilder,
  x: OnnxValue,
  value: OnnxAttribute,
  isScalar: boolean,
): OnnxValue {
  if (value instanceof OnnxFloat) return to.scalar(value.value, x.dtype);
  if (isScalar) return to.scalar(value as number, "int64");
  return to.constant(value as readonly number[], "int64");
}
