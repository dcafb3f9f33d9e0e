import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import {
  type Callback,
  getBackend,
  gradCheck,
  type Layer,
  layers,
  loadModel,
  type Loss,
  type Optimizer,
  Parameter,
  randn,
  registry,
  sequential,
  setBackend,
  setSeed,
  tensor,
  use,
} from "../../mod.ts";
import { readManifest } from "../../plugins/discovery/mod.ts";
import manifest from "../../examples/plugins/waves/manifest.ts";
import { snake } from "../../examples/plugins/waves/snake.ts";
import { checkPackage } from "../../testing.ts";
import { run } from "../e2e/_run.ts";
import { alone, withFiles } from "./_package.ts";

const root = new URL("../../", import.meta.url);
const folder = new URL("examples/plugins/waves/", root);

await use(folder);

Deno.test("both manifests of the example package say the same", async () => {
  const [code, data] = [manifest, await readManifest(folder)].map(({ plugins, ...rest }) => ({
    ...rest,
    source: undefined,
    plugins: plugins.map((entry) => ({ ...entry, load: undefined })),
  }));
  assertEquals(data, code);
  const { registry } = alone();
  await use(manifest, { registry, eager: true });
  await use(folder, { ...alone(), eager: true });
  assertEquals(registry.list().length, 5);
});

Deno.test("the package's plugins keep the contracts of their kinds", async () => {
  for (const report of await checkPackage("waves")) assert(report.ok, String(report));
});

Deno.test("Snake's gradient by hand agrees with finite differences", () => {
  const x = randn([3, 2, 4], { dtype: "float64", seed: 1 });
  const a = randn([4], { dtype: "float64", seed: 2 }).abs().add(0.5);
  gradCheck((...inputs) => snake(inputs).sum(), [x, a]);
});

Deno.test("Snake's kernel gives what its definition does", async () => {
  const before = getBackend();
  const values: unknown[] = [];
  try {
    for (const backend of ["wasm", "reference"]) {
      await setBackend(backend);
      const snake = await registry.create<Layer>("layer", "Snake", { frequency: 3 });
      const x = tensor([[-2, 0, 0.5], [1, 2, 3]]);
      values.push(snake.apply(x).toArray());
      const [, symbolic] = [snake.computeOutputShape([null, 3]), snake.outputDims];
      assertEquals(symbolic, [[null, 3]]);
    }
  } finally {
    await setBackend(before);
  }
  const expected = [[-2, 0, 0.5], [1, 2, 3]].map((row) =>
    row.map((x) => Math.fround(x + Math.sin(3 * x) ** 2 / 3))
  );
  for (const found of values as number[][][]) {
    found.flat().forEach((value, i) => assertAlmostEquals(value, expected.flat()[i], 1e-6));
  }
});

Deno.test("Signum goes down by the sign of the mean, also parameters first", async () => {
  const { Signum } = await import("../../examples/plugins/waves/signum.ts");
  const w = new Parameter([2, -3]);
  const signum = new Signum([w], { learningRate: 0.5, momentum: 0.5 });
  w.mul(w).sum().backward();
  signum.step();
  assertEquals(w.toArray(), [1.5, -2.5]);
  const again = await registry.create<Optimizer>("optimizer", "signum", signum.getConfig());
  assertEquals(again.getConfig(), signum.getConfig());
});

Deno.test("Charbonnier is the absolute error far off, and flat at 0", async () => {
  const loss = await registry.create<Loss>("loss", "charbonnier", { epsilon: 0.5 });
  assertAlmostEquals(loss.call([[0, 0]], [[100, -100]]).item(), 99.5, 2e-3);
  assertEquals(loss.call([[1, 2]], [[1, 2]]).item(), 0);
});

Deno.test("a model of the package's parts trains, is saved, loaded and exported", async () => {
  setSeed(1);
  const lines: string[] = [];
  const sparkline = await registry.create<Callback>("callback", "Sparkline", {
    print: (line: string) => lines.push(line),
  });
  const model = sequential([
    new layers.Dense({ units: 8, inputShape: [1] }),
    await registry.create<Layer>("layer", "Snake"),
    new layers.Dense({ units: 1 }),
  ], { name: "wave" });
  await model.compile({ optimizer: "signum", loss: "charbonnier" });
  const x = randn([64, 1], { seed: 3 });
  const { history } = await model.fit(x, x.sin(), {
    epochs: 60,
    callbacks: [sparkline],
    verbose: 0,
  });
  assert(history.loss.at(-1)! < 0.4 * history.loss[0], `${history.loss}`);
  assertMatch(lines.join("\n"), /^loss [▁-█]{40} [\d.e-]+$/);

  await withFiles({}, async (temporary) => {
    await model.save(`${temporary}/wave.tensaur`);
    const again = await loadModel(`${temporary}/wave.tensaur`);
    assertEquals((await again.predict(x)).toArray(), (await model.predict(x)).toArray());
    await model.export(`${temporary}/wave.outline.txt`);
    assertEquals(
      await Deno.readTextFile(`${temporary}/wave.outline.txt`),
      "wave: Sequential, 33 parameters\n  dense: Dense, [batch, 8], 16 parameters\n" +
        "  snake: Snake, [batch, 8], 8 parameters\n  dense_1: Dense, [batch, 1], 9 parameters\n",
    );

    // Another process knows the package by its manifest alone.
    const program = `
      import { loadModel, use } from ${JSON.stringify(new URL("mod.ts", root).href)};
      await use(${JSON.stringify(folder.href)});
      const model = await loadModel(Deno.args[0]);
      console.log(model.layers[1].constructor.name, model.optimizer.constructor.name);
    `;
    await Deno.writeTextFile(`${temporary}/main.ts`, program);
    const { stdout, stderr } = await run(`${temporary}/main.ts`, [`${temporary}/wave.tensaur`], [
      "--config=deno.json",
      `--allow-read=${temporary},${folder.pathname}`,
    ]);
    assertEquals([stdout, stderr], ["Snake Signum\n", ""]);
  });
});
