/** The checks of what is said of a weight: initializers, regularizers and constraints. */

import {
  Constraint,
  constraints,
  type DType,
  Initializer,
  initializers,
  ops,
  rand,
  Regularizer,
  regularizers,
  type Shape,
  type Tensor,
} from "../../mod.ts";
import { checkConstraint, checkInitializer, checkRegularizer } from "../../testing.ts";
import { assertBreaks } from "./_breaks.ts";

Deno.test("checkInitializer() takes a class with its options and a shape", () =>
  checkInitializer(initializers.Orthogonal, { config: { gain: 2 }, shape: [3, 3, 4] }));

Deno.test("checkInitializer() finds one that ignores the dtype", async () => {
  class Single extends Initializer {
    call(shape: Shape): Tensor {
      return rand(shape);
    }
  }
  await assertBreaks(
    checkInitializer(Single),
    "gives finite values of the shape and dtype that is asked for",
    "the values are float32 [4, 3] instead of float64 [4, 3]",
  );
});

Deno.test("checkInitializer() finds numbers that no seed governs", async () => {
  class Wild extends Initializer {
    call(shape: Shape, { dtype }: { dtype?: DType } = {}): Tensor {
      return ops.full(shape, Math.random(), { dtype });
    }
  }
  const check = checkInitializer(Wild, {
    skip: { "is the same again when made from its config": "it is not the same at all" },
  });
  await assertBreaks(check, "draws the same numbers under the same seed", "the values");
});

Deno.test("checkRegularizer() takes a class with its options and a shape", () =>
  checkRegularizer(regularizers.L1L2, { config: { l1: 0.1, l2: 0.2 }, shape: [5] }));

Deno.test("checkRegularizer() finds a cost below 0", async () => {
  class Reward extends Regularizer {
    call(weights: Tensor): Tensor {
      return ops.negative(ops.sum(ops.square(weights)));
    }
    getConfig(): Record<string, never> {
      return {};
    }
  }
  await assertBreaks(
    checkRegularizer(Reward),
    "is one cost, not below 0, in the dtype of the weights",
    "the cost is -",
  );
});

Deno.test("checkConstraint() takes a class with its options", () =>
  checkConstraint(constraints.MaxNorm, { config: { maxValue: 1, axis: 1 } }));

Deno.test("checkConstraint() finds one that never comes to rest", async () => {
  class Shrink extends Constraint {
    call(weights: Tensor): Tensor {
      return ops.multiply(weights, 0.5);
    }
  }
  await assertBreaks(
    checkConstraint(Shrink),
    "leaves weights as they are that are in bounds",
    "what is bounded twice has",
  );
});
