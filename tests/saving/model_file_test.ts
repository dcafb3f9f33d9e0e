import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import fc from "fast-check";
import {
  exporters,
  getBackend,
  importers,
  Layer,
  type LayerOptions,
  layers,
  loadModel,
  type Model,
  Model as BaseModel,
  ones,
  ops,
  type Parameter,
  rand,
  registry,
  Runtime,
  runtime,
  Sequential,
  sequential,
  setRuntime,
  setSeed,
  type Tensor,
  tensor,
  VERSION,
} from "../../mod.ts";
import { Registry } from "../../core/registry.ts";
import { manifest } from "../../plugins/manifest.ts";
import { encodeSafetensors } from "../../plugins/exporters/safetensors/encode.ts";
import { decodeSafetensors } from "../../plugins/importers/safetensors/decode.ts";
import { codeOf, inFolder, joined } from "./_files.ts";

// A package of somebody else's.

class Scale extends Layer {
  factor!: Parameter;
  readonly times: number;

  constructor(options: LayerOptions & { times?: number } = {}) {
    super(options);
    this.times = options.times ?? 1;
  }

  override build(inputShape: (number | null)[]): void {
    this.factor = this.addWeight({ name: "factor", shape: [inputShape.at(-1)!] });
  }

  forward(x: Tensor): Tensor {
    return ops.multiply(x, ops.multiply(this.factor, this.times));
  }

  override getConfig() {
    return { ...super.getConfig(), times: this.times };
  }
}

class Residual extends BaseModel {
  inner = new layers.Dense({ units: 3, activation: "tanh" });
  scale = new Scale({ times: 2 });

  override forward(x: Tensor): Tensor {
    return ops.add(x, this.scale.apply(this.inner.apply(x)));
  }
}

const kit = {
  name: "kit",
  version: "1.2.3",
  plugins: [
    { kind: "layer", name: "Scale", value: Scale },
    { kind: "layer", name: "Residual", value: Residual },
  ],
};
registry.add(kit);

// What is saved in these tests.

const x = [[0, 1, 2], [3, 4, 5], [-1, 0.5, 8], [2, 2, 2]];
const y = new Int32Array([0, 1, 1, 0]);

function network(): Sequential {
  return sequential([
    new layers.Dense({ units: 4, activation: "relu", inputShape: [3], kernelRegularizer: "l2" }),
    new Scale({ times: 3 }),
    new layers.Dropout({ rate: 0.5, seed: 3 }),
    new layers.Dense({ units: 2, trainable: false }),
  ], { name: "net" });
}

function compiled(): Sequential {
  const model = network();
  model.compile({
    optimizer: "adam",
    loss: { className: "SparseCategoricalCrossentropy", config: { fromLogits: true } },
    metrics: ["accuracy"],
  });
  return model;
}

async function trained(): Promise<Sequential> {
  const model = compiled();
  await model.fit(x, y, { epochs: 4, verbose: 0 });
  return model;
}

function stateOf(model: Model): Record<string, unknown> {
  const { optimizer } = model;
  const states = [model.stateDict(), optimizer.stateDict(model.parameters())];
  return Object.assign(
    {},
    ...states.map((state, i) =>
      Object.fromEntries(
        Object.entries(state).map((
          [name, t],
        ) => [`${i} ${name}`, [t.dtype, t.shape, t.dataSync()]]),
      )
    ),
  );
}

/** Runs something in a runtime of its own, with memory of its own. */
async function inRuntime<T>(plugins: Registry, run: () => Promise<T>): Promise<T> {
  const before = setRuntime(new Runtime({ registry: plugins, defaults: runtime().defaults }))!;
  try {
    return await run();
  } finally {
    setRuntime(before);
  }
}

/** The error of a model file that was changed so. */
async function failureOf(
  change: (file: Uint8Array<ArrayBuffer>) => Uint8Array | Promise<Uint8Array>,
  load: (path: string) => Promise<unknown> = loadModel,
): Promise<Error> {
  let error = new Error();
  await inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    await compiled().save(path);
    await Deno.writeFile(path, await change(await Deno.readFile(path)));
    error = await assertRejects(() => load(path), Error, path);
  });
  return error;
}

/** The file with other metadata, and the digest that is right for it. */
function rewritten(change: Record<string, string | undefined>) {
  return async (file: Uint8Array): Promise<Uint8Array> => {
    const { metadata, tensors } = decodeSafetensors(file);
    const fields = { ...Object.fromEntries(metadata), ...change, sha256: "0".repeat(64) };
    const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
    const bytes = joined(
      encodeSafetensors(tensors, Object.fromEntries(kept) as Record<string, string>),
    );
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    bytes.set(new TextEncoder().encode(digest.toHex()), 8 + '{"__metadata__":{"sha256":"'.length);
    return bytes;
  };
}

// Round trips.

Deno.test("loadModel() gives back what model.save() wrote, bit for bit", () =>
  inFolder(async (folder) => {
    const model = await trained();
    await model.save(`${folder}/model.tensaur`);
    const loaded = await loadModel(`${folder}/model.tensaur`);
    assertInstanceOf(loaded, Sequential);
    assertEquals(loaded.getConfig(), model.getConfig());
    assertEquals(loaded.getCompileConfig(), model.getCompileConfig());
    assertEquals(stateOf(loaded), stateOf(model));
    assertEquals(loaded.optimizer.iterations, 4);
    assertEquals((await loaded.predict(x)).dataSync(), (await model.predict(x)).dataSync());
    assertEquals(loaded.layers.map((layer) => layer.trainable), [true, true, true, false]);
  }));

Deno.test("a loaded model is saved as the same bytes", () =>
  inFolder(async (folder) => {
    const [first, second] = [`${folder}/first.tensaur`, `${folder}/second.tensaur`];
    await (await trained()).save(first);
    await (await loadModel(first)).save(second);
    assertEquals(await Deno.readFile(second), await Deno.readFile(first));
  }));

Deno.test("training goes on from a file as if it had never stopped", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    const options = { shuffle: false, verbose: 0 } as const;
    const make = () => {
      const model = sequential([
        new layers.Dense({
          units: 5,
          activation: "tanh",
          inputShape: [3],
          kernelInitializer: "ones",
        }),
        new layers.Dense({
          units: 2,
          kernelInitializer: { className: "Constant", config: { value: 0.1 } },
        }),
      ]);
      model.compile({
        optimizer: { className: "Adam", config: { learningRate: 0.01 } },
        loss: { className: "SparseCategoricalCrossentropy", config: { fromLogits: true } },
      });
      return model;
    };
    const uninterrupted = make();
    const whole = await uninterrupted.fit(x, y, { ...options, epochs: 6 });
    const model = make();
    await model.fit(x, y, { ...options, epochs: 3 });
    await model.save(path);
    const loaded = await loadModel(path);
    const rest = await loaded.fit(x, y, { ...options, epochs: 6, initialEpoch: 3 });
    assertEquals(rest.history.loss, whole.history.loss.slice(3));
    assertEquals(stateOf(loaded), stateOf(uninterrupted));
  }));

Deno.test("model.save() writes a safetensors file", () =>
  inFolder(async (folder) => {
    const model = compiled();
    await model.save(`${folder}/model.tensaur`);
    const { metadata, tensors } = decodeSafetensors(await Deno.readFile(`${folder}/model.tensaur`));
    assertEquals(metadata.get("format"), "tensaur");
    assertEquals(metadata.get("formatVersion"), "1");
    assertEquals(metadata.get("frameworkVersion"), VERSION);
    assertEquals(JSON.parse(metadata.get("inputShape")!), [null, 3]);
    assertEquals(JSON.parse(metadata.get("architecture")!).className, "Sequential");
    assertEquals(JSON.parse(metadata.get("training")!), model.getCompileConfig());
    const names = Object.keys(model.stateDict()).map((path) => `model/${path}`);
    assertEquals([...tensors.keys()].sort(), [...names, "optimizer/iterations"].sort());
  }));

Deno.test("model.save() keeps a model that is not compiled, or not built, as it is", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    await network().save(path);
    assertEquals((await loadModel(path)).compiled, false);

    await sequential([new layers.Dense({ units: 2 })]).save(path);
    const unbuilt = await loadModel(path);
    assertEquals(unbuilt.built, false);
    assertEquals(unbuilt.apply(tensor(x)).shape, [4, 2]);
  }));

Deno.test("model.save() and loadModel() take a subclassed model of another package", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    const model = new Residual({ name: "mine" });
    const expected = model.apply(tensor(x));
    await model.save(path);
    const loaded = await loadModel(path);
    assertInstanceOf(loaded, Residual);
    assertEquals(loaded.name, "mine");
    assertEquals(loaded.apply(tensor(x)).dataSync(), expected.dataSync());
  }));

Deno.test("model.save() and loadModel() keep every dtype", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    const model = sequential([
      new layers.Dense({ units: 2, inputShape: [3], dtype: "float64" }),
    ], { dtype: "float64" });
    await model.save(path);
    const loaded = await loadModel(path);
    assertEquals(loaded.getWeights().map((weight) => weight.dtype), ["float64", "float64"]);
    assertEquals(loaded.getWeights()[0].dataSync(), model.getWeights()[0].dataSync());
  }));

Deno.test("model.save() and loadModel() take URLs", () =>
  inFolder(async (folder) => {
    const url = new URL(`file://${folder}/my%20model.tensaur`);
    await network().save(url);
    assertInstanceOf(await loadModel(url), Sequential);
    assertEquals(Deno.statSync(`${folder}/my model.tensaur`).isFile, true);
  }));

Deno.test("model.export() finds the format by the extension", () =>
  inFolder(async (folder) => {
    await network().export(`${folder}/model.tensaur`);
    await network().export(`${folder}/weights.safetensors`);
    assertInstanceOf(await loadModel(`${folder}/model.tensaur`), Sequential);
    await network().loadWeights(`${folder}/weights.safetensors`);
  }));

Deno.test("the exporter writes one moment of training, whatever happens while it writes", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    const model = await trained();
    const before = stateOf(model);
    const writing = new exporters.TensaurExporter().export(model, path);
    await model.trainOnBatch(x, y);
    await writing;
    assertEquals(stateOf(await loadModel(path)), before);
  }));

Deno.test("model.save() leaves a whole file when several save to one path at once", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    await Promise.all(Array.from({ length: 5 }, () => network().save(path)));
    assertInstanceOf(await loadModel(path), Sequential);
    assertEquals([...Deno.readDirSync(folder)].length, 1);
  }));

Deno.test("model.save(), saveWeights() and loadWeights() give all their memory back", () =>
  inRuntime(registry, () =>
    inFolder(async (folder) => {
      const model = await trained();
      const before = getBackend().memory();
      await model.save(`${folder}/model.tensaur`);
      await model.saveWeights(`${folder}/weights.safetensors`);
      await model.loadWeights(`${folder}/weights.safetensors`);
      // Less may be alive than before, as the collector may have been to see what training left.
      const after = getBackend().memory();
      assert(after.storages <= before.storages, `${after.storages} of ${before.storages} storages`);
      assert(after.bytes <= before.bytes, `${after.bytes} of ${before.bytes} bytes`);
    })));

// What cannot be saved.

Deno.test("model.save() leaves the old file when the new one cannot be written", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    await network().save(path);
    const before = await Deno.readFile(path);
    const unlisted = class Unlisted extends Scale {};
    const model = sequential([new unlisted({ inputShape: [3] })]);
    const error = await assertRejects(() => model.save(path), TypeError, "not in the registry");
    assertEquals(codeOf(error), "serialize.unregistered");
    assertEquals(await Deno.readFile(path), before);
    assertEquals(codeOf(await assertRejects(() => model.save(folder))), "serialize.unregistered");
    assertEquals(codeOf(await assertRejects(() => network().save(folder))), "file.directory");
  }));

Deno.test("the exporter throws when it is given a layer that is no model", async () => {
  const exporter = new exporters.TensaurExporter();
  const error = await assertRejects(
    () => exporter.export(new layers.Dense({ units: 1 }), "x"),
    TypeError,
  );
  assertEquals(codeOf(error), "tensaur.model");
});

// What cannot be loaded.

Deno.test("loadModel() finds every flipped bit", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    await compiled().save(path);
    const file = await Deno.readFile(path);
    const bit = fc.nat({ max: file.length * 8 - 1 });
    await fc.assert(
      fc.asyncProperty(bit, async (at) => {
        const damaged = file.slice();
        damaged[at >> 3] ^= 1 << (at & 7);
        await Deno.writeFile(path, damaged);
        const error = await assertRejects(() => loadModel(path), RangeError, path);
        assert(/^(safetensors|tensaur)\./.test(codeOf(error)), codeOf(error));
      }),
      { numRuns: 300 },
    );
  }));

Deno.test("loadModel() finds every missing end", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    await compiled().save(path);
    const file = await Deno.readFile(path);
    for (let length = 0; length < file.length; length += 13) {
      await Deno.writeFile(path, file.subarray(0, length));
      const error = await assertRejects(() => loadModel(path), RangeError, path);
      assertEquals(codeOf(error), "safetensors.truncated", `${length} bytes`);
    }
  }));

Deno.test("loadModel() tells of a damaged value that it is damage", async () => {
  const error = await failureOf((file) => {
    file[file.length - 1] ^= 1;
    return file;
  });
  assertEquals(codeOf(error), "tensaur.digest");
});

Deno.test("loadModel() throws when the file has weights alone", () =>
  inFolder(async (folder) => {
    await network().saveWeights(`${folder}/model.tensaur`);
    const error = await assertRejects(() => loadModel(`${folder}/model.tensaur`), RangeError);
    assertEquals(codeOf(error), "tensaur.format");
    assert(error.message.includes("model.loadWeights()"));
  }));

Deno.test("loadModel() throws when there is no such file", async () => {
  assertEquals(codeOf(await assertRejects(() => loadModel("/no/such.tensaur"))), "file.missing");
});

Deno.test("loadModel() names the versions when a newer one wrote the file", async () => {
  const error = await failureOf(rewritten({ formatVersion: "2", frameworkVersion: "9.9.9" }));
  assertEquals(codeOf(error), "tensaur.version");
  assert(error.message.includes("its format is 2, of Tensaur 9.9.9"), error.message);
});

Deno.test("loadModel() names the package of a layer that is not known", async () => {
  const error = await failureOf(
    (file) => file,
    (path) => inRuntime(new Registry().add(manifest), () => loadModel(path)),
  );
  assertEquals(codeOf(error), "deserialize.package");
  assert(error.message.includes("specifier of kit 1.2.3"), error.message);
});

/** The metadata of a model that has just one layer. */
function architecture(className: unknown, config: unknown = {}): { architecture: string } {
  const layer = { className, config };
  return {
    architecture: JSON.stringify({
      className: "Sequential",
      config: { inputShape: [3], layers: [layer] },
    }),
  };
}

Deno.test("loadModel() throws its own errors when the architecture is none, or runs wild", async () => {
  const cases: [string, Record<string, string | undefined>][] = [
    ["tensaur.architecture", { architecture: undefined }],
    ["tensaur.architecture", { architecture: "{" }],
    ["tensaur.architecture", { architecture: "null" }],
    ["tensaur.architecture", { architecture: '{"className":7}' }],
    ["tensaur.architecture", { architecture: '{"className":"Dense","config":{"units":1}}' }],
    ["sequential.empty", { architecture: '{"className":"Sequential"}' }],
    ["tensaur.architecture", { architecture: '{"className":"Sequential","config":{"layers":7}}' }],
    ["registry.unknown", architecture("Dnese", { units: 2 })],
    ["registry.unknown", architecture("Adam")],
    ["registry.unknown", architecture("constructor")],
    ["registry.unknown", architecture("__proto__")],
    ["registry.name", architecture(7)],
    ["option.value", architecture("Dense", { units: -1 })],
    ["module.state", architecture("Dense", { units: 2 })],
    ["module.state", { architecture: JSON.stringify({ className: "kit>Residual", config: {} }) }],
    ["option.plugin", { training: '{"optimizer":7}' }],
    ["registry.unknown", { training: '{"optimizer":"adaam"}' }],
    ["tensaur.architecture", { training: "7{" }],
  ];
  for (const [code, change] of cases) {
    const error = await failureOf(rewritten(change));
    assertEquals(codeOf(error), code, `${JSON.stringify(change)}: ${error.message}`);
    assert(error.message.includes(`which Tensaur ${VERSION} wrote`), error.message);
  }
});

Deno.test("loadModel() takes no memory for weights that the file does not have", () =>
  inRuntime(registry, async () => {
    for (const units of [2 ** 28, 2 ** 40, Number.MAX_SAFE_INTEGER]) {
      const error = await failureOf(rewritten(architecture("Dense", { units })));
      assertEquals(codeOf(error), "layer.weightsToCome");
    }
    assert(getBackend().memory().peakBytes < 2 ** 20);
  }));

Deno.test("loadModel() draws no random numbers", () =>
  inFolder(async (folder) => {
    await network().save(`${folder}/model.tensaur`);
    setSeed(7);
    const expected = rand([4]).dataSync();
    setSeed(7);
    await loadModel(`${folder}/model.tensaur`);
    assertEquals(rand([4]).dataSync(), expected);
  }));

Deno.test("loadModel() survives an architecture that is very deep", async () => {
  const depth = 50_000;
  const deep = '{"className":"Sequential","config":{"layers":['.repeat(depth) + "]}}".repeat(depth);
  assertEquals(codeOf(await failureOf(rewritten({ architecture: deep }))), "tensaur.architecture");
});

Deno.test("loadModel() throws when the weights are those of another architecture, and names them", async () => {
  const other = architecture("Dense", { units: 2, name: "dense" });
  const { message } = await failureOf(rewritten(other));
  assert(message.includes("dense.kernel is [3, 4] instead of [3, 2]"), message);
  assert(message.includes("left over are"), message);
});

// Weights alone.

Deno.test("model.loadWeights() gives back what model.saveWeights() wrote, bit for bit", () =>
  inFolder(async (folder) => {
    const path = `${folder}/weights.safetensors`;
    const [model, other] = [network(), network()];
    await model.saveWeights(path);
    await other.loadWeights(path);
    assertEquals(other.apply(tensor(x)).dataSync(), model.apply(tensor(x)).dataSync());
  }));

Deno.test("model.loadWeights() names what is missing, left over and of another shape, and changes nothing", () =>
  inFolder(async (folder) => {
    const path = `${folder}/weights.safetensors`;
    const make = (units: number, name: string) =>
      sequential([
        new layers.Dense({ units, inputShape: [3], name: "first" }),
        new layers.Dense({ units: 1, name }),
      ]);
    await make(4, "second").saveWeights(path);
    const other = make(5, "last");
    const before = other.getWeights().map((weight) => weight.toArray());
    const error = await assertRejects(() => other.loadWeights(path), RangeError);
    assertEquals(codeOf(error), "module.state");
    assert(error.message.includes("missing are last.kernel, last.bias"), error.message);
    assert(error.message.includes("left over are second.kernel, second.bias"), error.message);
    assert(error.message.includes("first.kernel is [3, 4] instead of [3, 5]"), error.message);
    assertEquals(other.getWeights().map((weight) => weight.toArray()), before);
  }));

Deno.test("model.saveWeights() and loadWeights() throw when the model is not built", () =>
  inFolder(async (folder) => {
    const path = `${folder}/weights.safetensors`;
    const unbuilt = sequential([new layers.Dense({ units: 1 })]);
    assertEquals(
      codeOf(await assertRejects(() => unbuilt.saveWeights(path))),
      "weights.unbuilt",
    );
    await network().saveWeights(path);
    assertEquals(
      codeOf(await assertRejects(() => unbuilt.loadWeights(path))),
      "weights.unbuilt",
    );
  }));

Deno.test("the safetensors importer throws when there is no model to read into", async () => {
  const importer = new importers.SafetensorsImporter();
  const error = await assertRejects(() => importer.import("weights.safetensors"), TypeError);
  assertEquals(codeOf(error), "safetensors.into");
});

Deno.test("the tensaur importer reads the weights of a model file into another model", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    const [model, other] = [await trained(), network()];
    await model.save(path);
    const importer = new importers.TensaurImporter();
    assertEquals(await importer.import(path, { into: other }), other);
    assertEquals(other.compiled, false);
    assertEquals(other.apply(ones([1, 3])).dataSync(), model.apply(ones([1, 3])).dataSync());
  }));

Deno.test("a layer with a seed of its own goes on with the draws to come", () =>
  inFolder(async (folder) => {
    const path = `${folder}/model.tensaur`;
    const model = sequential([
      new layers.Dense({ units: 8, inputShape: [3] }),
      sequential([new layers.Dropout({ rate: 0.5, seed: 3 })]),
    ]);
    const train = (made: Model): unknown => made.apply(ones([1, 3]), { training: true }).toArray();
    const fresh = train(model);
    await model.save(path);
    const loaded = await loadModel(path);
    const next = train(model);
    assertNotEquals(next, fresh);
    assertEquals(train(loaded), next);
    assertEquals(train(loaded), train(model));
  }));

Deno.test("a draw that is no count is told as damage", async () => {
  for (const draws of ['{"dropout":-1}', '{"dropout":"7"}', '{"dropout":1e99}']) {
    const error = await failureOf(rewritten({ draws }));
    assertEquals(codeOf(error), "option.value");
  }
});

Deno.test("model.export() and loadWeights() refuse options that there are not, and write nothing", () =>
  inFolder(async (folder) => {
    const [path, weights] = [`${folder}/model.tensaur`, `${folder}/weights.safetensors`];
    const model = network();
    await assertRejects(() => model.export(path, { opset: 18 }), RangeError, "known are none");
    await assertRejects(() => model.export(weights, { form: "pytorch" }), RangeError, '"form"');
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 0);
    await model.saveWeights(weights);
    const options = { strikt: false } as Record<string, boolean>;
    await assertRejects(() => model.loadWeights(weights, options), RangeError, "mean strict?");
  }));
