import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { registry } from "../../mod.ts";
import { drawDigits } from "../../plugins/datasets/digits.ts";
import { digits, fashionMnist, mnist } from "../../plugins/datasets/mod.ts";
import { idxFile } from "./_files.ts";

async function withTinyFiles(use: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  const write = (name: string, shape: number[], data: number[]): Promise<void> =>
    Deno.writeFile(`${dir}/${name}`, idxFile(shape, Uint8Array.from(data)));
  const ramp = Array.from({ length: 784 }, (_, i) => i % 256);
  try {
    await write("train-images-idx3-ubyte", [2, 28, 28], [...ramp, ...ramp]);
    await write("train-labels-idx1-ubyte", [2], [3, 8]);
    await write("t10k-images-idx3-ubyte", [1, 28, 28], ramp);
    await write("t10k-labels-idx1-ubyte", [1], [4]);
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("digits() gives rows from 0 to 1 and classes", () => {
  const { source, train, test } = digits({ train: 30, test: 10, seed: 5 });
  assertEquals(source, "built-in digits (30 train, 10 test)");
  assertEquals([train.length, test.length], [30, 10]);
  const [x, y] = train.tensors;
  assertEquals([x.shape, x.dtype, y.shape, y.dtype], [[30, 784], "float32", [30], "int32"]);
  const drawn = drawDigits({ count: 30, seed: 5 });
  assertEquals(x.dataSync(), Float32Array.from(drawn.images, (byte) => byte / 255));
  assertEquals(y.dataSync(), Int32Array.from(drawn.labels));
});

Deno.test("digits() gives pictures with a channel on request", () => {
  const { train, test } = digits({ train: 20, test: 10, flatten: false });
  assertEquals(train.tensors[0].shape, [20, 28, 28, 1]);
  assertEquals(test.tensors[0].shape, [10, 28, 28, 1]);
});

Deno.test("digits() throws when an option is out of range", () => {
  assertThrows(() => digits({ train: 0 }), RangeError, "count");
  assertThrows(() => digits({ test: 1.5 }), RangeError, "count");
  assertThrows(() => digits({ seed: -1 }), RangeError, "seed");
  // @ts-expect-error a string is neither true nor false
  assertThrows(() => digits({ flatten: "yes" }), RangeError, "flatten");
});

for (const [name, load] of Object.entries({ mnist, fashionMnist })) {
  Deno.test(`${name}() reads files into tensors`, () =>
    withTinyFiles(async (dir) => {
      const { source, train, test } = await load({ dir, verify: false });
      assert(source.endsWith(`MNIST from ${dir}`), source);
      assertEquals(train.tensors.map((t) => t.shape), [[2, 784], [2]]);
      assertEquals(test.tensors.map((t) => t.shape), [[1, 784], [1]]);
      assertEquals([...await train.tensors[1].data()], [3, 8]);
      const row = await test.tensors[0].data();
      assertEquals([row[0], row[51], row[255]], [0, Math.fround(0.2), 1]);
      const images = await load({ dir, verify: false, flatten: false });
      assertEquals(images.test.tensors[0].shape, [1, 28, 28, 1]);
    }));

  Deno.test(`${name}() throws when the files are not the published ones`, () =>
    withTinyFiles(async (dir) => {
      await assertRejects(() => load({ dir }), RangeError, "SHA-256");
    }));
}

Deno.test("the registry knows the data sets", () => {
  assertEquals(registry.list("dataset").map(({ name }) => name), [
    "mnist",
    "fashionMnist",
    "digits",
  ]);
  assertEquals(registry.get("dataset", "fashion_mnist"), fashionMnist);
});
