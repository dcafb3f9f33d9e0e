/**
 * The initializer whose weights are orthogonal matrices.
 *
 * @module
 */

import { tensorFrom } from "../../core/dispatch.ts";
import type { DType } from "../../core/dtype.ts";
import { errors } from "../../core/errors.ts";
import { multiply, transpose } from "../../core/ops/mod.ts";
import { toTypedArray } from "../../core/ops/creation.ts";
import { fillRandom, RandomGenerator } from "../../core/random.ts";
import { runtime } from "../../core/runtime.ts";
import type { Config } from "../../core/serialization.ts";
import { type Shape, sizeOf } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { RandomInitializer, type SeedOptions } from "./_random_initializer.ts";

/** Options of {@linkcode Orthogonal}. */
export interface OrthogonalOptions extends SeedOptions {
  /** What the matrix is multiplied by. @default 1 */
  gain?: number;
}

/** Makes the rows of a matrix `[count, length]` orthonormal in place, one after another (Gram and Schmidt). */
function orthonormalizeRows(rows: Float64Array, count: number, length: number): void {
  const row = (i: number): Float64Array => rows.subarray(i * length, (i + 1) * length);
  for (let i = 0; i < count; i++) {
    const current = row(i);
    // The second pass removes what rounding left of the first.
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const other = row(j);
        const along = current.reduce((sum, value, k) => sum + value * other[k], 0);
        for (let k = 0; k < length; k++) current[k] -= along * other[k];
      }
    }
    const norm = Math.sqrt(current.reduce((sum, value) => sum + value * value, 0));
    for (let k = 0; k < length; k++) current[k] /= norm;
  }
}

/**
 * Draws an orthogonal matrix, uniformly among all: its rows are orthonormal where it is wide, its columns where it
 * is tall. A weight of more axes is one matrix `[…all but the last, last]`.
 *
 * Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2014.
 *
 * @throws {RangeError} When the weight has less than two axes.
 *
 * @example
 * ```ts
 * import { initializers, ops } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const kernel = new initializers.Orthogonal({ seed: 3 }).call([3, 3]);
 * const product = ops.matmul(kernel, kernel, { transposeB: true });
 * assert(ops.allclose(product, ops.eye(3), { atol: 1e-6 }).toArray());
 * ```
 */
export class Orthogonal extends RandomInitializer {
  readonly gain: number;

  constructor({ gain = 1, seed }: OrthogonalOptions = {}) {
    super({ seed });
    this.gain = gain;
  }

  call(shape: Shape, { dtype = "float32" }: { dtype?: DType } = {}): Tensor {
    if (shape.length < 2) throw errors.rank("make an orthogonal weight", "two axes or more", shape);
    const [height, width] = [sizeOf(shape.slice(0, -1)), shape.at(-1)!];
    const [count, length] = [Math.min(height, width), Math.max(height, width)];
    const generator = this.seed === null ? runtime().random : new RandomGenerator(this.seed);
    const rows = new Float64Array(count * length);
    fillRandom("normal", generator.seed, generator.nextStream(), rows);
    orthonormalizeRows(rows, count, length);
    const wide = tensorFrom(toTypedArray(rows, dtype), [count, length], dtype, "orthogonal");
    return multiply(height < width ? wide : transpose(wide), this.gain).reshape(shape);
  }

  override getConfig(): Config {
    return { gain: this.gain, ...super.getConfig() };
  }
}
