/**
 * Activations: functions of one number, and a few along an axis.
 *
 * Those with constants of their own are composites, so that backends may fuse them and exporters write one node.
 *
 * @module
 */

import { applyComposite, defineComposite } from "../dispatch.ts";
import { type Meta, type NoAttributes } from "../primitives.ts";
import { normalizeAxis } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { activationGradient } from "./activation_gradient.ts";
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
  greater,
  log1p,
  maximum,
  minimum,
  multiply,
  negative,
  sigmoid,
  sign,
  sqrt,
  square,
  subtract,
  tanh,
  where,
} from "./elementwise.ts";
import { split } from "./movement.ts";
import { asFloat, asTensor, constantBeside, type Operand } from "./operand.ts";
import { cumsum, sum } from "./reduction.ts";
import { sort } from "./sorting.ts";

const reluComposite = defineComposite<NoAttributes>({
  name: "relu",
  infer: ([x]) => [{ dims: x.dims, dtype: x.dtype }],
  compose: ([x]) => [maximum(x, constantBeside(x, 0))],
  gradient: ({ outputs: [y] }, [g]) => [g && activationGradient(y, g, "relu")],
});

/** Options of {@linkcode relu}. */
export interface ReluOptions {
  /** What values below the threshold are multiplied by. @default 0 */
  negativeSlope?: number;
  /** The greatest result. @default null (none) */
  maxValue?: number | null;
  /** Up to where values count as low. @default 0 */
  threshold?: number;
}

/**
 * max(x, 0), its gradient at 0 being 0. With options: min(x, `maxValue`) above the threshold, and
 * `negativeSlope`·(x − `threshold`) below.
 */
export function relu(x: Operand, options: ReluOptions = {}): Tensor {
  const { negativeSlope = 0, maxValue = null, threshold = 0 } = options;
  const input = asTensor(x);
  if (negativeSlope === 0 && threshold === 0) {
    const rectified = applyComposite(reluComposite, [input], NONE)[0];
    return maxValue === null ? rectified : minimum(rectified, maxValue);
  }
  const high = maxValue === null ? input : minimum(input, maxValue);
  const low = negativeSlope === 0 ? 0 : multiply(subtract(input, threshold), negativeSlope);
  return where(greater(input, threshold), high, low);
}

const NONE: NoAttributes = Object.freeze({});
const sameAsFirst = ([x]: readonly Meta[]): Meta[] => [{ dims: x.dims, dtype: x.dtype }];

/** A function of each element as a composite. */
function activation<Attributes = NoAttributes>(
  name: string,
  compose: (x: Tensor, attributes: Attributes) => Tensor,
): (x: Operand, attributes: Attributes) => Tensor {
  const composite = defineComposite<Attributes>({
    name,
    infer: sameAsFirst,
    compose: ([x], attributes) => [compose(x, attributes)],
  });
  return (x, attributes) => applyComposite(composite, [asFloat(x)], attributes)[0];
}

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
const softsignOf = activation("softsign", (x) => divide(x, add(abs(x), 1)));

/** x / (1 + |x|). */
export function softsign(x: Operand): Tensor {
  return softsignOf(x, NONE);
}

/** min(max(x, 0), 6). */
export function relu6(x: Operand): Tensor {
  return relu(x, { maxValue: 6 });
}
const leakyReluOf = activation<{ negativeSlope: number }>(
  "leakyRelu",
  (x, { negativeSlope }) => where(greater(x, 0), x, multiply(x, negativeSlope)),
);

/** x above 0, `negativeSlope`·x below. */
export function leakyRelu(x: Operand, options: { negativeSlope?: number } = {}): Tensor {
  const { negativeSlope = 0.2 } = options;
  return leakyReluOf(x, { negativeSlope });
}

/** x above 0, height·(e^(x/length) − 1) below; with its left gradient at 0. */
function exponentialBelow(x: Tensor, height: number, length: number): Tensor {
  const isAbove = greater(x, 0);
  const low = where(isAbove, 0, x);
  return where(isAbove, x, multiply(expm1(length === 1 ? low : divide(low, length)), height));
}

const eluOf = activation<{ alpha: number }>(
  "elu",
  (x, { alpha }) => exponentialBelow(x, alpha, 1),
);

/** x above 0, alpha·(e^x − 1) below. */
export function elu(x: Operand, options: { alpha?: number } = {}): Tensor {
  const { alpha = 1 } = options;
  return eluOf(x, { alpha });
}

const celuOf = activation<{ alpha: number }>(
  "celu",
  (x, { alpha }) => exponentialBelow(x, alpha, alpha),
);

/** x above 0, alpha·(e^(x/alpha) − 1) below. */
export function celu(x: Operand, options: { alpha?: number } = {}): Tensor {
  const { alpha = 1 } = options;
  return celuOf(x, { alpha });
}

const seluOf = activation(
  "selu",
  (x) => multiply(elu(x, { alpha: 1.6732632423543772 }), 1.0507009873554805),
);

/** The scaled exponential linear unit (Klambauer et al., 2017). */
export function selu(x: Operand): Tensor {
  return seluOf(x, NONE);
}

const geluOf = activation<{ approximate: boolean }>("gelu", (x, { approximate }) => {
  const half = multiply(x, 0.5);
  if (!approximate) return multiply(half, add(erf(multiply(x, Math.SQRT1_2)), 1));
  const inner = multiply(x, add(multiply(square(x), 0.044715), 1));
  return multiply(half, add(tanh(multiply(inner, Math.sqrt(2 / Math.PI))), 1));
});

/** x · Φ(x), Φ being the normal distribution; or its approximation by tanh (Hendrycks and Gimpel, 2016). */
export function gelu(x: Operand, options: { approximate?: boolean } = {}): Tensor {
  const { approximate = true } = options;
  return geluOf(x, { approximate });
}

const siluOf = activation("silu", (x) => multiply(x, sigmoid(x)));

/** x · sigmoid(x). */
export function silu(x: Operand): Tensor {
  return siluOf(x, NONE);
}

/** x · sigmoid(x). */
export const swish: (x: Operand) => Tensor = silu;
const mishOf = activation("mish", (x) => multiply(x, tanh(softplus(x))));

/** x · tanh(softplus(x)). */
export function mish(x: Operand): Tensor {
  return mishOf(x, NONE);
}

const hardSigmoidOf = activation(
  "hardSigmoid",
  (x) => clip(add(divide(x, 6), 0.5), { xMin: 0, xMax: 1 }),
);

/** min(max(x/6 + 1/2, 0), 1). */
export function hardSigmoid(x: Operand): Tensor {
  return hardSigmoidOf(x, NONE);
}

const hardSiluOf = activation("hardSilu", (x) => multiply(x, hardSigmoid(x)));

/** x · hardSigmoid(x). */
export function hardSilu(x: Operand): Tensor {
  return hardSiluOf(x, NONE);
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
