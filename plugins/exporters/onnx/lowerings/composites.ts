/**
 * The composites that ONNX has a node for. What is not here is written by its definition.
 *
 * @module
 */

import { type DType, isFloating } from "../../../../core/dtype.ts";
import type { FusedActivation } from "../../../../core/ops/mod.ts";
import type { NoAttributes } from "../../../../core/primitives.ts";
import { type Dims, isKnown } from "../../../../core/shape.ts";
import { float, type OnnxBuilder, type OnnxValue } from "../graph.ts";
import type { OnnxLowering } from "../lowering.ts";
import { resize, upsample } from "./images.ts";
import { reduced } from "./reductions.ts";
import { ACTIVATIONS, convolution, pooling, withChannelsSecond } from "./windows.ts";

const linear: OnnxLowering<{ activation: FusedActivation }> = (
  to,
  [x, kernel, bias],
  { activation },
  [{ dims, dtype }],
) => {
  const op = ACTIVATIONS[activation];
  const isPlain = x.dims.length === 2 && bias !== undefined && isFloating(dtype as DType);
  const product = isPlain
    ? to.node("Gemm", [x, kernel, bias], {}, { dims })
    : to.node("MatMul", [x, kernel], {}, { dims });
  const sums = isPlain || bias === undefined ? product : to.node("Add", [product, bias]);
  return op === null ? sums : to.node(op, [sums]);
};

/** By given statistics; the axis of the channels is ONNX's second. */
const batchNormalization: OnnxLowering<{ axis: number; epsilon: number }> = (
  to,
  [x, mean, variance, scale, offset],
  { axis, epsilon },
) => {
  if (axis === 0) return null;
  return withChannelsSecond(
    to,
    x,
    (images) =>
      to.node("BatchNormalization", [images, scale, offset, mean, variance], {
        epsilon: float(epsilon),
      }, { dims: images.dims }),
    axis,
  );
};

/** ONNX normalizes the last axes together. */
const layerNormalization: OnnxLowering<{ axes: readonly number[]; epsilon: number }> = (
  to,
  [x, scale, offset],
  { axes, epsilon },
) => {
  const first = x.dims.length - axes.length;
  if (to.opset < 17 || axes.some((axis, i) => axis !== first + i)) return null;
  return to.node(
    "LayerNormalization",
    [x, scale, offset],
    { axis: first, epsilon: float(epsilon) },
    {
      dims: x.dims,
    },
  );
};

type Groups = { groups: number; axis: number; epsilon: number };

const groupNormalization: OnnxLowering<Groups> = (to, inputs, attributes) => {
  const [x, scale, offset] = inputs;
  const { groups, axis } = attributes;
  const epsilon = float(attributes.epsilon);
  if (to.opset >= 21) {
    return withChannelsSecond(
      to,
      x,
      (images) =>
        to.node("GroupNormalization", [images, scale, offset], { num_groups: groups, epsilon }, {
          dims: images.dims,
        }),
      axis,
    );
  }
  if (!isKnown(x.dims.slice(1))) return null;
  return withChannelsSecond(
    to,
    x,
    (images) => normalizedGroups(to, images, scale, offset, attributes),
    axis,
  );
};

/** Groups as the channels of an instance normalization; scale and offset are of the real channels. */
function normalizedGroups(
  to: OnnxBuilder,
  images: OnnxValue,
  scale: OnnxValue,
  offset: OnnxValue,
  { groups, epsilon }: Groups,
): OnnxValue {
  const { dims } = images;
  const [batch, channels, ...spatial] = dims;
  const size = (spatial as number[]).reduce((a, b) => a * b, channels! / groups);
  const parts = to.reshape(images, [batch, groups, size])!;
  const [ones, zeros] = [1, 0].map((value) =>
    to.constant(new Array<number>(groups).fill(value), images.dtype)
  );
  const normalized = to.node("InstanceNormalization", [parts, ones, zeros], {
    epsilon: float(epsilon),
  }, { dims: parts.dims });
  const wide: Dims = [channels, ...spatial.map(() => 1)];
  const [factor, summand] = [scale, offset].map((values) => to.reshape(values, wide)!);
  return to.node("Add", [to.node("Mul", [to.reshape(normalized, dims)!, factor]), summand]);
}

/** The composites of the framework by name. */
// deno-lint-ignore no-explicit-any -- the attributes of each composite are its own
export const compositeLowerings: Readonly<Record<string, OnnxLowering<any>>> = {
  linear,
  convolution,
  maxPool: pooling("MaxPool"),
  averagePool: pooling("AveragePool", { count_include_pad: 0 }),
  batchNormalization,
  layerNormalization,
  groupNormalization,
  resize,
  upsample,
  relu: ((to, [x]) => {
    if (x.dtype === "bool" || (to.opset < 14 && !isFloating(x.dtype as DType))) return null;
    return to.node("Relu", [x]);
  }) satisfies OnnxLowering<NoAttributes>,
  leakyRelu:
    ((to, [x], { negativeSlope }) =>
      to.node("LeakyRelu", [x], { alpha: float(negativeSlope) })) satisfies OnnxLowering<
        { negativeSlope: number }
      >,
  elu:
    ((to, [x], { alpha }) => to.node("Elu", [x], { alpha: float(alpha) })) satisfies OnnxLowering<
      { alpha: number }
    >,
  celu:
    ((to, [x], { alpha }) => to.node("Celu", [x], { alpha: float(alpha) })) satisfies OnnxLowering<
      { alpha: number }
    >,
  selu: ((to, [x]) => to.node("Selu", [x])) satisfies OnnxLowering<NoAttributes>,
  softsign: ((to, [x]) => to.node("Softsign", [x])) satisfies OnnxLowering<NoAttributes>,
  mish: ((to, [x]) => to.opset < 18 ? null : to.node("Mish", [x])) satisfies OnnxLowering<
    NoAttributes
  >,
  hardSigmoid: ((to, [x]) =>
    to.node("HardSigmoid", [x], {
      alpha: float(1 / 6),
      beta: float(0.5),
    })) satisfies OnnxLowering<
      NoAttributes
    >,
  hardSilu: ((to, [x]) => to.opset < 14 ? null : to.node("HardSwish", [x])) satisfies OnnxLowering<
    NoAttributes
  >,
  softplus: ((to, [x]) => to.node("Softplus", [x])) satisfies OnnxLowering<NoAttributes>,
  gelu: ((to, [x], { approximate }) =>
    to.opset < 20 ? null : to.node("Gelu", [x], {
      approximate: approximate ? "tanh" : "none",
    })) satisfies OnnxLowering<
      { approximate: boolean }
    >,
  softmax: ((to, [x], { axis }) => to.node("Softmax", [x], { axis })) satisfies OnnxLowering<
    { axis: number }
  >,
  logSoftmax: ((to, [x], { axis }) => to.node("LogSoftmax", [x], { axis })) satisfies OnnxLowering<
    { axis: number }
  >,
  logsumexp:
    ((to, [x], attributes, [output]) =>
      reduced(to, "ReduceLogSumExp", x, attributes, output)) satisfies OnnxLowering<
        { axes: readonly number[]; keepdims: boolean }
      >,
  clip: ((to, [x], { xMin, xMax }) =>
    to.node("Clip", [x], {
      min: xMin === undefined ? undefined : float(xMin),
      max: xMax === undefined ? undefined : float(xMax),
    })) satisfies OnnxLowering<{ xMin?: number; xMax?: number }>,
};
