/**
 * Fetching of files in bounded time and memory, without ever asking for a permission.
 *
 * @module
 */

import { failure, isOwn, messageOf } from "./_failure.ts";
import { deno, mayFetch } from "./_host.ts";

/** The bounds of a download. */
export interface DownloadOptions {
  /** The most bytes that may come. */
  readonly limit: number;
  /** How many milliseconds may pass without a byte coming. */
  readonly timeout: number;
}

const mostRedirects = 5;

function refusal(url: URL, code: string, why: string, cause?: unknown): Error {
  return failure(`download.${code}`, `Cannot download ${url} as ${why}`, cause);
}

function checkPermission(url: URL): void {
  if (mayFetch(url)) return;
  throw refusal(
    url,
    "permission",
    `the program must be allowed to reach its host: ` +
      `current permission for ${url.host} is not granted; run with --allow-net=${url.host}`,
  );
}

/**
 * Follows redirects by hand: left to itself, `fetch` would ask the user for the next host's
 * permission. A browser hides where a redirect leads, and has nothing to ask.
 */
async function open(url: URL, signal: AbortSignal): Promise<Response> {
  let current = url;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    checkPermission(current);
    const redirect = deno === undefined ? "follow" : "manual";
    const response = await fetch(current, { redirect, signal });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status > 399 || location === null) return response;
    await response.body?.cancel();
    current = new URL(location, current);
  }
  throw refusal(
    url,
    "redirects",
    `it must lead somewhere: it redirects over ${mostRedirects} times`,
  );
}

async function readBody(
  response: Response,
  url: URL,
  limit: number,
  onBytes: () => void,
): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    onBytes();
    parts.push(part);
    length += part.length;
    if (length > limit) {
      throw refusal(
        url,
        "limit",
        `at most ${limit} bytes may come: ` +
          `current length is ${length} and more to come; check the address`,
      );
    }
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/**
 * Fetches a file.
 *
 * @throws {Error} With a code that begins with `download.`
 */
export async function download(
  url: URL,
  { limit, timeout }: DownloadOptions,
): Promise<Uint8Array> {
  const stalled = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), timeout);
  };
  try {
    wait();
    const response = await open(url, stalled.signal);
    if (response.status !== 200) {
      await response.body?.cancel();
      throw refusal(
        url,
        "status",
        `the server must answer with status 200: ` +
          `current status is ${response.status}; check the address`,
      );
    }
    return await readBody(response, url, limit, wait);
  } catch (cause) {
    if (stalled.signal.aborted) {
      throw refusal(
        url,
        "timeout",
        `bytes must come within ${timeout} ms: ` +
          `the server is silent; try again or raise the timeout`,
        cause,
      );
    }
    if (isOwn(cause, "download.")) throw cause;
    // Deno names the address once more.
    const reason = messageOf(cause).replace(/^error sending request for url \(.*?\): /, "");
    throw refusal(url, "network", `the host must be reachable: ${reason}; try again`, cause);
  } finally {
    clearTimeout(timer);
  }
}
