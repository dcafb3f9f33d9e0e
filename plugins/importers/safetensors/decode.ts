/**
 * Tensors from bytes in the safetensors format. Every size is checked against the file before memory is taken.
 *
 * @see https://huggingface.co/docs/safetensors/index#format
 * @module
 */

import type { DType, TypedArray } from "../../../core/dtype.ts";
import { rangeError } from "../../../core/errors.ts";
import { formatShape, type Shape } from "../../../core/shape.ts";
import { type Entry, parseHeader } from "./header.ts";

/** The values of a tensor, as they were read. */
export interface TensorValues {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Row-major; bools are 0 and 1. It may be a view of the file's bytes. */
  readonly data: TypedArray;
}

/** What a safetensors file holds. */
export interface SafetensorsContent {
  readonly metadata: ReadonlyMap<string, string>;
  /** The tensors by name, in the order of the header. */
  readonly tensors: ReadonlyMap<string, TensorValues>;
}

/** The most bytes that a header may have. */
const LONGEST_HEADER = 100_000_000;

/**
 * Reads tensors in the safetensors format. `F32`, `F64`, `I32` and `BOOL` are taken as they are; `F16` and `BF16`
 * become float32; `I8`, `U8`, `I16`, `U16` become int32, and so do `U32`, `I64` and `U64` where all values fit. No
 * conversion changes a value.
 *
 * @param bytes The whole file.
 * @param source What error messages call the file.
 * @throws {RangeError} When the file is damaged or breaks the rules of the format in any way, or holds values that
 * no dtype here can.
 *
 * @example
 * ```ts
 * import { importers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const header = '{"x":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}   ';
 * const bytes = new Uint8Array([header.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), 7, 8, 9]);
 * const { tensors } = importers.decodeSafetensors(bytes);
 * assertEquals(tensors.get("x")!.data, new Int32Array([7, 8, 9]));
 * ```
 */
export function decodeSafetensors(
  bytes: Uint8Array,
  source = "the safetensors file",
): SafetensorsContent {
  const fail: Fail = (
    code,
    what,
    remedy = "it is damaged, or no safetensors file; get it anew",
  ) => {
    throw rangeError(`safetensors.${code}`, `Cannot read ${source} as ${what}: ${remedy}`);
  };
  const header = headerOf(bytes, fail);
  const { metadata, entries } = parseHeader(
    textOf(header, fail),
    (what) => fail("header", `its header is not valid: ${what}`),
  );
  const data = bytes.subarray(8 + header.length);
  checkSpans(entries, data.length, fail);
  const tensors = new Map<string, TensorValues>();
  for (const [name, entry] of entries) {
    tensors.set(name, valuesOf(name, entry, data.subarray(...entry.span), fail));
  }
  return { metadata, tensors };
}

/** Throws: what is wrong with the file, and what to do. */
type Fail = (code: string, what: string, remedy?: string) => never;

function headerOf(bytes: Uint8Array, fail: Fail): Uint8Array {
  if (bytes.length < 8) fail("truncated", `it ends after ${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > LONGEST_HEADER) {
    fail("header", `its header has ${length} bytes, where ${LONGEST_HEADER} are allowed`);
  }
  const end = 8 + Number(length);
  if (end > bytes.length) {
    fail("truncated", `its header ends at byte ${end} and the file at ${bytes.length}`);
  }
  return bytes.subarray(8, end);
}

function textOf(header: Uint8Array, fail: Fail): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    return fail("header", "its header is not UTF-8");
  }
}

/** The tensors' values must lie end to end, from the header to the end of the file. */
function checkSpans(entries: ReadonlyMap<string, Entry>, length: number, fail: Fail): void {
  const inOrder = [...entries].sort(([, { span: a }], [, { span: b }]) =>
    a[0] - b[0] || a[1] - b[1]
  );
  let end = 0;
  for (const [name, { span }] of inOrder) {
    if (span[0] !== end || span[1] < span[0]) {
      fail("spans", `the tensor "${name}" lies at [${span}] and should begin at ${end}`);
    }
    end = span[1];
  }
  if (end !== length) {
    const code = end > length ? "truncated" : "spans";
    fail(code, `its tensors take ${end} bytes and the file has ${length} for them`);
  }
}

function valuesOf(name: string, entry: Entry, bytes: Uint8Array, fail: Fail): TensorValues {
  const { dtype: code, shape } = entry;
  const format = FORMATS.get(code);
  if (format === undefined) {
    const known = [...FORMATS.keys()].join(", ");
    return fail("dtype", `the tensor "${name}" is of the dtype ${code}`, `known are ${known}`);
  }
  // A product beyond 2^53 is not exact, but no file is as long either.
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  if (size * format.bytes !== bytes.length) {
    fail(
      "shape",
      `the tensor "${name}" takes ${bytes.length} bytes, not what ${code} ${
        formatShape(shape)
      } needs`,
    );
  }
  return {
    dtype: format.dtype,
    shape,
    data: format.read(bytes, (value) =>
      fail(
        "values",
        `the tensor "${name}" holds ${value}, which ${format.dtype} cannot`,
        "convert it before, or get the file anew",
      )),
  };
}

/** How the values of one of the format's dtypes are read. */
interface Format {
  readonly dtype: DType;
  /** Of one value in the file. */
  readonly bytes: number;
  /** Reads them; `refuse` is called with a value that no tensor here can hold. */
  read(bytes: Uint8Array, refuse: (value: number | bigint) => never): TypedArray;
}

type ArrayType<A> = {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
};

/** The bytes as numbers; in place where they lie at an address that the type may have. */
function view<A>(type: ArrayType<A>, bytes: Uint8Array): A {
  const { BYTES_PER_ELEMENT } = type;
  const { buffer, byteOffset, length } = bytes.byteOffset % BYTES_PER_ELEMENT === 0
    ? bytes
    : bytes.slice();
  return new type(buffer, byteOffset, length / BYTES_PER_ELEMENT);
}

/** Values that a dtype of ours holds as they are. */
function plain(dtype: DType, type: ArrayType<TypedArray>): Format {
  return { dtype, bytes: type.BYTES_PER_ELEMENT, read: (bytes) => view(type, bytes) };
}

/** Numbers that one of our arrays holds as they are. */
function widened<A extends ArrayLike<number>>(
  dtype: "float32" | "int32",
  type: ArrayType<A>,
): Format {
  const Target = dtype === "float32" ? Float32Array : Int32Array;
  return {
    dtype,
    bytes: type.BYTES_PER_ELEMENT,
    read: (bytes) => new Target(view(type, bytes)),
  };
}

/** Whole numbers that int32 holds unless they are too large. */
function narrowed<A extends ArrayLike<number | bigint>>(type: ArrayType<A>): Format {
  return {
    dtype: "int32",
    bytes: type.BYTES_PER_ELEMENT,
    read: (bytes, refuse) => {
      const values = view(type, bytes);
      const data = new Int32Array(values.length);
      for (let i = 0; i < data.length; i++) {
        data[i] = Number(values[i]);
        if (BigInt(data[i]) !== BigInt(values[i])) {
          refuse(values[i]);
        }
      }
      return data;
    },
  };
}

/** A bfloat16 is the upper half of a float32. */
function readBfloat16(bytes: Uint8Array): Float32Array {
  const bits = Uint32Array.from(view(Uint16Array, bytes), (upper) => upper << 16);
  return new Float32Array(bits.buffer);
}

function readBools(bytes: Uint8Array, refuse: (value: number) => never): Uint8Array {
  const odd = bytes.find((byte) => byte > 1);
  if (odd !== undefined) refuse(odd);
  return bytes;
}

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ["F32", plain("float32", Float32Array)],
  ["F64", plain("float64", Float64Array)],
  ["I32", plain("int32", Int32Array)],
  ["BOOL", { dtype: "bool", bytes: 1, read: readBools }],
  ["F16", widened("float32", Float16Array)],
  ["BF16", { dtype: "float32", bytes: 2, read: readBfloat16 }],
  ["I8", widened("int32", Int8Array)],
  ["U8", widened("int32", Uint8Array)],
  ["I16", widened("int32", Int16Array)],
  ["U16", widened("int32", Uint16Array)],
  ["U32", narrowed(Uint32Array)],
  ["I64", narrowed(BigInt64Array)],
  ["U64", narrowed(BigUint64Array)],
]);
