/**
 * What draws random numbers.
 *
 * @module
 */

import { fillRandom } from "../../../core/random.ts";
import { type Kernels, valuesOf } from "./_values.ts";

/** The kernel of the draws. */
export const random = {
  random: {
    run(_, [out], { distribution, seed, stream }) {
      fillRandom(distribution, seed, stream, valuesOf(out));
    },
  },
} satisfies Kernels;
