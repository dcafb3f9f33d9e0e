/**
 * The calls that every backend must answer as the reference does: each primitive, each dtype it
 * takes, and shapes from scalars and nothing at all to odd sizes past the width of any vector unit.
 *
 * @module
 */

import { type DType, DTYPES, isFloating } from "../../core/dtype.ts";
import type { NoAttributes, Primitive, PrimitiveAttributes } from "../../core/primitives.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import {
  draw,
  drawIndices,
  type Sample,
  sampleOf,
  special,
  specialRows,
  sweep,
} from "./samples.ts";
import type { Case } from "./stage.ts";
import { windowCases } from "./window_cases.ts";

const FLOATS: readonly DType[] = ["float32", "float64"];
const NUMBERS: readonly DType[] = ["float32", "float64", "int32"];
const WHOLE: readonly DType[] = ["int32", "bool"];

/**
 * Scalars, nothing, one element, and lengths around the widths of vector units and of their
 * unrolled loops.
 */
const SHAPES: readonly Shape[] = [
  ...[[], [0], [1], [2], [3], [2, 0, 3], [7], [1, 1], [3, 5], [16], [17], [2, 3, 4]],
  ...[[31], [5, 13], [1, 64], [67], [3, 2, 1, 5], [129]],
];

/** Every way in which two shapes may meet. */
const PAIRS: readonly (readonly [Shape, Shape])[] = [
  ...SHAPES.map((shape) => [shape, shape] as const),
  ...[
    [[], [3]],
    [[1], [5]],
    [[0], [1]],
    [[2, 0], [1, 1]],
    [[17], [3, 17]],
    [[3, 1], [3, 19]],
    [[1, 5], [4, 1]],
    [[2, 3, 4], [3, 1]],
    [[2, 1, 4], [3, 1]],
    [[4, 1, 3], [2, 1]],
    [[2, 3, 1, 5], [1, 4, 1]],
    [[1, 1, 33], [2, 3, 33]],
  ].flatMap(([a, b]) => [[a, b], [b, a]] as const),
];

type Cases<Attributes> = () => Case<Attributes>[];
type Plain = Cases<NoAttributes>;

const calls = <A>(samples: readonly Sample[], attributes: A) =>
  samples.map((x) => ({ inputs: [x], attributes }));

/** One input; floats also over a range of values. */
function unary(dtypes: readonly DType[], limit = 20): Plain {
  return () =>
    dtypes.flatMap((dtype) => [
      ...calls(SHAPES.map((shape) => draw(dtype, shape)), {}),
      ...calls([special(dtype)], {}),
      ...(isFloating(dtype) ? calls([sweep(dtype, limit)], {}) : []),
      ...large(dtype, [[40_003]]),
    ]);
}

/** Two inputs: all pairs of shapes; all pairs of special values, broadcast and side by side. */
function binary(
  dtypes: readonly DType[],
  values: (dtype: DType) => Sample = (dtype) => special(dtype),
): Plain {
  return () =>
    dtypes.flatMap((dtype) => {
      const one = values(dtype);
      const n = one.values.length;
      const column = { ...one, shape: [n, 1] };
      const tiled = (at: (i: number) => number): Sample =>
        sampleOf(dtype, [n * n], Array.from({ length: n * n }, (_, i) => one.values[at(i)]));
      const [first, second] = [tiled((i) => Math.floor(i / n)), tiled((i) => i % n)];
      return [
        ...PAIRS.map(([a, b]) => ({
          inputs: [draw(dtype, a, 1), draw(dtype, b, 2)],
          attributes: {},
        })),
        { inputs: [column, one], attributes: {} },
        { inputs: [one, column], attributes: {} },
        { inputs: [first, second], attributes: {} },
        ...large(dtype, [[40_003], [40_003]]),
        ...large(dtype, [[301, 133], [133]]),
        ...large(dtype, [[301, 133], [301, 1]]),
      ];
    });
}

/** A call on float32 that is large enough for threads. */
function large(dtype: DType, shapes: readonly Shape[]): Case<NoAttributes>[] {
  if (dtype !== "float32") return [];
  const inputs = shapes.map((shape, i) => draw(dtype, shape, i));
  return [{ inputs, attributes: {}, large: true }];
}

/** All subsets of the axes of a shape. */
function subsets(ndim: number): number[][] {
  return Array.from(
    { length: 2 ** ndim },
    (_, bits) => Array.from({ length: ndim }, (_, axis) => axis).filter((axis) => bits >> axis & 1),
  );
}

/** Every set of axes of some shapes. */
function reduce(
  dtypes: readonly DType[],
  emptyIsDefined: boolean,
  mayBeLarge = true,
): Cases<PrimitiveAttributes["sum"]> {
  const usual: Shape[] = [[], [1], [7], [33], [130], [3, 5], [5, 67], [67, 5], [2, 3, 5]];
  const shapes: Shape[] = [...usual, [2, 1, 3, 2], [0], [0, 3], [2, 0, 3]];
  return () =>
    dtypes.flatMap((dtype) => [
      ...shapes.flatMap((shape) =>
        subsets(shape.length)
          .filter((axes) => emptyIsDefined || axes.every((axis) => shape[axis] > 0))
          .flatMap((axes) =>
            [false, true].map((keepdims) => ({
              inputs: [draw(dtype, shape)],
              attributes: { axes, keepdims },
            }))
          )
      ),
      ...(dtype === "float32" && mayBeLarge ? [[0], [1], [0, 1]] : []).map((axes) => ({
        inputs: [draw(dtype, [203, 197])],
        attributes: { axes, keepdims: false },
        large: true,
      })),
      ...specialRows(dtype).map((x) => ({
        inputs: [x],
        attributes: { axes: [1], keepdims: false },
      })),
    ]);
}

/** Attributes for every axis of some shapes. */
function alongAxes<A>(
  dtypes: readonly DType[],
  attributes: readonly A[],
  emptyIsDefined: boolean,
): () => { inputs: Sample[]; attributes: A & { axis: number } }[] {
  const shapes: Shape[] = [[1], [2], [9], [40], [3, 5], [4, 1, 6], [2, 3, 4], [17, 3], [3, 0]];
  return () =>
    dtypes.flatMap((dtype) =>
      [...shapes.map((shape) => draw(dtype, shape)), ...specialRows(dtype), special(dtype)]
        .flatMap((x) =>
          x.shape.flatMap((length, axis) =>
            length === 0 && !emptyIsDefined
              ? []
              : attributes.map((rest) => ({ inputs: [x], attributes: { ...rest, axis } }))
          )
        )
    );
}

/** Shapes of the batches and matrices, each with and without transposing. */
function matmul(): Case<PrimitiveAttributes["matmul"]>[] {
  const sizes: [batchA: Shape, batchB: Shape, m: number, k: number, n: number][] = [
    [[], [], 1, 1, 1],
    [[], [], 2, 3, 4],
    [[], [], 1, 17, 9],
    [[], [], 9, 17, 1],
    [[], [], 5, 8, 13],
    [[], [], 33, 7, 18],
    [[], [], 4, 0, 3],
    [[], [], 0, 3, 2],
    [[], [], 3, 2, 0],
    [[2], [2], 3, 4, 5],
    [[2], [], 3, 4, 5],
    [[], [3], 2, 5, 3],
    [[2, 1], [3], 2, 3, 4],
    [[0], [1], 2, 3, 4],
  ];
  const transposes = [[false, false], [true, false], [false, true], [true, true]];
  const call = (
    dtype: DType,
    [batchA, batchB, m, k, n]: typeof sizes[number],
    [transposeA, transposeB]: boolean[],
  ): Case<PrimitiveAttributes["matmul"]> => ({
    inputs: [
      draw(dtype, [...batchA, ...(transposeA ? [k, m] : [m, k])], 1),
      draw(dtype, [...batchB, ...(transposeB ? [n, k] : [k, n])], 2),
    ],
    attributes: { transposeA, transposeB },
  });
  return [
    ...NUMBERS.flatMap((dtype) =>
      sizes.flatMap((size) => transposes.map((transpose) => call(dtype, size, transpose)))
    ),
    ...transposes.flatMap((transpose) => [
      { ...call("float32", [[], [], 131, 67, 93], transpose), large: true },
      { ...call("float32", [[5], [5], 37, 41, 29], transpose), large: true },
    ]),
    {
      inputs: [special("int32", [6, 8]), special("int32", [8, 6])],
      attributes: { transposeA: false, transposeB: false },
    },
  ];
}

/** All orders of some axes. */
function orders(ndim: number): number[][] {
  if (ndim === 0) return [[]];
  return orders(ndim - 1).flatMap((order) =>
    Array.from({ length: ndim }, (_, at) => [...order.slice(0, at), ndim - 1, ...order.slice(at)])
  );
}

/** Calls on every dtype. */
function moves<A>(list: readonly (readonly [Shape, A])[]): Cases<A> {
  return () =>
    DTYPES.flatMap((dtype) =>
      list.map(([shape, attributes]) => ({
        inputs: [special(dtype, shape)],
        attributes,
        large: sizeOf(shape) > 10_000,
      }))
    );
}

function concatenations(): Case<PrimitiveAttributes["concatenate"]>[] {
  const lists: [axis: number, ...Shape[]][] = [
    [0, [3]],
    [0, [2], [3], [1]],
    [0, [0], [4]],
    [0, [2, 3], [1, 3]],
    [1, [2, 3], [2, 0], [2, 17]],
    [1, [2, 1, 4], [2, 3, 4]],
    [2, [2, 2, 1], [2, 2, 5], [2, 2, 2]],
  ];
  return DTYPES.flatMap((dtype) =>
    lists.map(([axis, ...shapes]) => ({
      inputs: shapes.map((shape, i) => draw(dtype, shape, i)),
      attributes: { axis },
    }))
  );
}

/** Shapes of values and of indices, and an axis. */
const TAKES: readonly (readonly [Shape, Shape, number])[] = [
  [[5], [], 0],
  [[5], [7], 0],
  [[5], [0], 0],
  [[4, 3], [6], 0],
  [[4, 17], [5], 0],
  [[4, 3], [2, 3], 1],
  [[2, 5, 3], [2, 2], 1],
  [[2, 0, 3], [0], 1],
  [[0, 4], [3], 1],
];

function takes(): Case<PrimitiveAttributes["take"]>[] {
  return DTYPES.flatMap((dtype) =>
    TAKES.map(([shape, indices, axis]) => ({
      inputs: [special(dtype, shape), drawIndices(indices, shape[axis])],
      attributes: { axis },
    }))
  );
}

function scatterAdds(): Case<PrimitiveAttributes["scatterAdd"]>[] {
  return DTYPES.flatMap((dtype) =>
    TAKES.map(([shape, indices, axis]) => ({
      inputs: [
        draw(dtype, [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)]),
        drawIndices(indices, shape[axis]),
      ],
      attributes: { axis, size: shape[axis] },
    }))
  );
}

/** A shape, an axis, and how many indices there are along it. */
const ALONG: readonly (readonly [Shape, number, number])[] = [
  [[5], 0, 3],
  [[5], 0, 9],
  [[4, 3], 0, 2],
  [[4, 3], 1, 5],
  [[2, 5, 3], 1, 4],
  [[2, 3, 7], 2, 1],
  [[2, 3], 1, 0],
  [[0, 3], 1, 2],
];

function takesAlong(): Case<PrimitiveAttributes["takeAlongAxis"]>[] {
  return DTYPES.flatMap((dtype) =>
    ALONG.map(([shape, axis, count]) => ({
      inputs: [
        special(dtype, shape),
        drawIndices(shape.map((d, i) => i === axis ? count : d), shape[axis]),
      ],
      attributes: { axis },
    }))
  );
}

function scatterAddsAlong(): Case<PrimitiveAttributes["scatterAddAlongAxis"]>[] {
  return DTYPES.flatMap((dtype) =>
    ALONG.map(([shape, axis, count]) => {
      const updates = shape.map((d, i) => i === axis ? count : d);
      return {
        inputs: [draw(dtype, updates), drawIndices(updates, shape[axis])],
        attributes: { axis, size: shape[axis] },
      };
    })
  );
}

function scatterUpdates(): Case<PrimitiveAttributes["scatterUpdate"]>[] {
  const shapes: [Shape, number][] = [[[5], 3], [[5], 8], [[4, 3], 2], [[3, 2, 2], 5], [[4, 3], 0]];
  return DTYPES.flatMap((dtype) =>
    shapes.map(([shape, count]) => ({
      inputs: [
        special(dtype, shape),
        drawIndices([count], shape[0]),
        draw(dtype, [count, ...shape.slice(1)]),
      ],
      attributes: {},
    }))
  );
}

function wheres(): Case<PrimitiveAttributes["where"]>[] {
  const triples: [Shape, Shape, Shape][] = [
    ...SHAPES.map((shape): [Shape, Shape, Shape] => [shape, shape, shape]),
    [[], [3], [3]],
    [[3], [], []],
    [[2, 1], [1, 3], []],
    [[5, 17], [17], [5, 1]],
    [[3, 1, 1], [2, 1], [4]],
    [[0], [1], []],
  ];
  return DTYPES.flatMap((dtype) =>
    triples.map(([condition, x, y]) => ({
      inputs: [draw("bool", condition), special(dtype, x), draw(dtype, y, 2)],
      attributes: {},
    }))
  );
}

function draws(): Case<PrimitiveAttributes["random"]>[] {
  const kinds = [["bits", "int32"], ...FLOATS.flatMap((d) => [["uniform", d], ["normal", d]])];
  return kinds.flatMap(([distribution, dtype]) =>
    [[], [0], [1], [2], [5], [3, 7], [1001]].flatMap((shape) =>
      [[0, 0], [42, 3], [Number.MAX_SAFE_INTEGER, 2 ** 40]].map(([seed, stream]) => ({
        inputs: [],
        attributes: { distribution, seed, stream, shape, dtype } as PrimitiveAttributes["random"],
      }))
    )
  );
}

/** Bases and exponents whose powers the definition can follow. */
const powers = (dtype: DType): Sample =>
  dtype === "int32"
    ? sampleOf(dtype, [12], [0, 1, -1, 2, -2, 3, -3, 7, 10, 31, 33, -2147483648])
    : special(dtype);

/** The calls of every primitive. */
export const cases: { readonly [P in Primitive]: Cases<PrimitiveAttributes[P]> } = {
  negative: unary(NUMBERS),
  abs: unary(DTYPES),
  sign: unary(DTYPES),
  floor: unary(NUMBERS),
  ceil: unary(NUMBERS),
  round: unary(NUMBERS),
  trunc: unary(NUMBERS),
  sqrt: unary(FLOATS, 1e30),
  rsqrt: unary(FLOATS, 1e30),
  exp: unary(FLOATS, 100),
  exp2: unary(FLOATS, 140),
  expm1: unary(FLOATS, 100),
  log: unary(FLOATS, 1e30),
  log2: unary(FLOATS, 1e30),
  log10: unary(FLOATS, 1e30),
  log1p: unary(FLOATS, 1e30),
  sin: unary(FLOATS, 1000),
  cos: unary(FLOATS, 1000),
  tan: unary(FLOATS, 1000),
  arcsin: unary(FLOATS, 1),
  arccos: unary(FLOATS, 1),
  arctan: unary(FLOATS, 1000),
  sinh: unary(FLOATS, 90),
  cosh: unary(FLOATS, 90),
  tanh: unary(FLOATS, 20),
  arcsinh: unary(FLOATS, 1e30),
  arccosh: unary(FLOATS, 1e30),
  arctanh: unary(FLOATS, 1),
  erf: unary(FLOATS, 7),
  erfc: unary(FLOATS, 12),
  erfinv: unary(FLOATS, 1),
  sigmoid: unary(FLOATS, 100),
  isnan: unary(DTYPES),
  isinf: unary(DTYPES),
  isfinite: unary(DTYPES),
  logicalNot: unary(["bool"]),
  bitwiseNot: unary(WHOLE),
  cast: () =>
    DTYPES.flatMap((from) =>
      DTYPES.flatMap((dtype) =>
        calls([special(from), ...SHAPES.map((s) => draw(from, s))], { dtype })
      )
    ),
  add: binary(NUMBERS),
  subtract: binary(NUMBERS),
  multiply: binary(NUMBERS),
  divide: binary(FLOATS),
  floorDivide: binary(NUMBERS),
  mod: binary(NUMBERS),
  power: binary(NUMBERS, powers),
  maximum: binary(DTYPES),
  minimum: binary(DTYPES),
  arctan2: binary(FLOATS),
  equal: binary(DTYPES),
  notEqual: binary(DTYPES),
  less: binary(DTYPES),
  lessEqual: binary(DTYPES),
  greater: binary(DTYPES),
  greaterEqual: binary(DTYPES),
  logicalAnd: binary(["bool"]),
  logicalOr: binary(["bool"]),
  logicalXor: binary(["bool"]),
  bitwiseAnd: binary(WHOLE),
  bitwiseOr: binary(WHOLE),
  bitwiseXor: binary(WHOLE),
  leftShift: binary(["int32"]),
  rightShift: binary(["int32"]),
  where: wheres,
  sum: reduce(NUMBERS, true),
  mean: reduce(FLOATS, true),
  prod: reduce(NUMBERS, true, false), // a large product overflows here and there, by its order
  max: reduce(DTYPES, false),
  min: reduce(DTYPES, false),
  argmax: alongAxes(DTYPES, [{}], false),
  argmin: alongAxes(DTYPES, [{}], false),
  cumsum: alongAxes(NUMBERS, [{ reverse: false }, { reverse: true }], true),
  argsort: alongAxes(DTYPES, [{ descending: false }, { descending: true }], true),
  matmul,
  ...windowCases,
  reshape: moves([
    [[], { shape: [1, 1] }],
    [[6], { shape: [2, -1] }],
    [[2, 3], { shape: [3, 2] }],
    [[0, 3], { shape: [3, 0] }],
  ]),
  transpose: moves([
    ...[[], [7], [3, 5], [17, 9], [2, 3, 4], [2, 1, 3, 2], [2, 0, 3]].flatMap((shape) =>
      orders(shape.length).map((axes): [Shape, { axes: number[] }] => [shape, { axes }])
    ),
    [[203, 97], { axes: [1, 0] }],
    [[7, 40, 41], { axes: [0, 2, 1] }],
  ]),
  broadcastTo: moves([
    [[], { shape: [] }],
    [[], { shape: [2, 3] }],
    [[1], { shape: [0] }],
    [[17], { shape: [3, 17] }],
    [[3, 1], { shape: [3, 19] }],
    [[2, 1, 3], { shape: [4, 2, 5, 3] }],
    [[2, 3], { shape: [2, null] }],
  ]),
  slice: moves([
    [[], { start: [], limit: [], strides: [] }],
    [[9], { start: [2], limit: [null], strides: [1] }],
    [[9], { start: [1], limit: [9], strides: [3] }],
    [[9], { start: [4], limit: [4], strides: [1] }],
    [[4, 23], { start: [1, 3], limit: [3, null], strides: [1, 1] }],
    [[4, 5, 6], { start: [1, 0, 5], limit: [4, 5, 6], strides: [2, 3, 1] }],
    [[0, 3], { start: [0, 1], limit: [0, 3], strides: [1, 1] }],
  ]),
  pad: moves([
    [[], { low: [], high: [], interior: [], value: 0 }],
    [[5], { low: [2], high: [1], interior: [0], value: 0 }],
    [[5], { low: [0], high: [3], interior: [2], value: 1 }],
    [[3, 17], { low: [1, 0], high: [0, 2], interior: [0, 0], value: 7.5 }],
    [[2, 3, 2], { low: [1, 0, 2], high: [1, 1, 0], interior: [1, 0, 3], value: -3 }],
    [[0, 2], { low: [1, 1], high: [2, 0], interior: [1, 1], value: 4 }],
  ]),
  concatenate: concatenations,
  flip: moves([
    [[], { axes: [] }],
    [[7], { axes: [0] }],
    [[3, 17], { axes: [1] }],
    [[3, 5], { axes: [0] }],
    [[2, 3, 4], { axes: [0, 2] }],
    [[0, 3], { axes: [0, 1] }],
  ]),
  take: takes,
  scatterAdd: scatterAdds,
  takeAlongAxis: takesAlong,
  scatterAddAlongAxis: scatterAddsAlong,
  scatterUpdate: scatterUpdates,
  random: draws,
};
