import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseIdx, readIdx } from "../../plugins/datasets/idx.ts";
import { gzip, idxFile } from "./_files.ts";

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : `no code: ${error}`;
}

function parseCode(bytes: Uint8Array, limit?: number): string {
  return codeOf(assertThrows(() => parseIdx(bytes, "some-file", { limit }), Error, "some-file"));
}

async function readCode(bytes: Uint8Array, limit?: number): Promise<string> {
  return codeOf(
    await assertRejects(() => readIdx(bytes, "some-file", { limit }), Error, "some-file"),
  );
}

const matrix = idxFile([2, 3], new Uint8Array([1, 2, 3, 4, 5, 6]));

Deno.test("parseIdx() gives shape and values", () => {
  const { shape, data } = parseIdx(matrix, "some-file");
  assertEquals(shape, [2, 3]);
  assertEquals([...data], [1, 2, 3, 4, 5, 6]);
});

Deno.test("parseIdx() reads a view that begins within its buffer", () => {
  const buffer = new Uint8Array(matrix.length + 5);
  buffer.set(matrix, 3);
  assertEquals(parseIdx(buffer.subarray(3, 3 + matrix.length), "some-file").shape, [2, 3]);
});

Deno.test("parseIdx() throws when the file is truncated", () => {
  for (let length = 0; length < matrix.length; length++) {
    assertEquals(parseCode(matrix.subarray(0, length)), "idx.truncated", `${length} bytes`);
  }
});

Deno.test("parseIdx() throws when bytes follow the values", () => {
  const longer = new Uint8Array(matrix.length + 1);
  longer.set(matrix);
  assertEquals(parseCode(longer), "idx.trailing");
});

Deno.test("parseIdx() throws when the file begins with another magic number", () => {
  const beginnings = [[1, 0, 8, 2], [0, 1, 8, 2], [0, 0, 13, 2], [0, 0, 8, 0], [0, 0, 8, 5]];
  for (const beginning of beginnings) {
    const other = matrix.slice();
    other.set(beginning);
    assertEquals(parseCode(other), "idx.magic");
  }
});

Deno.test("parseIdx() names readIdx() when the data is still packed", async () => {
  const packed = await gzip(matrix);
  assertThrows(() => parseIdx(packed, "some-file"), RangeError, "readIdx()");
});

Deno.test("parseIdx() throws when the declared shape is hostile", () => {
  const most = 0xffff_ffff;
  assertEquals(parseCode(idxFile([most, most, most, most], new Uint8Array(8))), "idx.limit");
  assertEquals(parseCode(idxFile([most], new Uint8Array(8))), "idx.limit");
  assertEquals(parseCode(idxFile([most, 0], new Uint8Array(8))), "idx.trailing");
  assertEquals(parseCode(idxFile([9], new Uint8Array(9)), 8), "idx.limit");
});

Deno.test("parseIdx() throws when what it is given are no bytes", () => {
  // @ts-expect-error a string is no Uint8Array
  assertEquals(codeOf(assertThrows(() => parseIdx("text", "f"), TypeError)), "idx.kind");
  assertThrows(() => parseIdx(matrix, "f", { limit: NaN }), RangeError, "limit");
});

Deno.test("parseIdx() gives back what was written, whatever the shape", () => {
  const shapes = fc.array(fc.nat({ max: 7 }), { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(shapes, fc.nat({ max: 255 }), (shape, start) => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    const data = Uint8Array.from({ length: size }, (_, i) => (i * 31 + start) % 256);
    assertEquals(parseIdx(idxFile(shape, data), "f"), { shape, data });
  }));
});

Deno.test("readIdx() reads plain and packed files alike", async () => {
  const expected = { shape: [2, 3], data: new Uint8Array([1, 2, 3, 4, 5, 6]) };
  assertEquals(await readIdx(matrix, "some-file"), expected);
  assertEquals(await readIdx(await gzip(matrix), "some-file"), expected);
});

Deno.test("readIdx() throws when the packed file is truncated", async () => {
  const packed = await gzip(matrix);
  for (let length = 2; length < packed.length; length++) {
    assertEquals(await readCode(packed.subarray(0, length)), "gzip.corrupt", `${length} bytes`);
  }
});

Deno.test("readIdx() never gives other values when a bit of the packed file flips", async () => {
  const packed = await gzip(matrix);
  const expected = parseIdx(matrix, "f");
  for (let bit = 0; bit < 8 * packed.length; bit++) {
    const flipped = packed.slice();
    flipped[bit >> 3] ^= 1 << (bit & 7);
    const result = await readIdx(flipped, "some-file").catch(codeOf);
    // Time stamp and operating system stand in the gzip header unprotected, and mean nothing here.
    if (typeof result !== "string") assertEquals(result, expected, `bit ${bit}`);
    else assert(["gzip.corrupt", "idx.magic"].includes(result), `bit ${bit}: ${result}`);
  }
});

Deno.test("readIdx() throws when something follows the packed data", async () => {
  const packed = await gzip(matrix);
  const longer = new Uint8Array(packed.length + 3);
  longer.set(packed);
  assertEquals(await readCode(longer), "gzip.corrupt");
});

Deno.test("readIdx() stops unpacking a bomb at the limit", async () => {
  const bomb = await gzip(new Uint8Array(64 * 2 ** 20));
  assert(bomb.length < 100_000);
  assertEquals(await readCode(bomb, 2 ** 20), "gzip.limit");
});

Deno.test("readIdx() fails with a code of its own, whatever the bytes", async () => {
  const codes = /^(idx\.(magic|truncated|trailing|limit)|gzip\.(corrupt|limit))$/;
  const plausible = fc.tuple(
    fc.constantFrom([], [0, 0, 8, 1], [0, 0, 8, 3], [0x1f, 0x8b], [0x1f, 0x8b, 8, 0]),
    fc.uint8Array({ maxLength: 40 }),
  ).map(([beginning, rest]) => Uint8Array.from([...beginning, ...rest]));
  await fc.assert(fc.asyncProperty(plausible, async (bytes) => {
    const result = await readIdx(bytes, "f").catch(codeOf);
    if (typeof result === "string") assert(codes.test(result), result);
    else assertEquals(result.data.length, result.shape.reduce((a, b) => a * b, 1));
  }));
});
