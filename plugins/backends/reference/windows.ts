/**
 * Convolution and pooling: windows that slide over the spatial axes, in any number of them.
 *
 * @module
 */

import { type Shape, sizeOf, stridesOf } from "../../../core/shape.ts";
import {
  type Convolution,
  marginsOf,
  spanOf,
  spatialDims,
  type Windows,
} from "../../../core/windows.ts";
import { type Kernels, offsetsOf, valuesOf } from "./_values.ts";

/** What stands for a place outside of the input. */
const OUTSIDE = -1;

/**
 * Where the elements of each window lie among the spatial places of the input, or {@linkcode OUTSIDE}: a row for each
 * window, an entry for each element.
 */
function windowTable(
  spatial: Shape,
  windows: Shape,
  size: Shape,
  placement: Windows & { dilations?: readonly number[] },
): Int32Array {
  const { strides, dilations = size.map(() => 1) } = placement;
  const margins = marginsOf(placement, spatial, size.map((n, i) => spanOf(n, dilations[i])));
  const steps = stridesOf(spatial);
  const [window, element] = [windows, size].map((shape) => indicesOf(shape));
  const table = new Int32Array(window.length * element.length);
  let entry = 0;
  for (const w of window) {
    for (const e of element) {
      let place = 0;
      for (let i = 0; i < spatial.length && place !== OUTSIDE; i++) {
        const at = w[i] * strides[i] + e[i] * dilations[i] - margins[i][0];
        place = at < 0 || at >= spatial[i] ? OUTSIDE : place + at * steps[i];
      }
      table[entry++] = place;
    }
  }
  return table;
}

/** All indices of a shape, the last axis running fastest. */
function indicesOf(shape: Shape): number[][] {
  const places = offsetsOf(shape, stridesOf(shape));
  const steps = stridesOf(shape);
  return Array.from(
    places,
    (place) => shape.map((length, axis) => Math.floor(place / steps[axis]) % length),
  );
}

/** The operands of a convolution: input, kernel and result. */
interface Shapes {
  x: Shape;
  kernel: Shape;
  y: Shape;
}

/** Visits every product `x · kernel` that a convolution adds to an element of `y`, by their places. */
function eachProduct(
  { x, kernel, y }: Shapes,
  attributes: Convolution,
  visit: (x: number, kernel: number, y: number) => void,
): void {
  const { groups } = attributes;
  const [spatial, windows, size] = [spatialDims(x), spatialDims(y), kernel.slice(0, -2)];
  const [places, count, elements] = [spatial, windows, size].map(sizeOf);
  const [channels, filters] = [x[x.length - 1], y[y.length - 1]];
  const [groupChannels, groupFilters] = [channels / groups, filters / groups];
  const table = windowTable(spatial, windows, size, attributes);
  for (let n = 0; n < x[0]; n++) {
    for (let w = 0; w < count; w++) {
      const yRow = (n * count + w) * filters;
      for (let e = 0; e < elements; e++) {
        const place = table[w * elements + e];
        if (place === OUTSIDE) continue;
        const xRow = (n * places + place) * channels;
        for (let group = 0; group < groups; group++) {
          for (let c = 0; c < groupChannels; c++) {
            const xPlace = xRow + group * groupChannels + c;
            const kernelRow = (e * groupChannels + c) * filters;
            for (let f = group * groupFilters; f < (group + 1) * groupFilters; f++) {
              visit(xPlace, kernelRow + f, yRow + f);
            }
          }
        }
      }
    }
  }
}

/** Kernels of convolution and pooling. Products add up in float64 and are rounded once. */
export const windows = {
  conv: {
    run([x, kernel], [y], attributes) {
      const [xs, ks, sums] = [valuesOf(x), valuesOf(kernel), new Float64Array(y.size)];
      const shapes = { x: x.shape, kernel: kernel.shape, y: y.shape };
      eachProduct(shapes, attributes, (i, k, o) => sums[o] += xs[i] * ks[k]);
      valuesOf(y).set(sums);
    },
  },

  convInputGradient: {
    run([g, kernel], [x], attributes) {
      const [gs, ks, sums] = [valuesOf(g), valuesOf(kernel), new Float64Array(x.size)];
      const shapes = { x: x.shape, kernel: kernel.shape, y: g.shape };
      eachProduct(shapes, attributes, (i, k, o) => sums[i] += gs[o] * ks[k]);
      valuesOf(x).set(sums);
    },
  },

  convKernelGradient: {
    run([x, g], [kernel], attributes) {
      const [xs, gs, sums] = [valuesOf(x), valuesOf(g), new Float64Array(kernel.size)];
      const shapes = { x: x.shape, kernel: kernel.shape, y: g.shape };
      eachProduct(shapes, attributes, (i, k, o) => sums[k] += xs[i] * gs[o]);
      valuesOf(kernel).set(sums);
    },
  },

  poolArgmax: {
    run([x], [out], attributes) {
      const [spatial, windows] = [spatialDims(x.shape), spatialDims(out.shape)];
      const [places, count, elements] = [spatial, windows, attributes.size].map(sizeOf);
      const channels = x.shape[x.shape.length - 1];
      const table = windowTable(spatial, windows, attributes.size, attributes);
      const [values, result] = [valuesOf(x), valuesOf(out)];
      for (let i = 0; i < out.size; i++) {
        const channel = i % channels;
        const window = Math.floor(i / channels) % count;
        const first = Math.floor(i / channels / count) * places * channels + channel;
        let best = OUTSIDE;
        for (let e = 0; e < elements; e++) {
          const place = table[window * elements + e];
          if (place === OUTSIDE) continue;
          const at = first + place * channels;
          const isNew = best === OUTSIDE || values[at] > values[best] ||
            (Number.isNaN(values[at]) && !Number.isNaN(values[best]));
          if (isNew) best = at;
        }
        result[i] = best;
      }
    },
  },
} satisfies Kernels;
