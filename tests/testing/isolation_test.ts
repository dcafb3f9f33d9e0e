import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import {
  callbacks,
  defineManifest,
  getBackend,
  Layer,
  type LayerOptions,
  layers,
  randn,
  registry,
  type Regularizer,
  runtime,
  setSeed,
  type Tensor,
} from "../../mod.ts";
import { checkCallback, checkLayer, ContractError } from "../../testing.ts";

class Passing extends Layer {
  forward(x: Tensor): Tensor {
    return x;
  }
}

class Failing extends Layer {
  forward(): Tensor {
    throw new Error("no");
  }
}

function nextNumber(): number {
  using x = randn([]);
  return x.item();
}

Deno.test("a check leaves the runtime, its registry, its random numbers and its memory as they are", async () => {
  setSeed(3);
  const expected = [nextNumber(), nextNumber()];
  setSeed(3);
  const first = nextNumber();
  const [before, plugins, { bytes }] = [runtime(), registry.list().length, getBackend().memory()];

  await checkLayer(Passing);
  await checkLayer(layers.Dense, { config: { units: 2 } });
  await checkCallback(callbacks.History);
  await assertRejects(() => checkLayer(Failing), ContractError);

  assertStrictEquals(runtime(), before);
  assertEquals(registry.list().length, plugins);
  assertEquals(getBackend().memory().bytes, bytes);
  assertEquals([first, nextNumber()], expected);
});

Deno.test("checks that are begun at once take turns", async () => {
  const before = runtime();
  const reports = await Promise.all([
    checkLayer(Passing),
    checkLayer(layers.Dense, { config: { units: 2 } }),
    checkCallback(callbacks.History),
  ]);
  assertEquals(reports.map(({ subject }) => subject), ["Passing", "Dense", "History"]);
  assertStrictEquals(runtime(), before);
});

Deno.test("a check draws the same numbers whatever was drawn before", async () => {
  const seen: number[] = [];
  class Watched extends Layer {
    override build(): void {
      seen.push(nextNumber());
    }
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  await checkLayer(Watched);
  const before = seen.splice(0);
  setSeed(99);
  await checkLayer(Watched);
  assertEquals(seen, before);
});

Deno.test("a check knows the plugins of a manifest that it is given, and nobody else does", async () => {
  class Penalized extends Layer {
    readonly penalty: Regularizer;
    constructor(options: LayerOptions & { penalty: string }) {
      super(options);
      this.penalty = runtime().registry.build("regularizer", options.penalty);
    }
    forward(x: Tensor): Tensor {
      return x;
    }
    override getConfig(): Record<string, unknown> {
      return { ...super.getConfig(), penalty: "acme>Penalty" };
    }
  }
  const { L1: Penalty } = await import("../../plugins/regularizers/mod.ts");
  class Tax extends Penalty {}
  const manifest = defineManifest({
    name: "acme",
    version: "1.0.0",
    plugins: [
      { kind: "regularizer", name: "Penalty", value: Tax },
      { kind: "layer", name: "Penalized", load: () => Promise.resolve(Penalized) },
    ],
  });
  await checkLayer(Penalized, { config: { penalty: "acme>Penalty" }, manifest });
  assertEquals(registry.has("regularizer", "acme>Penalty"), false);
});
