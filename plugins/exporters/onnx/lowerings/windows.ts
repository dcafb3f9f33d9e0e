/**
 * Convolution and pooling in ONNX, which has the channels before the spatial axes. Each node stands between two
 * transposes here; a pass takes away those that meet.
 *
 * @module
 */

import { type DType, isFloating } from "../../../../core/dtype.ts";
import type { Convolution, Pooling, Windows } from "../../../../core/windows.ts";
import {
  inverseOf,
  type OnnxAttributes,
  type OnnxBuilder,
  type OnnxMeta,
  type OnnxValue,
} from "../graph.ts";
import type { OnnxLowering, Rules } from "../lowering.ts";

/** An axis moved to the second place, the rest in order. */
export function channelsSecond(ndim: number, axis = ndim - 1): number[] {
  const rest = Array.from({ length: ndim }, (_, i) => i).filter((i) => i !== 0 && i !== axis);
  return [0, axis, ...rest];
}

/** Runs what takes the channels second on a value that has them elsewhere, and puts them back. */
export function withChannelsSecond(
  to: OnnxBuilder,
  x: OnnxValue,
  run: (x: OnnxValue) => OnnxValue,
  axis: number = x.dims.length - 1,
): OnnxValue {
  if (axis === 1) return run(x);
  const order = channelsSecond(x.dims.length, axis);
  return to.transpose(run(to.transpose(x, order)), inverseOf(order));
}

/** The shape of a result once its channels stand second. */
function secondDims({ dims }: OnnxMeta): OnnxMeta["dims"] {
  return channelsSecond(dims.length).map((axis) => dims[axis]);
}

/** Padding as ONNX has it: all beginnings, then all ends. */
function padding({ padding: margins }: Windows): OnnxAttributes {
  if (margins === "same") return { auto_pad: "SAME_UPPER" };
  return { pads: [...margins.map(([low]) => low), ...margins.map(([, high]) => high)] };
}

function convolutionAttributes(kernel: OnnxValue, attributes: Convolution): OnnxAttributes {
  return {
    kernel_shape: kernel.dims.slice(0, -2) as readonly number[],
    strides: attributes.strides,
    ...padding(attributes),
    dilations: attributes.dilations,
    group: attributes.groups,
  };
}

/** `[…size, channels / groups, filters]` as `[filters, channels / groups, …size]`. */
function filtersFirst(to: OnnxBuilder, kernel: OnnxValue): OnnxValue {
  const { length } = kernel.dims;
  const spatial = Array.from({ length: length - 2 }, (_, i) => i);
  return to.transpose(kernel, [length - 1, length - 2, ...spatial]);
}

/** The operators of the activations that products end with. */
export const ACTIVATIONS = {
  linear: null,
  relu: "Relu",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
} as const;

/** A convolution with its bias and activation. */
export const convolution: OnnxLowering<
  Convolution & { activation?: keyof typeof ACTIVATIONS }
> = (to, [x, kernel, bias], attributes, [output]) =>
  withChannelsSecond(to, x, (images) => {
    const inputs = [images, filtersFirst(to, kernel), ...(bias === undefined ? [] : [bias])];
    const sums = to.node("Conv", inputs, convolutionAttributes(kernel, attributes), {
      dims: secondDims(output),
    });
    const activation = ACTIVATIONS[attributes.activation ?? "linear"];
    return activation === null ? sums : to.node(activation, [sums]);
  });

/** Pooling by one node; whole numbers go through it as float64, which holds them all. */
export function pooling(op: string, more: OnnxAttributes = {}): OnnxLowering<Pooling> {
  return (to, [x], attributes, [output]) => {
    const { size, strides } = attributes;
    const numbers = isFloating(x.dtype as DType) ? x : to.cast(x, "float64");
    const pooled = withChannelsSecond(
      to,
      numbers,
      (images) =>
        to.node(op, [images], { kernel_shape: size, strides, ...padding(attributes), ...more }, {
          dims: secondDims(output),
        }),
    );
    return to.cast(pooled, x.dtype);
  };
}

const ONLY_IN_TRAINING = "it is a step of training, and what is exported is inference";

/** How convolutions are written, and the steps of their training are not. */
export const windows = {
  conv: { lower: convolution },
  convInputGradient: {
    lower: (to, [g, kernel], attributes, [output]) =>
      withChannelsSecond(
        to,
        g,
        (images) =>
          to.node("ConvTranspose", [images, filtersFirst(to, kernel)], {
            ...convolutionAttributes(kernel, attributes),
            output_padding: attributes.outputPadding,
          }, { dims: secondDims(output) }),
      ),
  },
  convKernelGradient: { without: ONLY_IN_TRAINING },
  poolArgmax: { without: ONLY_IN_TRAINING },
} satisfies Partial<Rules>;
