import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type AnyModule,
  gradCheck,
  Module,
  ops,
  Parameter,
  type StateDict,
  type Tensor,
  tensor,
  Variable,
} from "../../mod.ts";

class Affine extends Module {
  weight: Parameter;
  bias = new Parameter([0, 0], { dtype: "float64" });

  constructor(weight = [[1, 2], [3, 4]]) {
    super();
    this.weight = new Parameter(weight, { dtype: "float64" });
  }

  forward(x: Tensor): Tensor {
    return ops.add(ops.matmul(x, this.weight), this.bias);
  }
}

class Net extends Module {
  first = new Affine();
  blocks = [new Affine(), new Affine()];
  calls = new Variable(0, { name: "calls" });
  shared = this.first;

  forward(x: Tensor): Tensor {
    return this.blocks.reduce((h, block) => block.apply(h), this.first.apply(x)).tanh();
  }
}

/** The same layer with the chain rule written out. */
class AffineByHand extends Affine {
  #x: Tensor | null = null;

  override forward(x: Tensor): Tensor {
    this.#x = x;
    return super.forward(x);
  }

  override backward(g: Tensor): Tensor {
    this.weight.grad = ops.matmul(this.#x!, g, { transposeA: true });
    this.bias.grad = ops.sum(g, { axis: 0 });
    return ops.matmul(g, this.weight, { transposeB: true });
  }
}

const input = (): Tensor => tensor([[1, -1], [0.5, 2]], { dtype: "float64" });

Deno.test("namedParameters() finds fields and arrays by path, shared ones once", () => {
  const net = new Net();
  assertEquals(net.namedParameters().map(([path]) => path), [
    "first.weight",
    "first.bias",
    "blocks.0.weight",
    "blocks.0.bias",
    "blocks.1.weight",
    "blocks.1.bias",
  ]);
  assertEquals(net.countParams(), 18);
  assertEquals(net.namedBuffers().map(([path]) => path), ["calls"]);
  assertEquals(net.namedChildren().map(([name]) => name), [
    "first",
    "blocks.0",
    "blocks.1",
    "shared",
  ]);
  assertEquals(net.modules().length, 4);
});

Deno.test("train() and eval() reach all modules", () => {
  const net = new Net().train();
  assert(net.modules().every((m) => m.training));
  net.eval();
  assert(net.modules().every((m) => !m.training));
});

Deno.test("stateDict() gives copies, loadStateDict() takes them over", () => {
  const net = new Net();
  const state = net.stateDict();
  net.first.weight.assign([[0, 0], [0, 0]]);
  assertEquals(state["first.weight"].toArray(), [[1, 2], [3, 4]]);
  net.loadStateDict(state);
  assertEquals(net.first.weight.toArray(), [[1, 2], [3, 4]]);
});

Deno.test("loadStateDict() names all that is missing, left over and misshapen, and changes nothing", () => {
  const net = new Net();
  const state = net.stateDict();
  delete state["calls"];
  state["other"] = tensor([1]);
  state["first.bias"] = tensor([1, 2, 3]);
  state["first.weight"] = tensor([[9, 9], [9, 9]]);
  const error = assertThrows(() => net.loadStateDict(state), RangeError);
  for (
    const part of ["missing are calls", "left over are other", "first.bias is [3] instead of [2]"]
  ) {
    assert(error.message.includes(part), error.message);
  }
  assertEquals(net.first.weight.toArray(), [[1, 2], [3, 4]]);
  delete state["first.bias"];
  net.loadStateDict(state, { strict: false });
  assertEquals(net.first.weight.toArray(), [[9, 9], [9, 9]]);
});

Deno.test("hooks see and may replace inputs and outputs, and can be removed", () => {
  const layer = new Affine([[1, 0], [0, 1]]);
  const removePre = layer.registerForwardPreHook((_, x) => x.mul(2));
  const removePost = layer.registerForwardHook((_, x, y) => y.add(x));
  assertEquals(layer.apply(tensor([[1, 1]], { dtype: "float64" })).toArray(), [[4, 4]]);
  removePre();
  removePost();
  assertEquals(layer.apply(tensor([[1, 1]], { dtype: "float64" })).toArray(), [[1, 1]]);
});

Deno.test("backward() through a module is the chain rule, automatic or by hand", () => {
  gradCheck(new Affine(), [input()]);
  gradCheck(new AffineByHand(), [input()]);
  gradCheck(new Net(), [input()]);
});

Deno.test("gradCheck() finds a wrong backward() of a module", () => {
  class Wrong extends AffineByHand {
    override backward(g: Tensor): Tensor {
      const toInput = super.backward(g);
      this.bias.grad = ops.mean(g, { axis: 0 });
      return toInput;
    }
  }
  assertThrows(() => gradCheck(new Wrong(), [input()]), RangeError, '"bias"');
});

Deno.test("backward() before a call says what to do", () => {
  assertThrows(() => new Affine().backward(input()), Error, "call apply() first");
});

Deno.test("grads() and zeroGrad() follow the parameters", () => {
  const layer = new Affine();
  layer.apply(input()).sum().backward();
  assertEquals(layer.grads().map((g) => g!.shape), [[2, 2], [2]]);
  layer.zeroGrad();
  assertEquals(layer.grads(), [null, null]);
});

Deno.test("a parameter that is not trainable gets no gradient", () => {
  const layer = new Affine();
  layer.weight.trainable = false;
  layer.apply(input()).sum().backward();
  assertEquals(layer.weight.grad, null);
  assert(layer.bias.grad !== null);
});

Deno.test("Variable.assign() keeps shape and dtype", () => {
  const v = new Variable([1, 2]);
  v.assign(tensor([3, 4], { dtype: "int32" }));
  assertEquals([v.dtype, v.toArray()], ["float32", [3, 4]]);
  assertThrows(() => v.assign([1, 2, 3]), RangeError, "must have its shape");
  v.assignAdd(1);
  assertEquals(v.toArray(), [4, 5]);
});

Deno.test("Variable.assignAdd() refuses what would change the shape", () => {
  assertThrows(() => new Variable(1).assignAdd([1, 2]), RangeError, "must have its shape");
});

Deno.test("a copy of a variable does not follow it", () => {
  const v = new Variable([1, 2]);
  const copy = v.detach();
  v.assign([5, 6]);
  assertEquals(copy.toArray(), [1, 2]);
});

Deno.test("a parameter of whole numbers cannot be trained", () => {
  assertThrows(() => new Parameter([1], { dtype: "int32" }), TypeError, "float32 or float64");
});

Deno.test("two weights of one path are refused before one is lost", () => {
  class Outer extends Module {
    override namedChildren(): [string, AnyModule][] {
      return [["a.b", new Affine()], ["a", new Inner()]];
    }
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  class Inner extends Module {
    b = new Affine();
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  const outer = new Outer();
  assertThrows(() => outer.stateDict(), RangeError, '"a.b.weight"');
  assertThrows(() => outer.loadStateDict({}), RangeError, '"a.b.weight"');
});

Deno.test("loadStateDict() names what is no tensor, and changes nothing", () => {
  const affine = new Affine();
  const before = affine.weight.toArray();
  for (const weight of [[[1, 2], [3, 4]], 7, undefined] as unknown[]) {
    const state = { bias: tensor([5, 5]), weight: weight as Tensor };
    assertThrows(() => affine.loadStateDict(state), RangeError, "weight is");
  }
  for (const state of [null, undefined, 3] as unknown[]) {
    assertThrows(() => affine.loadStateDict(state as StateDict), TypeError, `${state}`);
  }
  assertEquals([affine.weight.toArray(), affine.bias.toArray()], [before, [0, 0]]);
});
