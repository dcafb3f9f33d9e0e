import { assertEquals, assertStringIncludes } from "@std/assert";
import { Layer, layers, ops, Sequential, sequential, type Tensor, use } from "../../mod.ts";
import { tensaur, withFiles } from "./_tensaur.ts";

function model(): Sequential {
  return sequential([
    new layers.Dense({ units: 3, inputShape: [2], name: "first" }),
    new layers.Dense({ units: 1, name: "last", trainable: false }),
  ], { name: "small" });
}

Deno.test("tensaur summary prints the summary of a model, with leave to read it alone", async () => {
  await withFiles({}, async (folder) => {
    const path = `${folder}/small.tensaur`;
    const saved = model();
    await saved.save(path);
    let expected = "";
    saved.summary({ print: (text) => expected += `${text}\n` });
    const surroundings = { permissions: [`--allow-read=${path}`] };
    const { code, stdout, stderr } = await tensaur(["summary", path], surroundings);
    assertEquals([code, stderr], [0, ""]);
    assertEquals(stdout, expected);
    const json = await tensaur(["summary", path, "--json"], surroundings);
    const { layers, ...counts } = JSON.parse(json.stdout);
    assertEquals(counts, {
      ...{ name: "small", class: "Sequential", built: true },
      parameters: { total: 13, trainable: 9, nonTrainable: 4 },
    });
    assertEquals(layers[1], {
      ...{ name: "last", class: "Dense", outputShapes: [[null, 1]], parameters: 4 },
      trainable: false,
    });
  });
});

class Twice extends Layer {
  forward(x: Tensor): Tensor {
    return ops.multiply(x, 2);
  }
}

const PACKAGE = { name: "acme-twice", version: "1.0.0" };
const files = {
  "twice/tensaur.json": JSON.stringify({
    ...PACKAGE,
    plugins: [{ kind: "layer", name: "Twice", module: "./twice.js" }],
  }),
  "twice/twice.js": `import { Layer, ops } from "@tensaur/tensaur";
export class Twice extends Layer {
  forward(x) {
    return ops.multiply(x, 2);
  }
}
`,
};

Deno.test("tensaur summary --use brings the plugins of a model, which it names where they are missing", async () => {
  await withFiles(files, async (folder) => {
    await use({ ...PACKAGE, plugins: [{ kind: "layer", name: "Twice", value: Twice }] });
    const path = `${folder}/twice.tensaur`;
    await sequential([new layers.Dense({ units: 2, inputShape: [2] }), new Twice()]).save(path);
    const surroundings = { permissions: ["--allow-read"] };
    const missing = await tensaur(["summary", path], surroundings);
    assertEquals(missing.code, 1);
    assertStringIncludes(missing.stderr, "acme-twice 1.0.0");
    assertStringIncludes(missing.stderr, `here: tensaur summary ${path} --use PLACE`);
    const found = await tensaur(["summary", path, "--use", `${folder}/twice`], surroundings);
    assertEquals([found.code, found.stderr], [0, ""]);
    assertStringIncludes(found.stdout, "(Twice)");
  });
});

Deno.test("tensaur summary fails where there is no model, or no leave to read it", async () => {
  const missing = await tensaur(["summary", "none.tensaur"], { permissions: ["--allow-read"] });
  assertEquals(missing.code, 1);
  assertStringIncludes(missing.stderr, "none.tensaur");
  const forbidden = await tensaur(["summary", "none.tensaur"]);
  assertEquals(forbidden.code, 1);
  assertStringIncludes(forbidden.stderr, "--allow-read");
});
