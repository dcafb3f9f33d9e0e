/** Runs the project's programs as a user would: in a process of their own, with just the permissions named. */

const root = new URL("../../", import.meta.url);

/** What a program left behind. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** `deno run --no-prompt` of a file of the project. */
export async function run(
  file: string,
  args: readonly string[] = [],
  permissions: readonly string[] = [],
): Promise<Outcome> {
  return await runDeno(["run", "--no-prompt", ...permissions, file, ...args], root);
}

/** `deno` with arguments, in a folder. */
export async function runDeno(args: readonly string[], cwd: string | URL): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
