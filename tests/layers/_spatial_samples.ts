/** Samples of the layers for sequences, images and volumes, with options that are not the defaults. */

interface SpatialSample {
  config: Record<string, unknown>;
  shape: readonly number[];
  weights: string[];
}

const normal = (seed: number) => ({ className: "RandomNormal", config: { stddev: 0.3, seed } });

/** Options of a weight: `kernel` gives kernelInitializer, kernelRegularizer and kernelConstraint. */
function weightOptions(weight: string, seed: number): Record<string, unknown> {
  return {
    [`${weight}Initializer`]: normal(seed),
    [`${weight}Regularizer`]: { className: "L1", config: { l1: 0.5 } },
    [`${weight}Constraint`]: { className: "MaxNorm", config: { maxValue: 3 } },
  };
}

const BIASED = { ...weightOptions("bias", 2), activityRegularizer: "l1l2", activation: "tanh" };

/** One example with two channels, which stand first. */
const FIRST = { dataFormat: "channelsFirst" };
const SHAPES: Record<number, readonly number[]> = { 1: [2, 6], 2: [2, 5, 4], 3: [2, 3, 3, 4] };
/** One example, its channels standing last. */
const LAST: Record<number, readonly number[]> = { 1: [6, 2], 2: [5, 4, 2], 3: [3, 3, 4, 2] };

function each(
  axes: readonly number[],
  name: (axes: number) => string,
  sample: (axes: number) => SpatialSample,
): Record<string, SpatialSample> {
  return Object.fromEntries(axes.map((n) => [name(n), sample(n)]));
}

/** A list with an entry for each axis, none like the next. */
const perAxis = (axes: number, ...values: unknown[]): unknown[] => values.slice(0, axes);

const windows = (axes: number) => ({
  strides: perAxis(axes, 2, 1, 2),
  padding: "same",
  ...FIRST,
});

/** By the names of the layers. */
export const SPATIAL_SAMPLES: Record<string, SpatialSample> = {
  ...each([1, 2, 3], (n) => `Conv${n}D`, (n) => ({
    config: {
      ...BIASED,
      ...weightOptions("kernel", 1),
      ...windows(n),
      filters: 4,
      kernelSize: perAxis(n, 3, 2, 1),
      groups: 2,
    },
    shape: SHAPES[n],
    weights: ["kernel", "bias"],
  })),
  ...each([1, 2, 3], (n) => `Conv${n}DTranspose`, (n) => ({
    config: {
      ...BIASED,
      ...weightOptions("kernel", 1),
      ...windows(n),
      filters: 3,
      kernelSize: perAxis(n, 3, 2, 2),
      outputPadding: perAxis(n, 1, 0, 1),
    },
    shape: n === 3 ? [2, 2, 2, 2] : SHAPES[n],
    weights: ["kernel", "bias"],
  })),
  ...each([1, 2], (n) => `DepthwiseConv${n}D`, (n) => ({
    config: {
      ...BIASED,
      ...weightOptions("depthwise", 1),
      ...FIRST,
      kernelSize: perAxis(n, 3, 2),
      dilationRate: perAxis(n, 2, 1),
      depthMultiplier: 2,
    },
    shape: SHAPES[n],
    weights: ["kernel", "bias"],
  })),
  ...each([1, 2], (n) => `SeparableConv${n}D`, (n) => ({
    config: {
      ...BIASED,
      ...weightOptions("depthwise", 1),
      ...weightOptions("pointwise", 3),
      ...windows(n),
      filters: 3,
      kernelSize: perAxis(n, 3, 2),
      depthMultiplier: 2,
    },
    shape: SHAPES[n],
    weights: ["depthwiseKernel", "pointwiseKernel", "bias"],
  })),
  ...each([1, 2, 3], (n) => `MaxPooling${n}D`, (n) => ({
    config: { ...windows(n), poolSize: perAxis(n, 2, 3, 2) },
    shape: SHAPES[n],
    weights: [],
  })),
  ...each([1, 2, 3], (n) => `AveragePooling${n}D`, (n) => ({
    config: { ...windows(n), poolSize: perAxis(n, 2, 3, 2) },
    shape: SHAPES[n],
    weights: [],
  })),
  ...each([1, 2, 3], (n) => `GlobalMaxPooling${n}D`, (n) => ({
    config: { ...FIRST, keepdims: true },
    shape: SHAPES[n],
    weights: [],
  })),
  ...each([1, 2, 3], (n) => `GlobalAveragePooling${n}D`, (n) => ({
    config: { ...FIRST, keepdims: true },
    shape: SHAPES[n],
    weights: [],
  })),
  ...each([1, 2, 3], (n) => `ZeroPadding${n}D`, (n) => ({
    config: { ...FIRST, padding: n === 1 ? [2, 0] : perAxis(n, [1, 0], [0, 2], [1, 1]) },
    shape: SHAPES[n],
    weights: [],
  })),
  Cropping1D: { config: { cropping: [0, 2] }, shape: LAST[1], weights: [] },
  ...each([2, 3], (n) => `Cropping${n}D`, (n) => ({
    config: { ...FIRST, cropping: perAxis(n, [1, 0], [0, 2], [1, 1]) },
    shape: SHAPES[n],
    weights: [],
  })),
  UpSampling1D: { config: { size: 3 }, shape: LAST[1], weights: [] },
  UpSampling2D: {
    config: { ...FIRST, size: [3, 2], interpolation: "bicubic" },
    shape: SHAPES[2],
    weights: [],
  },
  UpSampling3D: { config: { ...FIRST, size: [1, 2, 3] }, shape: SHAPES[3], weights: [] },
  Resizing: {
    config: {
      ...FIRST,
      height: 3,
      width: 7,
      interpolation: "lanczos3",
      antialias: true,
      padToAspectRatio: true,
      fillValue: 0.5,
    },
    shape: SHAPES[2],
    weights: [],
  },
};
