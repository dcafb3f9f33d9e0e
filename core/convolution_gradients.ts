/**
 * The gradients of a convolution. It is linear in its input and in its kernel, so each is an adjoint.
 *
 * @module
 */

import { apply } from "./dispatch.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import { type Convolution, type Margins, marginsOf, spanOf, spatialDims } from "./windows.ts";

/** A convolution with its padding in numbers. */
type PaddedConvolution = Convolution & { readonly padding: Margins };

/** The gradients of input and kernel, from that of the result; `null` where none is needed. */
export function convGradients(
  [x, kernel]: readonly Tensor[],
  g: Tensor,
  convolution: Convolution,
  needs: readonly boolean[],
): [Tensor | null, Tensor | null] {
  const size = kernel.shape.slice(0, -2);
  const spans = size.map((length, i) => spanOf(length, convolution.dilations[i]));
  const padding = marginsOf(convolution, spatialDims(x.shape), spans);
  const padded = { ...convolution, padding };
  return [
    needs[0] ? convInputGradient(x.shape, kernel, g, padded) : null,
    needs[1] ? apply("convKernelGradient", [x, g], { ...padded, size }) : null,
  ];
}

/** The gradient of an input of that shape; elements that no window reached get zeros. */
export function convInputGradient(
  shape: Shape,
  kernel: Tensor,
  g: Tensor,
  convolution: PaddedConvolution,
): Tensor {
  const { strides, padding, dilations } = convolution;
  const windows = spatialDims(g.shape);
  const outputPadding = spatialDims(shape).map((length, i) => {
    const [low, high] = padding[i];
    const reached = (windows[i] - 1) * strides[i] + spanOf(kernel.shape[i], dilations[i]);
    return length - (reached - low - high);
  });
  return apply("convInputGradient", [g, kernel], { ...convolution, outputPadding });
}
