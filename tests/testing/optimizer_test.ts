import { assertEquals } from "@std/assert";
import {
  Optimizer,
  type OptimizerOptions,
  optimizers,
  type Parameter,
  type Slots,
  splitArguments,
  type Tensor,
} from "../../mod.ts";
import { checkOptimizer } from "../../testing.ts";
import { assertBreaks } from "./_breaks.ts";

/** Plain gradient descent, which the tests break. */
class Descent extends Optimizer {
  constructor(first?: Iterable<Parameter> | OptimizerOptions | null, second?: OptimizerOptions) {
    const [parameters, options] = splitArguments(first, second);
    super(parameters, options, 0.01);
  }

  protected override makeSlots(_parameter: Parameter): Slots {
    return {};
  }

  protected override updateParameter(
    parameter: Parameter,
    gradient: Tensor,
    _slots: Slots,
    learningRate: number,
  ): void {
    parameter.assign(parameter.sub(gradient.mul(learningRate)));
  }
}

Deno.test("checkOptimizer() takes a class, with options or without, and a function", async () => {
  await checkOptimizer(Descent);
  await checkOptimizer(optimizers.SGD, { config: { momentum: 0.9, nesterov: true } });
  await checkOptimizer(() => new optimizers.Adam({ clipnorm: 1, useEma: true }));
});

Deno.test("checkOptimizer() finds an optimizer that goes up", async () => {
  class Ascent extends Descent {
    override updateParameter(parameter: Parameter, gradient: Tensor, _: Slots, rate: number): void {
      parameter.assign(parameter.add(gradient.mul(rate)));
    }
  }
  const { failures } = await checkOptimizer(Ascent, { throws: false });
  assertEquals(failures.map(({ name }) => name), [
    "goes down, whatever the rank of a parameter",
    "computes in float64 where parameters are float64",
  ]);
});

Deno.test("checkOptimizer() finds state that is not saved", async () => {
  class Forgetful extends Descent {
    readonly #pace = new Map<Parameter, number>();
    override updateParameter(parameter: Parameter, gradient: Tensor, _: Slots, rate: number): void {
      const pace = (this.#pace.get(parameter) ?? 0) + 1;
      this.#pace.set(parameter, pace);
      parameter.assign(parameter.sub(gradient.mul(rate / pace)));
    }
  }
  await assertBreaks(
    checkOptimizer(Forgetful),
    "goes on from its saved state as if it had never stopped",
    "the parameters, number 0, has",
  );
});

Deno.test("checkOptimizer() finds an option that is missing in the config", async () => {
  class Scaled extends Descent {
    readonly scale: number;
    constructor(first?: Iterable<Parameter> | OptimizerOptions | null, second?: OptimizerOptions) {
      super(first, second);
      this.scale = (first as { scale?: number }).scale ?? (second as { scale?: number })?.scale ??
        1;
    }
    override updateParameter(parameter: Parameter, gradient: Tensor, _: Slots, rate: number): void {
      parameter.assign(parameter.sub(gradient.mul(rate * this.scale)));
    }
  }
  const { failures } = await checkOptimizer(Scaled, { config: { scale: 3 }, throws: false });
  assertEquals(failures.map(({ name }) => name), [
    "is the same again when made from its config",
    "steps as in PyTorch just as it does as in Keras",
  ]);
});

Deno.test("checkOptimizer() finds an optimizer that divides by its learning rate", async () => {
  class Dividing extends Descent {
    override updateParameter(parameter: Parameter, gradient: Tensor, _: Slots, rate: number): void {
      parameter.assign(parameter.sub(gradient.div(100 / rate).mul(0 / rate + 1)));
    }
  }
  await assertBreaks(checkOptimizer(Dividing), "stands still where the learning rate is 0", "NaN");
});

Deno.test("checkOptimizer() finds steps that leave tensors behind", async () => {
  const kept: Tensor[] = [];
  class Hoarding extends Descent {
    override updateParameter(parameter: Parameter, gradient: Tensor, _: Slots, rate: number): void {
      const step = gradient.mul(rate).keep();
      kept.push(step);
      parameter.assign(parameter.sub(step));
    }
  }
  await assertBreaks(
    checkOptimizer(Hoarding),
    "frees what 100 steps compute with",
    "bytes are alive",
  );
  for (const step of kept) step.dispose();
});
