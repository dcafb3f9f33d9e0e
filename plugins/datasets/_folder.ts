/**
 * The four files of an image set in a folder: the user's own, or the cache.
 *
 * @module
 */

import { rangeError } from "../../core/errors.ts";
import { failure, isOwn, messageOf } from "./_failure.ts";
import { isGzip } from "./_gzip.ts";
import { isGranted } from "./_host.ts";

/** A file that was found, with the name it has. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Joins a folder and a name; a string stays a path, whatever its characters. */
export function within(folder: string | URL, name: string): string | URL {
  if (typeof folder === "string") return folder.endsWith("/") ? folder + name : `${folder}/${name}`;
  const base = folder.href.endsWith("/") ? folder : new URL(`${folder.href}/`);
  return new URL(name, base);
}

/** The names under which `train-images-idx3-ubyte` is found in the wild. */
function namesOf(name: string): string[] {
  const dotted = name.replace("-idx", ".idx");
  return [`${name}.gz`, name, `${dotted}.gz`, dotted];
}

async function readBounded(path: string | URL, limit: number): Promise<Uint8Array> {
  const { size } = await Deno.stat(path);
  if (size <= limit) return await Deno.readFile(path);
  throw rangeError(
    "dataset.limit",
    `Cannot read ${path} as a file of the set has at most ${limit} bytes: ` +
      `current size is ${size}; check the folder`,
  );
}

/** Reads the file that `name` stands for, or gives nothing when there is none. */
export async function findFile(
  folder: string | URL,
  name: string,
  limit: number,
): Promise<FoundFile | undefined> {
  for (const candidate of namesOf(name)) {
    const path = within(folder, candidate);
    try {
      return { path: String(path), bytes: await readBounded(path, limit) };
    } catch (cause) {
      if (cause instanceof Deno.errors.NotFound) continue;
      throw readError(path, cause);
    }
  }
  return undefined;
}

function readError(path: string | URL, cause: unknown): unknown {
  if (isOwn(cause, "dataset.")) return cause;
  if (cause instanceof Deno.errors.NotCapable) {
    return failure(
      "dataset.permission",
      `Cannot read ${path} as the program must be allowed to: ` +
        `current read permission is not granted; run with --allow-read for its folder`,
      cause,
    );
  }
  return failure(
    "dataset.read",
    `Cannot read ${path} as it must be a readable file: ${messageOf(cause)}`,
    cause,
  );
}

/** Whether files may be read in the folder. */
export function mayRead(folder: string | URL): boolean {
  return isGranted({ name: "read", path: folder });
}

/** Whether files may be written in the folder and renamed, which reads too. */
export function mayWrite(folder: string | URL): boolean {
  return mayRead(folder) && isGranted({ name: "write", path: folder });
}

/**
 * Writes a file as a whole or not at all: what reads it meanwhile sees the old one or the new one.
 */
export async function writeWhole(
  folder: string | URL,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const path = within(folder, isGzip(bytes) ? `${name}.gz` : name);
  const draft = within(folder, `${name}.${crypto.randomUUID()}.tmp`);
  try {
    await Deno.writeFile(draft, bytes);
    await Deno.rename(draft, path);
  } catch (cause) {
    await Deno.remove(draft).catch(() => {});
    throw cause;
  }
}
