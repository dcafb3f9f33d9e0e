/**
 * Operations of neural networks: softmax, the dense product, cross entropy.
 *
 * @module
 */

import { applyComposite, defineComposite } from "../dispatch.ts";
import { errors } from "../errors.ts";
import { type Meta, type NoAttributes } from "../primitives.ts";
import { mayBeSame, normalizeAxis, reducedShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { FusedActivation } from "./activation_gradient.ts";
import { softplus } from "./activations.ts";
import { add, clip, divide, exp, log, multiply, negative, subtract } from "./elementwise.ts";
import { epilogue, epilogueGradients } from "./epilogue.ts";
import { oneHot, takeAlongAxis } from "./indexing.ts";
import { matmul } from "./linalg.ts";
import { expandDims, reshape, squeeze } from "./movement.ts";
import { asFloat, asTensor, type Operand } from "./operand.ts";
import { logsumexp, max, sum } from "./reduction.ts";

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
