/**
 * Operations of neural networks: activations, softmax, the dense product, cross entropy.
 *
 * @module
 */

import { applyComposite, defineComposite } from "../dispatch.ts";
import { errors } from "../errors.ts";
import { type Meta, type NoAttributes } from "../primitives.ts";
import { mayBeSame, normalizeAxis, reducedShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { onesLike } from "./creation.ts";
import {
  abs,
  add,
  cast,
  clip,
  divide,
  erf,
  exp,
  expm1,
  type FusedActivation,
  greater,
  log,
  log1p,
  maximum,
  multiply,
  negative,
  relu,
  sigmoid,
  sign,
  sqrt,
  square,
  subtract,
  tanh,
  where,
} from "./elementwise.ts";
import { epilogue, epilogueGradients } from "./epilogue.ts";
import { oneHot, takeAlongAxis } from "./indexing.ts";
import { matmul } from "./linalg.ts";
import { expandDims, reshape, split, squeeze } from "./movement.ts";
import { asFloat, asTensor, type Operand } from "./operand.ts";
import { cumsum, logsumexp, max, sum } from "./reduction.ts";
import { sort } from "./sorting.ts";

const NONE: NoAttributes = Object.freeze({});
const sameAsFirst = ([x]: readonly Meta[]): Meta[] => [{ dims: x.dims, dtype: x.dtype }];

// Softmax.

interface AxisAttributes {
  axis: number;
}

const softmaxGradientComposite = defineComposite<AxisAttributes>({
  name: "softmaxGradient",
  infer: sameAsFirst,
  compose: ([y, g], { axis }) => {
    const inner = sum(multiply(g, y), { axis, keepdims: true });
    return [multiply(y, subtract(g, inner))];
  },
});

const softmaxComposite = defineComposite<AxisAttributes>({
  name: "softmax",
  infer: sameAsFirst,
  compose: ([x], { axis }) => {
    const shifted = exp(subtract(x, max(x, { axis, keepdims: true })));
    return [divide(shifted, sum(shifted, { axis, keepdims: true }))];
  },
  gradient: ({ outputs: [y], attributes }, [g]) => [
    g && applyComposite(softmaxGradientComposite, [y, g], attributes)[0],
  ],
});

const logSoftmaxComposite = defineComposite<AxisAttributes>({
  name: "logSoftmax",
  infer: sameAsFirst,
  compose: ([x], { axis }) => {
    const shifted = subtract(x, max(x, { axis, keepdims: true }));
    return [subtract(shifted, log(sum(exp(shifted), { axis, keepdims: true })))];
  },
  gradient: ({ outputs: [y], attributes: { axis } }, [g]) => [
    g && subtract(g, multiply(exp(y), sum(g, { axis, keepdims: true }))),
  ],
});

/** e^x / Σ e^x along an axis. @default axis −1 */
export function softmax(x: Operand, options: { axis?: number } = {}): Tensor {
  const input = asFloat(x);
  const axis = normalizeAxis("take the softmax", options.axis ?? -1, input.ndim);
  return applyComposite(softmaxComposite, [input], { axis })[0];
}

/** x − log Σ e^x along an axis. @default axis −1 */
export function logSoftmax(x: Operand, options: { axis?: number } = {}): Tensor {
  const input = asFloat(x);
  const axis = normalizeAxis("take the log-softmax", options.axis ?? -1, input.ndim);
  return applyComposite(logSoftmaxComposite, [input], { axis })[0];
}

// Activations.

const softplusComposite = defineComposite<NoAttributes>({
  name: "softplus",
  infer: sameAsFirst,
  compose: ([x]) => [add(relu(x), log1p(exp(negative(abs(x)))))],
  gradient: ({ inputs: [x] }, [g]) => [g && multiply(g, sigmoid(x))],
});

/** log(1 + e^x), without overflow. */
export function softplus(x: Operand): Tensor {
  return applyComposite(softplusComposite, [asFloat(x)], NONE)[0];
}
/** log(1 / (1 + e^−x)). */
export function logSigmoid(x: Operand): Tensor {
  return negative(softplus(negative(asFloat(x))));
}
/** x / (1 + |x|). */
export function softsign(x: Operand): Tensor {
  const input = asFloat(x);
  return divide(input, add(abs(input), 1));
}
/** min(max(x, 0), 6). */
export function relu6(x: Operand): Tensor {
  return relu(x, { maxValue: 6 });
}
/** x above 0, `negativeSlope`·x below. */
export function leakyRelu(x: Operand, options: { negativeSlope?: number } = {}): Tensor {
  const { negativeSlope = 0.2 } = options;
  const input = asFloat(x);
  return where(greater(input, 0), input, multiply(input, negativeSlope));
}
/** x above 0, height·(e^(x/length) − 1) below; with its left gradient at 0. */
function celuOf(x: Tensor, height: number, length: number): Tensor {
  const isAbove = greater(x, 0);
  const low = where(isAbove, 0, x);
  return where(isAbove, x, multiply(expm1(length === 1 ? low : divide(low, length)), height));
}
/** x above 0, alpha·(e^x − 1) below. */
export function elu(x: Operand, options: { alpha?: number } = {}): Tensor {
  const { alpha = 1 } = options;
  return celuOf(asFloat(x), alpha, 1);
}
/** x above 0, alpha·(e^(x/alpha) − 1) below. */
export function celu(x: Operand, options: { alpha?: number } = {}): Tensor {
  const { alpha = 1 } = options;
  return celuOf(asFloat(x), alpha, alpha);
}
/** The scaled exponential linear unit (Klambauer et al., 2017). */
export function selu(x: Operand): Tensor {
  return multiply(elu(x, { alpha: 1.6732632423543772 }), 1.0507009873554805);
}
/** x · Φ(x), Φ being the normal distribution; or its approximation by tanh (Hendrycks and Gimpel, 2016). */
export function gelu(x: Operand, options: { approximate?: boolean } = {}): Tensor {
  const { approximate = true } = options;
  const input = asFloat(x);
  return applyComposite(geluComposite, [input], { approximate })[0];
}

const geluComposite = defineComposite<{ approximate: boolean }>({
  name: "gelu",
  infer: sameAsFirst,
  compose: ([x], { approximate }) => {
    const half = multiply(x, 0.5);
    if (!approximate) return [multiply(half, add(erf(multiply(x, Math.SQRT1_2)), 1))];
    const inner = multiply(x, add(multiply(square(x), 0.044715), 1));
    return [multiply(half, add(tanh(multiply(inner, Math.sqrt(2 / Math.PI))), 1))];
  },
});

/** x · sigmoid(x). */
export function silu(x: Operand): Tensor {
  const input = asFloat(x);
  return multiply(input, sigmoid(input));
}
/** x · sigmoid(x). */
export const swish: (x: Operand) => Tensor = silu;
/** x · tanh(softplus(x)). */
export function mish(x: Operand): Tensor {
  const input = asFloat(x);
  return multiply(input, tanh(softplus(input)));
}
/** min(max(x/6 + 1/2, 0), 1). */
export function hardSigmoid(x: Operand): Tensor {
  return clip(add(divide(asFloat(x), 6), 0.5), { xMin: 0, xMax: 1 });
}
/** x · hardSigmoid(x). */
export function hardSilu(x: Operand): Tensor {
  const input = asFloat(x);
  return multiply(input, hardSigmoid(input));
}
/** x · hardSigmoid(x). */
export const hardSwish: (x: Operand) => Tensor = hardSilu;
/** x limited to [−1, 1]. */
export function hardTanh(x: Operand): Tensor {
  return clip(asFloat(x), { xMin: -1, xMax: 1 });
}
/** x where |x| exceeds the threshold, else 0. */
export function hardShrink(x: Operand, options: { threshold?: number } = {}): Tensor {
  const { threshold: limit = 0.5 } = options;
  const input = asFloat(x);
  return where(greater(abs(input), limit), input, 0);
}
/** x moved towards 0 by the threshold, else 0. */
export function softShrink(x: Operand, options: { threshold?: number } = {}): Tensor {
  const { threshold: limit = 0.5 } = options;
  const input = asFloat(x);
  return where(greater(abs(input), limit), subtract(input, multiply(sign(input), limit)), 0);
}
/** x − tanh(x). */
export function tanhShrink(x: Operand): Tensor {
  const input = asFloat(x);
  return subtract(input, tanh(input));
}
/** x where it exceeds the threshold, else the default value. */
export function threshold(
  x: Operand,
  options: { threshold?: number; defaultValue?: number } = {},
): Tensor {
  const { threshold: limit = 0, defaultValue = 0 } = options;
  const input = asFloat(x);
  return where(greater(input, limit), input, defaultValue);
}
/** (x + √(x² + b)) / 2. */
export function squareplus(x: Operand, options: { b?: number } = {}): Tensor {
  const { b = 4 } = options;
  const input = asFloat(x);
  return divide(add(input, sqrt(add(square(input), b))), 2);
}
/** Half of an axis times the sigmoid of the other half. */
export function glu(x: Operand, options: { axis?: number } = {}): Tensor {
  const [a, b] = split(asFloat(x), 2, { axis: options.axis ?? -1 });
  return multiply(a, sigmoid(b));
}
/** 0 below −1, x above 1, (x + 1)²/4 between. */
export function sparsePlus(x: Operand): Tensor {
  const input = asFloat(x);
  const middle = multiply(square(add(input, 1)), 0.25);
  const above = where(greater(input, 1), input, middle);
  return where(greater(input, -1), above, 0);
}
/** (x + 1)/2 limited to [0, 1]. */
export function sparseSigmoid(x: Operand): Tensor {
  return clip(multiply(add(asFloat(x), 1), 0.5), { xMin: 0, xMax: 1 });
}
/** The nearest point of the probability simplex (Martins and Astudillo, 2016). */
export function sparsemax(x: Operand, options: { axis?: number } = {}): Tensor {
  const input = asFloat(x);
  const axis = normalizeAxis("take the sparsemax", options.axis ?? -1, input.ndim);
  const ordered = sort(input, { axis, descending: true });
  const ranks = cumsum(onesLike(ordered), { axis });
  const sums = cumsum(ordered, { axis });
  const supported = cast(greater(add(multiply(ordered, ranks), 1), sums), input.dtype);
  const count = sum(supported, { axis, keepdims: true });
  const total = sum(multiply(ordered, supported), { axis, keepdims: true });
  return maximum(subtract(input, divide(subtract(total, 1), count)), 0);
}

// The dense product.

/** All leading axes as one. */
function asRows(x: Tensor): Tensor {
  return x.ndim === 2 ? x : reshape(x, [-1, x.dims[x.ndim - 1]]);
}

const linearComposite = defineComposite<{ activation: FusedActivation }>({
  name: "linear",
  infer: ([x, kernel]) => [{ dims: [...x.dims.slice(0, -1), kernel.dims[1]], dtype: x.dtype }],
  compose: ([x, kernel, bias], { activation }) => {
    const product = matmul(x, kernel);
    return [epilogue(product, bias, activation)];
  },
  gradient: ({ inputs: [x, kernel, bias], outputs: [y], attributes, needs }, [g]) => {
    if (g === null) return [null, null, null];
    const needsBias = bias !== undefined && needs[2];
    const [dz, dBias] = epilogueGradients(y, g, attributes.activation, needsBias);
    const dx = needs[0] ? matmul(dz, kernel, { transposeB: true }) : null;
    const dKernel = needs[1] ? matmul(asRows(x), asRows(dz), { transposeA: true }) : null;
    return [dx, dKernel, dBias];
  },
});

/** Options of {@linkcode linear}. */
export interface LinearOptions {
  /** `[units]`. @default none */
  bias?: Tensor | null;
  /** One that kernels can fuse. @default "linear" */
  activation?: FusedActivation;
}

/**
 * activation(x · kernel + bias): `[…batch, features] · [features, units] → […batch, units]`.
 *
 * @throws {RangeError} When the shapes do not fit.
 */
export function linear(x: Tensor, kernel: Tensor, options: LinearOptions = {}): Tensor {
  const { bias = null, activation = "linear" } = options;
  const features = x.dims[x.ndim - 1];
  if (x.ndim < 2 || kernel.ndim !== 2 || (features !== kernel.dims[0] && features !== null)) {
    throw errors.shapes(
      "apply a dense product",
      "the last axis of the input must be as long as the kernel's first",
      x.dims,
      kernel.dims,
    );
  }
  if (bias !== null && !sameShape(bias.dims, kernel.dims.slice(1))) {
    throw errors.shapes("add a bias", "it must be as long as the kernel's last axis", bias.dims);
  }
  const inputs = bias === null ? [x, kernel] : [x, kernel, bias];
  return applyComposite(linearComposite, inputs, { activation })[0];
}

// Cross entropy.

const softmaxCrossEntropyGradientComposite = defineComposite<NoAttributes>({
  name: "softmaxCrossEntropyGradient",
  infer: sameAsFirst,
  compose: ([logits, labels, g]) => {
    const classes = logits.shape[logits.ndim - 1];
    const target = oneHot(labels, classes, { dtype: logits.dtype });
    return [multiply(subtract(softmax(logits), target), expandDims(g, -1))];
  },
});

const softmaxCrossEntropyComposite = defineComposite<NoAttributes>({
  name: "softmaxCrossEntropy",
  infer: ([logits]) => [{
    dims: reducedShape(logits.dims, [logits.dims.length - 1], false),
    dtype: logits.dtype,
  }],
  compose: ([logits, labels]) => {
    const picked = takeAlongAxis(logits, expandDims(labels, -1), { axis: -1 });
    return [subtract(logsumexp(logits, { axis: -1 }), squeeze(picked, -1))];
  },
  gradient: ({ inputs: [logits, labels] }, [g]) => [
    g && applyComposite(softmaxCrossEntropyGradientComposite, [logits, labels, g], NONE)[0],
    null,
  ],
});

/**
 * −log softmax(logits)[label], for each row: `[…batch, classes]` and int32 `[…batch]` to `[…batch]`.
 *
 * @throws {RangeError} When a label is no class.
 */
export function softmaxCrossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const input = asFloat(logits);
  if (labels.dtype !== "int32") {
    throw errors.dtype("take the cross entropy", "int32 label", labels.dtype);
  }
  const lead = input.dims.slice(0, -1);
  if (!mayBeSame(lead, labels.dims)) {
    throw errors.shapes(
      "take the cross entropy",
      "labels must have the shape of the logits without the last axis",
      input.dims,
      labels.dims,
    );
  }
  return applyComposite(softmaxCrossEntropyComposite, [input, labels], NONE)[0];
}

/** What probabilities are kept away from 0 and 1 by, as in Keras. */
const PROBABILITY_EPSILON = 1e-7;

/** −Σ target · log p along an axis; p is normalised, or softmax of logits. */
export function categoricalCrossentropy(
  target: Operand,
  output: Operand,
  options: { fromLogits?: boolean; axis?: number } = {},
): Tensor {
  const { fromLogits = false, axis = -1 } = options;
  const [t, o] = [asFloat(target), asFloat(output)];
  if (!mayBeSame(t.dims, o.dims)) {
    throw errors.shapes("take the cross entropy", "both shapes must be the same", t.dims, o.dims);
  }
  if (fromLogits) return negative(sum(multiply(t, logSoftmax(o, { axis })), { axis }));
  const probabilities = clip(divide(o, sum(o, { axis, keepdims: true })), {
    xMin: PROBABILITY_EPSILON,
    xMax: 1 - PROBABILITY_EPSILON,
  });
  return negative(sum(multiply(t, log(probabilities)), { axis }));
}

/** −log p[label] along an axis, for int32 labels; p is normalised, or softmax of logits. */
export function sparseCategoricalCrossentropy(
  target: Operand,
  output: Operand,
  options: { fromLogits?: boolean; axis?: number } = {},
): Tensor {
  const { fromLogits = false } = options;
  const o = asFloat(output);
  const axis = normalizeAxis("take the cross entropy", options.axis ?? -1, o.ndim);
  let labels = asTensor(target);
  if (labels.ndim === o.ndim && labels.dims[labels.ndim - 1] === 1) labels = squeeze(labels, -1);
  if (fromLogits && axis === o.ndim - 1) return softmaxCrossEntropy(o, labels);
  const logs = fromLogits
    ? logSoftmax(o, { axis })
    : log(clip(divide(o, sum(o, { axis, keepdims: true })), {
      xMin: PROBABILITY_EPSILON,
      xMax: 1 - PROBABILITY_EPSILON,
    }));
  return negative(squeeze(takeAlongAxis(logs, expandDims(labels, axis), { axis }), axis));
}

/** −(t · log p + (1 − t) · log(1 − p)), element by element. */
export function binaryCrossentropy(
  target: Operand,
  output: Operand,
  options: { fromLogits?: boolean } = {},
): Tensor {
  const { fromLogits = false } = options;
  const [t, o] = [asFloat(target), asFloat(output)];
  if (!mayBeSame(t.dims, o.dims)) {
    throw errors.shapes("take the cross entropy", "both shapes must be the same", t.dims, o.dims);
  }
  if (fromLogits) {
    return subtract(softplus(o), multiply(o, t));
  }
  const p = clip(o, { xMin: PROBABILITY_EPSILON, xMax: 1 - PROBABILITY_EPSILON });
  const on = multiply(t, log(p));
  const off = multiply(subtract(1, t), log(subtract(1, p)));
  return negative(add(on, off));
}
