/**
 * Pooling: one value for each window that slides over the spatial axes, under the names of `keras.ops`.
 *
 * @module
 */

import { convInputGradient } from "../convolution_gradients.ts";
import { apply, applyComposite, defineComposite } from "../dispatch.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { inferPool, type Margins, marginsOf, type Pooling, spatialDims } from "../windows.ts";
import {
  paddingOf,
  perAxis,
  spatialAxes,
  type WindowOptions,
  withChannelsLast,
} from "./convolution.ts";
import { ones, onesLike } from "./creation.ts";
import { divide } from "./elementwise.ts";
import { take } from "./indexing.ts";
import { reshape, sliceAxis } from "./movement.ts";
import { asFloat, asTensor, type Operand, placedWith } from "./operand.ts";

/** Options of pooling. */
export interface PoolOptions extends Omit<WindowOptions, "strides"> {
  /** That of a window, from 1 on; one for all axes or one each. */
  poolSize: number | readonly number[];
  /** How far from a window to the next, from 1 on. @default poolSize */
  strides?: number | readonly number[] | null;
}

function pool(
  operation: string,
  x: Tensor,
  options: PoolOptions,
  run: (x: Tensor, pooling: Pooling) => Tensor,
): Tensor {
  const axes = spatialAxes(operation, x);
  const { poolSize, padding = "valid", dataFormat = "channelsLast" } = options;
  const size = perAxis(operation, "poolSize", poolSize, axes);
  const strides = perAxis(operation, "strides", options.strides ?? size, axes);
  return withChannelsLast(x, dataFormat, (images) => {
    const spatial = spatialDims(images.dims);
    return run(images, {
      size,
      strides,
      padding: paddingOf(operation, padding, spatial, size, strides),
    });
  });
}

// The greatest.

const maxPoolGradientComposite = defineComposite<Pooling>({
  name: "maxPoolGradient",
  infer: ([x]) => [{ dims: x.dims, dtype: x.dtype }],
  compose: ([x, , g], pooling) => {
    const places = reshape(apply("poolArgmax", [x], pooling), [-1]);
    const sums = apply("scatterAdd", [reshape(g, [-1]), places], { axis: 0, size: x.size });
    return [reshape(sums, x.dims)];
  },
});

const maxPoolComposite = defineComposite<Pooling>({
  name: "maxPool",
  infer: ([x], pooling) => [inferPool("take the maximum of windows", x, pooling)],
  compose: ([x], pooling) => [take(reshape(x, [-1]), apply("poolArgmax", [x], pooling))],
  gradient: ({ inputs: [x], outputs: [y], attributes }, [g]) => [
    g && applyComposite(maxPoolGradientComposite, [x, y, g], attributes)[0],
  ],
});

/**
 * The greatest element of each window: `[batch, …spatial, channels]` to `[batch, …windows, channels]`. Padding is
 * never the greatest; NaN is. A gradient goes to the first of equals.
 *
 * @throws {RangeError} When a window is larger than the input.
 */
export function maxPool(x: Operand, options: PoolOptions): Tensor {
  return pool(
    "take the maximum of windows",
    asTensor(x),
    options,
    (images, pooling) => applyComposite(maxPoolComposite, [images], pooling)[0],
  );
}

// The mean.

/** A kernel of ones for each channel, which sums up windows. */
function summing(x: Tensor, { size, strides, padding }: Pooling) {
  const channels = x.shape[x.ndim - 1];
  const kernel = placedWith(x, ones([...size, 1, channels], { dtype: x.dtype }));
  const dilations = size.map(() => 1);
  return { kernel, convolution: { strides, padding, dilations, groups: channels } };
}

/** How many elements of the input each window has, `[1, …windows, 1]`; a number where all have as many. */
function elementCounts(x: Tensor, pooling: Pooling): Tensor | number {
  const { padding } = pooling;
  if (padding !== "same" && padding.every(([low, high]) => low === 0 && high === 0)) {
    return sizeOf(pooling.size);
  }
  const one = onesLike(sliceAxis(sliceAxis(x, 0, 0, 1), x.ndim - 1, 0, 1));
  const { kernel, convolution } = summing(one, pooling);
  return apply("conv", [one, kernel], convolution);
}

type AveragePoolGradient = Pooling & { padding: Margins; spatial: readonly number[] };

const averagePoolGradientComposite = defineComposite<AveragePoolGradient>({
  name: "averagePoolGradient",
  infer: ([g], { spatial }) => [{
    dims: [g.dims[0], ...spatial, g.dims[g.dims.length - 1]],
    dtype: g.dtype,
  }],
  compose: ([g], { spatial, ...pooling }) => {
    const shape = [g.shape[0], ...spatial, g.shape[g.ndim - 1]];
    const { kernel, convolution } = summing(g, pooling);
    const one = ones([1, ...spatial, 1], { dtype: g.dtype });
    const share = divide(g, elementCounts(placedWith(g, one), pooling));
    return [convInputGradient(shape, kernel, share, { ...convolution, padding: pooling.padding })];
  },
});

const averagePoolComposite = defineComposite<Pooling>({
  name: "averagePool",
  infer: ([x], pooling) => [inferPool("average windows", x, pooling)],
  compose: ([x], pooling) => {
    const { kernel, convolution } = summing(x, pooling);
    return [divide(apply("conv", [x, kernel], convolution), elementCounts(x, pooling))];
  },
  gradient: ({ inputs: [x], attributes }, [g]) => {
    if (g === null) return [null];
    const spatial = spatialDims(x.shape);
    const padding = marginsOf(attributes, spatial, attributes.size);
    return applyComposite(averagePoolGradientComposite, [g], { ...attributes, padding, spatial });
  },
});

/**
 * The mean of each window: `[batch, …spatial, channels]` to `[batch, …windows, channels]`. Padding does not count.
 *
 * @throws {RangeError} When a window is larger than the input.
 */
export function averagePool(x: Operand, options: PoolOptions): Tensor {
  return pool(
    "average windows",
    asFloat(x),
    options,
    (images, pooling) => applyComposite(averagePoolComposite, [images], pooling)[0],
  );
}
