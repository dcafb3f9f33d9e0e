/**
 * Files, read and written whole. A file appears whole or not at all: what fails on the way, be it a full disk or a
 * missing permission, leaves the folder as it was.
 *
 * @module
 */

import { type CodedError, rangeError, stateError, typeError } from "./errors.ts";

/** Where a file is: a path, or a `file:` URL. */
export type FilePath = string | URL;

/**
 * Reads a file.
 *
 * @param path A path, or a `file:` URL.
 * @param maximumBytes The most that is read; nothing is, where the file is larger. @default Infinity
 * @throws {Error} When the file is missing, is no regular file, or may not be read; `cause` keeps what was thrown.
 * @throws {RangeError} When it is larger than `maximumBytes`, or than the memory.
 *
 * @example
 * ```ts
 * import { readWhole } from "@tensaur/tensaur";
 * import { assertRejects } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "hello");
 * const bytes = await readWhole(path, 5);
 * await assertRejects(() => readWhole(path, 4), RangeError, "has 5 bytes");
 * ```
 */
export async function readWhole(
  path: FilePath,
  maximumBytes = Infinity,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    using file = await host("read", path).open(nameOf(path));
    const { isFile, isDirectory, size } = await file.stat();
    if (isDirectory) throw new SystemError("EISDIR");
    if (!isFile) throw new SystemError("ENOTFILE");
    if (size > maximumBytes) throw sizeError(path, size, `at most ${maximumBytes} are taken`);
    return await fill(allocate(path, size), file);
  } catch (cause) {
    throw explain("read", path, cause);
  }
}

/**
 * Writes a file: first beside its place under a name of its own, then, safe on the disk, in its place. Whatever goes
 * wrong, a file that was there stays as it was, and nothing half written is left behind. Of two that write to one path
 * at the same time, one wins. A link is followed; a device or a pipe is written to as it is.
 *
 * Both reading and writing must be allowed in the file's folder, as moving a file takes both.
 *
 * @param path A path, or a `file:` URL.
 * @throws {Error} When the file cannot be written; the message says why, and `cause` keeps what was thrown.
 *
 * @example
 * ```ts
 * import { writeWhole } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const path = `${await Deno.makeTempDir()}/greeting.txt`;
 * const [head, tail] = ["hel", "lo"].map((text) => new TextEncoder().encode(text));
 * await writeWhole(path, [head, tail]);
 * assertEquals(await Deno.readTextFile(path), "hello");
 * ```
 */
export async function writeWhole(
  path: FilePath,
  chunks: Uint8Array | Iterable<Uint8Array>,
): Promise<void> {
  await writeTogether([{ path, chunks }]);
}

/** A file to be written: where, and its bytes. */
export interface FileContents {
  /** A path, or a `file:` URL. */
  readonly path: FilePath;
  /** The bytes, in pieces or as one. */
  readonly chunks: Uint8Array | Iterable<Uint8Array>;
}

/**
 * Writes files that belong together, each as {@linkcode writeWhole} does, and none of them before all are safe on the
 * disk. They come into their places in the order given.
 *
 * @throws {Error} When one of them cannot be written.
 */
export async function writeTogether(files: readonly FileContents[]): Promise<void> {
  const drafts: { path: FilePath; draft: string; place: string }[] = [];
  try {
    for (const { path, chunks } of files) {
      await explained(path, async () => {
        const contents = chunks instanceof Uint8Array ? [chunks] : chunks;
        await writeDraft(path, contents, (draft, place) => drafts.push({ path, draft, place }));
      });
    }
    while (drafts.length > 0) {
      const [{ path, draft, place }] = drafts;
      await explained(path, () => host("write", path).rename(draft, place));
      drafts.shift();
    }
  } finally {
    for (const { path, draft } of drafts) await host("write", path).remove(draft).catch(() => {});
  }
}

/** Writes a file beside its place, under a name that is told as soon as it is there; a device as it is. */
async function writeDraft(
  path: FilePath,
  contents: Iterable<Uint8Array>,
  made: (draft: string, place: string) => void,
): Promise<void> {
  const { open } = host("write", path);
  const { place, isDevice, mode } = await destination(path);
  if (isDevice) {
    using device = await open(place, { write: true });
    return await writeAll(device, contents);
  }
  const draft = `${place}.${crypto.randomUUID().slice(0, 8)}.tmp`;
  using file = await open(draft, { write: true, createNew: true, mode });
  made(draft, place);
  await writeAll(file, contents);
  await file.sync();
}

async function explained(path: FilePath, run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (cause) {
    throw explain("write", path, cause);
  }
}

/** Deno's functions for files. */
function host(action: Action, path: FilePath): typeof Deno {
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  if (deno !== undefined) return deno;
  throw stateError(
    "file.host",
    `Cannot ${action} ${path} as this JavaScript host has no files: run the program in Deno`,
  );
}

/** A path, or a file: URL, as the path that Deno takes and people write. */
export function nameOf(path: FilePath): string {
  if (typeof path === "string") return path;
  if (path.protocol !== "file:") {
    throw typeError(
      "file.url",
      `Cannot use ${path} as a file as its URL begins with ${path.protocol}//: give a path or a file: URL`,
    );
  }
  const name = decodeURIComponent(path.pathname);
  return Deno.build.os === "windows" ? name.slice(1) : name;
}

function folderOf(name: string): string {
  const separators = Deno.build.os === "windows" ? ["/", "\\"] : ["/"];
  const end = Math.max(...separators.map((separator) => name.lastIndexOf(separator)));
  return end === 0 ? "/" : end < 0 ? "." : name.slice(0, end);
}

/** Where the bytes go once links are followed, and what is there already. */
async function destination(
  path: FilePath,
): Promise<{ place: string; isDevice: boolean; mode?: number }> {
  const name = nameOf(path);
  for (const permission of ["read", "write"] as const) {
    // One question for the folder, in a terminal, instead of one for each step of the move.
    await Deno.permissions.request({ name: permission, path: folderOf(name) });
  }
  const before = await Deno.stat(name).catch((cause) => {
    if (cause instanceof Deno.errors.NotFound) return null;
    throw cause;
  });
  if (before === null) return { place: name, isDevice: false };
  if (before.isDirectory) throw new SystemError("EISDIR");
  return {
    place: await Deno.realPath(name),
    isDevice: !before.isFile,
    mode: before.mode === null ? undefined : before.mode & 0o777,
  };
}

function allocate(path: FilePath, size: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(size);
  } catch {
    throw sizeError(path, size, "that is more than the memory has room for");
  }
}

/** Reads until the bytes are full or the file ends, should it have become shorter meanwhile. */
async function fill(
  bytes: Uint8Array<ArrayBuffer>,
  file: Deno.FsFile,
): Promise<Uint8Array<ArrayBuffer>> {
  let length = 0;
  while (length < bytes.length) {
    const read = await file.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  return bytes.subarray(0, length);
}

async function writeAll(file: Deno.FsFile, chunks: Iterable<Uint8Array>): Promise<void> {
  for (const chunk of chunks) {
    for (let written = 0; written < chunk.length;) {
      written += await file.write(chunk.subarray(written));
    }
  }
}

// Errors.

type Action = "read" | "write";

/** An error by the name that the operating system has for it. */
class SystemError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

interface Explanation {
  readonly code: string;
  readonly reason: string;
  readonly remedy: string;
}

const BOTH: Record<string, Explanation> = {
  EISDIR: {
    code: "file.directory",
    reason: "the path is a directory",
    remedy: "add the name of a file",
  },
  ENOTDIR: {
    code: "file.folder",
    reason: "a part of the path is a file, not a folder",
    remedy: "check the path",
  },
  EACCES: {
    code: "file.access",
    reason: "the operating system forbids it",
    remedy: "check who owns the file and its folder, and their modes",
  },
  ENAMETOOLONG: {
    code: "file.name",
    reason: "its name is too long",
    remedy: "choose a shorter one",
  },
};

const EXPLANATIONS: Record<Action, Record<string, Explanation>> = {
  read: {
    ...BOTH,
    ENOENT: { code: "file.missing", reason: "there is no such file", remedy: "check the path" },
    ENOTFILE: {
      code: "file.kind",
      reason: "the path is a device or a pipe",
      remedy: "copy what it gives into a file",
    },
  },
  write: {
    ...BOTH,
    ENOENT: { code: "file.folder", reason: "its folder does not exist", remedy: "make it first" },
    ENOSPC: {
      code: "file.full",
      reason: "no space is left on the device",
      remedy: "free some and try again; nothing was changed",
    },
    EROFS: {
      code: "file.readOnly",
      reason: "the file system is read-only",
      remedy: "choose a path on another one",
    },
  },
};

/** What a failure means for people. */
function explain(action: Action, path: FilePath, cause: unknown): Error {
  if (isOwn(cause)) return cause;
  const { code, reason, remedy } = explanationOf(action, path, cause);
  const message = `Cannot ${action} ${path} as ${reason}: ${remedy}`;
  return Object.assign(stateError(code, message), { cause });
}

function isOwn(cause: unknown): cause is CodedError {
  return cause instanceof Error && "code" in cause && String(cause.code).startsWith("file.");
}

function explanationOf(action: Action, path: FilePath, cause: unknown): Explanation {
  if (cause instanceof Deno.errors.NotCapable) return permissionMissing(action, nameOf(path));
  const { code = "", message = String(cause) } = (cause ?? {}) as {
    code?: string;
    message?: string;
  };
  return EXPLANATIONS[action][code === "EPERM" ? "EACCES" : code] ??
    { code: "file.failed", reason: "it failed", remedy: message };
}

function permissionMissing(action: Action, name: string): Explanation {
  const flags = action === "read"
    ? `--allow-read=${name}`
    : `--allow-read=${folderOf(name)} --allow-write=${folderOf(name)}`;
  return {
    code: "file.permission",
    reason: "Deno does not allow it",
    remedy: `run the program with ${flags}`,
  };
}

function sizeError(path: FilePath, size: number, limit: string): RangeError {
  return rangeError("file.size", `Cannot read ${path} as it has ${size} bytes: ${limit}`);
}
