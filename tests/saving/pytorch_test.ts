import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type AnyModel,
  type DType,
  getBackend,
  Input,
  Layer,
  layers,
  type LoadWeightsOptions,
  Model,
  ops,
  type Parameter,
  type Sequential,
  sequential,
  type Tensor,
  tensor,
  type WeightLayouts,
  zeros,
} from "../../mod.ts";
import { encodeSafetensors } from "../../plugins/exporters/safetensors/encode.ts";
import { decodeSafetensors } from "../../plugins/importers/safetensors/decode.ts";
import { assertGolden, readGolden } from "../golden/read_golden.ts";
import { codeOf, inFolder, joined, safetensorsFile } from "./_files.ts";

// The models of the golden file, in our words.

interface Twin {
  make(dtype: DType): AnyModel;
  names: Record<string, string>;
}

/** A list of layers under the paths of theirs, those without weights being left out. */
function chain(
  make: (dtype: DType) => Layer[],
  inputShape: number[],
  names: Record<string, string>,
): Twin {
  return {
    make: (dtype) => {
      const made = make(dtype);
      return sequential([Input({ shape: inputShape, dtype: made[0].inputDType }), ...made]);
    },
    names,
  };
}

const TWINS: Record<string, Twin> = {
  classifier: chain(
    (dtype) => [
      new layers.ZeroPadding2D({ padding: 1, dtype }),
      new layers.Conv2D({ filters: 6, kernelSize: 3, strides: 2, name: "conv", dtype }),
      new layers.BatchNormalization({ epsilon: 1e-5, name: "norm", dtype }),
      new layers.PReLU({ sharedAxes: [1, 2], name: "slopes", dtype }),
      new layers.DepthwiseConv2D({
        kernelSize: 3,
        depthMultiplier: 2,
        padding: "same",
        name: "depthwise",
        dtype,
      }),
      new layers.MaxPooling2D({ dtype }),
      new layers.Flatten({ dtype }),
      new layers.Dropout({ rate: 0.5, dtype }),
      new layers.BatchNormalization({ epsilon: 1e-5, name: "flat_norm", dtype }),
      new layers.Dense({ units: 7, name: "hidden", dtype }),
      new layers.LayerNormalization({ epsilon: 1e-5, name: "layer_norm", dtype }),
      new layers.PReLU({ sharedAxes: [1], name: "slope", dtype }),
      new layers.Dense({ units: 4, name: "head", dtype }),
    ],
    [10, 8, 3],
    {
      conv: "0",
      norm: "1",
      slopes: "2",
      depthwise: "3",
      flat_norm: "7",
      hidden: "8",
      layer_norm: "9",
      slope: "10",
      head: "11",
    },
  ),
  generator: chain(
    (dtype) => [
      new layers.Dense({ units: 36, name: "seed", dtype }),
      new layers.BatchNormalization({ epsilon: 1e-5, name: "norm", dtype }),
      new layers.ReLU({ dtype }),
      new layers.Reshape({ targetShape: [3, 2, 6], dtype }),
      new layers.Conv2DTranspose({ filters: 4, kernelSize: 3, strides: 2, name: "larger", dtype }),
      new layers.GroupNormalization({ groups: 2, epsilon: 1e-5, name: "groups", dtype }),
      new layers.Conv2DTranspose({
        filters: 2,
        kernelSize: 4,
        strides: 2,
        padding: "same",
        name: "largest",
        dtype,
      }),
    ],
    [5],
    { seed: "0", norm: "1", larger: "4", groups: "5", largest: "6" },
  ),
  separable: chain(
    (dtype) => [
      new layers.SeparableConv2D({
        filters: 4,
        kernelSize: 3,
        depthMultiplier: 2,
        name: "separable",
        dtype,
      }),
      new layers.Conv2D({ filters: 6, kernelSize: 2, groups: 2, name: "grouped", dtype }),
      new layers.Flatten({ dtype }),
      new layers.Dense({ units: 3, name: "head", dtype }),
    ],
    [5, 6, 3],
    { separable: "0", grouped: "1", head: "3" },
  ),
  volumes: chain(
    (dtype) => [
      new layers.Conv3D({ filters: 3, kernelSize: 2, name: "conv", dtype }),
      new layers.Conv3DTranspose({ filters: 2, kernelSize: 2, name: "larger", dtype }),
      new layers.Flatten({ dtype }),
      new layers.Dense({ units: 2, name: "head", dtype }),
    ],
    [3, 4, 5, 2],
    { conv: "0", larger: "1", head: "3" },
  ),
  sequences: chain(
    (dtype) => [
      new layers.Embedding({ inputDim: 11, outputDim: 4, name: "words", dtype }),
      new layers.RMSNormalization({ name: "norm", dtype }),
      new layers.Conv1D({ filters: 6, kernelSize: 3, name: "conv", dtype }),
      new layers.Conv1DTranspose({ filters: 5, kernelSize: 2, name: "longer", dtype }),
      new layers.Flatten({ dtype }),
      new layers.Dense({ units: 3, name: "head", dtype }),
    ],
    [7],
    { words: "0", norm: "1", conv: "3", longer: "4", head: "6" },
  ),
  words: chain(
    (dtype) => [
      new layers.Embedding({ inputDim: 11, outputDim: 4, name: "words", dtype }),
      new layers.Flatten({ dtype }),
      new layers.Dense({ units: 3, name: "head", dtype }),
    ],
    [5],
    { words: "0", head: "2" },
  ),
  branches: {
    make: (dtype) => {
      const x = Input({ shape: [4, 3, 2], dtype });
      const side = new layers.Dense({ units: 4, name: "side", dtype }).apply(
        new layers.GlobalAveragePooling2D({ dtype }).apply(x),
      );
      const images = new layers.Flatten({ dtype }).apply(
        new layers.Conv2D({ filters: 3, kernelSize: 2, name: "conv", dtype }).apply(x),
      );
      const gate = new layers.Dense({ units: 18, name: "gate", dtype }).apply(side);
      const joined = ops.concatenate([side, ops.multiply(images, gate)], { axis: -1 });
      const y = new layers.Dense({ units: 3, name: "head", dtype }).apply(joined);
      return new Model({ inputs: x, outputs: y });
    },
    names: {},
  },
};

const GOLDEN = readGolden("pytorchModels");

/** A file of these bytes, to be read by a model. */
async function load(
  model: AnyModel,
  bytes: Uint8Array,
  options: LoadWeightsOptions,
): Promise<void> {
  await inFolder(async (folder) => {
    const path = `${folder}/torch.safetensors`;
    await Deno.writeFile(path, bytes);
    await model.loadWeights(path, options);
  });
}

/** The file that a model writes for PyTorch. */
async function written(
  model: AnyModel,
  options: Record<string, unknown>,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = new Uint8Array();
  await inFolder(async (folder) => {
    const path = `${folder}/ours.safetensors`;
    await model.export(path, { for: "pytorch", ...options });
    bytes = await Deno.readFile(path);
  });
  return bytes;
}

Deno.test("every golden PyTorch model has a twin", () => {
  assertEquals(GOLDEN.map(({ name }) => name).sort(), Object.keys(TWINS).sort());
});

for (const { name, base64, input, output } of GOLDEN) {
  const bytes = Uint8Array.fromBase64(base64);
  const { make, names } = TWINS[name];

  Deno.test(`loadWeights() makes the twin of the PyTorch model "${name}" compute the same`, async () => {
    for (const dtype of ["float64", "float32"] as const) {
      const model = make(dtype);
      await load(model, bytes, { from: "pytorch", names });
      const x = tensor(input.data, {
        shape: input.shape,
        dtype: input.dtype === "int32" ? "int32" : dtype,
      });
      const y = model.apply(x) as Tensor;
      assertEquals(y.shape, output.shape);
      const tolerance = dtype === "float64" ? 1e-12 : 1e-5;
      assertGolden(name, y.dataSync(), output.data, { rtol: tolerance, atol: tolerance });
    }
  });

  Deno.test(`export() for PyTorch gives the state dict of "${name}" back`, async () => {
    const model = make("float64");
    await load(model, bytes, { from: "pytorch", names });
    const ours = decodeSafetensors(await written(model, { names }));
    const theirs = decodeSafetensors(bytes).tensors;
    const expected = [...theirs].filter(([path]) => !path.endsWith("num_batches_tracked"));
    assertEquals(ours.tensors, new Map(expected));
    assertEquals(ours.metadata.get("format"), "pt");
  });
}

Deno.test("loadWeights() reads a half-precision state dict", async () => {
  const weight = new Float16Array([0.5, -1.5, 2, 0.25]);
  const bytes = safetensorsFile(
    { "fc.weight": { dtype: "F16", shape: [2, 2], data_offsets: [0, 8] } },
    new Uint8Array(weight.buffer),
  );
  const model = sequential([
    new layers.Dense({ units: 2, useBias: false, inputShape: [2], name: "fc" }),
  ]);
  await load(model, bytes, { from: "pytorch" });
  assertEquals(model.getWeights()[0].toArray(), [[0.5, 2], [-1.5, 0.25]]);
});

// Names.

function file(shapes: Record<string, number[]>): Uint8Array {
  return joined(encodeSafetensors(
    new Map(
      Object.entries(shapes).map(([name, shape], at) => {
        const size = shape.reduce((a, b) => a * b, 1);
        const data = Float32Array.from({ length: size }, (_, i) => 100 * at + i);
        return [name, { dtype: "float32", shape, data }];
      }),
    ),
  ));
}

const make = (): Sequential =>
  sequential([
    new layers.Dense({ units: 3, inputShape: [2], name: "first" }),
    new layers.Dense({ units: 1, name: "second" }),
  ]);
const SHAPES = {
  "a.weight": [3, 2],
  "a.bias": [3],
  "b.weight": [1, 3],
  "b.bias": [1],
};

/** What a load is refused with, after which every weight must be as it was. */
async function refusal(
  bytes: Uint8Array,
  options: LoadWeightsOptions,
  model: AnyModel = make(),
): Promise<Error> {
  const before = model.getWeights().map((weight: Tensor) => weight.toArray());
  const error = await assertRejects(() => load(model, bytes, options), Error);
  assertEquals(model.getWeights().map((weight: Tensor) => weight.toArray()), before);
  return error;
}

function assertSays(error: Error, code: string, ...parts: string[]): void {
  assertEquals(codeOf(error), code);
  for (const part of parts) assert(error.message.includes(part), `${part}\n  in ${error.message}`);
}

Deno.test("loadWeights() takes names of layers, of weights, of all above, and from a function", async () => {
  const ways: LoadWeightsOptions["names"][] = [
    { first: "a", second: "b" },
    { first: "a", "second.kernel": "b.weight", "second.bias": "b.bias" },
    (name) => name.replace("first", "a").replace("second", "b"),
    (_, path) => path.replace("kernel", "weight").replace("first", "a").replace("second", "b"),
  ];
  for (const names of ways) {
    const model = make();
    await load(model, file(SHAPES), { from: "pytorch", names });
    assertEquals(model.getWeights().map((weight) => weight.toArray()), [
      [[0, 2, 4], [1, 3, 5]],
      [100, 101, 102],
      [[200], [201], [202]],
      [300],
    ]);
  }
  const prefixed = Object.fromEntries(
    Object.entries(SHAPES).map(([name, shape]) => [`module.${name}`, shape]),
  );
  await load(make(), file(prefixed), {
    from: "pytorch",
    names: { "": "module", first: "module.a", second: "module.b" },
  });
});

Deno.test("loadWeights() carries a path down to the layers of a nested model", async () => {
  const inner = sequential([new layers.Dense({ units: 3, name: "fc" })], { name: "encoder" });
  const model = sequential([Input({ shape: [2] }), inner]);
  const bytes = file({ "backbone.net.fc.weight": [3, 2], "backbone.net.fc.bias": [3] });
  await load(model, bytes, { from: "pytorch", names: { encoder: "backbone.net" } });
  assertEquals(model.getWeights()[1].toArray(), [100, 101, 102]);
});

Deno.test("loadWeights() maps names of its own files too", async () => {
  const model = make();
  const bytes = file({ "a.kernel": [2, 3], "a.bias": [3], "b.kernel": [3, 1], "b.bias": [1] });
  await load(model, bytes, { names: { first: "a", second: "b" } });
  assertEquals(model.getWeights()[0].toArray(), [[0, 1, 2], [3, 4, 5]]);
});

Deno.test("loadWeights() leaves out what names say null for, and without strict what the file has not", async () => {
  const { "b.weight": _, "b.bias": __, ...half } = SHAPES;
  const ways: Record<string, string | null>[] = [{ first: "a", second: null }, { first: "a" }];
  for (const names of ways) {
    const model = make();
    const before = model.getWeights().map((weight) => weight.toArray());
    const isStrict = "second" in names;
    await load(model, file(half), { from: "pytorch", names, strict: isStrict });
    const after = model.getWeights().map((weight) => weight.toArray());
    assertEquals(after[1], [100, 101, 102]);
    assertEquals(after.slice(2), before.slice(2));
  }
});

Deno.test("loadWeights() names all that is missing, left over, of another shape or kind, and changes nothing", async () => {
  const bytes = joined(encodeSafetensors(
    new Map([
      ["a.weight", { dtype: "float32", shape: [2, 3], data: new Float32Array(6) }],
      ["a.bias", { dtype: "int32", shape: [3], data: new Int32Array(3) }],
      ["b.bias", { dtype: "float32", shape: [1], data: new Float32Array(1) }],
      ["c.weight", { dtype: "float32", shape: [1], data: new Float32Array(1) }],
      ["c.num_batches_tracked", { dtype: "int32", shape: [], data: new Int32Array(1) }],
    ]),
  ));
  const error = await refusal(bytes, { from: "pytorch", names: { first: "a", second: "b" } });
  assertSays(
    error,
    "module.state",
    "missing are b.weight (for second.kernel)",
    "left over are c.weight;",
    "a.weight (for first.kernel) is [2, 3] instead of [3, 2]",
    "a.bias (for first.bias) is int32 instead of float32",
  );
});

Deno.test("loadWeights() throws when the names tell only half", async () => {
  const error = await refusal(file(SHAPES), { from: "pytorch", names: { first: "a" } });
  assertSays(
    error,
    "module.state",
    "missing are second.weight (for second.kernel), second.bias;",
    "left over are b.weight, b.bias",
  );
});

Deno.test("loadWeights() throws when a name that was given is nowhere in the file, strict or not", async () => {
  const names = { first: "a", second: "bb" };
  const error = await refusal(file(SHAPES), { from: "pytorch", names, strict: false });
  assertSays(error, "module.state", "missing are bb.weight (for second.kernel), bb.bias");
  assert(!error.message.includes("left over"));
});

Deno.test("loadWeights() throws when a file has nothing for the model, strict or not", async () => {
  const error = await refusal(file({ "x.weight": [3, 2] }), { from: "pytorch", strict: false });
  assertSays(error, "module.state", "missing are first.weight (for first.kernel), first.bias");
});

Deno.test("loadWeights() throws when names say paths that the model has not, and lists near ones", async () => {
  const names = { firsst: "a", second: "b", "first.kernal": "a.weight" };
  const error = await refusal(file(SHAPES), { from: "pytorch", names });
  assertSays(error, "weights.path", '"firsst" (near are first', '"first.kernal" (near are first.k');
});

Deno.test("loadWeights() throws when two weights get one name", async () => {
  const error = await refusal(file(SHAPES), {
    from: "pytorch",
    names: { first: "a", second: "a" },
  });
  assertSays(
    error,
    "weights.twice",
    '"a.weight" is given to first.kernel and second.kernel',
    '"a.bias" is given to first.bias and second.bias',
  );
});

Deno.test("loadWeights() throws when names are of another kind", async () => {
  for (const names of ["a", null, { first: 1 }, () => undefined, { first: undefined }]) {
    const error = await refusal(file(SHAPES), {
      from: "pytorch",
      names: names as unknown as LoadWeightsOptions["names"],
    });
    assertSays(error, "weights.names");
  }
});

Deno.test("loadWeights() throws when the framework is not known", async () => {
  assertSays(await refusal(file(SHAPES), { from: "caffe" }), "option.value", "pytorch", '"caffe"');
});

Deno.test("export() for PyTorch throws when two weights get one name, and writes nothing", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/w.safetensors`;
    const names = { first: "a", second: "a" };
    const error = await assertRejects(() => make().export(path, { for: "pytorch", names }));
    assertEquals(codeOf(error), "weights.twice");
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  });
});

// Features that were flattened.

function reader(...before: Layer[]): Sequential {
  return sequential([...before, new layers.Dense({ units: 1, useBias: false, name: "head" })]);
}

/** The kernel after a load of 0, 1, 2, …, which tells where each row stood. */
async function rowsOf(model: AnyModel, options: LoadWeightsOptions = {}): Promise<unknown> {
  const [kernel] = model.getLayer("head").weights;
  await load(model, file({ "head.weight": [1, kernel.shape[0]] }), {
    from: "pytorch",
    strict: false,
    names: { head: "head" },
    ...options,
  });
  return [...kernel.dataSync()];
}

const CHANNELS_LAST = [0, 4, 1, 5, 2, 6, 3, 7];
const AS_THEY_ARE = [0, 1, 2, 3, 4, 5, 6, 7];
/** `[2, 2, 2]` to the same, over which it slides. */
const convolution = (dataFormat: "channelsLast" | "channelsFirst" = "channelsLast") =>
  new layers.Conv2D({ filters: 2, kernelSize: 1, inputShape: [2, 2, 2], dataFormat });

Deno.test("loadWeights() puts the rows behind a flattened image in order", async () => {
  const flatten = () => new layers.Flatten();
  const activation = () => new layers.Activation({ activation: "tanh" });
  assertEquals(await rowsOf(reader(convolution(), flatten())), CHANNELS_LAST);
  const between = reader(convolution(), activation(), flatten(), activation());
  assertEquals(await rowsOf(between), CHANNELS_LAST);
  const pooled = reader(convolution(), new layers.AveragePooling2D({ poolSize: 1 }), flatten());
  assertEquals(await rowsOf(pooled), CHANNELS_LAST);
  const reshaped = reader(convolution(), new layers.Reshape({ targetShape: [8] }));
  assertEquals(await rowsOf(reshaped), CHANNELS_LAST);
});

Deno.test("loadWeights() follows channels first to what the flattening makes of them", async () => {
  const first = "channelsFirst";
  const reshaped = reader(convolution(first), new layers.Reshape({ targetShape: [8] }));
  assertEquals(await rowsOf(reshaped), AS_THEY_ARE);
  const moved = reader(convolution(first), new layers.Flatten({ dataFormat: first }));
  assertEquals(await rowsOf(moved), CHANNELS_LAST);
});

Deno.test("loadWeights() leaves rows alone where there are no channels to move", async () => {
  const options = { filters: 8, kernelSize: 2, inputShape: [2, 2, 3] };
  const point = reader(new layers.Conv2D(options), new layers.Flatten());
  assertEquals(await rowsOf(point), AS_THEY_ARE);
  const pooled = reader(new layers.Conv2D(options), new layers.GlobalMaxPooling2D());
  assertEquals(await rowsOf(pooled), AS_THEY_ARE);
  const vectors = reader(new layers.Flatten({ inputShape: [4, 2] }));
  assertEquals(await rowsOf(vectors), AS_THEY_ARE);
  const black = reader(new layers.Flatten({ inputShape: [4, 2, 1] }));
  assertEquals(await rowsOf(black), AS_THEY_ARE);
});

Deno.test("loadWeights() follows a subclassed model", async () => {
  class Net extends Model {
    conv = convolution();
    head = new layers.Dense({ units: 1, useBias: false, name: "head" });
    override forward(x: Tensor): Tensor {
      return this.head.apply(ops.reshape(ops.relu(this.conv.apply(x)), [-1, 8]));
    }
  }
  const net = new Net();
  net.apply(zeros([1, 2, 2, 2]));
  assertEquals(await rowsOf(net), CHANNELS_LAST);
});

Deno.test("loadWeights() asks where the model does not tell what was flattened, and takes the answer", async () => {
  const images = () => reader(new layers.Flatten({ inputShape: [2, 2, 2] }));
  const error = await refusal(file({ "head.weight": [1, 8] }), { from: "pytorch" }, images());
  assertSays(error, "weights.order", '"head.kernel"', 'flattened: { "head": [channels');
  assertEquals(await rowsOf(images(), { flattened: { head: [2, 2, 2] } }), CHANNELS_LAST);
  assertEquals(await rowsOf(images(), { flattened: { head: null } }), AS_THEY_ARE);
});

Deno.test("loadWeights() asks where a layer is shared by features of different orders", async () => {
  const head = new layers.Dense({ units: 1, useBias: false, name: "head" });
  const image = Input({ shape: [2, 2, 2] });
  const features = Input({ shape: [8] });
  const flat = new layers.Flatten().apply(convolution().apply(image));
  const model = new Model({
    inputs: [image, features],
    outputs: [head.apply(flat), head.apply(features)],
  });
  const error = await assertRejects(() => rowsOf(model));
  assertEquals(codeOf(error), "weights.order");
});

Deno.test("loadWeights() asks where a model cannot be traced", async () => {
  class Net extends Model {
    head = new layers.Dense({ units: 3, name: "head" });
    override forward(x: Tensor): Tensor {
      return this.head.apply(tensor(x.toArray()));
    }
  }
  const net = new Net();
  net.apply(tensor([[1, 2]]));
  const bytes = file({ "head.weight": [3, 2], "head.bias": [3] });
  assertSays(await refusal(bytes, { from: "pytorch" }, net), "weights.order", '"head.kernel"');
  await load(net, bytes, { from: "pytorch", flattened: { head: null } });
  assertEquals(net.getWeights()[0].toArray(), [[0, 2, 4], [1, 3, 5]]);
});

Deno.test("loadWeights() throws when flattened names no layer, or a shape of another size", async () => {
  const model = reader(new layers.Flatten({ inputShape: [2, 2, 2] }));
  const bytes = file({ "head.weight": [1, 8] });
  const unknown = await refusal(bytes, { from: "pytorch", flattened: { haed: null } }, model);
  assertSays(unknown, "weights.path", '"haed" (near are head)');
  for (const shape of [[2, 2], [-2, -2, 2], [], [2, 2, 2.5], "8"]) {
    const flattened = { head: shape as number[] };
    const error = await refusal(bytes, { from: "pytorch", flattened }, model);
    assertSays(error, "option.value", 'flattened["head"]', "of 8 elements");
  }
  const plain = await refusal(bytes, { flattened: { head: [2, 2, 2] } }, model);
  assertSays(plain, "weights.path", '"head"');
});

// Layers of one's own.

Deno.test("a layer of one's own says how its weights stand elsewhere", async () => {
  class Bilinear extends Layer {
    left!: Parameter;
    gain!: Parameter;
    override build(): void {
      this.left = this.addWeight({ name: "left", shape: [2, 3] });
      this.gain = this.addWeight({ name: "gain", shape: [1] });
    }
    forward(x: Tensor): Tensor {
      return ops.multiply(ops.matmul(x, this.left), this.gain);
    }
    override weightLayouts(framework: string): WeightLayouts {
      return framework === "pytorch"
        ? { left: { name: "U.weight", axes: [1, 0], shape: [6] } }
        : {};
    }
  }
  const model = sequential([new Bilinear({ name: "own", inputShape: [2] })]);
  await load(model, file({ "x.U.weight": [6], "x.gain": [1] }), {
    from: "pytorch",
    names: { own: "x" },
  });
  assertEquals(model.getWeights().map((weight) => weight.toArray()), [[[0, 2, 4], [1, 3, 5]], [
    100,
  ]]);
});

Deno.test("a layout whose axes are no order of the weight's is refused by the weight's path", async () => {
  class Odd extends layers.Dense {
    override weightLayouts(): WeightLayouts {
      return { kernel: { name: "weight", axes: [1, 2] } };
    }
  }
  const model = sequential([new Odd({ units: 1, name: "odd", inputShape: [2] })]);
  const error = await refusal(file({}), { from: "pytorch" }, model);
  assertSays(error, "option.value", 'the weight "odd.kernel"', "an order of its 2 axes", "[1, 2]");
});

Deno.test("loadWeights() frees what it made on the way", async () => {
  const model = reader(convolution(), new layers.Flatten());
  await rowsOf(model);
  const before = getBackend().memory().bytes;
  await rowsOf(model);
  assertEquals(getBackend().memory().bytes, before);
});
