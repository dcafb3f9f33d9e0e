/** Runs the command line as a user would: in a process of its own, with just the permissions named. */

/** The project's folder. */
export const root = new URL("../../", import.meta.url);

/** What a program left behind. */
export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Where and with what a program runs. */
export interface Surroundings {
  permissions?: readonly string[];
  cwd?: string | URL;
}

/** `deno` with arguments. */
export async function deno(args: readonly string[], cwd: string | URL = root): Promise<Outcome> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** `tensaur` with arguments. */
export async function tensaur(
  args: readonly string[],
  { permissions = [], cwd }: Surroundings = {},
): Promise<Outcome> {
  const cli = new URL("cli.ts", root).href;
  return await deno(["run", "--no-check", "--no-prompt", ...permissions, cli, ...args], cwd);
}

/** Runs a function with a folder that holds these files and is gone afterwards. */
export async function withFiles(
  files: Readonly<Record<string, string>>,
  run: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "tensaur_cli_" }));
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A manifest of one plugin, as text. */
export function manifestOf(name: string, ...plugins: Record<string, unknown>[]): string {
  return JSON.stringify({ name, version: "1.0.0", engine: "^0.1.0", plugins });
}
