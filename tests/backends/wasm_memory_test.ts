import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Storage } from "../../core/storage.ts";
import { Allocator } from "../../plugins/backends/wasm/allocator.ts";
import { WasmBackend } from "../../plugins/backends/wasm/backend.ts";
import { LinearMemory } from "../../plugins/backends/wasm/memory.ts";
import { Bench, noise } from "./wasm_operands.ts";

const MIB = 2 ** 20;

Deno.test("Allocator gives aligned pieces that do not overlap, and merges what comes back", () => {
  const sizes = fc.array(fc.tuple(fc.boolean(), fc.nat(), fc.nat(200_000)), { maxLength: 200 });
  fc.assert(
    fc.property(sizes, (steps) => {
      const memory = new LinearMemory(true, 64 * MIB);
      const allocator = new Allocator(memory, 100);
      const alive = new Map<number, number>();
      for (const [isFree, pick, size] of steps) {
        if (isFree && alive.size > 0) {
          const address = [...alive.keys()][pick % alive.size];
          allocator.free(address);
          alive.delete(address);
          continue;
        }
        const address = allocator.allocate(size);
        assertEquals(address % 64, 0);
        for (const [other, otherSize] of alive) {
          assert(address + size <= other - 16 || other + otherSize <= address - 16);
        }
        alive.set(address, size);
      }
      for (const address of alive.keys()) allocator.free(address);
      // All in one piece again: nearly the whole of what there is now can be had at once.
      const whole = memory.byteLength - 1024;
      assert(allocator.allocate(whole) !== 0);
      assertEquals(memory.byteLength, whole + 1024);
    }),
    { seed: 7, numRuns: 60 },
  );
});

Deno.test("Allocator finds the same place again for the same sizes, without growth", () => {
  const memory = new LinearMemory(true, 256 * MIB);
  const allocator = new Allocator(memory, 100);
  const sizes = [4, 40, 400, 4000, 401_408, 802_816, 100, 64, 48, 49];
  const step = (): number[] => sizes.map((size) => allocator.allocate(size));
  const first = step();
  first.toReversed().forEach((address) => allocator.free(address));
  const { byteLength } = memory;
  for (let i = 0; i < 10_000; i++) {
    const again = step();
    assertEquals(new Set(again), new Set(first));
    again.toReversed().forEach((address) => allocator.free(address));
  }
  assertEquals(memory.byteLength, byteLength);
});

Deno.test("Allocator lives on alternating sizes within twice what is needed", () => {
  const memory = new LinearMemory(true, 1024 * MIB);
  const allocator = new Allocator(memory, 100);
  const random = noise(3);
  let held: number[] = [];
  for (let round = 0; round < 400; round++) {
    const size = Math.floor((random() + 1.1) * 2 * MIB);
    held.push(...Array.from({ length: 6 }, () => allocator.allocate(size)));
    if (held.length > 12) held = held.filter((address, i) => i >= 6 || allocator.free(address));
  }
  assert(memory.byteLength < 200 * MIB, `${memory.byteLength} bytes`);
});

Deno.test("WasmBackend says what is alive when memory is full, and goes on", () => {
  const backend = new WasmBackend({ threads: 1, maximumBytes: 48 * MIB });
  const big = new Storage(backend, backend.allocate(30 * MIB), 30 * MIB, "matmul");
  const error = assertThrows(
    () => backend.allocate(30 * MIB),
    RangeError,
    "Cannot allocate 30.0 MiB as the memory of the wasm backend is limited to 48.0 MiB",
  );
  assert(
    error.message.includes("alive are 30.0 MiB in 1 tensors, most of it made by matmul 30.0 MiB"),
  );
  assertEquals((error as RangeError & { code: string }).code, "memory.full");
  big.release();
  backend.free(backend.allocate(30 * MIB), 30 * MIB);
});

Deno.test("WasmBackend takes sizes that no memory can hold for full", () => {
  const backend = new WasmBackend({ threads: 1 });
  for (const size of [2 ** 32, 2 ** 33, 2 ** 40, 2 ** 52]) {
    assertThrows(() => backend.allocate(size), RangeError, "Cannot allocate");
  }
});

Deno.test("WasmBackend works beyond 2 GiB", () => {
  const backend = new WasmBackend({ threads: 1 });
  using bench = new Bench(backend);
  const filler = backend.allocate(2.2e9);
  const x = bench.operand([1000], (i) => i);
  const y = bench.operand([1000]);
  assert((y.storage.handle as number) > 2 ** 31);
  bench.run("add", [x, x], [y]);
  assertEquals(bench.values(y)[999], 1998);
  bench.run("transpose", [{ ...x, shape: [10, 100] }], [{ ...y, shape: [100, 10] }], {
    axes: [1, 0],
  });
  assertEquals(bench.values(y)[1], 100);
  const product = bench.operand([10, 10]);
  const a = { ...x, shape: [10, 100] };
  bench.run("matmul", [a, a], [product], { transposeA: false, transposeB: true });
  assertEquals(bench.values(product)[0], 328350);
  backend.free(filler, 2.2e9);
});

for (const threads of [0, 1.5, 17, NaN]) {
  Deno.test(`WasmBackend throws with threads ${threads}`, () => {
    assertThrows(() => new WasmBackend({ threads }), RangeError, "threads must be a whole number");
  });
}

Deno.test("threads start by themselves once there was work for them", () => {
  const backend = new WasmBackend({ threads: 2 });
  using bench = new Bench(backend);
  const x = bench.operand([200, 200], noise(1));
  const y = bench.operand([200, 200]);
  const deadline = Date.now() + 20_000;
  const ready = (): number => backend.activeThreads;
  assertEquals(ready(), 1);
  while (ready() === 1 && Date.now() < deadline) {
    backend.free(backend.allocate(64), 64);
    bench.run("matmul", [x, x], [y], { transposeA: false, transposeB: false });
  }
  assertEquals(ready(), 2);
  backend.dispose();
});

Deno.test("kernels run without shared memory", () => {
  const shared = globalThis.SharedArrayBuffer;
  try {
    Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
    const backend = new WasmBackend({ threads: 4 });
    assertEquals(backend.description, "WebAssembly with SIMD, unshared memory, one thread");
    using bench = new Bench(backend);
    const x = bench.operand([300, 300], () => 0.1);
    const y = bench.operand([300, 300]);
    bench.run("matmul", [x, x], [y], { transposeA: false, transposeB: false });
    bench.run("exp", [y], [y]);
    bench.run("log", [y], [y]);
    assertAlmostEquals(bench.values(y)[5], 3, 1e-5);
  } finally {
    globalThis.SharedArrayBuffer = shared;
  }
});

Deno.test("a program with threads at work ends by itself, without permission", async () => {
  const backend = new URL("../../plugins/backends/wasm/backend.ts", import.meta.url);
  const program = `
    import { WasmBackend } from "${backend}";
    const backend = new WasmBackend({ threads: 3 });
    await backend.startThreads();
    console.log(backend.description, backend.activeThreads);
  `;
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(file, program);
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", file],
      signal: AbortSignal.timeout(20_000),
    }).output();
    assertEquals(code, 0);
    assert(new TextDecoder().decode(stdout).includes("3 threads 3"));
  } finally {
    await Deno.remove(file);
  }
});
