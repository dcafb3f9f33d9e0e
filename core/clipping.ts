/**
 * Gradients kept in bounds: each element, the norm of each gradient, or the norm of all together.
 *
 * @module
 */

import { add, cast, clip, divide, maximum, multiply, sqrt, square, sum } from "./ops/mod.ts";
import type { Tensor } from "./tensor.ts";

/** The bounds of gradients; at most one is given. */
export interface GradientBounds {
  /** The most that each element of a gradient may be, in magnitude. */
  readonly clipvalue: number | null;
  /** The most that the norm of each gradient may be. */
  readonly clipnorm: number | null;
  /** The most that the norm of all gradients together may be. */
  readonly globalClipnorm: number | null;
}

/** The gradients within their bounds. */
export function clipGradients(
  gradients: readonly Tensor[],
  { clipvalue, clipnorm, globalClipnorm }: GradientBounds,
): readonly Tensor[] {
  if (clipvalue !== null) {
    return gradients.map((g) => clip(g, { xMin: -clipvalue, xMax: clipvalue }));
  }
  if (clipnorm !== null) {
    return gradients.map((g) => multiply(g, scaleForNorm(sum(square(g)), clipnorm)));
  }
  if (globalClipnorm !== null) {
    const squares = gradients.map((g) => sum(square(g)));
    const scale = scaleForNorm(squares.reduce((a, b) => add(a, b)), globalClipnorm);
    return gradients.map((g) => multiply(g, cast(scale, g.dtype)));
  }
  return gradients;
}

/** What keeps a norm in its limit as a factor, from the norm's square. */
function scaleForNorm(squares: Tensor, limit: number): Tensor {
  return divide(limit, maximum(sqrt(squares), limit));
}
