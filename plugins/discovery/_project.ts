/**
 * The manifests that a project lists in its `deno.json`.
 *
 * @module
 */

import type { CodedError } from "../../core/errors.ts";
import { readWhole } from "../../core/files.ts";
import { ManifestError, mismatches } from "../../core/manifest/check.ts";
import { projectSchema } from "../../core/manifest/schema.ts";
import { folderUrl, urlOf } from "./_place.ts";

const NAMES = ["deno.json", "deno.jsonc"];
/** What means that a file is not there; `file.folder` where the path goes through a file. */
const ABSENT = ["file.missing", "file.folder"];

/** The places that the nearest `deno.json` lists, at a folder or above it. */
export async function findProjectManifests(from: string | URL): Promise<(string | URL)[]> {
  const found = await nearestConfig(folderUrl(urlOf(from)));
  if (found === null) return [];
  const { url, text } = found;
  const config = Object(parseWithComments(url, text)) as { tensaur?: { plugins?: string[] } };
  const { tensaur = {} } = config;
  const problems = mismatches(projectSchema, tensaur, "tensaur");
  if (problems.length > 0) throw new ManifestError(url.href, problems);
  const { plugins = [] } = tensaur;
  return plugins.map((place) => /^(npm|jsr):/.test(place) ? place : urlOf(place, url));
}

async function nearestConfig(start: URL): Promise<{ url: URL; text: string } | null> {
  for (let folder = start;; folder = new URL("..", folder)) {
    for (const name of NAMES) {
      const url = new URL(name, folder);
      try {
        return { url, text: new TextDecoder().decode(await readWhole(url)) };
      } catch (error) {
        if (!ABSENT.includes((error as CodedError).code)) throw error;
      }
    }
    if (new URL("..", folder).href === folder.href) return null;
  }
}

/** Reads JSON as `deno.json` has it: with comments, and commas after the last element. */
function parseWithComments(url: URL, text: string): unknown {
  const blank = (found: string): string =>
    found.startsWith('"') ? found : found.replaceAll(/\S/g, " ");
  const plain = text
    .replaceAll(/"(?:\\.|[^"\\])*"|\/\/.*|\/\*[\s\S]*?\*\//g, blank)
    .replaceAll(/"(?:\\.|[^"\\])*"|,(?=\s*[\]}])/g, blank);
  try {
    return JSON.parse(plain);
  } catch (cause) {
    throw new ManifestError(url.href, [(cause as Error).message]);
  }
}
