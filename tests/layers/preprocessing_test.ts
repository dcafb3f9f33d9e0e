import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { data, layers, ones, ops, randn, type Tensor, tensor, zeros } from "../../mod.ts";

function close(a: Tensor, b: Tensor, rtol = 1e-12): boolean {
  return Boolean(ops.allclose(a, b, { rtol }).item());
}

function make(options: layers.NormalizationOptions = {}): layers.Normalization {
  return new layers.Normalization({ dtype: "float64", ...options });
}

/** Data whose mean is large beside its spread: sums of squares would lose it. */
const far = (count: number): Tensor =>
  randn([count, 3], { dtype: "float64", seed: 1 }).add(
    tensor([1e6, -1e7, 0], { dtype: "float64" }),
  );

Deno.test("Normalization.adapt() finds the same statistics however the data comes", async () => {
  const x = far(50);
  const [mean, variance] = ops.moments(x, { axes: 0 });
  const labels = zeros([50]);
  class Examples extends data.Dataset<[Tensor, number]> {
    readonly length = 50;
    get(i: number): Promise<[Tensor, number]> {
      return Promise.resolve([x.get(i), i]);
    }
  }
  function* batches(): Generator<Tensor> {
    for (const [start, stop] of [[0, 1], [1, 30], [30, 50]]) yield x.get([start, stop]);
  }
  const sources = {
    tensor: x,
    dataset: new data.TensorDataset(x, labels),
    "asynchronous dataset": new Examples(),
    loader: new data.DataLoader([x, labels], { batchSize: 7, shuffle: true }),
    batches: batches(),
  };
  for (const [name, source] of Object.entries(sources)) {
    const norm = await make().adapt(source);
    assert(close(norm.mean, mean), `${name}: ${norm.mean}`);
    assert(close(norm.variance, variance, 1e-9), `${name}: ${norm.variance}`);
  }
});

Deno.test("Normalization.adapt() forgets what it found before, and leaves nothing behind", async () => {
  const norm = await make().adapt(ones([4, 3]).mul(9));
  const x = far(20);
  await norm.adapt(x);
  const { ledger } = x.backend;
  const alive = ledger.storages;
  for (let i = 0; i < 3; i++) await norm.adapt(x);
  assert(ledger.storages <= alive, `${ledger.storages - alive} storages are left over`);
  assert(close(norm.mean, ops.mean(x, { axis: 0 })));
});

Deno.test("Normalization.adapt() of much data in one piece is exact", async () => {
  const x = randn([3000, 2], { dtype: "float64", seed: 2 }).mul(3).add(1);
  const norm = await make().adapt(x);
  const [mean, variance] = ops.moments(x, { axes: 0 });
  assert(close(norm.mean, mean) && close(norm.variance, variance));
  const [newMean, newVariance] = ops.moments(norm.apply(x), { axes: 0 });
  assert(ops.allclose(newMean, 0, { atol: 1e-12 }).item());
  assert(close(newVariance, ones([2], { dtype: "float64" })));
});

Deno.test("Normalization inverts itself", async () => {
  const x = far(20);
  const norm = await make({ axis: null }).adapt(x);
  assertEquals(norm.mean.shape, []);
  const inverse = await make({ axis: null, invert: true }).adapt(x);
  assert(close(inverse.apply(norm.apply(x)), x, 1e-9));
});

Deno.test("Normalization of a feature without variance stays finite", async () => {
  const norm = await make().adapt([[5, 1], [5, 3]]);
  assertEquals(norm.apply(tensor([[5, 3]], { dtype: "float64" })).toArray(), [[0, 1]]);
});

Deno.test("Normalization takes whole numbers, and saves its statistics as buffers", async () => {
  const norm = await new layers.Normalization().adapt(tensor([[0], [255]], { dtype: "int32" }));
  assertEquals(norm.mean.toArray(), [127.5]);
  assertEquals(norm.apply(tensor([[255]], { dtype: "int32" })).dtype, "float32");
  assertEquals(norm.namedBuffers().map(([name]) => name), ["mean", "variance"]);
  assertEquals(norm.parameters(), []);
});

Deno.test("Normalization.adapt() throws when there is no data, or it is not finite", async () => {
  const norm = new layers.Normalization();
  await assertRejects(() => norm.adapt(zeros([0, 3])), RangeError, "above 0");
  await assertRejects(() => norm.adapt((function* () {})()), RangeError, "has no elements");
  await assertRejects(
    () => norm.adapt([zeros([0, 3])][Symbol.iterator]()),
    RangeError,
    "no elements",
  );
  await assertRejects(() => norm.adapt([[1, NaN, 3]]), RangeError, "must be finite");
  await assertRejects(() => norm.adapt([[1, 2, Infinity]]), RangeError, "must be finite");
  await assertRejects(() => norm.adapt(tensor(3)), RangeError, "one or more axes");
  assertEquals(norm.mean.toArray(), [0, 0, 0]);
});

Deno.test("Normalization.adapt() throws when shapes do not fit, and changes nothing", async () => {
  const norm = await make().adapt([[1, 2], [3, 6]]);
  await assertRejects(() => norm.adapt([[1, 2, 3]]), RangeError, "[1, 3]");
  const uneven = [ones([2, 2]), ones([2, 3])];
  await assertRejects(() => norm.adapt(uneven[Symbol.iterator]()), RangeError, "[2, 3]");
  const several = [{ a: ones([2, 2]), b: ones([2, 2]) }];
  await assertRejects(() => norm.adapt(several[Symbol.iterator]()), TypeError, "it has several");
  await assertRejects(() => make().adapt([1, 2]), RangeError, "that of the batch");
  assertEquals([norm.mean.toArray(), norm.variance.toArray()], [[2, 4], [1, 4]]);
  const given = new layers.Normalization({ mean: 0, variance: 1 });
  await assertRejects(() => given.adapt([[1]]), Error, "were given");
});

Deno.test("Normalization throws when its options make no sense", () => {
  const wrong = (options: object) => (): unknown => new layers.Normalization(options);
  assertThrows(wrong({ mean: 1 }), RangeError, "variance must be given where the other is");
  assertThrows(wrong({ variance: 1 }), RangeError, "mean must be given");
  assertThrows(wrong({ mean: [NaN], variance: 1 }), RangeError, "mean must be finite");
  assertThrows(
    wrong({ mean: 1, variance: [[-1]] }),
    RangeError,
    "variance must be finite and from",
  );
  assertThrows(wrong({ mean: "1", variance: 1 }), RangeError, "mean must be finite");
  assertThrows(wrong({ axis: 0.5 }), RangeError, "one whole number or more");
  assertThrows(wrong({ invert: 1 }), TypeError, "invert must be true or false");
  const norm = new layers.Normalization({ mean: [1, 2], variance: [1, 1] });
  assertThrows(() => norm.apply(ones([2, 3])), RangeError, "dimensions must be 1");
  assertThrows(
    () => new layers.Normalization({ axis: 0 }).apply(ones([2])),
    RangeError,
    "the batch",
  );
  assertThrows(
    () => new layers.Normalization().buildFor([null, null]),
    RangeError,
    "must be known",
  );
});

Deno.test("Normalization throws when an input has other sizes than it was built for", () => {
  const norm = new layers.Normalization();
  norm.buildFor([null, 3]);
  assertThrows(() => norm.apply(ones([2, 1])), RangeError, "current shape is [2, 1]");
  assertEquals(norm.apply(ones([2, 5, 3])).shape, [2, 5, 3]);
});

Deno.test("Rescaling makes whole numbers floats, for each channel by itself", () => {
  const rescaling = new layers.Rescaling({ scale: [1, 10], offset: [0.5, 0] });
  const y = rescaling.apply(tensor([[1, 2]], { dtype: "int32" }));
  assertEquals([y.toArray(), y.dtype], [[[1.5, 20]], "float32"]);
  for (const scale of [NaN, [], [1, Infinity], "2", undefined]) {
    assertThrows(
      () => new layers.Rescaling({ scale } as never),
      RangeError,
      "scale must be a finite",
    );
  }
  assertThrows(() => new layers.Rescaling({ scale: 1, offset: NaN }), RangeError, "offset");
  assertThrows(() => rescaling.apply(ones([2, 3])), RangeError, "broadcast");
});

Deno.test("Permute and RepeatVector throw when options or inputs make no sense", () => {
  for (const dims of [[0, 1], [1, 1], [1, 3], [2], 1, undefined]) {
    assertThrows(() => new layers.Permute({ dims } as never), RangeError, "1 to n in some order");
  }
  const permute = new layers.Permute({ dims: [2, 1] });
  assertThrows(() => permute.apply(ones([2, 3])), RangeError, "2 axes after the batch's");
  assertEquals(permute.computeOutputShape([null, null, 3]), [null, 3, null]);
  for (const n of [0, -1, 1.5]) {
    assertThrows(
      () => new layers.RepeatVector({ n }),
      RangeError,
      "n must be a whole number from 1",
    );
  }
  const repeat = new layers.RepeatVector({ n: 2 });
  assertThrows(() => repeat.apply(ones([2, 3, 4])), RangeError, "two axes, [batch, features]");
  assertEquals(repeat.computeOutputShape([null, 3]), [null, 2, 3]);
});
