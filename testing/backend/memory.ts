/**
 * The part of the contract suite that is about memory.
 *
 * @module
 */

import type { Backend } from "../../core/backend.ts";
import { DTYPES } from "../../core/dtype.ts";
import type { Storage } from "../../core/storage.ts";
import { expect } from "../outcome.ts";
import { assertEquals, rangeErrorOf } from "./assertions.ts";
import { Dice } from "./dice.ts";
import { draw } from "./samples.ts";
import { type Register, reserve } from "./stage.ts";

/** Bytes that tell one storage from another. */
function pattern(length: number, salt: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => salt * 37 + i * 11 + (i >> 8));
}

function write(backend: Backend, length: number, salt: number): Storage {
  const storage = reserve(backend, length);
  backend.write(storage, pattern(length, salt));
  return storage;
}

async function assertHolds(storage: Storage, salt: number): Promise<void> {
  const { backend, byteLength } = storage;
  assertEquals(await backend.read(storage, "bool", byteLength), pattern(byteLength, salt));
}

/** Registers the checks of a backend's memory. */
export function memoryContract(test: Register, backend: Backend): void {
  test("read() gives back what write() took", async () => {
    for (const dtype of DTYPES) {
      const { values } = draw(dtype, [3, 7]);
      const storage = reserve(backend, values.byteLength);
      backend.write(storage, values);
      assertEquals(await backend.read(storage, dtype, values.length), values);
      storage.release();
    }
  });

  test("write() takes part of a larger buffer", async () => {
    const whole = Float32Array.from({ length: 10 }, (_, i) => i);
    const storage = reserve(backend, 12);
    backend.write(storage, whole.subarray(4, 7));
    assertEquals(await backend.read(storage, "float32", 3), Float32Array.of(4, 5, 6));
    storage.release();
  });

  test("read() gives a copy", async () => {
    const storage = write(backend, 16, 1);
    (await backend.read(storage, "bool", 16)).fill(0);
    await assertHolds(storage, 1);
    storage.release();
  });

  test("view() shows the memory itself", async () => {
    if (backend.view === undefined) return; // a device's memory cannot be seen
    const storage = write(backend, 16, 1);
    backend.view(storage, "bool", 16).set(pattern(16, 2));
    await assertHolds(storage, 2);
    storage.release();
  });

  test("write() throws where the length is not the storage's, and writes nothing", async () => {
    const storages = [1, 2, 3].map((salt) => write(backend, 16, salt));
    for (const length of [0, 15, 17, 4096]) {
      await rangeErrorOf(() => backend.write(storages[1], pattern(length, 9)));
    }
    for (const [i, storage] of storages.entries()) {
      await assertHolds(storage, i + 1);
      storage.release();
    }
  });

  test("allocate() gives nothing for nothing", async () => {
    const storages = [reserve(backend, 0), reserve(backend, 0)];
    for (const storage of storages) {
      backend.write(storage, new Float32Array(0));
      assertEquals(await backend.read(storage, "float32", 0), new Float32Array(0));
      storage.release();
    }
  });

  test("storages do not overlap, in whatever order they come and go", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const dice = new Dice(seed);
      const alive = new Map<number, Storage>();
      for (let salt = 0; salt < 60; salt++) {
        if (alive.size > 0 && dice.flip()) {
          const [key, storage] = dice.oneOf(...alive);
          storage.release();
          alive.delete(key);
        } else alive.set(salt, write(backend, dice.upTo(5000), salt));
      }
      for (const [salt, storage] of alive) {
        await assertHolds(storage, salt);
        storage.release();
      }
    }
  });

  test("values survive the growth of memory", async () => {
    const first = write(backend, 1 << 16, 1);
    const more = Array.from({ length: 24 }, () => reserve(backend, 1 << 22));
    await assertHolds(first, 1);
    const last = write(backend, 1 << 16, 2);
    for (const storage of more) storage.release();
    await assertHolds(first, 1);
    await assertHolds(last, 2);
    first.release();
    last.release();
  });

  test("memory that was freed is used again", () => {
    for (let round = 0; round < 300; round++) reserve(backend, 1 << 26).release();
  });

  test("the ledger counts what is alive, and made by what", () => {
    const before = backend.memory();
    const storages = [reserve(backend, 100, "small"), reserve(backend, 1000, "big")];
    const { bytes, storages: count, origins, peakBytes } = backend.memory();
    assertEquals([bytes - before.bytes, count - before.storages], [1100, 2]);
    const made = origins.slice(0, 2).map(({ origin, bytes }) => `${origin}: ${bytes}`);
    assertEquals(made, ["big: 1000", "small: 100"]);
    expect(peakBytes >= bytes, `the peak of ${peakBytes} bytes is below the ${bytes} alive`);
    storages[0].retain().release();
    assertEquals(backend.memory().bytes, bytes);
    for (const storage of storages) storage.release();
    assertEquals(backend.memory().bytes, before.bytes);
  });

  test("allocate() throws where no memory is left, says what is alive, and goes on", async () => {
    const storage = reserve(backend, 4096, "matmul");
    for (const length of [2 ** 45, Number.MAX_SAFE_INTEGER]) {
      await rangeErrorOf(() => backend.allocate(length), "Cannot allocate", "matmul");
    }
    const next = write(backend, 64, 5);
    await assertHolds(next, 5);
    next.release();
    storage.release();
  });
}
