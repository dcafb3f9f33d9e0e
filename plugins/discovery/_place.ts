/**
 * Where a manifest is, as one specifier: what `import()` takes.
 *
 * @module
 */

import { show, stateError, typeError } from "../../core/errors.ts";
import { readWhole } from "../../core/files.ts";

/** The name of a manifest's file. */
export const MANIFEST = "tensaur.json";
/** Manifests are small; whatever is larger is something else. */
const MOST_BYTES = 2 ** 24;

/** The specifier of a manifest from what the user names: a manifest, or the folder or package that holds one. */
export function manifestSpecifier(source: string | URL): string {
  const registered = String(source).match(/^((?:npm|jsr):\/?(?:@[^/]+\/)?[^/]+)(\/.*)?$/);
  if (registered !== null) return `${registered[1]}${manifestPath(registered[2] ?? "")}`;
  const url = urlOf(source);
  if (!["file:", "http:", "https:"].includes(url.protocol)) {
    throw typeError(
      "plugin.source",
      `Cannot use plugins from ${
        show(String(source))
      } as they come from a path, a file: or https: URL, or an npm: ` +
        `or jsr: package`,
    );
  }
  url.pathname = manifestPath(url.pathname);
  return url.href;
}

function manifestPath(path: string): string {
  return /\.(json|[mc]?[jt]s)$/.test(path) ? path : `${path.replace(/\/$/, "")}/${MANIFEST}`;
}

/** A path, from the current folder or the one given, or a URL, as a URL. */
export function urlOf(place: string | URL, folder?: URL): URL {
  if (place instanceof URL || /^[a-z][a-z\d+.-]+:/i.test(place)) return new URL(place);
  const isWindows = Deno.build.os === "windows";
  const path = encodeURI(isWindows ? place.replaceAll("\\", "/") : place)
    .replaceAll("?", "%3F").replaceAll("#", "%23");
  if (/^[a-z]:\//i.test(path)) return new URL(`file:///${path}`);
  return new URL(path, path.startsWith("/") ? "file:///" : folder ?? folderUrl(urlOf(Deno.cwd())));
}

/** The same URL with a slash at its end, so that what is relative to it lies in it. */
export function folderUrl(url: URL): URL {
  return url.pathname.endsWith("/") ? url : new URL(`${url.href}/`);
}

/** The exact bytes behind a specifier. */
export async function readBytes(specifier: string): Promise<Uint8Array<ArrayBuffer>> {
  if (/^(npm|jsr):/.test(specifier)) {
    throw typeError(
      "plugin.integrity",
      `Cannot check the integrity of ${specifier} as a package's bytes are not at hand: leave "integrity" out; ` +
        `deno.lock holds it`,
    );
  }
  if (specifier.startsWith("file:")) return await readWhole(new URL(specifier), MOST_BYTES);
  const response = await fetch(specifier);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  await response.body?.cancel();
  throw stateError(
    "plugin.fetch",
    `Cannot read ${specifier} as the server answers ${response.status}: check the address`,
  );
}
