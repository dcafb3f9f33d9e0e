import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  customOp,
  defineComposite,
  getBackend,
  gradCheck,
  type Kernel,
  type KernelOperand,
  ops,
  Parameter,
  setBackend,
  tensor,
} from "../../mod.ts";
import { applyComposite, update } from "../../core/dispatch.ts";

function values({ storage, dtype, size }: KernelOperand): Float32Array {
  return storage.backend.view!(storage, dtype, size) as Float32Array;
}

/** A kernel that multiplies by a number, so that a test sees who computed. */
function times(factor: number): Kernel & { runs: number } {
  return {
    runs: 0,
    run([x], [y]) {
      this.runs++;
      const [from, to] = [values(x), values(y)];
      for (let i = 0; i < from.length; i++) to[i] = from[i] * factor;
    },
  };
}

Deno.test("a composite's own kernel runs on the backend it names, its definition elsewhere", async () => {
  const before = getBackend();
  const triple = customOp({
    name: "acme>triple",
    forward: ([x]) => ops.multiply(x, 3),
    backward: (gradient) => [ops.multiply(gradient, 3)],
    infer: ([x]) => x,
    kernels: { wasm: times(30) },
  });
  try {
    await setBackend("wasm");
    assertEquals(triple([tensor([1, 2])]).toArray(), [30, 60]);
    const x = tensor([1, 2], { requiresGrad: true });
    triple([x]).sum().backward();
    assertEquals(x.grad!.toArray(), [3, 3]);
    await setBackend("reference");
    assertEquals(triple([tensor([1, 2])]).toArray(), [3, 6]);
  } finally {
    await setBackend(before);
  }
});

Deno.test("a backend's own kernel goes before that of the composite", () => {
  const { name, kernels } = getBackend();
  const taken = "softmax";
  assert(kernels.has(taken));
  const own = times(7);
  const composite = defineComposite({
    name: taken,
    compose: ([x]) => [x],
    infer: ([x]) => [x],
    kernels: { [name]: own },
  });
  applyComposite(composite, [tensor([[1, 2]])], { axis: -1 });
  assertEquals(own.runs, 0);
});

Deno.test("a kernel that does not accept the operands leaves them to the definition", () => {
  const kernel: Kernel = { ...times(30), accepts: ([{ dtype }]) => dtype === "float32" };
  const triple = customOp({
    forward: ([x]) => ops.multiply(x, 3),
    backward: (gradient) => [ops.multiply(gradient, 3)],
    infer: ([x]) => x,
    kernels: { [getBackend().name]: kernel },
  });
  assertEquals(triple([tensor([1, 2], { dtype: "float64" })]).toArray(), [3, 6]);
  gradCheck((x) => triple([x]).sum(), [tensor([1, 2], { dtype: "float64" })]);
});

Deno.test("an update's own kernel writes in place", () => {
  const shrink = defineComposite<Record<never, never>>({
    name: "acme>shrink",
    compose: ([p]) => [ops.multiply(p, 0.5)],
    infer: ([p]) => [p],
    kernels: { [getBackend().name]: times(0.25) },
  });
  const parameter = new Parameter([4, 8]);
  const { storage } = parameter;
  update(shrink, [parameter], [], {});
  assertEquals(parameter.toArray(), [1, 2]);
  assertEquals(parameter.storage, storage);
});

Deno.test("an operation with kernels has to infer its result", () => {
  assertThrows(
    () =>
      customOp({
        name: "acme>triple",
        forward: ([x]) => x,
        backward: (gradient) => [gradient],
        kernels: { wasm: times(3) },
      }),
    TypeError,
    'Cannot define the operation "acme>triple" with kernels as its result is not known before they run: add infer()',
  );
});
