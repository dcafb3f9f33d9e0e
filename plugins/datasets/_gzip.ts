/**
 * Unpacking of gzip files from anywhere, in bounded memory.
 *
 * @module
 */

import { rangeError } from "../../core/errors.ts";
import { messageOf } from "./_failure.ts";

/** Whether `bytes` begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Deflate packs at most about 1030 to 1, so small pieces keep what one step can unpack small: the
 * limit is looked at between steps.
 */
const pieceBytes = 16 * 1024;

function inPieces(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller): void {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + pieceBytes));
      at += pieceBytes;
    },
  }, { highWaterMark: 0 });
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Unpacks a gzip file.
 *
 * @param source The name that errors give the file
 * @param limit The most bytes that may come out
 * @throws {RangeError} `gzip.corrupt` when the file is damaged or cut off, `gzip.limit` when more
 * comes out.
 */
export async function gunzip(
  bytes: Uint8Array,
  source: string,
  limit: number,
): Promise<Uint8Array> {
  const unpacked = inPieces(bytes as Uint8Array<ArrayBuffer>)
    .pipeThrough(new DecompressionStream("gzip")).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length <= limit) {
    const { done, value } = await unpacked.read().catch((cause) => {
      throw rangeError(
        "gzip.corrupt",
        `Cannot unpack ${source} as the file must be whole gzip data: current file of ` +
          `${bytes.length} bytes is damaged or cut off (${messageOf(cause)}); fetch it again`,
      );
    });
    if (done) return join(parts, length);
    parts.push(value);
    length += value.length;
  }
  await unpacked.cancel().catch(() => {});
  throw rangeError(
    "gzip.limit",
    `Cannot unpack ${source} as at most ${limit} bytes may come out of it: ` +
      `current output is ${length} bytes and more to come; check the file, or raise the limit`,
  );
}
