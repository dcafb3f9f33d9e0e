/**
 * Tensors as bytes in the safetensors format: the length of the header in eight bytes, the header as JSON, the
 * values of all tensors one after the other.
 *
 * @see https://huggingface.co/docs/safetensors/index#format
 * @module
 */

import { bytesPerElement, type DType, type TypedArray } from "../../../core/dtype.ts";
import { errors, rangeError } from "../../../core/errors.ts";
import { type Shape, sizeOf } from "../../../core/shape.ts";

/** The values of a tensor, as they are written. */
export interface TensorValues {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Row-major; bools are 0 and 1. */
  readonly data: TypedArray;
}

/** The most bytes that readers take for a header. */
const LONGEST_HEADER = 100_000_000;
/** The header is padded so that the values begin where every element type may. */
const ALIGNMENT = 8;
const METADATA = "__metadata__";
const CODES: Record<DType, string> = { float32: "F32", float64: "F64", int32: "I32", bool: "BOOL" };

/**
 * Writes tensors in the safetensors format.
 *
 * @param tensors The tensors by name. Wider element types come first in the file, so that all are aligned.
 * @param metadata Strings by name; the first in the header.
 * @returns The bytes in pieces: the header, then the tensors' own memory, which is not copied.
 * @throws {RangeError} When a tensor has not as many values as its shape says, or is named `__metadata__`, or
 * when the header is longer than readers take.
 *
 * @example
 * ```ts
 * import { exporters, importers } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const kernel = { dtype: "float32", shape: [2], data: new Float32Array([1, 2]) } as const;
 * const chunks = exporters.encodeSafetensors(new Map([["kernel", kernel]]), { made: "today" });
 * const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer());
 * const { tensors, metadata } = importers.decodeSafetensors(bytes);
 * assertEquals(tensors.get("kernel"), kernel);
 * assertEquals(metadata.get("made"), "today");
 * ```
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, TensorValues>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer>[] {
  const inOrder = [...tensors].sort(([, a], [, b]) =>
    bytesPerElement(b.dtype) - bytesPerElement(a.dtype)
  );
  const fields: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) fields.push([METADATA, metadata]);
  let end = 0;
  for (const [name, values] of inOrder) {
    checkTensor(name, values);
    const begin = end;
    end += values.data.byteLength;
    const { dtype, shape } = values;
    fields.push([name, { dtype: CODES[dtype], shape, data_offsets: [begin, end] }]);
  }
  return [headerOf(fields), ...inOrder.map(([, { data }]) => bytesOf(data))];
}

function checkTensor(name: string, { shape, data }: TensorValues): void {
  if (name === METADATA) {
    throw errors.option("write a tensor", "its name", `another than "${METADATA}"`, name);
  }
  if (data.length !== sizeOf(shape)) {
    throw errors.shapes(
      `write the tensor "${name}"`,
      `its ${data.length} values must fill its shape`,
      shape,
    );
  }
}

/** Fields are joined by hand: an object would put names that are whole numbers first. */
function headerOf(fields: readonly [string, unknown][]): Uint8Array<ArrayBuffer> {
  const members = fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const json = new TextEncoder().encode(`{${members.join(",")}}`);
  const length = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  if (length > LONGEST_HEADER) {
    throw rangeError(
      "safetensors.header",
      `Cannot write the tensors as names and metadata may take ${LONGEST_HEADER} bytes: current length is ${length}`,
    );
  }
  const header = new Uint8Array(8 + length).fill(" ".charCodeAt(0));
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return header;
}

function bytesOf(data: TypedArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
}
