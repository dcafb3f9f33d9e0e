/**
 * Convolutions over one, two, three or more spatial axes, under the names of `keras.ops`.
 *
 * @module
 */

import { convGradients } from "../convolution_gradients.ts";
import { apply, applyComposite, defineComposite } from "../dispatch.ts";
import { errors } from "../errors.ts";
import { oneOf } from "../options.ts";
import { type Dims, isKnown, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  type Convolution,
  inferConv,
  type Margins,
  sameMargin,
  spanOf,
  spatialDims,
} from "../windows.ts";
import type { FusedActivation } from "./activation_gradient.ts";
import { epilogue, epilogueGradients } from "./epilogue.ts";
import { moveaxis, reshape } from "./movement.ts";
import { asFloatPair, type Operand } from "./operand.ts";

/** Where the channels stand: behind the spatial axes, or before them. */
export type DataFormat = "channelsLast" | "channelsFirst";

/** Options of windows that slide over spatial axes. */
export interface WindowOptions {
  /** How far from a window to the next, from 1 on; one for all axes or one each. @default 1 */
  strides?: number | readonly number[];
  /** `"valid"`: windows lie within the input; `"same"`: ⌈size / stride⌉ of them. @default "valid" */
  padding?: "valid" | "same";
  /** @default "channelsLast" */
  dataFormat?: DataFormat;
}

/** Options of {@linkcode conv}. */
export interface ConvOptions extends Omit<WindowOptions, "padding"> {
  /** `"causal"`, for one spatial axis, lets no window see what comes after its place. @default "valid" */
  padding?: "valid" | "same" | "causal";
  /** How far from an element of the kernel to the next, from 1 on. @default 1 */
  dilationRate?: number | readonly number[];
  /** `[filters]`. @default none */
  bias?: Tensor | null;
  /** One that kernels can fuse. @default "linear" */
  activation?: FusedActivation;
}

/** One whole number from 1 on for each spatial axis. */
export function perAxis(
  operation: string,
  option: string,
  value: number | readonly number[],
  axes: number,
  least = 1,
): readonly number[] {
  const list = typeof value === "number" ? new Array<number>(axes).fill(value) : value;
  const fits = Array.isArray(list) && list.length === axes &&
    list.every((entry) => Number.isSafeInteger(entry) && entry >= least);
  if (fits) return list;
  const requirement = `a whole number from ${least} on, or ${axes} of them`;
  throw errors.option(operation, option, requirement, value);
}

/** Runs a function on a tensor whose channels stand last, and puts those of the result where they stood. */
export function withChannelsLast(
  x: Tensor,
  dataFormat: DataFormat,
  run: (x: Tensor) => Tensor,
): Tensor {
  const format = oneOf("read images", "dataFormat", dataFormat, ["channelsLast", "channelsFirst"]);
  if (format === "channelsLast") return run(x);
  const y = run(moveaxis(x, 1, -1));
  return y.ndim > 1 ? moveaxis(y, -1, 1) : y;
}

/** Checks that a tensor has spatial axes, and says how many. */
export function spatialAxes(operation: string, x: Tensor): number {
  if (x.ndim >= 3) return x.ndim - 2;
  throw errors.rank(operation, "three axes or more, [batch, …spatial, channels]", x.dims);
}

const convolutionComposite = defineComposite<Convolution & { activation: FusedActivation }>({
  name: "convolution",
  infer: (inputs, attributes) => [inferConv(inputs, attributes)],
  compose: ([x, kernel, bias], { activation, ...convolution }) => [
    epilogue(apply("conv", [x, kernel], convolution), bias, activation),
  ],
  gradient: ({ inputs: [x, kernel, bias], outputs: [y], attributes, needs }, [g]) => {
    if (g === null) return [null, null, null];
    const { activation, ...convolution } = attributes;
    const needsBias = bias !== undefined && needs[2];
    const [dSums, dBias] = epilogueGradients(y, g, activation, needsBias);
    return [...convGradients([x, kernel], dSums, convolution, needs), dBias];
  },
});

/** Convolves a tensor whose channels stand last; every convolution ends here. */
function convolve(
  operation: string,
  x: Tensor,
  kernel: Tensor,
  groups: number,
  options: ConvOptions,
): Tensor {
  const { strides = 1, padding = "valid", dilationRate = 1, bias = null, activation = "linear" } =
    options;
  const axes = x.ndim - 2;
  const steps = perAxis(operation, "strides", strides, axes);
  const dilations = perAxis(operation, "dilationRate", dilationRate, axes);
  if (bias !== null && !sameShape(bias.dims, kernel.dims.slice(-1))) {
    throw errors.shapes("add a bias", "it must be as long as the kernel's last axis", bias.dims);
  }
  const spans = kernel.shape.slice(0, -2).map((length, i) => spanOf(length, dilations[i]));
  const convolution = {
    strides: steps,
    padding: paddingOf(operation, padding, spatialDims(x.dims), spans, steps),
    dilations,
    groups,
    activation,
  };
  const inputs = bias === null ? [x, kernel] : [x, kernel, bias];
  return applyComposite(convolutionComposite, inputs, convolution)[0];
}

/** The padding that a name asks for: in numbers, unless they depend on a size that is unknown. */
export function paddingOf(
  operation: string,
  padding: string,
  spatial: Dims,
  spans: readonly number[],
  strides: readonly number[],
): "same" | Margins {
  const name = oneOf(operation, "padding", padding, ["valid", "same", "causal"]);
  if (name === "valid") return spans.map(() => [0, 0]);
  if (name === "causal") {
    if (spans.length === 1) return [[spans[0] - 1, 0]];
    throw errors.option(operation, "padding", "valid or same for several spatial axes", padding);
  }
  // With a stride of 1 the size plays no part.
  if (spatial.some((length, i) => length === null && strides[i] > 1)) return "same";
  return spatial.map((length, i) => sameMargin(length ?? spans[i], spans[i], strides[i]));
}

function convKernel(operation: string, x: Tensor, kernel: Tensor): void {
  if (kernel.ndim === x.ndim && isKnown(kernel.dims)) return;
  throw errors.shapes(
    operation,
    `the kernel must have ${x.ndim} axes, […size, channels, filters], all of them known`,
    kernel.dims,
  );
}

/**
 * The correlation of an input with a kernel: `y[n, i, f] = Σ x[n, i·stride + k·dilation, c] · kernel[k, c, f]`.
 *
 * `[batch, …spatial, channels]` and `[…size, channels / groups, filters]` to `[batch, …windows, filters]`; where the
 * kernel has fewer channels than the input, both fall into groups, each convolved by itself.
 *
 * @throws {RangeError} When the shapes do not fit, or the kernel is larger than the padded input.
 */
export function conv(x: Operand, kernel: Operand, options: ConvOptions = {}): Tensor {
  const operation = "convolve";
  const [input, weights] = asFloatPair(x, kernel);
  spatialAxes(operation, input);
  convKernel(operation, input, weights);
  const { dataFormat = "channelsLast" } = options;
  return withChannelsLast(input, dataFormat, (images) => {
    const channels = images.dims[images.ndim - 1];
    const taken = weights.shape[weights.ndim - 2];
    if (channels !== null && (taken === 0 || channels % taken !== 0)) {
      throw errors.shapes(
        operation,
        `the kernel's ${taken} channels must divide the input's ${channels}`,
        input.dims,
        weights.dims,
      );
    }
    return convolve(operation, images, weights, channels === null ? 1 : channels / taken, options);
  });
}

/**
 * A convolution of each channel by itself, with `multiplier` kernels each.
 *
 * `[batch, …spatial, channels]` and `[…size, channels, multiplier]` to `[batch, …windows, channels · multiplier]`.
 *
 * @throws {RangeError} When the shapes do not fit.
 */
export function depthwiseConv(x: Operand, kernel: Operand, options: ConvOptions = {}): Tensor {
  const operation = "convolve depthwise";
  const [input, weights] = asFloatPair(x, kernel);
  spatialAxes(operation, input);
  convKernel(operation, input, weights);
  const [channels, multiplier] = weights.shape.slice(-2);
  const grouped = reshape(weights, [...weights.dims.slice(0, -2), 1, channels * multiplier]);
  const { dataFormat = "channelsLast" } = options;
  return withChannelsLast(
    input,
    dataFormat,
    (images) => convolve(operation, images, grouped, channels, options),
  );
}

/**
 * A depthwise convolution, then one by a kernel of size 1 that mixes the channels; the options say how the first
 * is placed, bias and activation belong to the second.
 *
 * @throws {RangeError} When the shapes do not fit.
 */
export function separableConv(
  x: Operand,
  depthwiseKernel: Operand,
  pointwiseKernel: Operand,
  options: ConvOptions = {},
): Tensor {
  const { bias, activation, ...placement } = options;
  const { dataFormat } = placement;
  const channels = depthwiseConv(x, depthwiseKernel, placement);
  return conv(channels, pointwiseKernel, { dataFormat, bias, activation });
}

/** Options of {@linkcode convTranspose}. */
export interface ConvTransposeOptions extends WindowOptions {
  /** How far from an element of the kernel to the next, from 1 on. @default 1 */
  dilationRate?: number | readonly number[];
  /** What is added to the end of the output, from 0 to the stride − 1. @default what suits the padding */
  outputPadding?: number | readonly number[] | null;
}

/**
 * The adjoint of a convolution: each element of the input places a scaled kernel into the output.
 *
 * `[batch, …spatial, channels]` and `[…size, filters, channels]` to `[batch, …, filters]`, where an axis of n becomes
 * n · stride with `"same"` padding, and n · stride + max(span − stride, 0) with `"valid"`.
 *
 * @throws {RangeError} When the shapes do not fit, or `outputPadding` is not below the stride.
 */
export function convTranspose(
  x: Operand,
  kernel: Operand,
  options: ConvTransposeOptions = {},
): Tensor {
  const operation = "convolve transposed";
  const [input, weights] = asFloatPair(x, kernel);
  const axes = spatialAxes(operation, input);
  convKernel(operation, input, weights);
  const { strides = 1, padding = "valid", dilationRate = 1, outputPadding = null } = options;
  const steps = perAxis(operation, "strides", strides, axes);
  const dilations = perAxis(operation, "dilationRate", dilationRate, axes);
  const extra = outputPadding === null
    ? null
    : perAxis(operation, "outputPadding", outputPadding, axes, 0);
  if (extra?.some((length, i) => length >= steps[i])) {
    throw errors.option(operation, "outputPadding", "less than the stride", outputPadding);
  }
  const name = oneOf(operation, "padding", padding, ["valid", "same"]);
  const ends = steps.map((stride, i) => {
    const span = spanOf(weights.shape[i], dilations[i]);
    return transposedEnds(name, span, stride, extra?.[i] ?? null);
  });
  const attributes = {
    strides: steps,
    dilations,
    groups: 1,
    padding: ends.map(({ margin }) => margin),
    outputPadding: ends.map(({ outputPadding }) => outputPadding),
  };
  const { dataFormat = "channelsLast" } = options;
  return withChannelsLast(
    input,
    dataFormat,
    (images) => apply("convInputGradient", [images, weights], attributes),
  );
}

/** What is cut off the ends of an axis of (n − 1) · stride + span, and what is added to its end, as in Keras. */
function transposedEnds(
  padding: "valid" | "same",
  span: number,
  stride: number,
  extra: number | null,
): { margin: readonly [number, number]; outputPadding: number } {
  if (padding === "valid") {
    return { margin: [0, 0], outputPadding: extra ?? Math.max(stride - span, 0) };
  }
  // Of the span − 1 elements that windows overhang at either end, so many stay.
  const kept = extra === null ? stride + span - 2 : span + span % 2 - 2 + extra;
  const before = Math.min(Math.ceil(kept / 2), span - 1);
  const cut = span - 1 - (kept - before);
  return { margin: [span - 1 - before, Math.max(cut, 0)], outputPadding: Math.max(-cut, 0) };
}
