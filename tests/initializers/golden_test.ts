/** Initializers draw what Keras's distributions say: mean, standard deviation and bounds. */

import { assert, assertAlmostEquals } from "@std/assert";
import { type Initializer, registry, setSeed, tidy } from "../../mod.ts";
import { type InitializerCase, readGolden } from "../golden/read_golden.ts";

/** At least this many numbers are drawn; a small shape is drawn again and again. */
const LEAST = 4_000;

function drawn(initializer: Initializer, shape: readonly number[]): Float64Array {
  const size = shape.reduce((product, d) => product * d, 1);
  const calls = Math.ceil(LEAST / size);
  const values = new Float64Array(calls * size);
  for (let i = 0; i < calls; i++) {
    tidy(() => values.set(initializer.call(shape, { dtype: "float64" }).dataSync(), i * size));
  }
  return values;
}

/** The standard error of a standard deviation, for the broadest of the distributions. */
function errorOfStddev({ stddev }: InitializerCase, count: number): number {
  return stddev / Math.sqrt(2 * count);
}

for (const golden of readGolden("initializers")) {
  const { initializer: name, config, shape, mean, stddev, limit } = golden;
  Deno.test(`${name}(${JSON.stringify(config)}) draws [${shape}] as Keras does`, () => {
    setSeed(1234);
    const values = drawn(registry.build("initializer", name, config), shape);
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
    assertAlmostEquals(average, mean, 4 * stddev / Math.sqrt(values.length));
    assertAlmostEquals(Math.sqrt(variance), stddev, 4 * errorOfStddev(golden, values.length));
    if (limit !== undefined) {
      const furthest = values.reduce((most, value) => Math.max(most, Math.abs(value - mean)), 0);
      assert(furthest <= limit * (1 + 1e-12), `${furthest} is beyond ${limit}`);
      assert(furthest > 0.98 * limit, `nothing drawn near ${limit}: the furthest is ${furthest}`);
    }
  });
}
