import { assertEquals, assertThrows } from "@std/assert";
import { Backend, type Kernel } from "../../core/backend.ts";
import { type DType, type DTypeArrays, type TypedArray, viewArray } from "../../core/dtype.ts";
import { inference, type Primitive } from "../../core/primitives.ts";
import type { Storage } from "../../core/storage.ts";
import { ReferenceBackend } from "../../plugins/backends/reference/backend.ts";
import { sample } from "../../testing/backend/samples.ts";
import { type Case, reserve, Stage } from "../../testing/backend/stage.ts";

const reference = new ReferenceBackend();
const stage = new Stage(reference, reference);

Deno.test("reference: has a kernel for every primitive, and no other", () => {
  assertEquals([...reference.kernels.keys()].sort(), Object.keys(inference).sort());
});

Deno.test("reference: sums of float32 are kept in float64 and rounded once", async () => {
  const terms = sample("float32", [1e8, 1, -1e8]);
  const row = sample("float32", [[1e8, 1, -1e8]]);
  const ones = sample("float32", [[1], [1], [1]]);
  const places = sample("int32", [0, 0, 0]);
  const sums: [Primitive, Case, number[]][] = [
    ["sum", { inputs: [terms], attributes: { axes: [0], keepdims: false } }, [1]],
    ["mean", { inputs: [terms], attributes: { axes: [0], keepdims: false } }, [1 / 3]],
    ["cumsum", { inputs: [terms], attributes: { axis: 0, reverse: false } }, [1e8, 1e8, 1]],
    ["matmul", { inputs: [row, ones], attributes: { transposeA: false, transposeB: false } }, [1]],
    ["scatterAdd", { inputs: [terms, places], attributes: { axis: 0, size: 1 } }, [1]],
    ["scatterAddAlongAxis", { inputs: [terms, places], attributes: { axis: 0, size: 1 } }, [1]],
  ];
  for (const [primitive, call, result] of sums) {
    assertEquals((await stage.run(primitive, call)).values, Float32Array.from(result), primitive);
  }
});

Deno.test("reference: take() names the index, its position and the range in its error", () => {
  const x = stage.put(sample("float32", [1, 2, 3, 4, 5]));
  const indices = stage.put(sample("int32", [[0, 1], [2, 7]]));
  const out = stage.put(sample("float32", [[0, 0], [0, 0]]));
  assertThrows(
    () => reference.kernels.get("take")!.run([x, indices], [out], { axis: 0 }),
    RangeError,
    "Cannot take along axis 0 as index 7 at position 3 is out of range: the axis has 5 entries; " +
      "give indices from -5 to 4",
  );
});

Deno.test("reference: scatterUpdate() writes nothing when an index is out of range", () => {
  const x = stage.put(sample("int32", [1, 2, 3]));
  const indices = stage.put(sample("int32", [0, 3]));
  const updates = stage.put(sample("int32", [8, 9]));
  const { run } = reference.kernels.get("scatterUpdate")!;
  assertThrows(() => run([x, indices, updates], [x], {}), RangeError);
  assertEquals(reference.view(x.storage, "int32", 3), Int32Array.of(1, 2, 3));
});

/** Keeps all tensors in one buffer, and knows them by their place in it. */
class OneBuffer extends Backend {
  override readonly name = "one-buffer";
  override readonly description = "a host backend without kernels";
  override readonly kernels: ReadonlyMap<string, Kernel> = new Map();
  readonly #memory = new ArrayBuffer(4096);
  #end = 0;

  override allocate(byteLength: number): number {
    const start = this.#end;
    this.#end += Math.ceil(byteLength / 8) * 8;
    return start;
  }

  override free(): void {}

  override write(storage: Storage, values: TypedArray): void {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.view(storage, "bool", storage.byteLength).set(bytes);
  }

  override read<D extends DType>(
    storage: Storage,
    dtype: D,
    length: number,
  ): Promise<DTypeArrays[D]> {
    return Promise.resolve(this.view(storage, dtype, length).slice() as DTypeArrays[D]);
  }

  override view<D extends DType>(storage: Storage, dtype: D, length: number): DTypeArrays[D] {
    return viewArray(dtype, this.#memory, storage.handle as number, length);
  }
}

Deno.test("reference: kernels run on tensors of another host backend", async () => {
  const elsewhere = new Stage(new OneBuffer(), reference);
  const inputs = [sample("float32", [[1, 2], [3, 4]]), sample("float32", [[5, 6], [7, 8]])];
  for (const primitive of ["add", "matmul", "concatenate"] as const) {
    const call = { inputs, attributes: { axis: 1, transposeA: false, transposeB: true } };
    assertEquals(await elsewhere.run(primitive, call), await stage.run(primitive, call));
  }
});

Deno.test("reference: write() says how many bytes it was given and how many it needs", () => {
  const storage = reserve(reference, 8);
  assertThrows(
    () => reference.write(storage, Float32Array.of(1)),
    RangeError,
    "current values have 4 bytes and the tensor 8",
  );
});
