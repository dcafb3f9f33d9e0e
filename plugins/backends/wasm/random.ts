/**
 * Kernels that draw random numbers, the same as every backend draws.
 *
 * @module
 */

import type { Kernel } from "../../../core/backend.ts";
import { viewArray } from "../../../core/dtype.ts";
import type { PrimitiveAttributes } from "../../../core/primitives.ts";
import { fillRandom } from "../../../core/random.ts";
import { sameShape } from "../../../core/shape.ts";
import type { Engine } from "./engine.ts";
import { addressOf, type KernelEntries } from "./operands.ts";

/** What is done with the words, in the order of the kernels. */
const BITS = 0;
const UNIFORM = 1;
const DROPOUT = 2;

/** The upper half of a seed. */
function upper(seed: number): number {
  return Math.floor(seed / 2 ** 32);
}

function randomKernel({ kernels, memory }: Engine): Kernel<PrimitiveAttributes["random"]> {
  return {
    run(_, [y], { distribution, seed, stream }) {
      const plain = distribution === "bits" ||
        (distribution === "uniform" && y.dtype === "float32");
      if (plain) {
        const kind = distribution === "bits" ? BITS : UNIFORM;
        const [at, high, streamHigh] = [addressOf(y), upper(seed), upper(stream)];
        kernels.random(kind, 0, at, y.size, seed >>> 0, high, stream >>> 0, streamHigh, 0, 0);
      } else {
        // Logarithms and cosines in float64 are the engine's own, so that all backends draw alike.
        const values = viewArray(y.dtype, memory.uint8.buffer, addressOf(y), y.size);
        fillRandom(distribution, seed, stream, values);
      }
    },
  };
}

interface Dropout {
  rate: number;
  shape: readonly number[];
  seed: number;
  stream: number;
}

/** Draws the mask and applies it, where the mask is as large as x. */
function dropoutKernel({ kernels }: Engine): Kernel<Dropout> {
  return {
    accepts: ([x], { shape }) => x.dtype === "float32" && sameShape(shape, x.shape),
    run([x], [y], { rate, seed, stream }) {
      kernels.random(
        DROPOUT,
        addressOf(x),
        addressOf(y),
        x.size,
        seed >>> 0,
        upper(seed),
        stream >>> 0,
        upper(stream),
        rate,
        1 / (1 - rate),
      );
    },
  };
}

/** The kernels of this file. */
export function randomKernels(engine: Engine): KernelEntries {
  return [["random", randomKernel(engine)], ["dropout", dropoutKernel(engine)]];
}
