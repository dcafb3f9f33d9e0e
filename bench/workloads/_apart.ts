/**
 * Measures in a process of its own, so that what the bench did before does not matter.
 *
 * @module
 */

/**
 * Runs a script of this folder, which takes its request as an argument and prints its result, both as JSON; it may call
 * `gc()`.
 *
 * @throws {Error} When it fails.
 */
export async function measureApart<Request, Result>(
  script: string,
  request: Request,
): Promise<Result> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-lock", "--quiet", "--v8-flags=--expose-gc"],
      new URL(script, import.meta.url).href,
      JSON.stringify(request),
    ],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`the process of ${script} failed`);
  return JSON.parse(new TextDecoder().decode(stdout));
}
