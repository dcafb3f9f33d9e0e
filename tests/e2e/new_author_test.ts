import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Outcome, runDeno } from "./_run.ts";

const root = new URL("../../", import.meta.url);
const waves = new URL("examples/plugins/waves/", root);

const TRAIN =
  `import { type Layer, layers, ops, registry, sequential, setSeed, use } from "@tensaur/tensaur";

setSeed(1);
await use(new URL(".", import.meta.url));
const model = sequential([
  new layers.Dense({ units: 4, inputShape: [2] }),
  await registry.create<Layer>("layer", "MyScale", { start: 0.5 }),
  new layers.Dense({ units: 1 }),
]);
model.compile({ optimizer: "adam", loss: "mse" });
const x = ops.linspace(-1, 1, { num: 64 }).reshape([32, 2]);
const y = ops.sum(x, { axis: 1, keepdims: true });
const { history } = await model.fit(x, y, { epochs: 20, verbose: 0 });
await model.save("m.tensaur");
const predicted = (await model.predict(x)).toArray();
console.log(JSON.stringify({ loss: history.loss, predicted }));
`;

const LOAD = `import { loadModel, ops, use } from "@tensaur/tensaur";

for (const place of Deno.args) await use(place);
const model = await loadModel("m.tensaur");
const x = ops.linspace(-1, 1, { num: 64 }).reshape([32, 2]);
console.log(JSON.stringify((await model.predict(x)).toArray()));
`;

const EXPORT = `import { loadModel, use } from "@tensaur/tensaur";

for (const place of Deno.args) await use(place);
await (await loadModel("m.tensaur")).export("m.outline.txt");
`;

/** The output of a program that ends well. */
async function well(outcome: Promise<Outcome>): Promise<string> {
  const { code, stdout, stderr } = await outcome;
  assertEquals(code, 0, stdout + stderr);
  return stdout;
}

Deno.test("a new author comes from an empty folder to a layer that trains, is saved, loaded elsewhere and exported", async () => {
  const home = await Deno.realPath(await Deno.makeTempDir({ prefix: "tensaur_author_" }));
  const made = `${home}/my-scale`;
  const [read, write] = ["read", "write"].map((verb) => `--allow-${verb}=.`);
  const tensaur = (cwd: string, permissions: string[], ...args: string[]): Promise<Outcome> =>
    runDeno(["run", "--no-check", "--no-prompt", ...permissions, `${root}cli.ts`, ...args], cwd);
  const program = (permissions: string[], file: string, ...args: string[]): Promise<Outcome> =>
    runDeno(["run", "--no-prompt", ...permissions, file, ...args], made);
  try {
    const scaffold = tensaur(home, [read, write], "new", "plugin", "my-scale", "--kind", "layer");
    assertStringIncludes(await well(scaffold), "Next: cd my-scale && deno test");

    const code = await Deno.readTextFile(`${made}/my_scale.ts`);
    const edited = code.replace("multiply(x, this.factor)", "multiply(ops.tanh(x), this.factor)");
    assert(edited !== code);
    await Deno.writeTextFile(`${made}/my_scale.ts`, edited);
    for (const [name, text] of Object.entries({ TRAIN, LOAD, EXPORT })) {
      await Deno.writeTextFile(`${made}/${name.toLowerCase()}.ts`, text);
    }
    await well(runDeno(["test"], made));
    await well(runDeno(["check", "train.ts", "load.ts", "export.ts"], made));
    const checked = await well(tensaur(made, ["--allow-read", "--allow-write"], "check", "."));
    assertStringIncludes(checked, "1 of 1 plugins keep their contracts");

    const { loss, predicted } = JSON.parse(await well(program([read, write], "train.ts")));
    assert(loss.at(-1) < loss[0], `the loss goes from ${loss[0]} to ${loss.at(-1)}`);

    const loaded = JSON.parse(await well(program([read], "load.ts", ".")));
    assertEquals(loaded, predicted, "the model predicts something else in another process");

    const without = await program([read], "load.ts");
    assertEquals([without.code, without.stdout], [1, ""]);
    assertMatch(
      without.stderr,
      /"my-scale>MyScale" as its package is not in use: my-scale 0\.1\.0/,
    );
    assertStringIncludes(without.stderr, "add it first: await use(");

    const forbidden = await program(["--allow-read=m.tensaur"], "load.ts", ".");
    assertEquals(forbidden.code, 1);
    assertStringIncludes(forbidden.stderr, `run the program with --allow-read=${made}/`);

    const summary = await well(tensaur(made, [read], "summary", "m.tensaur", "--use", "."));
    assertStringIncludes(summary, "my_scale (MyScale)");

    const both = `--allow-read=.,${waves.pathname}`;
    await well(program([both, write], "export.ts", ".", waves.href));
    const outline = await Deno.readTextFile(`${made}/m.outline.txt`);
    assertStringIncludes(outline, "\n  my_scale: MyScale, [batch, 4], 4 parameters\n");
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
