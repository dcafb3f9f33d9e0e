/**
 * Random operations on tensors, as `keras.random` has them.
 *
 * @module
 */

import { apply, applyComposite, type Composite, defineComposite } from "../dispatch.ts";
import { errors } from "../errors.ts";
import { RandomGenerator } from "../random.ts";
import { runtime } from "../runtime.ts";
import type { Dims, Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { toBackend } from "./creation.ts";
import { greaterEqual, multiply, where } from "./elementwise.ts";
import { asFloat, type Operand } from "./operand.ts";

interface DropoutAttributes {
  rate: number;
  /** The shape of the mask, which is broadcast. */
  shape: Shape;
  seed: number;
  stream: number;
}

/** Linear in its input: the same mask, drawn again, is the gradient. */
const dropoutComposite: Composite<DropoutAttributes> = defineComposite<DropoutAttributes>({
  name: "dropout",
  infer: ([x]) => [{ dims: x.dims, dtype: x.dtype }],
  compose: ([x], { rate, shape, seed, stream }) => {
    const draw = { distribution: "uniform", dtype: "float32", shape, seed, stream } as const;
    const isKept = greaterEqual(toBackend(apply("random", [], draw), x.backend), rate);
    return [where(isKept, multiply(x, 1 / (1 - rate)), 0)];
  },
  gradient: ({ attributes }, [g]) => [g && applyComposite(dropoutComposite, [g], attributes)[0]],
});

/** Options of {@linkcode dropout}. */
export interface DropoutOptions {
  /** The shape of the mask, which is broadcast; `null` stands for the input's dimension. @default the input's */
  noiseShape?: Dims | null;
  /** A seed of its own; without it the draw comes from the runtime's generator, see `setSeed`. */
  seed?: number | RandomGenerator;
}

/**
 * x with the part `rate` of its elements set to 0, the others divided by 1 − rate, so that the mean stays. A symbolic
 * tensor is left as it is: what is traced is inference.
 *
 * @throws {RangeError} When `rate` is not in [0, 1), or `noiseShape` does not broadcast to the input.
 */
export function dropout(x: Operand, rate: number, options: DropoutOptions = {}): Tensor {
  if (!(rate >= 0 && rate < 1)) throw errors.option("drop elements", "rate", "in [0, 1)", rate);
  const input = asFloat(x);
  if (rate === 0 || input.isSymbolic) return input;
  const generator = typeof options.seed === "number"
    ? new RandomGenerator(options.seed)
    : options.seed ?? runtime().random;
  const shape = maskShape(input.shape, options.noiseShape ?? null);
  const attributes = { rate, shape, seed: generator.seed, stream: generator.nextStream() };
  return applyComposite(dropoutComposite, [input], attributes)[0];
}

function maskShape(shape: Shape, noiseShape: Dims | null): Shape {
  if (noiseShape === null) return shape;
  const mask = noiseShape.map((d, i) => d ?? shape[i]);
  const fits = mask.length === shape.length && mask.every((d, i) => d === 1 || d === shape[i]);
  if (fits) return mask;
  const requirement = "each dimension of noiseShape must be 1, null or the input's";
  throw errors.shapes("drop elements", requirement, shape, noiseShape);
}
