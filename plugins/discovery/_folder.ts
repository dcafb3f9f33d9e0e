/**
 * The manifests in a folder.
 *
 * @module
 */

import { stateError } from "../../core/errors.ts";
import { folderUrl, MANIFEST, urlOf } from "./_place.ts";

/** The URLs of all manifests in a folder and the folders in it, in order. Links are not followed. */
export async function findManifests(folder: string | URL): Promise<string[]> {
  return (await manifestsIn(folderUrl(urlOf(folder)))).sort();
}

async function manifestsIn(folder: URL): Promise<string[]> {
  const entries = await entriesOf(folder);
  if (entries.some(({ name, isFile }) => isFile && name === MANIFEST)) {
    return [new URL(MANIFEST, folder).href];
  }
  const folders = entries.filter(({ name, isDirectory }) =>
    isDirectory && name !== "node_modules" && !name.startsWith(".")
  );
  const found = folders.map(({ name }) => manifestsIn(folderUrl(urlOf(`./${name}`, folder))));
  return (await Promise.all(found)).flat();
}

async function entriesOf(folder: URL): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (cause) {
    throw Object.assign(
      stateError(
        "plugin.folder",
        `Cannot look for plugins in ${folder}: ${(cause as Error).message}`,
      ),
      { cause },
    );
  }
}
