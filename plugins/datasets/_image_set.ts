/**
 * Image sets published as four IDX files, found in a folder, the cache or the network, and checked.
 *
 * @module
 */

import { errors, rangeError, show, typeError } from "../../core/errors.ts";
import { download } from "./_download.ts";
import { failure, isOwn, messageOf } from "./_failure.ts";
import { findFile, mayRead, mayWrite, within, writeWhole } from "./_folder.ts";
import { isGzip } from "./_gzip.ts";
import { defaultCache, deno, mayFetch } from "./_host.ts";
import { readIdx } from "./idx.ts";

/** Grey images of 28 by 28 pixels with their classes. */
export interface Images {
  /** `[count, 28, 28]`, row by row: 0 is paper, 255 is ink. */
  readonly images: Uint8Array;
  /** `[count]`: 0 to 9. */
  readonly labels: Uint8Array;
}

/** The two parts of an image set, and where they came from. */
export interface ImageSet {
  /** One line for people: which data it is. */
  readonly source: string;
  /** What to learn from. */
  readonly train: Images;
  /** What to judge by. */
  readonly test: Images;
}

/** Where to look for an image set. */
export interface ImageSetOptions {
  /** A folder that holds the four files, gzip or plain: only there is looked. */
  readonly dir?: string | URL;
  /** The address of a folder that holds the four gzip files. @default a public mirror */
  readonly url?: string | URL;
  /** A folder for downloaded files, or `false` for none. @default the user's cache folder */
  readonly cache?: string | URL | false;
  /**
   * Whether the files must have the known SHA-256; without it the cache is left alone.
   * @default true
   */
  readonly verify?: boolean;
  /** How many milliseconds a download may stand still. @default 15000 */
  readonly timeout?: number;
}

/**
 * A file of a set: its name, and the SHA-256 of its gzip and its plain form as they were published.
 */
export interface KnownFile {
  readonly name: string;
  readonly gzip: string;
  readonly plain: string;
}

/** An image set as it was published. */
export interface KnownSet {
  readonly name: string;
  /** The name of its folder in the cache. */
  readonly folder: string;
  /** Where it can be had. */
  readonly url: string;
  readonly trainImages: KnownFile;
  readonly trainLabels: KnownFile;
  readonly testImages: KnownFile;
  readonly testLabels: KnownFile;
}

/** Why a set that nobody asked for by folder or address is not at hand. */
export interface Absence {
  readonly missing: string;
}

/** Gives the bytes of a file, and what errors call it. */
type Fetcher = (file: KnownFile) => Promise<{ bytes: Uint8Array; path: string }>;

const width = 28;

const classes = 10;

/** More than the largest file has, plain or packed. */
const fileLimit = 64 * 2 ** 20;

const defaultTimeout = 15_000;

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function checkDigest(bytes: Uint8Array, path: string, file: KnownFile): Promise<void> {
  const expected = isGzip(bytes) ? file.gzip : file.plain;
  const actual = await sha256(bytes);
  if (actual === expected) return;
  throw rangeError(
    "dataset.digest",
    `Cannot use ${path} as its SHA-256 must be ${expected}: current SHA-256 is ${actual}; ` +
      `the file is damaged or another one, fetch it again, or pass verify: false`,
  );
}

async function readPart(
  fetcher: Fetcher,
  imageFile: KnownFile,
  labelFile: KnownFile,
): Promise<Images> {
  const labels = await fetcher(labelFile);
  const { shape: [count, ...rest], data } = await readIdx(labels.bytes, labels.path, {
    limit: fileLimit,
  });
  if (rest.length > 0 || count < 1) throw shapeError(labels.path, "[count]", [count, ...rest]);
  const wrong = data.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw rangeError(
      "dataset.label",
      `Cannot use ${labels.path} as labels must be 0 to 9: ` +
        `current label ${wrong} is ${data[wrong]}; check the file`,
    );
  }
  const images = await fetcher(imageFile);
  const { shape, data: pixels } = await readIdx(images.bytes, images.path, { limit: fileLimit });
  if (shape.join() !== [count, width, width].join()) {
    throw shapeError(images.path, `[${count}, ${width}, ${width}] to go with the labels`, shape);
  }
  return { images: pixels, labels: data };
}

function shapeError(path: string, expected: string, shape: readonly number[]): RangeError {
  return rangeError(
    "dataset.shape",
    `Cannot use ${path} as its shape must be ${expected}: ` +
      `current shape is [${shape.join(", ")}]; check the file`,
  );
}

async function readSet(
  set: KnownSet,
  fetcher: Fetcher,
): Promise<Pick<ImageSet, "train" | "test">> {
  return {
    train: await readPart(fetcher, set.trainImages, set.trainLabels),
    test: await readPart(fetcher, set.testImages, set.testLabels),
  };
}

async function readFolder(
  set: KnownSet,
  dir: string | URL,
  verify: boolean,
): Promise<ImageSet> {
  if (deno === undefined) {
    throw failure(
      "dataset.host",
      `Cannot read ${set.name} from ${dir} as folders can be read only in Deno: pass url instead`,
    );
  }
  const parts = await readSet(set, async (file) => {
    const found = await findFile(dir, file.name, fileLimit);
    if (found === undefined) {
      throw failure(
        "dataset.missing",
        `Cannot read ${set.name} from ${dir} as ${file.name}.gz or ${file.name} must be there: ` +
          `current folder has neither; check dir`,
      );
    }
    if (verify) await checkDigest(found.bytes, found.path, file);
    return found;
  });
  return { source: `${set.name} from ${dir}`, ...parts };
}

/** The folder of downloaded files, as far as it may be used, and what became of it. */
class Cache {
  readonly folder: string | URL;
  readonly #mayRead: boolean;
  readonly #mayWrite: boolean;
  /** How many files were fetched past the cache. */
  fetched = 0;
  /** Why a fetched file was not kept. */
  trouble = "";

  constructor(root: string | URL, set: KnownSet) {
    this.folder = within(root, set.folder);
    this.#mayRead = mayRead(this.folder);
    this.#mayWrite = mayWrite(this.folder);
  }

  /** A kept file, if it is there and whole: a damaged one is as good as none. */
  async find(file: KnownFile): Promise<{ bytes: Uint8Array; path: string } | undefined> {
    if (!this.#mayRead) return undefined;
    try {
      const found = await findFile(this.folder, file.name, fileLimit);
      if (found !== undefined) await checkDigest(found.bytes, found.path, file);
      return found;
    } catch (cause) {
      if (isOwn(cause, "dataset.")) return undefined;
      throw cause;
    }
  }

  /** Keeps a file if it can: a cache that cannot be written is no reason to stop. */
  async keep(file: KnownFile, bytes: Uint8Array): Promise<void> {
    this.fetched++;
    if (!this.#mayWrite) {
      this.trouble = "no write permission";
      return;
    }
    await writeWhole(this.folder, file.name, bytes).catch((cause) => {
      this.trouble = messageOf(cause);
    });
  }
}

function openCache(set: KnownSet, { cache, verify = true }: ImageSetOptions): Cache | undefined {
  const root = cache ?? defaultCache();
  if (deno === undefined || root === undefined || root === false || !verify) return undefined;
  return new Cache(root, set);
}

function checkAddress(set: KnownSet, url: string | URL): URL {
  const address = URL.parse(String(url).replace(/\/*$/, "/"));
  if (address !== null && /^https?:$/.test(address.protocol)) return address;
  throw errors.option(`download ${set.name}`, "url", "an http or https address", String(url));
}

function describe(set: KnownSet, base: URL, cache: Cache | undefined): string {
  if (cache === undefined) return `${set.name} from ${base}`;
  if (cache.fetched === 0) return `${set.name} from ${cache.folder}`;
  if (cache.trouble === "") return `${set.name} from ${base}, kept in ${cache.folder}`;
  return `${set.name} from ${base}, not kept in ${cache.folder} (${cache.trouble})`;
}

async function readCacheOrNetwork(
  set: KnownSet,
  base: URL,
  options: ImageSetOptions,
): Promise<ImageSet> {
  const { verify = true, timeout = defaultTimeout } = options;
  const cache = openCache(set, options);
  const parts = await readSet(set, async (file) => {
    const kept = await cache?.find(file);
    if (kept !== undefined) return kept;
    const url = new URL(`${file.name}.gz`, base);
    const bytes = await download(url, { limit: fileLimit, timeout });
    if (verify) await checkDigest(bytes, String(url), file);
    await cache?.keep(file, bytes);
    return { bytes, path: String(url) };
  });
  return { source: describe(set, base, cache), ...parts };
}

function checkOptions(set: KnownSet, options: ImageSetOptions): void {
  const { dir, url, cache, timeout = defaultTimeout } = options;
  const action = `load ${set.name}`;
  const places = { dir, url, cache: cache === false ? undefined : cache };
  for (const [name, value] of Object.entries(places)) {
    if (value === undefined || value instanceof URL) continue;
    if (typeof value === "string" && value !== "") continue;
    throw typeError(
      "dataset.option",
      `Cannot ${action} as ${name} must be a path or a URL: current ${name} is ${show(value)}`,
    );
  }
  if (!(timeout > 0 && timeout < 2 ** 31)) {
    throw errors.option(action, "timeout", "a number of milliseconds above 0", timeout);
  }
}

/**
 * Looks for an image set: in `dir` if there is one; otherwise in the cache, then in the network.
 *
 * @returns The set, or why it is missing when neither `dir` nor `url` was given
 * @throws {Error} When what was asked for by `dir` or `url` cannot be had.
 */
export async function findImageSet(
  set: KnownSet,
  options: ImageSetOptions,
): Promise<ImageSet | Absence> {
  checkOptions(set, options);
  const { dir, url, verify = true } = options;
  if (dir !== undefined) return await readFolder(set, dir, verify);
  const base = checkAddress(set, url ?? set.url);
  // A page must not fetch megabytes that nobody asked for.
  if (deno === undefined && url === undefined) return { missing: `for ${set.name} pass url` };
  try {
    return await readCacheOrNetwork(set, base, options);
  } catch (cause) {
    if (url !== undefined || !isOwn(cause, "d")) throw cause;
    if (!mayFetch(base)) {
      return { missing: `for ${set.name} pass dir or run with --allow-net=${base.host}` };
    }
    return { missing: cause.message };
  }
}
