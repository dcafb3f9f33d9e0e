import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type DType, DTYPES, makeArray } from "../../core/dtype.ts";
import {
  encodeSafetensors,
  type TensorValues,
} from "../../plugins/exporters/safetensors/encode.ts";
import { decodeSafetensors } from "../../plugins/importers/safetensors/decode.ts";
import { readGolden } from "../golden/read_golden.ts";
import { codeOf, joined, safetensorsFile } from "./_files.ts";

function encoded(
  tensors: Record<string, TensorValues>,
  metadata: Record<string, string> = {},
): Uint8Array<ArrayBuffer> {
  return joined(encodeSafetensors(new Map(Object.entries(tensors)), metadata));
}

/** The code with which a file is refused. */
function refusal(bytes: Uint8Array): string {
  return codeOf(assertThrows(() => decodeSafetensors(bytes, "some-file"), Error, "some-file"));
}

const kernel: TensorValues = {
  dtype: "float32",
  shape: [2, 2],
  data: new Float32Array([1, -0, NaN, Infinity]),
};
const mask: TensorValues = { dtype: "bool", shape: [3], data: new Uint8Array([1, 0, 1]) };

// What is right.

Deno.test("decodeSafetensors() reads what the Python package wrote", () => {
  const { base64, metadata, cases } = readGolden("safetensors");
  const file = decodeSafetensors(Uint8Array.fromBase64(base64));
  assertEquals(file.metadata, new Map(Object.entries(metadata)));
  assertEquals([...file.tensors.keys()].sort(), cases.map(({ name }) => name).sort());
  for (const { name, tensor: { dtype, shape, data } } of cases) {
    const expected = makeArray(dtype, data.length);
    expected.set(data);
    assertEquals(file.tensors.get(name), { dtype, shape, data: expected }, name);
  }
});

Deno.test("encodeSafetensors() writes what the Python package would", () => {
  const { base64, metadata } = readGolden("safetensors");
  const golden = Uint8Array.fromBase64(base64);
  const { tensors } = decodeSafetensors(golden);
  assertEquals(joined(encodeSafetensors(tensors, metadata)), golden);
});

Deno.test("decodeSafetensors() gives every bit back", () => {
  const values = fc.constantFrom<DType>(...DTYPES).chain((dtype) =>
    fc.record({
      dtype: fc.constant(dtype),
      shape: fc.array(fc.nat({ max: 3 }), { maxLength: 3 }),
      seed: fc.integer(),
    })
  );
  const names = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("0", "__proto__", "toString"),
  )
    .filter((name) => name !== "__metadata__");
  const metadata = fc.uniqueArray(fc.tuple(names, fc.string({ unit: "binary" })), {
    selector: ([name]) => name,
  });
  fc.assert(
    fc.property(fc.uniqueArray(names), fc.array(values), metadata, (keys, drawn, strings) => {
      const tensors = new Map<string, TensorValues>();
      drawn.slice(0, keys.length).forEach(({ dtype, shape, seed }, i) => {
        const data = makeArray(dtype, shape.reduce((a, b) => a * b, 1));
        const bytes = new Uint8Array(data.buffer);
        bytes.forEach((_, at) => bytes[at] = dtype === "bool" ? at & 1 : seed >> (at % 4 * 8));
        tensors.set(keys[i], { dtype, shape, data });
      });
      const file = joined(encodeSafetensors(tensors, Object.fromEntries(strings)));
      const read = decodeSafetensors(file);
      assertEquals(read.metadata, new Map(strings));
      assertEquals(new Set(read.tensors.keys()), new Set(tensors.keys()));
      for (const [name, { dtype, shape, data }] of tensors) {
        const found = read.tensors.get(name)!;
        assertEquals([found.dtype, found.shape], [dtype, shape]);
        assertEquals(bitsOf(found.data), bitsOf(data));
      }
    }),
    { numRuns: 200 },
  );
});

function bitsOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength).slice();
}

Deno.test("decodeSafetensors() reads values that lie at odd addresses", () => {
  const file = encoded({ kernel });
  const moved = new Uint8Array(file.length + 3);
  moved.set(file, 3);
  assertEquals(decodeSafetensors(moved.subarray(3)).tensors.get("kernel"), kernel);
});

Deno.test("decodeSafetensors() takes aligned values as they lie, without a copy", () => {
  const file = encoded({ kernel });
  assertStrictEquals(decodeSafetensors(file).tensors.get("kernel")!.data.buffer, file.buffer);
});

Deno.test("decodeSafetensors() reads a file without tensors or metadata", () => {
  assertEquals(decodeSafetensors(encoded({})), { metadata: new Map(), tensors: new Map() });
});

Deno.test("decodeSafetensors() converts narrower types without changing a value", () => {
  const cases: [string, DType, ArrayBufferView, number[]][] = [
    ["F16", "float32", new Float16Array([0.5, -65504, Infinity]), [0.5, -65504, Infinity]],
    ["BF16", "float32", new Uint16Array([0x3f80, 0xc000, 0x7f80]), [1, -2, Infinity]],
    ["I8", "int32", new Int8Array([-128, 127]), [-128, 127]],
    ["U8", "int32", new Uint8Array([0, 255]), [0, 255]],
    ["I16", "int32", new Int16Array([-32768]), [-32768]],
    ["U16", "int32", new Uint16Array([65535]), [65535]],
    ["U32", "int32", new Uint32Array([2 ** 31 - 1]), [2 ** 31 - 1]],
    ["I64", "int32", new BigInt64Array([-(2n ** 31n), 7n]), [-(2 ** 31), 7]],
    ["U64", "int32", new BigUint64Array([9n]), [9]],
  ];
  for (const [code, dtype, values, expected] of cases) {
    const data = bitsOf(values);
    const header = { x: { dtype: code, shape: [expected.length], data_offsets: [0, data.length] } };
    const found = decodeSafetensors(safetensorsFile(header, data)).tensors.get("x")!;
    assertEquals([found.dtype, [...found.data]], [dtype, expected], code);
  }
});

Deno.test("decodeSafetensors() throws when a value is more than int32 holds", () => {
  for (const value of [2n ** 31n, -(2n ** 31n) - 1n, 2n ** 32n]) {
    const header = { x: { dtype: "I64", shape: [1], data_offsets: [0, 8] } };
    const file = safetensorsFile(header, bitsOf(new BigInt64Array([value])));
    assertThrows(() => decodeSafetensors(file), RangeError, `"x" holds ${value}`);
    assertEquals(refusal(file), "safetensors.values");
  }
});

Deno.test("decodeSafetensors() throws when a bool is neither 0 nor 1", () => {
  const file = encoded({ mask });
  file[file.length - 1] = 2;
  assertEquals(refusal(file), "safetensors.values");
});

// What cannot be written.

Deno.test("encodeSafetensors() throws when values do not fill the shape", () => {
  assertThrows(() => encoded({ kernel: { ...kernel, shape: [2, 3] } }), RangeError, '"kernel"');
});

Deno.test("encodeSafetensors() throws when a tensor has the name of the metadata", () => {
  assertThrows(() => encoded({ __metadata__: kernel }), RangeError, "__metadata__");
});

Deno.test("encodeSafetensors() throws when the header is longer than readers take", () => {
  const error = assertThrows(() => encoded({}, { text: "x".repeat(100_000_000) }), RangeError);
  assertEquals(codeOf(error), "safetensors.header");
});

// What is broken.

Deno.test("decodeSafetensors() throws when the file is truncated anywhere", () => {
  const file = encoded({ kernel, mask }, { made: "today" });
  for (let length = 0; length < file.length; length++) {
    assertEquals(refusal(file.subarray(0, length)), "safetensors.truncated", `${length} bytes`);
  }
});

Deno.test("decodeSafetensors() throws when bytes follow the values", () => {
  assertEquals(refusal(joined([encoded({ kernel }), new Uint8Array(1)])), "safetensors.spans");
});

Deno.test("decodeSafetensors() throws when the header claims to be huge, and takes no memory", () => {
  for (const length of [100_000_001n, 2n ** 53n, 2n ** 64n - 1n]) {
    const file = encoded({ kernel });
    new DataView(file.buffer).setBigUint64(0, length, true);
    assertEquals(refusal(file), "safetensors.header");
  }
});

const x = { dtype: "F32", shape: [2], data_offsets: [0, 8] };

Deno.test("decodeSafetensors() throws when the header is not of the one form it may have", () => {
  const text = JSON.stringify(x);
  const broken = [
    "",
    "null",
    "[]",
    '"x"',
    "{",
    `{"x":${text}`,
    `{"x":${text}}}`,
    `{"x":${text},}`,
    `{"x" ${text}}`,
    `{"x":${text},"x":${text}}`,
    '{"x":null}',
    '{"x":[]}',
    '{"x":{}}',
    '{"x":{"dtype":"F32","shape":[2]}}',
    text.replace("F32", "F32\n").replace(/.*/s, '{"x":$&}'),
    '{"x":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
    '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":1}}',
    '{"x":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}',
    '{"x":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}',
    '{"x":{"dtype":"F32","shape":[2],"data_offsets":[8]}}',
    '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}}',
    ...["-1", "1.5", "1e0", "02", "9007199254740992", "99999999999999999999", "null", '"2"', ""]
      .map(
        (number) => `{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,${number}]}}`,
      ),
    '{"__metadata__":{"a":1}}',
    '{"__metadata__":{"a":{"b":"c"}}}',
    '{"__metadata__":{"a":"b","a":"c"}}',
    '{"__metadata__":{"a":"\\x"}}',
    '{"__metadata__":{"a":"b\\"}}',
    '{"__metadata__":"a"}',
    '{"x":' + "[".repeat(100_000),
    '{"x":' + '{"a":'.repeat(100_000),
    '{"x":{"dtype":"F32","shape":' + "[".repeat(100_000),
  ];
  for (const header of broken) {
    assertEquals(refusal(safetensorsFile(header, new Uint8Array(8))), "safetensors.header", header);
  }
});

Deno.test("decodeSafetensors() throws when the header is not UTF-8", () => {
  const header = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0, 0xff]);
  assertEquals(refusal(header), "safetensors.header");
});

Deno.test("decodeSafetensors() throws when the tensors leave holes, overlap or lie outside", () => {
  const at = (...spans: [number, number][]) =>
    Object.fromEntries(spans.map((span, i) => [`t${i}`, { ...x, data_offsets: span }]));
  for (
    const header of [
      at([0, 8]),
      at([8, 16]),
      at([0, 8], [0, 8]),
      at([0, 8], [4, 12]),
      at([0, 8], [9, 17]),
      at([8, 0], [8, 16]),
      at([0, 8], [8, 16], [0, 16]),
    ]
  ) assertEquals(refusal(safetensorsFile(header, new Uint8Array(16))), "safetensors.spans");
  const beyond = at([0, 8], [8, 2 ** 53 - 1]);
  assertEquals(refusal(safetensorsFile(beyond, new Uint8Array(16))), "safetensors.truncated");
});

Deno.test("decodeSafetensors() throws when a shape does not take what the tensor has", () => {
  const largest = Number.MAX_SAFE_INTEGER;
  for (
    const shape of [[], [1], [3], [0], [2, 0], [2 ** 32, 2 ** 32], [
      ...Array(40).fill(largest),
      0,
    ], [2 ** 51, 4, 2]]
  ) {
    const header = { x: { ...x, shape } };
    assertEquals(refusal(safetensorsFile(header, new Uint8Array(8))), "safetensors.shape");
  }
});

Deno.test("decodeSafetensors() throws when the dtype is not known, and lists those that are", () => {
  for (const dtype of ["F8_E4M3", "toString", "__proto__", ""]) {
    const file = safetensorsFile({ x: { ...x, dtype } }, new Uint8Array(8));
    assertEquals(refusal(file), "safetensors.dtype");
    assertThrows(() => decodeSafetensors(file), RangeError, "known are F32, F64, I32, BOOL");
  }
});

Deno.test("decodeSafetensors() takes names as names, whatever they mean to JavaScript", () => {
  const header = `{"__metadata__":{"__proto__":"a"},"__proto__":${JSON.stringify(x)}}`;
  const file = decodeSafetensors(safetensorsFile(header, new Uint8Array(8)));
  assertEquals([...file.metadata], [["__proto__", "a"]]);
  assertEquals(file.tensors.get("__proto__")!.shape, [2]);
});

Deno.test("decodeSafetensors() reads long strings full of escapes in linear time", () => {
  const text = '"\\'.repeat(1_000_000);
  assertEquals(decodeSafetensors(encoded({}, { text })).metadata.get("text"), text);
});

// What chance makes of it.

/** Either reads, or refuses by an error with one of our codes. */
function readOrRefuse(bytes: Uint8Array): void {
  try {
    decodeSafetensors(bytes);
  } catch (error) {
    assert(codeOf(error).startsWith("safetensors."), String(error));
  }
}

Deno.test("decodeSafetensors() only ever throws its own errors, whatever the bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readOrRefuse), { numRuns: 2000 });
});

Deno.test("decodeSafetensors() only ever throws its own errors, whatever the header", () => {
  const header = fc.oneof(
    fc.json(),
    fc.string(),
    fc.object().map((o) => JSON.stringify({ x, ...o })),
  );
  const property = fc.property(header, fc.uint8Array({ maxLength: 16 }), (text, data) => {
    readOrRefuse(safetensorsFile(text, data));
  });
  fc.assert(property, { numRuns: 2000 });
});

Deno.test("decodeSafetensors() only ever throws its own errors when a good file is damaged", () => {
  const file = Uint8Array.fromBase64(readGolden("safetensors").base64);
  const damage = fc.record({
    flips: fc.array(fc.nat({ max: file.length * 8 - 1 }), { maxLength: 4 }),
    length: fc.option(fc.nat({ max: file.length }), { nil: file.length }),
  });
  const property = fc.property(damage, ({ flips, length }) => {
    const damaged = file.slice(0, length);
    for (const bit of flips) damaged[bit >> 3] ^= 1 << (bit & 7);
    readOrRefuse(damaged);
  });
  fc.assert(property, { numRuns: 5000 });
});
