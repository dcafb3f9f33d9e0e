import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  customOp,
  grad,
  gradCheck,
  hessian,
  jacobian,
  noGrad,
  ops,
  optimizers,
  Parameter,
  scope,
  type Tensor,
  tensor,
  tidy,
  valueAndGrad,
  vjp,
} from "../../mod.ts";

const f64 = { dtype: "float64" } as const;

Deno.test("backward() adds to the grad of leaves over several calls", () => {
  const x = tensor([1, 2, 3], { requiresGrad: true });
  x.mul(x).sum().backward();
  x.mul(3).sum().backward();
  assertEquals(x.grad!.toArray(), [5, 7, 9]);
});

Deno.test("backward() reaches a leaf over every path", () => {
  const x = tensor(3, { requiresGrad: true });
  const y = x.mul(x);
  y.add(y).add(x).backward();
  assertEquals(x.grad!.item(), 13);
});

Deno.test("backward() walks a chain of 100,000 operations", () => {
  const x = tensor(1, { requiresGrad: true });
  tidy(() => {
    let y: Tensor = x;
    for (let i = 0; i < 100_000; i++) y = y.add(1e-5);
    y.backward();
  });
  assertEquals(x.grad!.item(), 1);
});

Deno.test("backward() walks a graph with exponentially many paths in linear time", () => {
  const x = tensor(1, { requiresGrad: true, ...f64 });
  let y: Tensor = x;
  for (let i = 0; i < 60; i++) y = y.add(y).mul(0.5);
  y.backward();
  assertAlmostEquals(x.grad!.item(), 1);
});

Deno.test("backward() a second time needs retainGraph", () => {
  const x = tensor(2, { requiresGrad: true });
  const y = x.mul(x);
  y.backward({ retainGraph: true });
  y.backward();
  assertEquals(x.grad!.item(), 8);
  assertThrows(() => y.backward(), Error, "retainGraph: true");
});

Deno.test("backward() of a tensor that is no scalar needs its gradient", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  assertThrows(() => x.mul(2).backward(), RangeError, "no scalar");
  x.mul(2).backward({ gradient: tensor([1, 10]) });
  assertEquals(x.grad!.toArray(), [2, 20]);
  assertThrows(() => x.mul(2).backward({ gradient: tensor([1]) }), RangeError, "result's shape");
});

Deno.test("backward() of a tensor that was not recorded says how to record", () => {
  assertThrows(() => tensor(1).backward(), Error, "requiresGrad: true");
  const x = tensor(1, { requiresGrad: true });
  assertThrows(() => noGrad(() => x.mul(2)).backward(), Error, "noGrad");
});

Deno.test("backward() notices a variable that was assigned to since", () => {
  const w = new Parameter([1, 2]);
  const y = w.mul(w).sum();
  w.assign([3, 4]);
  assertThrows(() => y.backward(), Error, "assigned to since");
});

Deno.test("backward({ createGraph }) gives gradients that have gradients", () => {
  const x = tensor(2, { requiresGrad: true });
  x.pow(3).backward({ createGraph: true });
  const first = x.grad!;
  x.grad = null;
  first.backward();
  assertEquals(x.grad!.item(), 12);
});

Deno.test("detach() and noGrad() stop gradients", () => {
  const x = tensor(2, { requiresGrad: true });
  x.mul(x.detach()).backward();
  assertEquals(x.grad!.item(), 2);
  assertEquals(noGrad(() => x.mul(2)).requiresGrad, false);
  assertThrows(() => noGrad(async () => await Promise.resolve(1)), TypeError, "asynchronous");
});

Deno.test("grad(grad(f)) is the second derivative, to any depth", () => {
  const f = (x: Tensor) => x.pow(4);
  assertAlmostEquals(grad(f)(tensor(2, f64)).item(), 32);
  assertAlmostEquals(grad(grad(f))(tensor(2, f64)).item(), 48);
  assertAlmostEquals(grad(grad(grad(f)))(tensor(2, f64)).item(), 48);
  assertAlmostEquals(grad(grad(grad(grad(f))))(tensor(2, f64)).item(), 24);
});

Deno.test("grad() differentiates through an inner grad() by an outer variable", () => {
  const outer = grad((w: Tensor) => grad((x: Tensor) => x.mul(x).mul(w))(tensor(3, f64)));
  assertAlmostEquals(outer(tensor(5, f64)).item(), 6);
});

Deno.test("grad() of a function that does not depend on its input is zero", () => {
  assertEquals(grad(() => tensor(1))(tensor([1, 2])).toArray(), [0, 0]);
  assertEquals(grad((x: Tensor) => x.floor().sum())(tensor([1.5])).toArray(), [0]);
});

Deno.test("grad() leaves its input and its grad alone", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  grad((t: Tensor) => t.mul(t).sum())(x);
  assertEquals(x.grad, null);
});

Deno.test("valueAndGrad() differentiates by the inputs that argnums names", () => {
  const f = (a: Tensor, b: Tensor) => a.mul(b).sum();
  const [value, gradients] = valueAndGrad(f)(tensor([1, 2]), tensor([3, 4]));
  assertEquals(value.item(), 11);
  assertEquals(gradients.map((g) => g.toArray()), [[3, 4], [1, 2]]);
  const [, [onlyB]] = valueAndGrad(f, { argnums: [1] })(tensor([1, 2]), tensor([3, 4]));
  assertEquals(onlyB.toArray(), [1, 2]);
});

Deno.test("valueAndGrad() refuses a result that is no scalar and an input that is no float", () => {
  assertThrows(() => valueAndGrad((x: Tensor) => x)(tensor([1, 2])), RangeError, "no scalar");
  const whole = tensor([1], { dtype: "int32" });
  assertThrows(() => grad((x: Tensor) => x.sum())(whole), TypeError, "float32 or float64");
});

Deno.test("vjp() gives the map from gradients of results to those of inputs", () => {
  const [value, pull] = vjp((x) => x.mul(x), [tensor([1, 2, 3])]);
  assertEquals(value.toArray(), [1, 4, 9]);
  assertEquals(pull(tensor([1, 0, 1]))[0].toArray(), [2, 0, 6]);
  assertEquals(pull(tensor([0, 1, 0]))[0].toArray(), [0, 4, 0]);
});

Deno.test("jacobian() and hessian() have the axes of result and input", () => {
  const a = tensor([[1, 2], [3, 4], [5, 6]], f64);
  const j = jacobian((x: Tensor) => ops.matmul(a, x))(tensor([1, 1], f64));
  assertEquals(j.toArray(), a.toArray());
  const h = hessian((x: Tensor) => x.get(0).mul(x.get(1)).mul(x.get(1)))(tensor([2, 3], f64));
  assertEquals(h.toArray(), [[0, 6], [6, 4]]);
});

Deno.test("customOp() uses its own rule, twice", () => {
  const cube = customOp({
    name: "cube",
    forward: ([x]) => x.mul(x).mul(x),
    backward: (g, { inputs: [x] }) => [g.mul(x).mul(x).mul(3)],
  });
  gradCheck((x: Tensor) => cube([x]), [tensor([1, -2], f64)]);
  assertAlmostEquals(grad(grad((x: Tensor) => cube([x])))(tensor(2, f64)).item(), 12);
});

Deno.test("customOp() refuses gradients of a wrong shape and a primitive's name", () => {
  const wrong = customOp({ forward: ([x]) => x.mul(2), backward: (g) => [g.sum()] });
  const x = tensor([1, 2], { requiresGrad: true });
  assertThrows(() => wrong([x]).sum().backward(), RangeError, "input 0");
  assertThrows(
    () => customOp({ name: "add", forward: ([x]) => x, backward: (g) => [g] }),
    TypeError,
    "primitive",
  );
});

Deno.test("gradCheck() names the worst element of a wrong gradient", () => {
  const wrong = customOp({
    forward: ([x]) => x.mul(x),
    backward: (g, { inputs: [x] }) => [g.mul(x).mul(tensor([2, 2, 3], f64))],
  });
  const x = tensor([1, 2, 3], f64);
  assertThrows(() => gradCheck((t: Tensor) => wrong([t]), [x]), RangeError, "input 0 at [2]");
  const report = gradCheck((t: Tensor) => wrong([t]), [x], { throws: false });
  assert(!report.ok);
  assertEquals(report.worst!.index, [2]);
});

Deno.test("gradCheck() refuses inputs that are not float64", () => {
  assertThrows(() => gradCheck((x: Tensor) => x, [tensor([1])]), RangeError, "float64");
});

Deno.test("an operation on tensors that need no gradient records nothing", () => {
  assertEquals(tensor([1]).add(1).node, null);
});

Deno.test("retainGrad() keeps the gradient of a tensor that is no leaf", () => {
  const x = tensor(3, { requiresGrad: true });
  const y = x.mul(x).retainGrad();
  y.mul(y).backward();
  assertEquals([y.grad!.item(), x.grad!.item()], [18, 108]);
});

Deno.test("a gradient that is part of a graph outlives what is added to it and zeroGrad()", () => {
  const w = new Parameter([1, 2]);
  w.mul(w).mul(w).sum().backward({ createGraph: true });
  const penalty = w.grad!.mul(w.grad!).sum(); // 9w⁴, whose gradient is 36w³
  penalty.backward({ retainGraph: true });
  assertEquals(w.grad!.toArray(), [3 + 36, 12 + 288]);
  new optimizers.SGD([w]).zeroGrad();
  penalty.backward();
  assertEquals(w.grad!.toArray(), [36, 288]);
});

Deno.test("backward() through a freed tensor is an error that names it, not a missing gradient", () => {
  const w = new Parameter([1, 2]);
  let loss!: Tensor;
  {
    using _ = scope();
    loss = w.mul(w).exp().sum().keep();
  }
  assertThrows(() => loss.backward(), Error, 'made by "exp"');
  assertEquals(w.grad, null);
});

Deno.test("backward() says when a tensor on its way was freed", () => {
  const x = tensor([1, 2], { requiresGrad: true });
  const middle = x.mul(2);
  const y = middle.exp().sum();
  middle.dispose();
  assertThrows(() => y.backward(), Error, "given back");
  assertEquals(x.grad, null);
});
