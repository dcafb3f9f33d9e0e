/**
 * Weights as int8, with a scale for each channel of the output: a quarter of the size.
 *
 * @module
 */

import {
  abs,
  add,
  cast,
  clip,
  divide,
  equal,
  max,
  reshape,
  round,
  where,
} from "../../../core/ops/mod.ts";
import { isKnown, sizeOf } from "../../../core/shape.ts";
import type { Tensor } from "../../../core/tensor.ts";
import {
  type OnnxBuilder,
  type OnnxDType,
  type OnnxGraph,
  type OnnxNode,
  OnnxValue,
  rewriteNodes,
} from "./graph.ts";
import type { OnnxQuantization } from "./options.ts";
import { tensorOf } from "./passes/fold_constants.ts";

/** Fewer elements are left as they are. */
const LEAST_ELEMENTS = 512;
/** The greatest number of eight bits whose negative is one too. */
const GREATEST = 127;

/** Where an operator has its weight, and which axis of that gives the channels of the output. */
interface Weight {
  readonly place: number;
  readonly axis: (node: OnnxNode, ndim: number) => number;
}

const WEIGHTS: Readonly<Record<string, Weight>> = {
  Gemm: { place: 1, axis: ({ attributes }) => attributes.transB === 1 ? 0 : 1 },
  MatMul: { place: 1, axis: (_, ndim) => ndim - 1 },
  Conv: { place: 1, axis: () => 0 },
  ConvTranspose: { place: 1, axis: () => 1 },
  Gather: { place: 0, axis: () => 0 },
};

/** A weight in eight bits. */
interface Quantized {
  /** From −127 to 127. */
  readonly integers: Tensor;
  readonly scales: OnnxValue;
  readonly axis: number;
  readonly weight: OnnxValue;
  /** As constants, so far. */
  readonly stored: Map<OnnxDType, OnnxValue>;
}

/**
 * What integers are moved by where they are multiplied: products of unsigned numbers are exact in onnxruntime, those of
 * signed with unsigned ones overflow 16 bits on processors without instructions for them.
 */
const OFFSET = 128;

/** Quantizes the large weights of a graph. */
export function quantizeWeights(graph: OnnxGraph, quantization: OnnxQuantization): void {
  const done = new Map<OnnxValue, Quantized>();
  rewriteNodes(graph, (node, to) => {
    const place = WEIGHTS[node.op]?.place;
    const weight = place === undefined ? null : node.inputs[place];
    if (!isLarge(weight)) return null;
    const axis = WEIGHTS[node.op].axis(node, weight.dims.length);
    const known = done.get(weight);
    const quantized = known?.axis === axis ? known : quantizedWeight(weight, axis);
    done.set(weight, quantized);
    const inIntegers = quantization === "dynamic" ? computed(node, to, quantized) : null;
    return [inIntegers ?? scaledBack(node, to, quantized, place!)];
  });
}

function isLarge(weight: OnnxValue | null): weight is OnnxValue {
  if (weight === null || weight.constant === null || weight.dtype !== "float32") return false;
  const { dims } = weight;
  return isKnown(dims) && dims.length >= 2 && sizeOf(dims) >= LEAST_ELEMENTS;
}

function quantizedWeight(weight: OnnxValue, axis: number): Quantized {
  const w = tensorOf(weight);
  const others = w.dims.map((_, i) => i).filter((i) => i !== axis);
  const greatest = max(abs(w), { axis: others, keepdims: true });
  const scale = where(equal(greatest, 0), 1, divide(greatest, GREATEST));
  const limits = { xMin: -GREATEST, xMax: GREATEST };
  const integers = cast(clip(round(divide(w, scale)), limits), "int32");
  const scales = new OnnxValue([weight.dims[axis]], "float32", reshape(scale, [-1]));
  if (weight.hint !== null) scales.hint = `${weight.hint}.scale`;
  return { integers, scales, axis, weight, stored: new Map() };
}

/** A quantized weight as a constant that goes by the weight's name. */
function constantOf(
  { integers, weight: { dims, hint }, stored }: Quantized,
  dtype: "int8" | "uint8",
): OnnxValue {
  const known = stored.get(dtype);
  if (known !== undefined) return known;
  const constant = new OnnxValue(dims, dtype, dtype === "int8" ? integers : add(integers, OFFSET));
  constant.hint = hint;
  stored.set(dtype, constant);
  return constant;
}

/** The node on a weight that is scaled back. */
function scaledBack(
  { op, inputs, attributes, outputs: [output] }: OnnxNode,
  to: OnnxBuilder,
  quantized: Quantized,
  place: number,
): OnnxValue {
  const { scales, axis, integers: { dims } } = quantized;
  const stored = constantOf(quantized, "int8");
  const weight = to.node("DequantizeLinear", [stored, scales], { axis }, {
    dims,
    dtype: "float32",
  });
  return to.node(op, inputs.with(place, weight), attributes, output);
}

/** The node in whole numbers, where there is one: its input is quantized by its own range. */
function computed(
  node: OnnxNode,
  to: OnnxBuilder,
  quantized: Quantized,
): OnnxValue | null {
  const { scales } = quantized;
  const { op, inputs: [x, , bias], attributes, outputs: [{ dims }] } = node;
  const isProduct = op === "MatMul" || (op === "Gemm" && Object.keys(attributes).length === 0);
  if (!isProduct && op !== "Conv") return null;
  const [values, scale, zero] = to.nodeOf("DynamicQuantizeLinear", [x], {}, [
    { dims: x!.dims, dtype: "uint8" },
    { dims: [], dtype: "float32" },
    { dims: [], dtype: "uint8" },
  ]);
  const operator = isProduct ? "MatMulInteger" : "ConvInteger";
  const integers = [values, constantOf(quantized, "uint8"), zero, to.scalar(OFFSET, "uint8")];
  const sums = to.node(operator, integers, attributes, { dims, dtype: "int32" });
  // Channels of a convolution stand before its spatial axes.
  const wide = (perChannel: OnnxValue): OnnxValue =>
    isProduct
      ? perChannel
      : to.reshape(perChannel, [perChannel.dims[0], ...dims.slice(2).map(() => 1)])!;
  const factor = to.node("Mul", [scale, wide(scales)]);
  const products = to.node("Mul", [to.cast(sums, "float32"), factor], {}, { dims });
  return bias ? to.node("Add", [products, wide(bias)], {}, { dims }) : products;
}
