import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  getBackend,
  keep,
  ones,
  Scope,
  scope,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from "../../mod.ts";

const liveBytes = (): number => getBackend().memory().bytes;

Deno.test("tidy() frees everything but its result", () => {
  const before = liveBytes();
  const y = tidy(() => {
    const x = ones([100]);
    return x.add(1).mul(2).sum();
  });
  assertEquals(y.item(), 400);
  assertEquals(liveBytes() - before, 4);
  y.dispose();
  assertEquals(liveBytes(), before);
});

Deno.test("tidy() keeps tensors inside arrays and records", () => {
  const { a, list } = tidy(() => ({ a: ones([1]), list: [ones([2]), ones([3])] }));
  assertEquals([a.size, list[0].size, list[1].size], [1, 2, 3]);
  for (const t of [a, ...list]) t.dispose();
});

Deno.test("tidy() frees its tensors when the function throws", () => {
  const before = liveBytes();
  assertThrows(() =>
    tidy(() => {
      ones([10]);
      throw new Error("stop");
    })
  );
  assertEquals(liveBytes(), before);
});

Deno.test("tidy() refuses an asynchronous function", () => {
  assertThrows(() => tidy(async () => await Promise.resolve(1)), TypeError, "asynchronous");
});

Deno.test("tidy() keeps what the gradient of its result needs", () => {
  const x = tensor([1, 2, 3], { requiresGrad: true });
  const loss = tidy(() => x.mul(x).exp().sum());
  loss.backward();
  assertEquals(x.grad!.shape, [3]);
});

Deno.test("a scope opened by using frees at the end of its block", () => {
  const before = liveBytes();
  let kept: Tensor;
  {
    using s = scope();
    zeros([50]);
    kept = s.keep(zeros([5]));
  }
  assertEquals(liveBytes() - before, 20);
  kept.dispose();
});

Deno.test("scopes nest: a survivor of the inner one belongs to the outer one", () => {
  const before = liveBytes();
  tidy(() => {
    const x = tidy(() => ones([10]).add(1));
    assertEquals(x.sum().item(), 20);
    assert(!x.isDisposed);
  });
  assertEquals(liveBytes(), before);
});

Deno.test("keep() holds a tensor beyond all scopes", () => {
  let x!: Tensor;
  tidy(() => {
    tidy(() => {
      x = keep(ones([3]));
    });
  });
  assertEquals(x.toArray(), [1, 1, 1]);
  x.dispose();
});

Deno.test("scopes may close in another order than they were opened", () => {
  const before = liveBytes();
  const first = new Scope();
  ones([1]);
  const second = new Scope();
  ones([2]);
  first.close();
  const late = ones([4]);
  second.close();
  assert(late.isDisposed);
  assertEquals(liveBytes(), before);
});

Deno.test("use of a freed tensor is an error that names what made it", () => {
  const x = tidy(() => {
    const y = ones([2, 3]).add(1);
    return { y, z: y.sum() };
  }).y;
  x.dispose();
  const error = assertThrows(() => x.add(1), Error, "given back");
  assert(error.message.includes('"add"') && error.message.includes("[2, 3]"), error.message);
  x.dispose();
});

Deno.test("a reshaped tensor shares memory, which lives as long as either", () => {
  const before = liveBytes();
  const x = ones([6]);
  const y = x.reshape([2, 3]);
  assertEquals(liveBytes() - before, 24);
  x.dispose();
  assertEquals(y.toArray(), [[1, 1, 1], [1, 1, 1]]);
  y.dispose();
  assertEquals(liveBytes(), before);
});

Deno.test("tensors that nobody holds are freed by the garbage collector", async () => {
  const before = liveBytes();
  for (let i = 0; i < 300; i++) {
    ones([250_000]);
    if (i % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
  for (let i = 0; i < 100 && liveBytes() - before > 150e6; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    new ArrayBuffer(50e6);
  }
  assert(liveBytes() - before < 200e6, `${liveBytes() - before} bytes of 300 MB are still alive`);
});
