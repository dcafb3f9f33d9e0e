import { assertEquals } from "@std/assert";
import {
  type Config,
  getBackend,
  Layer,
  type LayerOptions,
  layers,
  ops,
  type Parameter,
  rand,
  type Tensor,
  tensor,
} from "../../mod.ts";
import { checkLayer } from "../../testing.ts";
import { assertBreaks, skippedOf } from "./_breaks.ts";

interface ScaleOptions extends LayerOptions {
  start?: number;
}

/** A third party's layer, in order. */
class Scale extends Layer {
  readonly start: number;
  factor!: Parameter;

  constructor(options: ScaleOptions = {}) {
    super(options);
    this.start = options.start ?? 1;
  }

  override build(inputShape: number[]): void {
    this.factor = this.addWeight({ name: "factor", shape: inputShape.slice(-1) });
  }

  forward(x: Tensor): Tensor {
    return ops.multiply(x, this.factor);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), start: this.start };
  }
}

Deno.test("checkLayer() takes a class with its options", () =>
  checkLayer(Scale, { config: { start: 2 }, inputShape: [null, 3, 4], wrongShape: [2, 3, 5] }));

Deno.test("checkLayer() takes a function, by position and as an option", async () => {
  await checkLayer(() => new Scale({ start: 2 }));
  await checkLayer({ create: () => new Scale({ start: 2 }), inputShape: [null, 4] });
});

Deno.test("checkLayer() says why it skips what does not apply", async () => {
  const skipped = skippedOf(await checkLayer(layers.ReLU));
  assertEquals(skipped["takes over its state"], "it has no state");
  assertEquals(
    skipped["learns: a step down its gradient lowers a loss"],
    "it has no trainable weights",
  );
});

Deno.test({
  name: "checkLayer() asks for no permission",
  permissions: "none",
  fn: async () => {
    const skipped = skippedOf(await checkLayer(Scale));
    assertEquals(
      skipped["is saved and loaded in a model"],
      "files are not allowed: run with --allow-read",
    );
  },
});

Deno.test("checkLayer() checks a layer of whole numbers by its weights", async () => {
  class Lookup extends Layer {
    table!: Parameter;
    override build(): void {
      this.table = this.addWeight({ name: "table", shape: [7, 2] });
    }
    forward(x: Tensor): Tensor {
      return ops.take(this.table, x, { axis: 0 });
    }
  }
  await checkLayer(Lookup, { inputDType: "int32", inputRange: [0, 7] });
});

Deno.test("checkLayer() checks a layer of several inputs and outputs", async () => {
  class SumAndDifference extends Layer<readonly Tensor[], readonly Tensor[]> {
    forward([a, b]: readonly Tensor[]): readonly Tensor[] {
      return [ops.add(a, b), ops.subtract(a, b)];
    }
  }
  await checkLayer(SumAndDifference, { inputShape: [[null, 4], [null, 4]] });
});

Deno.test("checkLayer() checks a layer that draws in training", async () => {
  class Shaken extends Layer {
    forward(x: Tensor, { training }: { training: boolean }): Tensor {
      return training ? ops.add(x, rand(x.shape, { dtype: x.dtype as "float32" })) : x;
    }
  }
  await checkLayer(Shaken, {
    skip: { "is built when the batch is unknown": "rand() takes known shapes" },
  });
});

Deno.test("checkLayer() finds a shape that is not the inferred one", async () => {
  class Shrinking extends Layer {
    forward(x: Tensor): Tensor {
      return x.isSymbolic ? x : x.get("...", [0, -1]);
    }
  }
  await assertBreaks(
    checkLayer(Shrinking),
    "has the output shapes that were inferred, for batches of 1, 3 and 5",
    "output 0 is float32 [1, 3], but float32 [1, 4] and float32 [null, 4]",
  );
});

Deno.test("checkLayer() finds a layer that leaves float64", async () => {
  class Narrow extends Layer {
    forward(x: Tensor): Tensor {
      return x.cast("float32").cast(x.isSymbolic ? x.dtype : "float32");
    }
  }
  const { failures } = await checkLayer(Narrow, { throws: false });
  assertEquals(failures[0].name, "computes in float32 and in float64");
});

Deno.test("checkLayer() judges a backward of the layer's own", async () => {
  class Halving extends Layer {
    forward(x: Tensor): Tensor {
      return x.div(2);
    }
    override backward(gradient: Tensor): Tensor {
      return gradient;
    }
  }
  await assertBreaks(
    checkLayer(Halving),
    "has the gradients that finite differences give",
    'The gradient of "input"',
  );
});

Deno.test("checkLayer() finds an option that is missing in the config", async () => {
  class Power extends Layer {
    readonly exponent: number;
    constructor(options: LayerOptions & { exponent: number }) {
      super(options);
      this.exponent = options.exponent ?? 1;
    }
    forward(x: Tensor): Tensor {
      return x.abs().add(1).pow(this.exponent);
    }
  }
  const { failures } = await checkLayer(Power, { config: { exponent: 2 }, throws: false });
  assertEquals(failures.map(({ name }) => name), [
    "is the same again when made from its config",
    "is saved and loaded in a model",
  ]);
});

Deno.test("checkLayer() finds a config that is no JSON", async () => {
  class Mapped extends Layer {
    readonly map = (x: Tensor): Tensor => x.neg();
    forward(x: Tensor): Tensor {
      return this.map(x);
    }
    override getConfig(): Config {
      return { ...super.getConfig(), map: this.map };
    }
  }
  const { failures } = await checkLayer(Mapped, { throws: false });
  const broken = failures.find(({ name }) => name.includes("config"));
  assertEquals(
    broken?.error?.message,
    "its config does not come back: map is undefined instead of function",
  );
});

Deno.test("checkLayer() finds numbers that no seed governs", async () => {
  class Noisy extends Layer {
    forward(x: Tensor, { training }: { training: boolean }): Tensor {
      return training ? x.add(Math.random()) : x;
    }
  }
  const { failures } = await checkLayer(Noisy, { throws: false });
  assertEquals(failures.map(({ name }) => name), [
    "draws the same numbers under the same seed",
    "is in training and in inference as it is told",
  ]);
});

Deno.test("checkLayer() finds tensors that are never freed", async () => {
  class Hoarding extends Layer {
    forward(x: Tensor): Tensor {
      if (!x.isSymbolic) kept.push(ops.multiply(x, 2).keep());
      return x;
    }
  }
  const kept: Tensor[] = [];
  await assertBreaks(
    checkLayer(Hoarding),
    "frees what it computes with",
    "144 bytes are alive that were not before",
  );
  for (const x of kept) x.dispose();
});

Deno.test("checkLayer() finds a layer that changes its options", async () => {
  class Careless extends Layer {
    constructor(options: LayerOptions & { sizes: number[] }) {
      super(options);
      options.sizes?.push(1);
    }
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  await assertBreaks(
    checkLayer(Careless, { config: { sizes: [2] } }),
    "is made anew each time",
    "not extensible",
  );
});

Deno.test("checkLayer() finds a layer that takes any shape, and one whose error does not tell", async () => {
  const says = "says what is wrong with an input of another shape";
  await assertBreaks(
    checkLayer(layers.ReLU, { wrongShape: [2, 5] }),
    says,
    "it takes an input of shape [2, 5]",
  );
  class Curt extends Layer {
    forward(x: Tensor): Tensor {
      if (x.shape.at(-1) === 4) return x;
      throw new RangeError("wrong");
    }
  }
  await assertBreaks(checkLayer(Curt, { wrongShape: [2, 5] }), says, "does not name the shape");
});

Deno.test("checkLayer() finds a weight that no gradient reaches", async () => {
  class Detached extends Layer {
    factor!: Parameter;
    override build(inputShape: number[]): void {
      this.factor = this.addWeight({ name: "factor", shape: inputShape.slice(-1) });
    }
    forward(x: Tensor): Tensor {
      return ops.multiply(x, this.factor.detach());
    }
  }
  const { failures } = await checkLayer(Detached, { throws: false });
  assertEquals(failures.map(({ name }) => name), [
    "has the gradients that finite differences give",
    "learns: a step down its gradient lowers a loss",
  ]);
});

Deno.test("checkLayer() finds a function that gives the same layer twice", async () => {
  const layer = new layers.ReLU();
  await assertBreaks(
    checkLayer(() => layer),
    "is made anew each time",
    "make a new one at each call",
  );
});

Deno.test("checkLayer() says how options are given to a class that needs some", async () => {
  await assertBreaks(checkLayer(layers.Dense), "is made anew each time", "give them as config");
});

Deno.test("checkLayer() says when a class is no layer", async () => {
  class Stranger {
    factor = tensor([1]);
  }
  const { bytes } = getBackend().memory();
  await assertBreaks(
    checkLayer(Stranger as unknown as typeof Scale),
    "is made anew each time",
    "it does not extend Layer",
  );
  assertEquals(getBackend().memory().bytes, bytes);
});
