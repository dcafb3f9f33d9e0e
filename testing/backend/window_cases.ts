/**
 * The calls of convolution and pooling that every backend must answer as the reference does.
 *
 * @module
 */

import type { DType } from "../../core/dtype.ts";
import type { Shape } from "../../core/shape.ts";
import {
  type Convolution,
  type Margins,
  type Pooling,
  spanOf,
  spatialDims,
} from "../../core/windows.ts";
import { draw, special } from "./samples.ts";
import { type Case, resultOf } from "./stage.ts";

const FLOATS: readonly DType[] = ["float32", "float64"];

/** A convolution, and the shapes that it is of. */
interface Convolved extends Convolution {
  readonly x: Shape;
  readonly kernel: Shape;
  readonly padding: Margins;
  /** Too large for the definitions. */
  readonly large?: boolean;
}

/** Convolutions: one to three spatial axes; strides, padding, dilations and groups alone and together; odd sizes. */
const convolutions: readonly Convolved[] = [
  convolution([2, 5, 5, 1], [3, 3, 1, 1]),
  convolution([1, 4, 4, 3], [1, 1, 3, 5]),
  convolution([2, 5, 7, 3], [3, 2, 3, 17], { padding: [[1, 1], [0, 1]] }),
  convolution([1, 8, 7, 2], [3, 3, 2, 9], { strides: [2, 3], padding: [[0, 1], [1, 1]] }),
  convolution([1, 9, 8, 4], [3, 2, 4, 3], { dilations: [2, 3] }),
  convolution([1, 6, 6, 3], [2, 2, 3, 4], { strides: [3, 3] }), // what lies between windows
  convolution([2, 6, 5, 6], [3, 3, 2, 9], { groups: 3, padding: [[1, 1], [1, 1]] }),
  convolution([1, 6, 6, 5], [3, 3, 1, 5], { groups: 5, padding: [[1, 1], [1, 1]] }),
  convolution([2, 7, 6, 19], [3, 3, 1, 38], { groups: 19, strides: [2, 1] }),
  convolution([2, 11, 3], [4, 3, 5], { strides: [2], padding: [[3, 0]] }),
  convolution([1, 4, 5, 3, 2], [2, 3, 2, 2, 3], { padding: [[1, 0], [1, 1], [0, 1]] }),
  convolution([1, 3, 4, 4, 4], [2, 2, 2, 2, 6], { strides: [1, 2, 2], groups: 2 }),
  convolution([0, 5, 5, 2], [3, 3, 2, 4]),
  convolution([1, 3, 3, 1], [3, 3, 1, 8], { padding: [[2, 2], [2, 2]] }),
  convolution([1, 1, 1, 8], [3, 3, 8, 8], { padding: [[1, 1], [1, 1]] }), // mostly padding
  { ...convolution([4, 28, 28, 1], [3, 3, 1, 32]), large: true },
  { ...convolution([3, 13, 13, 32], [3, 3, 32, 64]), large: true },
  {
    ...convolution([2, 17, 15, 20], [3, 3, 20, 30], {
      strides: [2, 2],
      padding: [[1, 1], [1, 1]],
    }),
    large: true,
  },
  {
    ...convolution([2, 21, 19, 24], [5, 5, 1, 24], { groups: 24, padding: [[2, 2], [2, 2]] }),
    large: true,
  },
  { ...convolution([5, 16, 16, 48], [1, 1, 48, 96]), large: true },
];

function convolution(x: Shape, kernel: Shape, placement: Partial<Convolved> = {}): Convolved {
  const axes = x.slice(1, -1);
  return {
    x,
    kernel,
    strides: axes.map(() => 1),
    padding: axes.map(() => [0, 0] as const),
    dilations: axes.map(() => 1),
    groups: 1,
    ...placement,
  };
}

/** Windows that touch, overlap and leave gaps, with padding at either end. */
const poolings: readonly (Pooling & { x: Shape })[] = [
  { x: [2, 4, 6, 3], size: [2, 2], strides: [2, 2], padding: [[0, 0], [0, 0]] },
  { x: [1, 5, 5, 17], size: [2, 2], strides: [2, 2], padding: [[0, 1], [0, 1]] },
  { x: [1, 7, 6, 5], size: [3, 3], strides: [1, 2], padding: [[1, 1], [1, 1]] },
  { x: [2, 9, 4], size: [2], strides: [3], padding: [[0, 0]] },
  { x: [1, 4, 4, 4, 2], size: [2, 3, 2], strides: [2, 1, 2], padding: [[0, 0], [1, 1], [0, 0]] },
  { x: [0, 4, 4, 2], size: [2, 2], strides: [2, 2], padding: [[0, 0], [0, 0]] },
];

/** The shape of what a convolution gives. */
function resultShape({ x, kernel, ...attributes }: Convolved): Shape {
  const inputs = [draw("float32", x), draw("float32", kernel)];
  return resultOf("conv", { inputs, attributes }).shape;
}

/** A call of a convolution or an adjoint for each convolution, in each float dtype. */
function calls<Attributes>(
  call: (convolved: Convolved) => { shapes: [Shape, Shape]; attributes: Attributes },
): Case<Attributes>[] {
  return convolutions.flatMap((convolved) => {
    const { shapes: [first, second], attributes } = call(convolved);
    return FLOATS.map((dtype) => ({
      inputs: [draw(dtype, first), draw(dtype, second, 2)],
      attributes,
      large: convolved.large,
    }));
  });
}

/** The calls of convolution, of its adjoints and of pooling. */
export const windowCases = {
  conv: () =>
    calls(({ x, kernel, large: _, ...attributes }) => ({ shapes: [x, kernel], attributes })),
  convInputGradient: () =>
    calls((convolved) => {
      const { x, kernel, large: _, ...convolution } = convolved;
      const { strides, padding, dilations } = convolution;
      const outputPadding = spatialDims(x).map((length, i) => {
        const [low, high] = padding[i];
        return (length + low + high - spanOf(kernel[i], dilations[i])) % strides[i];
      });
      return {
        shapes: [resultShape(convolved), kernel],
        attributes: { ...convolution, outputPadding },
      };
    }),
  convKernelGradient: () =>
    calls((convolved) => {
      const { x, kernel, large: _, ...convolution } = convolved;
      return {
        shapes: [x, resultShape(convolved)],
        attributes: { ...convolution, size: kernel.slice(0, -2) },
      };
    }),
  poolArgmax: () =>
    poolings.flatMap(({ x, ...attributes }) =>
      FLOATS.flatMap((dtype) =>
        [draw(dtype, x), special(dtype, x)].map((values) => ({ inputs: [values], attributes }))
      )
    ),
};
