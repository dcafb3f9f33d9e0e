import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { data, getBackend, layers, sequential, setSeed, type Tensor } from "../../mod.ts";
import { runDeno } from "../e2e/_run.ts";
import type { Options } from "./_examples.ts";

const { DataLoader, ModuleDataset } = data;
const MODULE = import.meta.resolve("./_examples.ts");

type LoaderOptions = data.DataLoaderOptions<readonly Tensor[], readonly Tensor[]>;

function open(options: Options = {}): Promise<data.ModuleDataset> {
  return ModuleDataset.open(MODULE, options);
}

async function loaderOf(
  options: Options,
  loaderOptions: LoaderOptions,
): Promise<data.DataLoader> {
  return new DataLoader(await open(options), loaderOptions);
}

/** The batches of a pass, as arrays. */
async function passOf(loader: data.DataLoader): Promise<unknown[]> {
  const batches: unknown[] = [];
  for await (const batch of loader) batches.push(batch.map((t) => [t.dtype, t.toArray()]));
  return batches;
}

Deno.test("a ModuleDataset gives the same batches with any number of workers", async () => {
  for (const kind of ["plain", "late", "padded", "dtypes"]) {
    const passes: unknown[] = [];
    for (const workers of [0, 1, 3]) {
      using loader = await loaderOf({ kind }, { batchSize: 3, workers, shuffle: true, seed: 4 });
      passes.push([await passOf(loader), await passOf(loader)]);
    }
    assertEquals(passes[1], passes[0], kind);
    assertEquals(passes[2], passes[0], kind);
  }
});

Deno.test("batches come in order although workers finish out of turn", async () => {
  using loader = await loaderOf({ kind: "late" }, { batchSize: 2, workers: 3, prefetch: 5 });
  const seen: number[] = [];
  for await (const [x, y] of loader) {
    assertEquals(x.toArray(), [...y.dataSync()].map((i) => [i, i + 0.5]));
    seen.push(...y.dataSync());
  }
  assertEquals(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

Deno.test("fields keep dtype and shape", async () => {
  using loader = await loaderOf({ kind: "dtypes" }, { batchSize: 4, workers: 1 });
  const forms: unknown[] = [];
  for await (const batch of loader) {
    forms.push(batch.map(({ dtype, shape }) => `${dtype} ${shape}`));
  }
  const form = (n: number): string[] => [
    `bool ${n}`,
    `int32 ${n},1`,
    `float64 ${n},1`,
    `float32 ${n},2`,
    `float32 ${n},2,3`,
    `bool ${n},2,1`,
  ];
  assertEquals(forms, [form(4), form(4), form(2)]);
});

Deno.test("seeds of examples differ by example and pass, and follow the loader's seed alone", async () => {
  const seedsOf = async (loaderOptions: LoaderOptions): Promise<number[][]> => {
    using loader = await loaderOf({ kind: "seeds", length: 50 }, loaderOptions);
    const passes: number[][] = [];
    for (let pass = 0; pass < 2; pass++) {
      const seeds: number[] = [];
      for await (const [x] of loader) seeds.push(...x.dataSync());
      passes.push(seeds);
    }
    return passes;
  };
  const [first, second] = await seedsOf({ seed: 1, workers: 2, batchSize: 7 });
  assert(new Set([...first, ...second]).size > 95);
  assertEquals(await seedsOf({ seed: 1, batchSize: 50 }), [first, second]);
  assert((await seedsOf({ seed: 2 }))[0].join() !== first.join());
  const drawn: number[][][] = [];
  for (let run = 0; run < 2; run++) {
    setSeed(9);
    drawn.push(await seedsOf({ workers: run }));
  }
  assertEquals(drawn[0], drawn[1]);
});

Deno.test("fit trains on batches from workers", async () => {
  using loader = await loaderOf({ length: 12 }, { batchSize: 4, workers: 2 });
  const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const { history } = await model.fit(loader, { epochs: 3, verbose: 0 });
  assertEquals(history.loss.length, 3);
  assert(history.loss.every(Number.isFinite));
});

Deno.test("batches are freed turn by turn, those of a loop that was left too", async () => {
  using loader = await loaderOf({}, { batchSize: 2, workers: 2 });
  await passOf(loader);
  const before = getBackend().memory().bytes;
  // What other tests left may be collected meanwhile.
  const isLevel = (): boolean => getBackend().memory().bytes <= before;
  await passOf(loader);
  assert(isLevel());
  for await (const _ of loader) break;
  assert(isLevel());
  assertEquals((await passOf(loader)).length, 5);
  await Promise.all([passOf(loader), passOf(loader)]);
  assert(isLevel());
});

Deno.test("an error names the example, its message and where it comes from", async () => {
  for (const workers of [0, 2]) {
    using loader = await loaderOf({ kind: "broken" }, { batchSize: 4, workers });
    const error = await assertRejects(
      () => passOf(loader),
      Error,
      `Cannot get example 7 of ${MODULE} as its source failed: the picture is torn`,
    );
    assertEquals((error as Error & { code: string }).code, "data.example");
    assert((error.cause as Error).stack!.includes("_examples.ts"), (error.cause as Error).stack);
  }
});

Deno.test("examples that make no batch are named", async () => {
  const cases = [
    ["ragged", "example 5", "float32 of shape [3], that of example 4"],
    ["shorter", "example 5", "it has 1 fields, example 4 in the same batch 2"],
    ["words", "example 0", "a field must be a number, an array, or { values, shape }"],
  ];
  for (const workers of [0, 1]) {
    for (const [kind, example, message] of cases) {
      using loader = await loaderOf({ kind }, { batchSize: 4, workers });
      const error = await assertRejects(() => passOf(loader), Error, message);
      assert(error.message.includes(example), error.message);
    }
  }
});

Deno.test("a dataset reads one example at a time too", async () => {
  const dataset = await open({ kind: "plain" });
  assertEquals(dataset.length, 10);
  const [x, y] = await dataset.get(3);
  assertEquals([x.toArray(), y.item()], [[3, 3.5], 3]);
});

Deno.test("ModuleDataset.open names what is wrong with the module", async () => {
  const module = (text: string): string => `data:text/javascript,${encodeURIComponent(text)}`;
  const cases: [string, unknown, string][] = [
    ["./_examples.ts", {}, "must be a URL"],
    [import.meta.resolve("./_no_such_file.ts"), {}, "could not be loaded"],
    [module("export const get = 1"), {}, "must export a function as default"],
    [module("export default 3"), {}, "must export a function as default"],
    [module("export default () => null"), {}, "must give { length, get }"],
    [module("export default () => ({ length: 3 })"), {}, "must give { length, get }"],
    [module("export default () => ({ get() {} })"), {}, "length must be a whole number"],
    [module("export default () => ({ get() {}, length: -1 })"), {}, "length must be a whole"],
    [MODULE, { decode: () => 1 }, "such as can be copied"],
    [MODULE, { kind: "unmade" }, "no file of that name"],
  ];
  for (const [url, options, message] of cases) {
    await assertRejects(() => ModuleDataset.open(url, options), Error, message);
  }
});

Deno.test("DataLoader({ workers }) names what workers cannot do", async () => {
  const tensors = [[1, 2], [3, 4]];
  for (const workers of [-1, 1.5, NaN]) {
    assertThrows(() => new DataLoader(tensors, { workers }), RangeError, "workers");
  }
  assertThrows(() => new DataLoader(tensors, { workers: 1 }), TypeError, "ModuleDataset.open");
  const dataset = await open();
  const collate = (examples: (readonly Tensor[])[]): readonly Tensor[] => examples[0];
  assertThrows(() => new DataLoader(dataset, { collate }), RangeError, "collate");
  assertThrows(() => [...new DataLoader(dataset)], Error, "for await");
  assertThrows(() => new DataLoader(dataset, { prefetch: -1 }), RangeError, "prefetch");
  const empty = await open({ length: 0 });
  assertThrows(() => new DataLoader(empty), RangeError, "above 0");
});

/** Runs a program that loads with workers, in a process of its own. */
async function program(text: string, permissions: readonly string[] = ["--allow-read"]) {
  const dir = await Deno.makeTempDir();
  const mod = import.meta.resolve("../../mod.ts");
  const config = new URL("../../deno.json", import.meta.url).pathname;
  try {
    await Deno.writeTextFile(
      `${dir}/main.ts`,
      `import { data } from "${mod}"; const MODULE = "${MODULE}";\n${text}`,
    );
    const args = ["run", "--no-prompt", "--no-check", "--no-lock", `--config=${config}`];
    return await runDeno([...args, ...permissions, `${dir}/main.ts`], dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("the process ends by itself: after a pass, after a loop that was left, and midway", async () => {
  const make = `const dataset = await data.ModuleDataset.open(MODULE, {});
    const loader = new data.DataLoader(dataset, { batchSize: 2, workers: 2 });`;
  const programs = [
    `${make} for await (const _ of loader); console.log("done");`,
    `${make} for await (const _ of loader) break; console.log("done");`,
    `${make} const batches = loader.draw(); await batches.next(); console.log("done");`,
  ];
  for (const text of programs) {
    const { code, stdout, stderr } = await program(text);
    assertEquals([code, stdout, stderr], [0, "done\n", ""]);
  }
});

Deno.test("without permission to read the module, the dataset does not open", async () => {
  const { code, stderr } = await program(`await data.ModuleDataset.open(MODULE, {});`, []);
  assertEquals(code, 1);
  assert(stderr.includes("could not be loaded") && stderr.includes("--allow-read"), stderr);
});

Deno.test("a worker that crashes ends the loop with an error", async () => {
  const { stdout } = await program(`
    const dataset = await data.ModuleDataset.open(MODULE, { kind: "crash" });
    const loader = new data.DataLoader(dataset, { batchSize: 2, workers: 1 });
    try {
      for await (const _ of loader);
    } catch (error) {
      console.log(error.code, error.message);
    }`);
  assertEquals(
    stdout,
    "data.worker Cannot go on to load data as a worker is gone: it failed: out of the blue\n",
  );
});
