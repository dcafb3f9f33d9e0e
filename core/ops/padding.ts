/**
 * The operation that adds elements around a tensor.
 *
 * @module
 */

import { apply } from "../dispatch.ts";
import { errors } from "../errors.ts";
import { oneOf } from "../options.ts";
import { knownDim } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { concatenate, flip, repeat, sliceAxis } from "./movement.ts";
import { asTensor, type Operand } from "./operand.ts";

const PAD_MODES = ["constant", "reflect", "symmetric", "edge"] as const;

/** How {@linkcode pad} fills what it adds. */
export interface PadOptions {
  /** What the new elements are. @default "constant" */
  mode?: typeof PAD_MODES[number];
  /** The constant. @default 0 */
  constantValues?: number;
}

/**
 * Elements added before and after, for each axis `[before, after]`; one pair holds for all axes.
 *
 * @throws {RangeError} When widths are negative, or more than a reflection can give.
 */
export function pad(
  x: Operand,
  padWidth: number | readonly [number, number] | readonly (readonly [number, number])[],
  options: PadOptions = {},
): Tensor {
  const { constantValues = 0 } = options;
  const mode = oneOf("pad", "mode", options.mode ?? "constant", PAD_MODES);
  const input = asTensor(x);
  const widths = padWidths(padWidth, input.ndim);
  if (mode === "constant") {
    if (widths.every(([low, high]) => low === 0 && high === 0)) return input;
    return apply("pad", [input], {
      low: widths.map(([low]) => low),
      high: widths.map(([, high]) => high),
      interior: widths.map(() => 0),
      value: constantValues,
    });
  }
  return widths.reduce(
    (padded, [low, high], axis) => padAxis(padded, axis, low, high, mode),
    input,
  );
}

function padWidths(
  padWidth: number | readonly [number, number] | readonly (readonly [number, number])[],
  ndim: number,
): (readonly [number, number])[] {
  let widths: (readonly [number, number])[];
  if (typeof padWidth === "number") widths = Array(ndim).fill([padWidth, padWidth]);
  else if (typeof padWidth[0] === "number") {
    widths = Array(ndim).fill(padWidth as readonly [number, number]);
  } else widths = [...padWidth as readonly (readonly [number, number])[]];
  if (widths.length === 1) widths = Array(ndim).fill(widths[0]);
  if (widths.length !== ndim || widths.flat().some((w) => !Number.isInteger(w) || w < 0)) {
    throw errors.option(
      "pad",
      "padWidth",
      `[before, after] for each of ${ndim} axes, whole numbers from 0 on`,
      padWidth,
    );
  }
  return widths;
}

function padAxis(
  x: Tensor,
  axis: number,
  low: number,
  high: number,
  mode: "reflect" | "symmetric" | "edge",
): Tensor {
  if (low === 0 && high === 0) return x;
  const length = knownDim("pad", x.dims, axis);
  const skip = mode === "reflect" ? 1 : 0;
  const most = mode === "edge" ? Infinity : length - skip;
  if (low > most || high > most || length === 0) {
    throw errors.option("pad", "padWidth", `at most ${most} on axis ${axis}`, [low, high]);
  }
  const mirror = (from: number, to: number): Tensor => flip(sliceAxis(x, axis, from, to), { axis });
  const before = mode === "edge"
    ? repeat(sliceAxis(x, axis, 0, 1), low, { axis })
    : mirror(skip, skip + low);
  const after = mode === "edge"
    ? repeat(sliceAxis(x, axis, length - 1, length), high, { axis })
    : mirror(length - skip - high, length - skip);
  return concatenate([before, x, after], { axis });
}
