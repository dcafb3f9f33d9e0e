/**
 * Transposes move towards the end of the graph, past whatever works in any layout, until one meets the transpose
 * that undoes it. A network of convolutions written for channels in the last place then runs with channels in the
 * second: what is left is one transpose where it begins and one where it ends.
 *
 * @module
 */

import type { DType } from "../../../../core/dtype.ts";
import { isFloating } from "../../../../core/dtype.ts";
import {
  inverseOf,
  type OnnxBuilder,
  type OnnxGraph,
  type OnnxNode,
  type OnnxValue,
  rewriteNodes,
} from "../graph.ts";

/** Operators that see one element of each input at a time. */
const ELEMENTWISE = new Set(
  ("Abs Acos Acosh Add And Asin Asinh Atan Atanh BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast Ceil Clip Cos " +
    "Cosh Div Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual HardSigmoid HardSwish Identity IsInf IsNaN LeakyRelu " +
    "Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or Pow PRelu Reciprocal Relu Round Selu Sigmoid Sign Sin Sinh " +
    "Softplus Softsign Sqrt Sub Sum Tan Tanh ThresholdedRelu Where Xor").split(" "),
);
const REDUCTIONS = new Set(
  ("ReduceSum ReduceMean ReduceProd ReduceMax ReduceMin ReduceLogSumExp ReduceL1 ReduceL2").split(
    " ",
  ),
);
/** Operators with the attribute `axis` that leave the shape as it is. */
const ALONG_AXIS = new Set(["Softmax", "LogSoftmax", "CumSum", "Hardmax"]);
/** Reductions of all spatial axes, as ONNX has them for channels in the second place. */
const GLOBAL_POOLING: Readonly<Record<string, string>> = {
  ReduceMean: "GlobalAveragePool",
  ReduceMax: "GlobalMaxPool",
};

/** A value seen as another one with its axes in another order. */
interface View {
  readonly value: OnnxValue;
  readonly perm: readonly number[];
}

function viewOf(value: OnnxValue | null): View | null {
  const { producer } = value ?? {};
  if (producer?.op !== "Transpose") return null;
  return { value: producer.inputs[0]!, perm: producer.attributes.perm as number[] };
}

/** Moves transposes towards the end. */
export function sinkTransposes(graph: OnnxGraph): void {
  const turns = new Turns(graph);
  rewriteNodes(graph, (node, to) => {
    const result = sunk(node, to, turns);
    if (result !== null) turns.add(result.producer);
    else turns.add(node);
    return result && [result];
  });
}

/** The transposes that there are: another of the same costs nothing, as it is shared. */
class Turns {
  readonly #made = new Map<OnnxValue, Set<string>>();

  constructor(graph: OnnxGraph) {
    for (const node of graph.nodes) this.add(node);
  }

  add(node: OnnxNode | null): void {
    if (node?.op !== "Transpose") return;
    const [x] = node.inputs;
    const made = this.#made.get(x!) ?? new Set<string>();
    this.#made.set(x!, made.add(String(node.attributes.perm)));
  }

  has(value: OnnxValue, perm: readonly number[]): boolean {
    return this.#made.get(value)?.has(String(perm)) ?? false;
  }
}

function sunk(node: OnnxNode, to: OnnxBuilder, turns: Turns): OnnxValue | null {
  const { op, inputs, outputs, attributes, domain } = node;
  if (domain !== "" || outputs.length !== 1) return null;
  if (ELEMENTWISE.has(op)) return together(node, to, turns, attributes);
  const first = inputs.map(viewOf).find((view) => view !== null);
  if (first === undefined || outputs[0].dims.length > first.perm.length) return null;
  const { perm } = first;
  if (op === "Concat") {
    return together(node, to, turns, { ...attributes, axis: perm[attributes.axis as number] });
  }
  if (inputs.length > 1) return null;
  const { value } = first;
  const again = (changes: OnnxNode["attributes"]): OnnxValue =>
    like(node, to, [value], { ...attributes, ...changes }, perm);
  if (op === "Transpose") {
    return turned(
      to,
      value,
      (attributes.perm as number[]).map((i) => perm[i]),
    );
  }
  if (ALONG_AXIS.has(op)) return again({ axis: perm[attributes.axis as number] });
  if (op === "Pad") return again({ pads: permutedPads(attributes.pads as number[], perm) });
  if (op === "Slice" && attributes.axes !== undefined) {
    return again({ axes: (attributes.axes as number[]).map((axis) => perm[axis]) });
  }
  if (REDUCTIONS.has(op) && attributes.axes !== undefined) return reduced(node, to, first);
  return null;
}

/** Adds a transpose, unless it would change nothing. */
function turned(to: OnnxBuilder, value: OnnxValue, perm: readonly number[]): OnnxValue {
  return perm.every((axis, i) => axis === i) ? value : to.transpose(value, perm);
}

/** The node on other inputs, and its result as it was. */
function like(
  { op, outputs: [{ dims, dtype }] }: OnnxNode,
  to: OnnxBuilder,
  inputs: readonly (OnnxValue | null)[],
  attributes: OnnxNode["attributes"],
  perm: readonly number[],
): OnnxValue {
  const inner = inverseOf(perm).map((axis) => dims[axis]);
  return to.transpose(to.node(op, inputs, attributes, { dims: inner, dtype }), perm);
}

/** A node all of whose inputs are seen in the same order of axes, or can be at no cost. */
function together(
  node: OnnxNode,
  to: OnnxBuilder,
  turns: Turns,
  attributes: OnnxNode["attributes"],
): OnnxValue | null {
  const views = node.inputs.map(viewOf);
  const first = views.find((view) => view !== null);
  const { dims } = node.outputs[0];
  if (first === undefined || first.perm.length !== dims.length) return null;
  const { perm } = first;
  const inverse = inverseOf(perm);
  const isSame = views.every((view, i) => {
    const input = node.inputs[i];
    if (view !== null) return String(view.perm) === String(perm);
    return input === null || isFree(input, inverse, turns);
  });
  if (!isSame) return null;
  const inputs = node.inputs.map((input, i) =>
    views[i]?.value ?? (input && aligned(to, input, inverse))
  );
  return like(node, to, inputs, attributes, perm);
}

/** Whether a value can be had in another order of axes without moving elements when the model runs. */
function isFree(value: OnnxValue, perm: readonly number[], turns: Turns): boolean {
  const { dims, constant } = value;
  if (constant !== null || dims.every((d) => d === 1)) return true;
  return dims.length === perm.length && (turns.has(value, perm) || movesOnes(value, perm));
}

/** Whether only axes of size 1 move past others. */
export function movesOnes({ dims }: OnnxValue, perm: readonly number[]): boolean {
  const moved = perm.filter((axis) => dims[axis] !== 1);
  return moved.every((axis, i) => i === 0 || moved[i - 1] < axis);
}

/** An operand in another order of axes; what broadcasts gets axes of size 1 first. */
function aligned(to: OnnxBuilder, value: OnnxValue, perm: readonly number[]): OnnxValue {
  const { dims } = value;
  if (dims.length === 0 || dims.every((d) => d === 1) && dims.length <= 1) return value;
  const missing = perm.length - dims.length;
  if (missing === 0) return to.transpose(value, perm);
  const wide = to.reshape(value, [...new Array<number>(missing).fill(1), ...dims])!;
  return to.transpose(wide, perm);
}

/** Beginnings, then ends, of axes in another order. */
function permutedPads(pads: readonly number[], perm: readonly number[]): number[] {
  const result = new Array<number>(pads.length);
  perm.forEach((axis, i) => {
    result[axis] = pads[i];
    result[perm.length + axis] = pads[perm.length + i];
  });
  return result;
}

function reduced(node: OnnxNode, to: OnnxBuilder, { value, perm }: View): OnnxValue {
  const { op, attributes, outputs: [{ dims, dtype }] } = node;
  const axes = (attributes.axes as number[]).map((axis) => perm[axis]).sort((a, b) => a - b);
  const isSpatial = axes.length > 0 && axes.length === value.dims.length - 2 && axes[0] === 2;
  const pooling = isSpatial && isFloating(dtype as DType) ? GLOBAL_POOLING[op] : undefined;
  const keepdims = attributes.keepdims === 1;
  if (pooling !== undefined) {
    const wide = value.dims.map((d, i) => i < 2 ? d : 1);
    const pooled = to.node(pooling, [value], {}, { dims: wide });
    return keepdims
      ? to.transpose(pooled, perm)
      : to.node("Flatten", [pooled], { axis: 1 }, { dims: wide.slice(0, 2) });
  }
  if (keepdims) return like(node, to, [value], { ...attributes, axes }, perm);
  const kept = perm.map((_, i) => i).filter((axis) => !axes.includes(axis));
  const order = perm.filter((axis) => !axes.includes(axis)).map((axis) => kept.indexOf(axis));
  const inner = inverseOf(order).map((axis) => dims[axis]);
  return turned(to, to.node(op, [value], { ...attributes, axes }, { dims: inner, dtype }), order);
}
