import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { readWhole, writeWhole } from "../../core/files.ts";
import { codeOf, inFolder } from "./_files.ts";

const text = (value: string) => new TextEncoder().encode(value);

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return await assertRejects(() => promise, Error);
}

Deno.test("writeWhole() writes what readWhole() reads", () =>
  inFolder(async (folder) => {
    await writeWhole(`${folder}/file`, [text("ab"), text(""), text("c")]);
    assertEquals(await readWhole(`${folder}/file`), text("abc"));
    await writeWhole(`${folder}/file`, text("d"));
    assertEquals(await readWhole(`${folder}/file`), text("d"));
    await writeWhole(`${folder}/file`, []);
    assertEquals(await readWhole(`${folder}/file`), text(""));
    assertEquals(namesIn(folder), ["file"]);
  }));

Deno.test("writeWhole() and readWhole() take URLs with spaces and other letters", () =>
  inFolder(async (folder) => {
    const url = new URL(`file://${folder}/größe 50%25.bin`);
    await writeWhole(url, text("x"));
    assertEquals(await readWhole(url), text("x"));
    assertEquals(namesIn(folder), ["größe 50%.bin"]);
  }));

Deno.test("writeWhole() and readWhole() refuse URLs that are no files", async () => {
  const url = new URL("https://example.com/model.tensaur");
  assertEquals(codeOf(await failure(writeWhole(url, text("x")))), "file.url");
  assertEquals(codeOf(await failure(readWhole(url))), "file.url");
});

Deno.test("writeWhole() throws when the folder does not exist", () =>
  inFolder(async (folder) => {
    const error = await failure(writeWhole(`${folder}/none/file`, text("x")));
    assertEquals(codeOf(error), "file.folder");
    assertInstanceOf(error.cause, Deno.errors.NotFound);
    assert(
      error.message.startsWith(`Cannot write ${folder}/none/file as its folder does not exist`),
    );
  }));

Deno.test("writeWhole() throws when the path is a directory, which stays", () =>
  inFolder(async (folder) => {
    for (const path of [folder, `${folder}/`]) {
      assertEquals(codeOf(await failure(writeWhole(path, text("x")))), "file.directory");
    }
    assertEquals(namesIn(folder), []);
  }));

Deno.test("writeWhole() throws when a folder of the path is a file", () =>
  inFolder(async (folder) => {
    await writeWhole(`${folder}/file`, text("old"));
    assertEquals(codeOf(await failure(writeWhole(`${folder}/file/x`, text("x")))), "file.folder");
  }));

Deno.test("writeWhole() leaves the old file and nothing else when the bytes run out on the way", () =>
  inFolder(async (folder) => {
    await writeWhole(`${folder}/file`, text("old"));
    const reason = new DOMException("stop", "AbortError");
    function* interrupted() {
      yield text("new");
      throw reason;
    }
    const error = await failure(writeWhole(`${folder}/file`, interrupted()));
    assertEquals(codeOf(error), "file.failed");
    assertEquals(error.cause, reason);
    assertEquals(namesIn(folder), ["file"]);
    assertEquals(await readWhole(`${folder}/file`), text("old"));
  }));

Deno.test("writeWhole() leaves one whole file when many write to one path at once", () =>
  inFolder(async (folder) => {
    const written = Array.from({ length: 8 }, (_, i) => new Uint8Array(100_000 + i).fill(i));
    await Promise.all(written.map((bytes) => writeWhole(`${folder}/file`, bytes)));
    const left = await readWhole(`${folder}/file`);
    assertEquals(left, written[left[0]]);
    assertEquals(namesIn(folder), ["file"]);
  }));

Deno.test("writeWhole() keeps the mode of the file it replaces", {
  ignore: Deno.build.os === "windows", // files there have no mode
}, () =>
  inFolder(async (folder) => {
    await writeWhole(`${folder}/file`, text("old"));
    await Deno.chmod(`${folder}/file`, 0o600);
    await writeWhole(`${folder}/file`, text("new"));
    assertEquals((await Deno.stat(`${folder}/file`)).mode! & 0o777, 0o600);
  }));

Deno.test("writeWhole() follows a link", {
  ignore: Deno.build.os === "windows", // links there need a privilege
}, () =>
  inFolder(async (folder) => {
    await writeWhole(`${folder}/file`, text("old"));
    await Deno.symlink(`${folder}/file`, `${folder}/link`);
    await writeWhole(`${folder}/link`, text("new"));
    assertEquals(await readWhole(`${folder}/file`), text("new"));
    assert((await Deno.lstat(`${folder}/link`)).isSymlink);
  }));

Deno.test("writeWhole() writes into a device and never puts a file in its place", {
  ignore: Deno.build.os !== "linux", // the device that is always full
}, async () => {
  const error = await failure(writeWhole("/dev/full", text("x")));
  assertEquals(codeOf(error), "file.full");
  assert(error.message.includes("no space is left on the device: free some"));
  assert((await Deno.stat("/dev/full")).isCharDevice);
});

Deno.test("writeWhole() loses nothing when the disk is full", {
  ignore: !canMount(), // needs a disk of its own, that is, a Linux where users may mount one
}, () =>
  inFolder(async (folder) => {
    const output = await child(
      onSmallDisk(folder, ""),
      ["--allow-read", "--allow-write"],
      `await writeWhole("${folder}/file", new TextEncoder().encode("old"));
       await writeWhole("${folder}/file", new Uint8Array(1_000_000)).catch(tell);
       console.log([...Deno.readDirSync("${folder}")].map(({ name }) => name).join());
       console.log(Deno.readTextFileSync("${folder}/file"));`,
    );
    const message =
      `Cannot write ${folder}/file as no space is left on the device: free some and try again`;
    assertEquals(output.split("\n"), [`file.full ${message}; nothing was changed`, "file", "old"]);
  }));

Deno.test("writeWhole() throws when the file system is read-only", {
  ignore: !canMount(), // as above
}, () =>
  inFolder(async (folder) => {
    const program = `await writeWhole("${folder}/file", new Uint8Array(1)).catch(tell);`;
    const output = await child(
      onSmallDisk(folder, ",ro"),
      ["--allow-read", "--allow-write"],
      program,
    );
    assert(output.startsWith("file.readOnly"), output);
  }));

Deno.test("writeWhole() loses nothing when the file may not grow", {
  ignore: Deno.build.os === "windows", // sets a limit by the shell's ulimit
}, () =>
  inFolder(async (folder) => {
    await writeWhole(`${folder}/file`, text("old"));
    const output = await child(
      `trap "" XFSZ; ulimit -f 64; exec "$0" "$@"`,
      ["--allow-read", "--allow-write"],
      `await writeWhole("${folder}/file", new Uint8Array(10_000_000)).catch(tell);`,
    );
    assert(
      output.startsWith(`file.failed Cannot write ${folder}/file as it failed: File too large`),
    );
    assertEquals(await readWhole(`${folder}/file`), text("old"));
    assertEquals(namesIn(folder), ["file"]);
  }));

Deno.test("writeWhole() names the flags that are missing and does not wait for an answer", () =>
  inFolder(async (folder) => {
    const program = `await writeWhole("${folder}/file", new Uint8Array(1)).catch(tell);`;
    const flags = [`--allow-read=${folder}`, `--allow-write=${folder}`];
    for (const given of [[], flags.slice(0, 1), flags.slice(1), ["--no-prompt"]]) {
      const output = await child(PLAIN, given, program);
      assert(output.startsWith("file.permission"), output);
      assert(output.endsWith(`run the program with ${flags.join(" ")}`), output);
      assertEquals(namesIn(folder), []);
    }
    assertEquals(await child(PLAIN, flags, program), "");
    assertEquals(namesIn(folder), ["file"]);
  }));

Deno.test("writeWhole() throws when the operating system forbids it", {
  ignore: Deno.build.os !== "linux", // a folder that takes no file even from the superuser
}, async () => {
  const error = await failure(writeWhole("/sys/file", text("x")));
  assert(["file.access", "file.readOnly"].includes(codeOf(error)), error.message);
});

Deno.test("readWhole() names the flag that is missing", () =>
  inFolder(async (folder) => {
    const output = await child(PLAIN, [], `await readWhole("${folder}/file").catch(tell);`);
    assert(output.startsWith("file.permission"), output);
    assert(output.endsWith(`run the program with --allow-read=${folder}/file`), output);
  }));

Deno.test("readWhole() throws when there is no such file", () =>
  inFolder(async (folder) => {
    const error = await failure(readWhole(`${folder}/file`));
    assertEquals(codeOf(error), "file.missing");
    assertInstanceOf(error.cause, Deno.errors.NotFound);
  }));

Deno.test("readWhole() throws when the path is a directory or a device", async () => {
  assertEquals(codeOf(await failure(readWhole(Deno.cwd()))), "file.directory");
  if (Deno.build.os === "linux") {
    assertEquals(codeOf(await failure(readWhole("/dev/zero"))), "file.kind");
  }
});

Deno.test("readWhole() reads nothing when the file is larger than allowed, or than the memory", () =>
  inFolder(async (folder) => {
    await writeWhole(`${folder}/file`, text("12345"));
    assertEquals(await readWhole(`${folder}/file`, 5), text("12345"));
    assertEquals(codeOf(await failure(readWhole(`${folder}/file`, 4))), "file.size");
    await Deno.truncate(`${folder}/file`, 2 ** 43); // of which no byte is on the disk
    assertEquals(codeOf(await failure(readWhole(`${folder}/file`))), "file.size");
  }));

Deno.test("readWhole() and writeWhole() say so where there is no Deno", async () => {
  const deno = Object.getOwnPropertyDescriptor(globalThis, "Deno")!;
  Object.defineProperty(globalThis, "Deno", { configurable: true, value: undefined });
  try {
    assertEquals(codeOf(await failure(readWhole("file"))), "file.host");
    assertEquals(codeOf(await failure(writeWhole("file", text("x")))), "file.host");
  } finally {
    Object.defineProperty(globalThis, "Deno", deno);
  }
});

/** A shell's command that runs a program as it is. */
const PLAIN = `exec "$0" "$@"`;

/** One that runs it where `folder` is a disk of 64 kilobytes, which nobody else sees. */
function onSmallDisk(folder: string, options: string): string {
  const inside = `mount -t tmpfs -o size=64k${options} none ${folder} && exec "$0" "$@"`;
  return `exec unshare --user --map-root-user --mount sh -c '${inside}' "$0" "$@"`;
}

function canMount(): boolean {
  if (Deno.build.os !== "linux") return false;
  const args = ["-c", onSmallDisk("/mnt", ""), "true"];
  return new Deno.Command("sh", { args, stderr: "null" }).outputSync().success;
}

/** Runs a program under a shell's command, with some permissions only; `tell` prints the code and message of an error. */
async function child(
  shell: string,
  permissions: readonly string[],
  program: string,
): Promise<string> {
  const files = new URL("../../core/files.ts", import.meta.url);
  const source = `
    import { readWhole, writeWhole } from "${files}";
    const tell = (error: any) => console.log(error.code, error.message);
    ${program}`;
  const run = ["run", "--quiet", "--no-config", ...permissions];
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: [
      "-c",
      shell,
      Deno.execPath(),
      ...run,
      `data:text/typescript,${encodeURIComponent(source)}`,
    ],
    stdin: "null",
  }).output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  assertEquals(errors, "");
  return output;
}
