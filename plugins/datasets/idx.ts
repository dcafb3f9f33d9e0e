/**
 * The IDX file format, in which MNIST and its relatives are published.
 *
 * @module
 */

import { errors, rangeError, show, typeError } from "../../core/errors.ts";
import { gunzip, isGzip } from "./_gzip.ts";

/** What an IDX file holds. */
export interface IdxArray {
  /** One to four dimensions. */
  readonly shape: number[];
  /** The values, the last dimension fastest: a view of the bytes that were read. */
  readonly data: Uint8Array;
}

/** What the IDX readers take beside the bytes. */
export interface IdxOptions {
  /** The most bytes of values that a file may hold, or unpack to. @default 1073741824 */
  readonly limit?: number;
}

const defaultLimit = 2 ** 30;

/** The longest header: the magic number and four dimensions. */
const longestHeader = 20;

const unsignedByte = 0x08;

function checkArguments(bytes: unknown, limit: number): void {
  if (!(bytes instanceof Uint8Array)) {
    throw typeError(
      "idx.kind",
      `Cannot read IDX data as it must be a Uint8Array: current data is ${show(bytes)}`,
    );
  }
  if (!Number.isSafeInteger(limit) || limit < 0) {
    throw errors.option("read IDX data", "limit", "a whole number of bytes", limit);
  }
}

/** Reads the magic number and gives the rank. */
function readRank(bytes: Uint8Array, source: string): number {
  if (bytes.length < 4) throw truncated(source, "a header of at least 8 bytes", bytes.length);
  const hex = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const [zero, alsoZero, type, rank] = bytes;
  if (zero !== 0 || alsoZero !== 0 || type !== unsignedByte || rank < 1 || rank > 4) {
    throw rangeError(
      "idx.magic",
      `Cannot read ${source} as IDX files of bytes begin with 00000801 to 00000804: ` +
        `current beginning is ${hex}; ` +
        (isGzip(bytes) ? "it is gzip data, which readIdx() unpacks" : "check the file"),
    );
  }
  return rank;
}

function truncated(source: string, expected: string, actual: number): RangeError {
  return rangeError(
    "idx.truncated",
    `Cannot read ${source} as it must hold ${expected}: current file ends after ${actual} bytes; ` +
      `it is cut off, fetch it again`,
  );
}

/**
 * Reads the bytes of an IDX file of unsigned bytes that is not packed.
 *
 * @param bytes The whole file
 * @param source The name that errors give the file
 * @throws {RangeError} with the code `idx.magic`, `idx.truncated`, `idx.trailing` or `idx.limit`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const file = new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]);
 * const { shape, data } = parseIdx(file, "labels");
 * assertEquals(shape, [3]);
 * assertEquals([...data], [7, 2, 1]);
 * ```
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
 */
export function parseIdx(
  bytes: Uint8Array,
  source: string,
  { limit = defaultLimit }: IdxOptions = {},
): IdxArray {
  checkArguments(bytes, limit);
  const header = 4 + 4 * readRank(bytes, source);
  if (bytes.length < header) throw truncated(source, `a header of ${header} bytes`, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape: number[] = [];
  for (let at = 4; at < header; at += 4) shape.push(view.getUint32(at));
  const size = shape.reduce((product, dimension) => product * dimension, 1);
  const shown = `shape [${shape.join(", ")}]`;
  if (size > limit) {
    throw rangeError(
      "idx.limit",
      `Cannot read ${source} as it may hold at most ${limit} values: ` +
        `current ${shown} is ${size} values; check the file, or raise the limit`,
    );
  }
  const end = header + size;
  if (bytes.length < end) throw truncated(source, `${end} bytes for ${shown}`, bytes.length);
  if (bytes.length > end) {
    throw rangeError(
      "idx.trailing",
      `Cannot read ${source} as it must end after ${end} bytes for ${shown}: ` +
        `current length is ${bytes.length} bytes; it is damaged, fetch it again`,
    );
  }
  return { shape, data: bytes.subarray(header) };
}

/**
 * Reads the bytes of an IDX file of unsigned bytes, plain or packed by gzip.
 *
 * @param bytes The whole file
 * @param source The name that errors give the file
 * @throws {RangeError} With a code of `parseIdx()`, or `gzip.corrupt` or `gzip.limit`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const file = new Uint8Array([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 5, 6]);
 * const packed = new Blob([file]).stream().pipeThrough(new CompressionStream("gzip"));
 * const { shape } = await readIdx(await new Response(packed).bytes(), "pairs");
 * assertEquals(shape, [1, 2]);
 * ```
 */
export async function readIdx(
  bytes: Uint8Array,
  source: string,
  { limit = defaultLimit }: IdxOptions = {},
): Promise<IdxArray> {
  checkArguments(bytes, limit);
  const plain = isGzip(bytes) ? await gunzip(bytes, source, limit + longestHeader) : bytes;
  return parseIdx(plain, source, { limit });
}
