/**
 * Normalization: of batches, of layers, of groups of channels, by the root mean square.
 *
 * Each is a composite that takes its scale and its offset always, ones and zeros where none are wanted, so that a
 * kernel and an exported node have one form to meet. Each gradient is a composite too, which a kernel may fuse.
 *
 * @module
 */

import { applyComposite, defineComposite } from "../dispatch.ts";
import { errors } from "../errors.ts";
import { numberIn } from "../options.ts";
import type { Meta } from "../primitives.ts";
import {
  type Dims,
  knownDim,
  knownShape,
  mayBeSame,
  normalizeAxes,
  normalizeAxis,
} from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { full } from "./creation.ts";
import { add, divide, multiply, rsqrt, square, subtract } from "./elementwise.ts";
import { broadcastTo, reshape } from "./movement.ts";
import { asDType, asFloat, asTensor, type Operand, placedWith } from "./operand.ts";
import { mean, sum } from "./reduction.ts";

// Axes.

/** The axes that are not among the given ones. */
function otherAxes(ndim: number, axes: readonly number[]): number[] {
  return Array.from({ length: ndim }, (_, i) => i).filter((i) => !axes.includes(i));
}

/** Values given for some axes of x, in a shape that broadcasts to x. */
function along(x: Tensor, axes: readonly number[], values: Tensor): Tensor {
  const dims = x.dims.map((_, i) => axes.includes(i) ? values.dims[axes.indexOf(i)] : 1);
  return reshape(values, dims);
}

/** x without its mean along some axes, and its variance along them; they stay, with size 1. */
function momentsOf(x: Tensor, axis: readonly number[]): { centred: Tensor; variance: Tensor } {
  const centred = subtract(x, mean(x, { axis, keepdims: true }));
  return { centred, variance: mean(square(centred), { axis, keepdims: true }) };
}

/** What is left of g without its part that is constant and its part along z: standardized values can follow no other. */
function projected(g: Tensor, z: Tensor, meanOfG: Tensor, meanOfGZ: Tensor): Tensor {
  return subtract(subtract(g, meanOfG), multiply(z, meanOfGZ));
}

const like = (...inputs: readonly Meta[]): Meta[] =>
  inputs.map(({ dims, dtype }) => ({ dims, dtype }));

// Batches.

interface BatchAttributes {
  /** The axis of the channels, counted from the front. */
  axis: number;
  epsilon: number;
}

/** By given statistics: `[x, mean, variance, scale, offset] → [y]`. */
const batchNormalizationComposite = defineComposite<BatchAttributes>({
  name: "batchNormalization",
  infer: ([x]) => like(x),
  compose: ([x, mean, variance, scale, offset], { axis, epsilon }) => {
    const wide = (values: Tensor): Tensor => along(x, [axis], values);
    const factor = multiply(rsqrt(add(variance, epsilon)), scale);
    return [add(multiply(subtract(x, wide(mean)), wide(factor)), wide(offset))];
  },
  gradient: ({ inputs: [x, mean, variance, scale], attributes: { axis, epsilon }, needs }, [g]) => {
    if (g === null) return [null, null, null, null, null];
    const rest = otherAxes(x.ndim, [axis]);
    const inverse = rsqrt(add(variance, epsilon));
    const factor = multiply(inverse, scale);
    const dx = needs[0] ? multiply(g, along(x, [axis], factor)) : null;
    if (!needs.includes(true, 1)) return [dx, null, null, null, null];
    const centred = subtract(x, along(x, [axis], mean));
    const dOffset = sum(g, { axis: rest });
    const dScale = multiply(sum(multiply(g, centred), { axis: rest }), inverse);
    const dVariance = multiply(multiply(dScale, multiply(factor, inverse)), -0.5);
    return [dx, multiply(multiply(dOffset, factor), -1), dVariance, dScale, dOffset];
  },
});

/** `[x, mean, variance, scale, g] → [dx, dScale, dOffset]`, through the batch's own mean and variance. */
const batchNormalizationGradientComposite = defineComposite<BatchAttributes>({
  name: "batchNormalizationGradient",
  infer: ([x, , , scale]) => like(x, scale, scale),
  compose: ([x, mean, variance, scale, g], { axis, epsilon }) => {
    const rest = otherAxes(x.ndim, [axis]);
    const wide = (values: Tensor): Tensor => along(x, [axis], values);
    const inverse = rsqrt(add(variance, epsilon));
    const z = multiply(subtract(x, wide(mean)), wide(inverse));
    const dOffset = sum(g, { axis: rest });
    const dScale = sum(multiply(g, z), { axis: rest });
    const count = x.size / x.shape[axis];
    const share = projected(g, z, wide(divide(dOffset, count)), wide(divide(dScale, count)));
    return [multiply(share, wide(multiply(inverse, scale))), dScale, dOffset];
  },
});

/** By the batch's own statistics: `[x, scale, offset] → [y, mean, variance]`. */
const batchNormalizationTrainingComposite = defineComposite<BatchAttributes>({
  name: "batchNormalizationTraining",
  infer: ([x, scale]) => like(x, scale, scale),
  compose: ([x, scale, offset], { axis, epsilon }) => {
    const rest = otherAxes(x.ndim, [axis]);
    const wide = (values: Tensor): Tensor => along(x, [axis], values);
    const average = mean(x, { axis: rest });
    const centred = subtract(x, wide(average));
    const variance = mean(square(centred), { axis: rest });
    const factor = multiply(rsqrt(add(variance, epsilon)), scale);
    return [add(multiply(centred, wide(factor)), wide(offset)), average, variance];
  },
  gradient: (
    { inputs: [x, scale], outputs: [, average, variance], attributes },
    [g, gMean, gVariance],
  ) => {
    const toStatistics = momentsGradient(x, average, gMean, gVariance, attributes.axis);
    if (g === null) return [toStatistics, null, null];
    const inputs = [x, average, variance, scale, g];
    const [dx, dScale, dOffset] = applyComposite(
      batchNormalizationGradientComposite,
      inputs,
      attributes,
    );
    return [toStatistics === null ? dx : add(dx, toStatistics), dScale, dOffset];
  },
});

/** The gradient of x from those of its mean and variance along all axes but one. */
function momentsGradient(
  x: Tensor,
  average: Tensor,
  gMean: Tensor | null,
  gVariance: Tensor | null,
  axis: number,
): Tensor | null {
  if (gMean === null && gVariance === null) return null;
  const share = x.shape[axis] / x.size;
  const wide = (values: Tensor): Tensor => along(x, [axis], values);
  const toMean = gMean && broadcastTo(wide(multiply(gMean, share)), x.dims);
  if (gVariance === null) return toMean;
  const centred = subtract(x, wide(average));
  const toVariance = multiply(centred, wide(multiply(gVariance, 2 * share)));
  return toMean === null ? toVariance : add(toMean, toVariance);
}

// Layers.

interface LayerAttributes {
  /** The axes that are normalized together, ascending; scale and offset have their shape. */
  axes: readonly number[];
  epsilon: number;
}

/** `[x, scale, g] → [dx, dScale, dOffset]`. */
const layerNormalizationGradientComposite = defineComposite<LayerAttributes>({
  name: "layerNormalizationGradient",
  infer: ([x, scale]) => like(x, scale, scale),
  compose: ([x, scale, g], { axes, epsilon }) => {
    const rest = otherAxes(x.ndim, axes);
    const together = { axis: axes, keepdims: true };
    const { centred, variance } = momentsOf(x, axes);
    const inverse = rsqrt(add(variance, epsilon));
    const z = multiply(centred, inverse);
    const scaled = multiply(g, along(x, axes, scale));
    const share = projected(scaled, z, mean(scaled, together), mean(multiply(scaled, z), together));
    return [
      multiply(share, inverse),
      sum(multiply(g, z), { axis: rest }),
      sum(g, { axis: rest }),
    ];
  },
});

/** `[x, scale, offset] → [y]`. */
const layerNormalizationComposite = defineComposite<LayerAttributes>({
  name: "layerNormalization",
  infer: ([x]) => like(x),
  compose: ([x, scale, offset], { axes, epsilon }) => {
    const { centred, variance } = momentsOf(x, axes);
    const z = multiply(centred, rsqrt(add(variance, epsilon)));
    return [add(multiply(z, along(x, axes, scale)), along(x, axes, offset))];
  },
  gradient: ({ inputs: [x, scale], attributes }, [g]) =>
    g === null
      ? [null, null, null]
      : applyComposite(layerNormalizationGradientComposite, [x, scale, g], attributes),
});

/** `[x, scale, g] → [dx, dScale]`. */
const rmsNormalizationGradientComposite = defineComposite<LayerAttributes>({
  name: "rmsNormalizationGradient",
  infer: ([x, scale]) => like(x, scale),
  compose: ([x, scale, g], { axes, epsilon }) => {
    const together = { axis: axes, keepdims: true };
    const inverse = rsqrt(add(mean(square(x), together), epsilon));
    const z = multiply(x, inverse);
    const scaled = multiply(g, along(x, axes, scale));
    const share = subtract(scaled, multiply(z, mean(multiply(scaled, z), together)));
    return [
      multiply(share, inverse),
      sum(multiply(g, z), { axis: otherAxes(x.ndim, axes) }),
    ];
  },
});

/** `[x, scale] → [y]`. */
const rmsNormalizationComposite = defineComposite<LayerAttributes>({
  name: "rmsNormalization",
  infer: ([x]) => like(x),
  compose: ([x, scale], { axes, epsilon }) => {
    const inverse = rsqrt(add(mean(square(x), { axis: axes, keepdims: true }), epsilon));
    return [multiply(multiply(x, inverse), along(x, axes, scale))];
  },
  gradient: ({ inputs: [x, scale], attributes }, [g]) =>
    g === null
      ? [null, null]
      : applyComposite(rmsNormalizationGradientComposite, [x, scale, g], attributes),
});

// Groups.

interface GroupAttributes extends BatchAttributes {
  /** Into how many equal parts the channels are divided. */
  groups: number;
}

/**
 * The mean over each group of an example, for each channel, in a shape that broadcasts to x: that of the channels'
 * means, so that only those are divided into groups, and the other axes may have any size.
 */
function groupMean(x: Tensor, { groups, axis }: GroupAttributes): Tensor {
  const each = knownDim("normalize groups", x.dims, axis) / groups;
  const rest = otherAxes(x.ndim, [0, axis]);
  const channels = rest.length === 0 ? x : mean(x, { axis: rest, keepdims: true });
  const divided = reshape(channels, channels.dims.toSpliced(axis, 1, groups, each));
  const means = mean(divided, { axis: axis + 1, keepdims: true });
  return reshape(broadcastTo(means, divided.dims), channels.dims);
}

/** x without the mean of its groups, divided by their deviation, and what it was multiplied by for that. */
function standardizedGroups(
  x: Tensor,
  attributes: GroupAttributes,
): { z: Tensor; inverse: Tensor } {
  const centred = subtract(x, groupMean(x, attributes));
  const inverse = rsqrt(add(groupMean(square(centred), attributes), attributes.epsilon));
  return { z: multiply(centred, inverse), inverse };
}

/** `[x, scale, g] → [dx, dScale, dOffset]`. */
const groupNormalizationGradientComposite = defineComposite<GroupAttributes>({
  name: "groupNormalizationGradient",
  infer: ([x, scale]) => like(x, scale, scale),
  compose: ([x, scale, g], attributes) => {
    const { axis } = attributes;
    const rest = otherAxes(x.ndim, [axis]);
    const { z, inverse } = standardizedGroups(x, attributes);
    const scaled = multiply(g, along(x, [axis], scale));
    const [meanOfG, meanOfGZ] = [scaled, multiply(scaled, z)].map((v) => groupMean(v, attributes));
    return [
      multiply(projected(scaled, z, meanOfG, meanOfGZ), inverse),
      sum(multiply(g, z), { axis: rest }),
      sum(g, { axis: rest }),
    ];
  },
});

/** `[x, scale, offset] → [y]`; scale and offset have one element for each channel. */
const groupNormalizationComposite = defineComposite<GroupAttributes>({
  name: "groupNormalization",
  infer: ([x]) => like(x),
  compose: ([x, scale, offset], attributes) => {
    const { axis } = attributes;
    const { z } = standardizedGroups(x, attributes);
    return [add(multiply(z, along(x, [axis], scale)), along(x, [axis], offset))];
  },
  gradient: ({ inputs: [x, scale], attributes }, [g]) =>
    g === null
      ? [null, null, null]
      : applyComposite(groupNormalizationGradientComposite, [x, scale, g], attributes),
});

// What users call.

/** What normalized values become. */
interface AffineOptions {
  /** What normalized values are multiplied by. @default 1 */
  scale?: Operand | null;
  /** What is added then. @default 0 */
  offset?: Operand | null;
}

/** A statistic, scale or offset beside x: given for each element of some axes, or the same for all. */
function beside(
  operation: string,
  name: string,
  x: Tensor,
  axes: readonly number[],
  value: Operand | null | undefined,
  otherwise: number,
): Tensor {
  const dims: Dims = axes.map((axis) => x.dims[axis]);
  if (value === null || value === undefined) {
    const made = full(knownShape(operation, dims), otherwise, { dtype: x.dtype });
    return placedWith(x, made);
  }
  const given = asTensor(value);
  const values = asDType(given === value ? given : placedWith(x, given), x.dtype);
  if (mayBeSame(values.dims, dims)) return values;
  const requirement = `the ${name} must have the sizes of the input along the normalized axes`;
  throw errors.shapes(operation, requirement, x.dims, values.dims);
}

function epsilonOf(operation: string, epsilon: number): number {
  return numberIn("finite and from 0 on", operation, "epsilon", epsilon);
}

/** Options of {@linkcode batchNormalization}. */
export interface BatchNormalizationOptions extends AffineOptions {
  /** The axis of the channels. @default -1 */
  axis?: number;
  /** What is added to the variance, finite and from 0 on. @default 0.001 */
  epsilon?: number;
}

/**
 * `(x − mean) / √(variance + epsilon) · scale + offset`, with one mean, variance, scale and offset for each channel.
 * Input and output `[…]`, the others `[channels]`.
 *
 * @throws {RangeError} When x has no such axis, or one of the others has another shape than `[channels]`.
 */
export function batchNormalization(
  x: Operand,
  mean: Operand,
  variance: Operand,
  options: BatchNormalizationOptions = {},
): Tensor {
  const operation = "normalize a batch";
  const input = asFloat(x);
  const axis = normalizeAxis(operation, options.axis ?? -1, input.ndim);
  const epsilon = epsilonOf(operation, options.epsilon ?? 1e-3);
  const inputs = [
    input,
    beside(operation, "mean", input, [axis], mean, 0),
    beside(operation, "variance", input, [axis], variance, 1),
    beside(operation, "scale", input, [axis], options.scale, 1),
    beside(operation, "offset", input, [axis], options.offset, 0),
  ];
  return applyComposite(batchNormalizationComposite, inputs, { axis, epsilon })[0];
}

/**
 * {@linkcode batchNormalization} by the mean and the variance of the batch itself, as in training; both are given
 * too, for moving statistics: `[y, mean, variance]`. The variance is that of the batch, without Bessel's correction.
 *
 * @throws {RangeError} When x has no such axis or no elements, or scale or offset have another shape than `[channels]`.
 */
export function batchNormalizationTraining(
  x: Operand,
  options: BatchNormalizationOptions = {},
): [y: Tensor, mean: Tensor, variance: Tensor] {
  const operation = "normalize a batch";
  const input = asFloat(x);
  const axis = normalizeAxis(operation, options.axis ?? -1, input.ndim);
  const epsilon = epsilonOf(operation, options.epsilon ?? 1e-3);
  if (input.dims.includes(0)) {
    throw errors.shapes(operation, "a batch without elements has no mean", input.dims);
  }
  const inputs = [
    input,
    beside(operation, "scale", input, [axis], options.scale, 1),
    beside(operation, "offset", input, [axis], options.offset, 0),
  ];
  const attributes = { axis, epsilon };
  const [y, mean, variance] = applyComposite(
    batchNormalizationTrainingComposite,
    inputs,
    attributes,
  );
  return [y, mean, variance];
}

/** Options of {@linkcode layerNormalization}. */
export interface LayerNormalizationOptions {
  /** What normalized values are multiplied by, `[…axes]`. @default 1 */
  gamma?: Operand | null;
  /** What is added then, `[…axes]`. @default 0 */
  beta?: Operand | null;
  /** The axis, or the axes together, that are normalized. @default -1 */
  axis?: number | readonly number[];
  /** What is added to the variance, finite and from 0 on. @default 1e-7 */
  epsilon?: number;
}

/**
 * `(x − mean) / √(variance + epsilon) · gamma + beta`, with the mean and the variance along some axes, for each place
 * on the others. Input and output `[…]`. Ba et al., "Layer normalization", 2016.
 *
 * @throws {RangeError} When x has no such axis, or gamma or beta have another shape than the normalized axes.
 */
export function layerNormalization(x: Operand, options: LayerNormalizationOptions = {}): Tensor {
  const operation = "normalize a layer";
  const input = asFloat(x);
  const axes = normalizeAxes(operation, options.axis ?? -1, input.ndim);
  const epsilon = epsilonOf(operation, options.epsilon ?? 1e-7);
  const inputs = [
    input,
    beside(operation, "gamma", input, axes, options.gamma, 1),
    beside(operation, "beta", input, axes, options.beta, 0),
  ];
  return applyComposite(layerNormalizationComposite, inputs, { axes, epsilon })[0];
}

/** Options of {@linkcode rmsNormalization}. */
export interface RmsNormalizationOptions {
  /** What normalized values are multiplied by, `[…axes]`. @default 1 */
  scale?: Operand | null;
  /** The axis, or the axes together, that are normalized. @default -1 */
  axis?: number | readonly number[];
  /** What is added to the mean square, finite and from 0 on. @default 1e-7 */
  epsilon?: number;
}

/**
 * `x / √(mean(x²) + epsilon) · scale`, with the mean along some axes. Input and output `[…]`. Zhang and Sennrich,
 * "Root mean square layer normalization", 2019.
 *
 * @throws {RangeError} When x has no such axis, or scale has another shape than the normalized axes.
 */
export function rmsNormalization(x: Operand, options: RmsNormalizationOptions = {}): Tensor {
  const operation = "normalize by the root mean square";
  const input = asFloat(x);
  const axes = normalizeAxes(operation, options.axis ?? -1, input.ndim);
  const epsilon = epsilonOf(operation, options.epsilon ?? 1e-7);
  const inputs = [input, beside(operation, "scale", input, axes, options.scale, 1)];
  return applyComposite(rmsNormalizationComposite, inputs, { axes, epsilon })[0];
}

/** Options of {@linkcode groupNormalization}. */
export interface GroupNormalizationOptions extends AffineOptions {
  /** Into how many parts the channels are divided, a divisor of their number. */
  groups: number;
  /** The axis of the channels, not that of the batch. @default -1 */
  axis?: number;
  /** What is added to the variance, finite and from 0 on. @default 0.001 */
  epsilon?: number;
}

/**
 * `(x − mean) / √(variance + epsilon) · scale + offset`, with the mean and the variance of each example's groups of
 * channels; scale and offset are `[channels]`. Input and output `[batch, …]`. Wu and He, "Group normalization", 2018.
 *
 * @throws {RangeError} When x has no such axis, the groups do not divide the channels, or scale or offset have another
 * shape than `[channels]`.
 */
export function groupNormalization(x: Operand, options: GroupNormalizationOptions): Tensor {
  const operation = "normalize groups";
  const input = asFloat(x);
  const axis = normalizeAxis(operation, options.axis ?? -1, input.ndim);
  if (axis === 0) throw errors.option(operation, "axis", "another than that of the batch", 0);
  const channels = knownDim(operation, input.dims, axis);
  const groups = numberIn("a whole number from 1 on", operation, "groups", options.groups);
  if (channels % groups !== 0) {
    throw errors.option(operation, "groups", `a divisor of the ${channels} channels`, groups);
  }
  const epsilon = epsilonOf(operation, options.epsilon ?? 1e-3);
  const inputs = [
    input,
    beside(operation, "scale", input, [axis], options.scale, 1),
    beside(operation, "offset", input, [axis], options.offset, 0),
  ];
  return applyComposite(groupNormalizationComposite, inputs, { groups, axis, epsilon })[0];
}
