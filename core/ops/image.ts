/**
 * Operations on images, under the names of `keras.ops.image`.
 *
 * @module
 */

import { apply, applyComposite, defineComposite } from "../dispatch.ts";
import { errors } from "../errors.ts";
import { oneOf } from "../options.ts";
import { type Dims, isKnown, knownDim, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { spatialDims } from "../windows.ts";
import { type DataFormat, perAxis, spatialAxes, withChannelsLast } from "./convolution.ts";
import { tensor } from "./creation.ts";
import { add } from "./elementwise.ts";
import { take } from "./indexing.ts";
import { matmul } from "./linalg.ts";
import { expandDims, repeat, reshape, sliceAxis, squeeze } from "./movement.ts";
import { asFloat, asTensor, type Operand, placedWith } from "./operand.ts";
import { pad } from "./padding.ts";

/** The names of {@linkcode Interpolation}. */
export const INTERPOLATIONS = ["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"] as const;

/** How pixels between pixels are made out. */
export type Interpolation = typeof INTERPOLATIONS[number];

/** How {@linkcode resize} is done. */
export interface ResizeOptions {
  /** The height and the width that come out, from 1 on. */
  size: readonly [height: number, width: number];
  /** How pixels between pixels are made out. @default "bilinear" */
  interpolation?: Interpolation;
  /** Whether each pixel of a smaller image is made of all that it covers; not with `"nearest"`. @default false */
  antialias?: boolean;
  /** Whether what the new aspect ratio has no room for is cut off, evenly at both ends. @default false */
  cropToAspectRatio?: boolean;
  /** Whether what the new aspect ratio has room for beside is filled, evenly at both ends. @default false */
  padToAspectRatio?: boolean;
  /** What fills it. @default "constant" */
  fillMode?: "constant";
  /** The constant. @default 0 */
  fillValue?: number;
  /** Whether channels stand last, or first behind the batch. @default "channelsLast" */
  dataFormat?: DataFormat;
}

/** A weight by the distance from a pixel, and the distance from which on it is 0. */
interface Filter {
  readonly radius: number;
  weigh(distance: number): number;
}

function lanczos(radius: number): Filter {
  return {
    radius,
    weigh: (x) => {
      if (x === 0) return 1;
      return radius * Math.sin(Math.PI * x) * Math.sin(Math.PI * x / radius) / (Math.PI * x) ** 2;
    },
  };
}

const FILTERS: Readonly<Record<Exclude<Interpolation, "nearest">, Filter>> = {
  bilinear: { radius: 1, weigh: (x) => 1 - x },
  // Keys, "Cubic convolution interpolation for digital image processing", 1981, with a = −1/2.
  bicubic: {
    radius: 2,
    weigh: (x) => x < 1 ? (1.5 * x - 2.5) * x * x + 1 : ((-0.5 * x + 2.5) * x - 4) * x + 2,
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

/** What {@linkcode resize} hands to kernels and exporters. */
interface Resizing {
  readonly size: readonly number[];
  readonly interpolation: Interpolation;
  readonly antialias: boolean;
}

/** Where the middle of a pixel of the result lies among those of the input, pixels being squares of side 1. */
function middleOf(i: number, from: number, to: number): number {
  return (i + 0.5) * from / to - 0.5;
}

/** The weight of each pixel of the input in each of the result: `[to, from]`, each row adding up to 1. */
function interpolationMatrix(
  from: number,
  to: number,
  { radius, weigh }: Filter,
  antialias: boolean,
): Float64Array {
  const width = antialias ? Math.max(from / to, 1) : 1;
  const matrix = new Float64Array(to * from);
  for (let i = 0; i < to; i++) {
    const row = matrix.subarray(i * from, (i + 1) * from);
    const middle = middleOf(i, from, to);
    let total = 0;
    for (let j = 0; j < from; j++) {
      const distance = Math.abs(middle - j) / width;
      row[j] = distance < radius ? weigh(distance) : 0;
      total += row[j];
    }
    for (let j = 0; j < from; j++) row[j] /= total;
  }
  return matrix;
}

/** One of the spatial axes of `[batch, …spatial, channels]` resized. */
function resizeAxis(
  x: Tensor,
  axis: number,
  to: number,
  { interpolation, antialias }: Resizing,
): Tensor {
  const from = knownDim("resize images", x.dims, axis);
  if (from === to) return x;
  if (interpolation === "nearest") {
    const nearest = Int32Array.from({ length: to }, (_, i) => Math.floor((i + 0.5) * from / to));
    return take(x, placedWith(x, tensor(nearest, { dtype: "int32" })), { axis });
  }
  const weights = interpolationMatrix(from, to, FILTERS[interpolation], antialias);
  const matrix = placedWith(x, tensor(weights, { shape: [to, from], dtype: x.dtype }));
  // All that follows the axis is one row of a matrix.
  const rows = x.dims.reduce(
    (n: number, _, i) => i > axis ? n * knownDim("resize images", x.dims, i) : n,
    1,
  );
  const product = matmul(matrix, reshape(x, [...x.dims.slice(0, axis + 1), rows]));
  return reshape(product, x.dims.with(axis, to));
}

const resizeComposite = defineComposite<Resizing>({
  name: "resize",
  infer: ([{ dims, dtype }], { size }) => [{ dims: [dims[0], ...size, dims.at(-1)!], dtype }],
  compose: ([x], resizing) => [
    resizing.size.reduce((part, to, i) => resizeAxis(part, i + 1, to, resizing), x),
  ],
});

/** The height or width that goes with the other one at the aspect ratio of the result. */
function atRatio(other: number, [own, beside]: readonly number[]): number {
  return Math.trunc(other * own / beside);
}

function toAspectRatio(images: Tensor, size: Shape, options: ResizeOptions): Tensor {
  const { cropToAspectRatio = false, padToAspectRatio = false, fillValue = 0 } = options;
  if (!cropToAspectRatio && !padToAspectRatio) return images;
  const [height, width] = [1, 2].map((axis) => knownDim("resize images", images.dims, axis));
  const fitting = [atRatio(width, size), atRatio(height, size.toReversed())];
  if (cropToAspectRatio) {
    return [height, width].reduce((cropped, length, i) => {
      const kept = Math.max(Math.min(length, fitting[i]), 1);
      const start = Math.trunc((length - kept) / 2);
      return sliceAxis(cropped, i + 1, start, start + kept);
    }, images);
  }
  const margins = [height, width].map((length, i): [number, number] => {
    const margin = Math.trunc((Math.max(length, fitting[i]) - length) / 2);
    return [margin, margin];
  });
  return pad(images, [[0, 0], ...margins, [0, 0]], { constantValues: fillValue });
}

/**
 * Images in another size: `[batch, height, width, channels]`, or one image without the batch.
 *
 * Pixels are squares, whose middles are what is interpolated; beyond the edges there is nothing, what is left of the
 * weights adds up to 1. `"bicubic"` is Keys's with a = −1/2. Whole numbers stay such with `"nearest"` alone.
 *
 * @throws {RangeError} When a size is below 1, an option is unknown, or height or width of the images are.
 */
export function resize(images: Operand, options: ResizeOptions): Tensor {
  const operation = "resize images";
  const { antialias = false, dataFormat = "channelsLast", fillMode = "constant" } = options;
  const interpolation = oneOf(
    operation,
    "interpolation",
    options.interpolation ?? "bilinear",
    INTERPOLATIONS,
  );
  oneOf(operation, "fillMode", fillMode, ["constant"]);
  const size = perAxis(operation, "size", options.size, 2);
  if (options.cropToAspectRatio && options.padToAspectRatio) {
    const requirement = "false where cropToAspectRatio is true";
    throw errors.option(operation, "padToAspectRatio", requirement, true);
  }
  const x = interpolation === "nearest" ? asTensor(images) : asFloat(images);
  if (x.ndim !== 3 && x.ndim !== 4) {
    throw errors.rank(operation, "four axes, [batch, height, width, channels], or three", x.dims);
  }
  const batch = x.ndim === 4 ? x : expandDims(x, 0);
  const resized = withChannelsLast(batch, dataFormat, (last) => {
    const fitting = toAspectRatio(last, size, options);
    return applyComposite(resizeComposite, [fitting], { size, interpolation, antialias })[0];
  });
  return x.ndim === 4 ? resized : squeeze(resized, 0);
}

interface Upsampling {
  readonly factors: readonly number[];
}

function upsampledDims(dims: Dims, { factors }: Upsampling): Dims {
  const spatial = spatialDims(dims).map((d, i) => d === null ? null : d * factors[i]);
  return [dims[0], ...spatial, dims[dims.length - 1]];
}

/** An axis of unknown size repeated: the sum of what is spread out with zeros in between, once for each place there. */
function spreadAxis(x: Tensor, axis: number, factor: number): Tensor {
  const along = (n: number): number[] => x.dims.map((_, i) => i === axis ? n : 0);
  const spread = Array.from({ length: factor }, (_, place) =>
    apply("pad", [x], {
      low: along(place),
      high: along(factor - 1 - place),
      interior: along(factor - 1),
      value: 0,
    }));
  return spread.reduce((sum, part) => add(sum, part));
}

const upsampleComposite = defineComposite<Upsampling>({
  name: "upsample",
  infer: ([{ dims, dtype }], upsampling) => [{ dims: upsampledDims(dims, upsampling), dtype }],
  compose: ([x], { factors }) => {
    const larger = isKnown(x.dims.slice(1))
      ? (part: Tensor, factor: number, i: number) => repeat(part, factor, { axis: i + 1 })
      : (part: Tensor, factor: number, i: number) => spreadAxis(part, i + 1, factor);
    return [factors.reduce(larger, x)];
  },
});

/**
 * Each element repeated along the spatial axes: `[batch, …spatial, channels]` to `[batch, …spatial · factor, channels]`.
 * The sizes may be unknown; it is `resize` by whole factors with `"nearest"`.
 *
 * @throws {RangeError} When the factors are not whole numbers from 1 on, one for all spatial axes or one each.
 */
export function upsample(
  x: Operand,
  options: { factors: number | readonly number[]; dataFormat?: DataFormat },
): Tensor {
  const operation = "upsample";
  const input = asTensor(x);
  const factors = perAxis(operation, "factors", options.factors, spatialAxes(operation, input));
  const { dataFormat = "channelsLast" } = options;
  return withChannelsLast(
    input,
    dataFormat,
    (images) => applyComposite(upsampleComposite, [images], { factors })[0],
  );
}
