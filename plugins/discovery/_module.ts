/**
 * The modules of a package, imported from its own folder alone, and only as the manifest knows them.
 *
 * @module
 */

import { rangeError } from "../../core/errors.ts";
import { readBytes } from "./_place.ts";

/**
 * Imports a module of the package whose manifest is named.
 *
 * @param digests Files of the package, with what their bytes must hash to.
 * @throws {RangeError} When a link leads out of the folder, or a file is not the one that the manifest knows.
 */
export async function importModule(
  manifest: string,
  module: string,
  digests: readonly (readonly [file: string, digest: string])[],
): Promise<unknown> {
  const folder = manifest.slice(0, manifest.lastIndexOf("/") + 1);
  const inFolder = (file: string): string => folder + file.replace(/^\.\//, "");
  await checkFolder(folder, inFolder(module));
  await Promise.all(digests.map(([file, digest]) => checkDigest(inFolder(file), digest)));
  return await import(inFolder(module));
}

/** The manifest's check keeps paths in the folder; a link may still lead out of it. */
async function checkFolder(folder: string, module: string): Promise<void> {
  if (!folder.startsWith("file:")) return;
  const separator = Deno.build.os === "windows" ? "\\" : "/";
  const places = [folder, module].map((url) => Deno.realPath(new URL(url)));
  // What is not there or may not be read is told by the import.
  const [home, place] = await Promise.all(places).catch(() => []);
  if (home === undefined || place.startsWith(home.replace(/[/\\]$/, "") + separator)) return;
  throw rangeError(
    "plugin.folder",
    `Cannot import ${module} as a link leads out of the package's folder: it is ${place}; keep the file itself there`,
  );
}

async function checkDigest(file: string, expected: string): Promise<void> {
  const bytes = await readBytes(file);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const actual = `sha256-${digest.toBase64()}`;
  if (actual === expected) return;
  throw rangeError(
    "plugin.integrity",
    `Cannot trust ${file} as its integrity must be ${expected}: current integrity is ${actual}; get the file that was ` +
      `published, or put the new value into the manifest`,
  );
}
