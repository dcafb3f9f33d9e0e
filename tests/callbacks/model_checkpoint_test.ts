import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { callbacks, layers, loadModel, ones, sequential } from "../../mod.ts";
import { formatPath } from "../../callbacks/_format_path.ts";
import { countingModel, printed, runEpochs, series, weightOf } from "./_run.ts";

type Options = Omit<callbacks.ModelCheckpointOptions, "filepath">;

/** Runs epochs with these values of `valLoss`; gives the saved files and the number of the epoch in each. */
async function saved(
  name: string,
  options: Options,
  values = [3, 1, 2, 0.5],
): Promise<[string, number][]> {
  const folder = await Deno.makeTempDir();
  try {
    const checkpoint = new callbacks.ModelCheckpoint({ filepath: `${folder}/${name}`, ...options });
    await runEpochs(checkpoint, countingModel(), series("valLoss", values));
    return await contents(folder, options.saveWeightsOnly ?? false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function contents(folder: string, weightsOnly: boolean): Promise<[string, number][]> {
  const found: [string, number][] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) {
      found.push(...(await contents(path, weightsOnly)).map(([inner, weight]): [string, number] => [
        `${name}/${inner}`,
        weight,
      ]));
      continue;
    }
    const model = weightsOnly ? countingModel() : await loadModel(path);
    if (weightsOnly) await model.loadWeights(path);
    found.push([name, weightOf(model)]);
  }
  return found.sort(([a], [b]) => a < b ? -1 : 1);
}

Deno.test("ModelCheckpoint saves after each epoch, over the file before", async () => {
  assertEquals(await saved("model.tensaur", {}), [["model.tensaur", 3]]);
});

Deno.test("ModelCheckpoint names files by epoch and logs, in Python's forms", async () => {
  const name = "{epoch:02d}-{valLoss:.2f}.tensaur";
  assertEquals(await saved(name, {}, [3, 1]), [["01-3.00.tensaur", 0], ["02-1.00.tensaur", 1]]);
  assertEquals(await saved("{val_loss}.tensaur", {}, [0.5]), [["0.5.tensaur", 0]]);
});

Deno.test("ModelCheckpoint with saveBestOnly saves just what is better than all before", async () => {
  const best = { saveBestOnly: true };
  assertEquals(await saved("{epoch}.tensaur", best), [
    ["1.tensaur", 0],
    ["2.tensaur", 1],
    ["4.tensaur", 3],
  ]);
  assertEquals((await saved("{epoch}.tensaur", { ...best, mode: "max" })).length, 1);
  const threshold = { ...best, initialValueThreshold: 0.8 };
  assertEquals(await saved("{epoch}.tensaur", threshold), [["4.tensaur", 3]]);
  assertEquals(await saved("m.tensaur", best, [2, NaN, 3]), [["m.tensaur", 0]]);
});

Deno.test("ModelCheckpoint with saveWeightsOnly saves what loadWeights() reads", async () => {
  const weights = { saveWeightsOnly: true };
  assertEquals(await saved("w.safetensors", weights), [["w.safetensors", 3]]);
});

Deno.test("ModelCheckpoint makes the folders that are missing", async () => {
  assertEquals(await saved("a/b/m.tensaur", {}, [1]), [["a/b/m.tensaur", 0]]);
});

Deno.test("ModelCheckpoint saves every so many batches, counted over the epochs", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
    model.compile({ optimizer: "sgd", loss: "mse" });
    const filepath = `${folder}/{epoch}-{batch}-{loss:.0f}.tensaur`;
    const checkpoint = new callbacks.ModelCheckpoint({ filepath, saveFreq: 3 });
    await model.fit(ones([10, 2]), ones([10, 1]), {
      batchSize: 2,
      epochs: 2,
      verbose: 0,
      callbacks: [checkpoint],
    });
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
    assertEquals(names.map((name) => name.slice(0, 3)), ["1-3", "2-1", "2-4"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ModelCheckpoint with verbose says what it saves, and why not", async () => {
  const options = { saveBestOnly: true, verbose: 1 } as const;
  const lines = await printed(() => saved("m.tensaur", options, [1, 2]));
  assertEquals(lines.length, 3);
  assertEquals(lines[0], "Epoch 1: valLoss improved to 1.0000");
  assert(/^Epoch 1: saved .*m\.tensaur$/.test(lines[1]));
  assertEquals(lines[2], "Epoch 2: valLoss did not improve from 1.0000");
});

Deno.test("ModelCheckpoint saves all models, and says so, where the log is missing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const filepath = `${folder}/{epoch}.tensaur`;
    const checkpoint = new callbacks.ModelCheckpoint({ filepath, saveBestOnly: true });
    const run = () => runEpochs(checkpoint, countingModel(), series("loss", [1, 2]));
    assertEquals((await printed(run)).length, 1);
    assertEquals((await contents(folder, false)).length, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("ModelCheckpoint rejects when the file cannot be written, and when a name is unknown", async () => {
  await assertRejects(
    () => saved("{accuracy}.tensaur", {}),
    RangeError,
    'nothing is called "accuracy"',
  );
  await assertRejects(() => saved("{epoch:x}.tensaur", {}), RangeError, "form of a number");
  const nowhere = new callbacks.ModelCheckpoint({ filepath: "/dev/null/model.tensaur" });
  await assertRejects(
    () => runEpochs(nowhere, countingModel(), series("valLoss", [1])),
    Error,
    "Cannot write",
  );
});

Deno.test("ModelCheckpoint throws when an option makes no sense", () => {
  const make = (options: object) => () =>
    new callbacks.ModelCheckpoint({ filepath: "m.tensaur", ...options });
  assertThrows(make({ filepath: "" }), RangeError, "filepath must be a path");
  assertThrows(make({ saveFreq: 0 }), RangeError, "saveFreq must be");
  assertThrows(make({ saveFreq: "batch" }), RangeError, "saveFreq must be");
  assertThrows(make({ mode: "best" }), RangeError, "one of auto, min, max");
});

const FORMS: [template: string, expected: string][] = [
  ["{a}", "7"],
  ["{a:02d}", "07"],
  ["{a:4d}", "   7"],
  ["{b:.2f}", "-1.25"],
  ["{b:f}", "-1.250000"],
  ["{b:.1e}", "-1.3e+0"],
  ["{b:.3}", "-1.250"],
  ["{a}{a}-{b}", "77--1.25"],
  ["no placeholder", "no placeholder"],
];

for (const [template, expected] of FORMS) {
  Deno.test(`a checkpoint's path "${template}" becomes "${expected}"`, () => {
    assertEquals(formatPath(template, { a: 7, b: -1.25 }), expected);
  });
}
