import { skip } from "./outcome.ts";
/**
 * Files that checks write, where they may.
 *
 * @module
 */

/**
 * Runs a function with a folder of its own, which is gone afterwards. Leaves the check under way where reading and
 * writing are not allowed; nobody is asked.
 */
export async function withFolder<T>(run: (folder: string) => T | Promise<T>): Promise<T> {
  const { Deno: deno } = globalThis as { Deno?: typeof Deno };
  if (deno === undefined) skip("this JavaScript host has no files");
  for (const name of ["read", "write"] as const) {
    const { state } = await deno.permissions.query({ name });
    if (state !== "granted") skip(`files are not allowed: run with --allow-${name}`);
  }
  const folder = await deno.makeTempDir();
  try {
    return await run(folder);
  } finally {
    await deno.remove(folder, { recursive: true });
  }
}
