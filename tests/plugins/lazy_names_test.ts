import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Exporter,
  layers,
  losses,
  metrics,
  NotLoadedError,
  ops,
  optimizers,
  registry,
  type Sequential,
  sequential,
  tensor,
  use,
} from "../../mod.ts";

class LazySGD extends optimizers.SGD {}
class LazyMSE extends losses.MeanSquaredError {}
class LazyMAE extends metrics.MeanAbsoluteError {}

let loads: string[] = [];

/** A package whose plugins are at hand only when they were loaded; each test has names of its own. */
async function addLazy(prefix: string): Promise<void> {
  loads = [];
  const entry = (kind: string, name: string, value: unknown) => ({
    kind,
    name: prefix + name,
    load: () => {
      loads.push(name);
      return Promise.resolve(value);
    },
  });
  await use({
    name: prefix,
    version: "1.0.0",
    plugins: [
      entry("optimizer", "SGD", class extends LazySGD {}),
      entry("loss", "MSE", class extends LazyMSE {}),
      entry("metric", "MAE", class extends LazyMAE {}),
      entry("activation", "half", (x: ReturnType<typeof tensor>) => ops.divide(x, 2)),
      {
        kind: "optimizer",
        name: `${prefix}Broken`,
        load: () => Promise.reject(new Error("no such module")),
      },
    ],
  });
}

const [x, y] = [tensor([[1], [2]]), tensor([[2], [4]])];

function line(): Sequential {
  return sequential([new layers.Dense({ units: 1, inputShape: [1] })]);
}

Deno.test("compile() is done when it returns where all names are loaded", () => {
  const model = line();
  assertEquals(model.compile({ optimizer: "sgd", loss: "mse", metrics: ["mae"] }), undefined);
  assert(model.compiled);
});

Deno.test("compile() loads what its names need; fit() and evaluate() wait for it", async () => {
  await addLazy("waited");
  const options = { optimizer: "waitedSGD", loss: "waited_mse", metrics: ["waited>waitedMAE"] };
  const trained = line();
  trained.compile(options);
  assert(!trained.compiled);
  const { history } = await trained.fit(x, y, { epochs: 2, verbose: 0 });
  assertEquals(history.loss.length, 2);
  assertEquals(loads, ["SGD", "MSE", "MAE"]);

  await addLazy("judged");
  const judged = line();
  judged.compile({ optimizer: "judgedSGD", loss: "judgedMSE" });
  assertEquals(Object.keys(await judged.evaluate(x, y, { verbose: 0 })), ["loss"]);
});

Deno.test("compile() can be awaited, and tells what cannot be loaded", async () => {
  await addLazy("awaited");
  const model = line();
  await model.compile({ optimizer: "awaitedSGD", loss: "mse" });
  assert(model.optimizer instanceof LazySGD);

  const broken =
    'Cannot load the optimizer "awaited>awaitedBroken" as its module fails: no such module';
  const compiling = model.compile({ optimizer: "awaitedBroken", loss: "mse" });
  await assertRejects(() => model.fit(x, y, { verbose: 0 }), Error, broken);
  await assertRejects(async () => await compiling, Error, broken);
  assertThrows(() => model.compile({ optimizer: "awaitedSDG", loss: "mse" }), RangeError);
});

Deno.test("a layer's option says what to do where its plugin is not loaded", async () => {
  await addLazy("option");
  const dense = () => new layers.Dense({ units: 1, activation: "optionHalf" });
  assertThrows(
    dense,
    NotLoadedError,
    'Cannot use the activation "option>optionhalf" yet as its code is not loaded: await registry.load("activation", ' +
      '"option>optionhalf") first, or add its package by use(…, { eager: true })',
  );
  await registry.load("activation", "optionHalf");
  assertEquals(dense().activation, registry.get("activation", "optionHalf"));
});

Deno.test("registry.create() loads what the config names", async () => {
  await addLazy("created");
  const dense = await registry.create<layers.Dense>("layer", "Dense", {
    units: 1,
    activation: "createdHalf",
  });
  assertEquals(dense.activation, registry.get("activation", "createdHalf"));
});

Deno.test("two packages' formats for one extension must be told apart by name, in whatever order they came", async () => {
  const written: string[] = [];
  const formatOf = (name: string) =>
    class extends Exporter {
      override readonly extensions = [".ambiguous", `.${name}`];
      override export(): Promise<void> {
        return Promise.resolve(void written.push(name));
      }
    };
  for (const name of ["second", "first"]) {
    const load = () => Promise.resolve(formatOf(name));
    const plugins = [{ kind: "exporter", name: `${name}Format`, load }];
    await use({ name, version: "1.0.0", plugins });
  }
  const model = line();
  await assertRejects(
    () => model.export("x.ambiguous"),
    RangeError,
    'Cannot choose a format for "x.ambiguous" as more than one exporter has its extension: second>secondFormat and ' +
      "first>firstFormat; name one by { format }",
  );
  await model.export("x.ambiguous", { format: "firstFormat" });
  await model.export("x.second");
  assertEquals(written, ["first", "second"]);
});
