import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import { layers, ones, sequential, setSeed, type Tensor, tensor } from "../../mod.ts";

const TRAINING = { training: true };

function train(dropout: layers.Dropout, x: Tensor = ones([1000])): ArrayLike<number> {
  return dropout.apply(x, TRAINING).dataSync();
}

Deno.test("Dropout does nothing in inference, nor when the rate is 0", () => {
  const x = tensor([1, NaN, -3]);
  assertEquals(new layers.Dropout({ rate: 0.9 }).apply(x).toArray(), [1, NaN, -3]);
  assertEquals(new layers.Dropout({ rate: 0 }).apply(x, TRAINING).toArray(), [1, NaN, -3]);
});

Deno.test("Dropout drops the rate and scales the rest, so that the mean stays", () => {
  for (const rate of [0.1, 0.5, 0.8]) {
    const values = Array.from(train(new layers.Dropout({ rate, seed: 1 }), ones([20_000])));
    const kept = values.filter((value) => value !== 0);
    assertAlmostEquals(1 - kept.length / values.length, rate, 0.015);
    assert(kept.every((value) => Math.abs(value - 1 / (1 - rate)) < 1e-5));
  }
});

Deno.test("Dropout repeats after setSeed(), and draws anew at each call", () => {
  const dropout = new layers.Dropout({ rate: 0.5 });
  setSeed(11);
  const [first, second] = [train(dropout), train(dropout)];
  assertNotEquals(first, second);
  setSeed(11);
  assertEquals([train(dropout), train(dropout)], [first, second]);
});

Deno.test("Dropout with a seed of its own does not touch the shared generator", () => {
  const [a, b] = [
    new layers.Dropout({ rate: 0.5, seed: 7 }),
    new layers.Dropout({ rate: 0.5, seed: 7 }),
  ];
  setSeed(1);
  const first = train(a);
  setSeed(2);
  assertEquals(train(b), first);
  assertNotEquals(train(b), first);
});

Deno.test("Dropout gives the gradient to just the elements that it kept", () => {
  const x = ones([50]).requiresGrad_();
  const y = new layers.Dropout({ rate: 0.4, seed: 3 }).apply(x, TRAINING);
  y.sum().backward();
  assertEquals(x.grad!.toArray(), y.toArray());
});

Deno.test("Dropout with a noiseShape drops whole rows", () => {
  const dropout = new layers.Dropout({ rate: 0.5, noiseShape: [null, 1], seed: 2 });
  const rows: number[][] = dropout.apply(ones([40, 3]), TRAINING).toArray();
  assert(rows.every(([a, b, c]) => a === b && b === c));
  assert(new Set(rows.map(([a]) => a)).size === 2);
});

Deno.test("Dropout of infinite elements leaves no NaN behind", () => {
  const values = train(
    new layers.Dropout({ rate: 0.5, seed: 1 }),
    tensor(Array(20).fill(Infinity)),
  );
  assertEquals(new Set(Array.from(values)), new Set([0, Infinity]));
});

Deno.test("Dropout follows the mode of the model that it is in", () => {
  const model = sequential([new layers.Dropout({ rate: 0.5, seed: 1, inputShape: [100] })]);
  const zeros = (x: Tensor): number => x.dataSync().filter((value) => value === 0).length;
  assertEquals(zeros(model.apply(ones([1, 100]))), 0);
  assert(zeros(model.apply(ones([1, 100]), TRAINING)) > 0);
  model.train();
  assert(zeros(model.apply(ones([1, 100]))) > 0);
  assertEquals(model.computeOutputShape([null, 100]), [null, 100]);
});

for (const rate of [-0.1, 1, 1.5, NaN, undefined]) {
  Deno.test(`Dropout() throws when the rate is ${rate}`, () => {
    assertThrows(
      () => new layers.Dropout({ rate } as layers.DropoutOptions),
      RangeError,
      "rate must be in [0, 1)",
    );
  });
}

Deno.test("Dropout throws when noiseShape or seed make no sense", () => {
  assertThrows(() => new layers.Dropout({ rate: 0.5, noiseShape: [0] }), RangeError, "noiseShape");
  assertThrows(() => new layers.Dropout({ rate: 0.5, seed: 0.5 }), RangeError, "seed");
  const dropout = new layers.Dropout({ rate: 0.5, noiseShape: [2, 1] });
  assertThrows(() => dropout.apply(ones([3, 4]), TRAINING), RangeError, "noiseShape must be 1");
});
