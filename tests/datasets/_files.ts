/** Small IDX files, and a set of four of them with the digests that the loader is to know. */

import type { KnownFile, KnownSet } from "../../plugins/datasets/_image_set.ts";

export function idxFile(shape: readonly number[], data: Uint8Array): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(4 + 4 * shape.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  shape.forEach((dimension, i) => view.setUint32(4 + 4 * i, dimension));
  const bytes = new Uint8Array(header.length + data.length);
  bytes.set(header);
  bytes.set(data, header.length);
  return bytes;
}

export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

export async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A published file as the loader knows it, and its gzip bytes. */
async function publish(
  name: string,
  plain: Uint8Array<ArrayBuffer>,
): Promise<{ known: KnownFile; packed: Uint8Array<ArrayBuffer> }> {
  const packed = await gzip(plain);
  return { known: { name, gzip: await sha256(packed), plain: await sha256(plain) }, packed };
}

/** A set of three training and two test images, and its files by name. */
export interface TinySet {
  readonly set: KnownSet;
  readonly plain: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly packed: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

function pixels(count: number): Uint8Array {
  return Uint8Array.from({ length: count * 784 }, (_, i) => (i * 7) % 256);
}

export async function tinySet(): Promise<TinySet> {
  const plain = new Map([
    ["train-images-idx3-ubyte", idxFile([3, 28, 28], pixels(3))],
    ["train-labels-idx1-ubyte", idxFile([3], new Uint8Array([5, 0, 4]))],
    ["t10k-images-idx3-ubyte", idxFile([2, 28, 28], pixels(2))],
    ["t10k-labels-idx1-ubyte", idxFile([2], new Uint8Array([7, 9]))],
  ]);
  const known: KnownFile[] = [];
  const packed = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const [name, bytes] of plain) {
    const file = await publish(name, bytes);
    known.push(file.known);
    packed.set(name, file.packed);
  }
  const [trainImages, trainLabels, testImages, testLabels] = known;
  const set: KnownSet = {
    name: "Tiny",
    folder: "tiny",
    url: "http://127.0.0.1:9/",
    trainImages,
    trainLabels,
    testImages,
    testLabels,
  };
  return { set, plain, packed };
}
