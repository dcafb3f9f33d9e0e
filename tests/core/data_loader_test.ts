import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { data, getBackend, ones, setSeed, type Tensor, tensor } from "../../mod.ts";

const { DataLoader, Dataset, TensorDataset } = data;
const liveBytes = (): number => getBackend().memory().bytes;

class Squares extends Dataset<[number, number]> {
  constructor(override readonly length: number) {
    super();
  }
  get(i: number): [number, number] {
    return [i, i * i];
  }
}

class Slow extends Dataset<[number[], number]> {
  readonly length = 7;
  reads = 0;
  async get(i: number): Promise<[number[], number]> {
    this.reads++;
    await new Promise((resolve) => setTimeout(resolve, 1));
    return [[i, i], i];
  }
}

function seen(loader: Iterable<readonly Tensor[]>): number[] {
  const values: number[] = [];
  for (const [x] of loader) values.push(...x.dataSync());
  return values;
}

Deno.test("DataLoader gives batches in order, the last one shorter", () => {
  const loader = new DataLoader(new Squares(5), { batchSize: 2 });
  assertEquals(loader.length, 3);
  const shapes: number[][] = [];
  for (const [x, y] of loader) {
    shapes.push([...x.shape]);
    assertEquals(y.toArray(), x.toArray().map((v: number) => v * v));
  }
  assertEquals(shapes, [[2], [2], [1]]);
});

Deno.test("DataLoader({ dropLast }) leaves an incomplete last batch out", () => {
  const loader = new DataLoader(new Squares(5), { batchSize: 2, dropLast: true });
  assertEquals([loader.length, seen(loader)], [2, [0, 1, 2, 3]]);
});

Deno.test("DataLoader({ shuffle, seed }) has the same orders each run, another each pass", () => {
  const make = () => new DataLoader(new Squares(20), { shuffle: true, seed: 7, batchSize: 6 });
  const [a, b] = [make(), make()];
  const first = seen(a);
  assertEquals(first, seen(b));
  const second = seen(a);
  assertEquals(second, seen(b));
  assert(first.join() !== second.join());
  assertEquals([...first].sort((p, q) => p - q), Array.from({ length: 20 }, (_, i) => i));
});

Deno.test("DataLoader({ shuffle }) without a seed follows setSeed", () => {
  const loader = new DataLoader(new Squares(20), { shuffle: true });
  setSeed(3);
  const first = seen(loader);
  setSeed(3);
  assertEquals(seen(loader), first);
});

Deno.test("DataLoader takes tensors and batches them at once", () => {
  const loader = new DataLoader([tensor([[1, 2], [3, 4], [5, 6]]), tensor([0, 1, 2])], {
    batchSize: 2,
  });
  const batches = [...loader.drawSync()].map((batch) => batch.map((t) => t.toArray()));
  assertEquals(batches, [[[[1, 2], [3, 4]], [0, 1]], [[[5, 6]], [2]]]);
});

Deno.test("each turn of a loop frees what the turn before made", () => {
  const loader = new DataLoader([ones([64, 8])], { batchSize: 8 });
  const before = liveBytes();
  const during: number[] = [];
  for (const [x] of loader) {
    x.mul(2).add(1).sum();
    during.push(liveBytes() - before);
  }
  assertEquals(new Set(during).size, 1);
  assertEquals(liveBytes(), before);
});

Deno.test("a loop that is left by break frees its turn", () => {
  const loader = new DataLoader([ones([64, 8])], { batchSize: 8 });
  const before = liveBytes();
  for (const [x] of loader) {
    x.mul(2);
    break;
  }
  assertEquals(liveBytes(), before);
});

Deno.test("DataLoader reads asynchronously, fetching ahead, and frees the turns", async () => {
  const dataset = new Slow();
  const loader = new DataLoader<[number[], number], readonly Tensor[]>(dataset, {
    batchSize: 3,
    prefetch: 2,
  });
  const made: Tensor[] = [];
  for await (const [x] of loader) made.push(x, x.mul(2));
  assertEquals(made.map((t) => t.shape[0]), [3, 3, 3, 3, 1, 1]);
  assertEquals(dataset.reads, 7);
  assert(made.every((t) => t.isDisposed));
});

Deno.test("a dataset that reads asynchronously refuses a synchronous loop", () => {
  const loader = new DataLoader<[number[], number], readonly Tensor[]>(new Slow());
  assertThrows(() => [...loader], Error, "for await");
});

Deno.test("an error of a dataset reaches the loop", async () => {
  class Broken extends Slow {
    override get(i: number): Promise<[number[], number]> {
      return i === 4 ? Promise.reject(new Error("no such file")) : super.get(i);
    }
  }
  const loader = new DataLoader<[number[], number], readonly Tensor[]>(new Broken(), {
    batchSize: 2,
  });
  await assertRejects(
    async () => {
      for await (const _ of loader);
    },
    Error,
    "no such file",
  );
});

Deno.test("DataLoader({ collate }) makes batches of any kind", () => {
  const loader = new DataLoader(new Squares(3), {
    batchSize: 2,
    collate: (examples) => examples.map(([, square]) => square),
  });
  assertEquals([...loader], [[0, 1], [4]]);
});

Deno.test("DataLoader names what is wrong with its options", () => {
  for (const batchSize of [0, -1, 1.5, NaN]) {
    assertThrows(() => new DataLoader(new Squares(3), { batchSize }), RangeError, "batchSize");
  }
  assertThrows(() => new DataLoader(new Squares(0)), RangeError, "above 0");
  assertThrows(() => new DataLoader([ones([3]), ones([2])]), RangeError, "same number");
  assertThrows(() => new TensorDataset(1), RangeError, "one or more axes");
  assertThrows(() => new DataLoader(new Squares(3), { prefetch: -1 }), RangeError, "prefetch");
});

Deno.test("examples that cannot be stacked ask for collate", () => {
  class Words extends Dataset<string> {
    readonly length = 2;
    get(i: number): string {
      return String(i);
    }
  }
  assertThrows(() => [...new DataLoader<string, unknown>(new Words())], TypeError, "collate");
});

Deno.test("a loader leaves tensors alone that the dataset holds", async () => {
  const held = [[ones([2, 3])], [ones([2, 3])]] as const;
  class Held extends data.Dataset<readonly Tensor[]> {
    readonly length = 2;
    override get(index: number): readonly Tensor[] {
      return held[index];
    }
  }
  const collate = ([example]: (readonly Tensor[])[]): readonly Tensor[] => example;
  const loader = new data.DataLoader(new Held(), { batchSize: 1, collate });
  for await (const [x] of loader) assertEquals(x.shape, [2, 3]);
  assert(held.every(([x]) => !x.isDisposed));
  for await (const _ of loader) break;
  assert(held.every(([x]) => !x.isDisposed));
});

Deno.test("a TensorDataset refuses lists and records of tensors, and says where they go", () => {
  const nests = [{ a: [[1], [2]] }, [tensor([1, 2]), tensor([3, 4])]] as unknown[];
  for (const nest of nests) {
    const parts = [nest, [0, 1]] as number[][];
    assertThrows(() => new TensorDataset(...parts), TypeError, "give lists and records to fit()");
    assertThrows(() => new DataLoader(parts), TypeError, "a Dataset whose get() returns them");
  }
});
