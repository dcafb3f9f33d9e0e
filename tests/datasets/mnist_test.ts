import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { findImageSet, type ImageSet } from "../../plugins/datasets/_image_set.ts";
import {
  type ImageSetOptions,
  loadFashionMnistFiles,
  loadMnistFiles,
} from "../../plugins/datasets/mnist.ts";
import { idxFile, type TinySet, tinySet } from "./_files.ts";

const tiny: TinySet = await tinySet();

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function fill(folder: string, packed: boolean): Promise<void> {
  for (const [name, bytes] of packed ? tiny.packed : tiny.plain) {
    await Deno.writeFile(`${folder}/${packed ? `${name}.gz` : name}`, bytes);
  }
}

/** Serves on a free port of this machine, and counts the requests. */
async function withServer(
  answer: (name: string, request: Request) => Response | Promise<Response>,
  use: (url: string, requests: string[]) => Promise<void>,
): Promise<void> {
  const requests: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const name = new URL(request.url).pathname.split("/").at(-1)!;
    requests.push(name);
    return answer(name, request);
  });
  try {
    await use(`http://127.0.0.1:${server.addr.port}/sets/`, requests);
  } finally {
    await server.shutdown();
  }
}

function serveTiny(name: string): Response {
  const bytes = tiny.packed.get(name.replace(".gz", ""));
  return bytes === undefined ? new Response(null, { status: 404 }) : new Response(bytes);
}

async function load(options: ImageSetOptions): Promise<ImageSet> {
  const found = await findImageSet(tiny.set, options);
  if ("train" in found) return found;
  throw new Error(`Nothing found: ${found.missing}`);
}

async function failsWith(code: string, options: ImageSetOptions): Promise<Error> {
  const error = await assertRejects(() => findImageSet(tiny.set, options), Error);
  assertEquals("code" in error ? error.code : error.message, code);
  return error;
}

function assertTiny({ train, test }: ImageSet): void {
  assertEquals([...train.labels], [5, 0, 4]);
  assertEquals([...test.labels], [7, 9]);
  assertEquals([train.images.length, test.images.length], [3 * 784, 2 * 784]);
  assertEquals(train.images[5], 35);
}

for (const packed of [true, false]) {
  Deno.test(`findImageSet({ dir }) reads four ${packed ? "gzip" : "plain"} files`, () =>
    withFolder(async (folder) => {
      await fill(folder, packed);
      const found = await load({ dir: folder });
      assertTiny(found);
      assertEquals(found.source, `Tiny from ${folder}`);
      assertTiny(await load({ dir: new URL(`file://${folder}`) }));
    }));
}

Deno.test("findImageSet({ dir }) takes names with a dot before idx", () =>
  withFolder(async (folder) => {
    for (const [name, bytes] of tiny.plain) {
      await Deno.writeFile(`${folder}/${name.replace("-idx", ".idx")}`, bytes);
    }
    assertTiny(await load({ dir: folder }));
  }));

Deno.test("findImageSet({ dir }) throws when a file is missing", () =>
  withFolder(async (folder) => {
    await fill(folder, true);
    await Deno.remove(`${folder}/t10k-images-idx3-ubyte.gz`);
    const error = await failsWith("dataset.missing", { dir: folder });
    assertStringIncludes(error.message, "t10k-images-idx3-ubyte.gz");
    await failsWith("dataset.missing", { dir: `${folder}/nowhere` });
  }));

Deno.test("findImageSet({ dir }) throws with both digests when a file is another one", () =>
  withFolder(async (folder) => {
    await fill(folder, true);
    const name = "train-labels-idx1-ubyte";
    await Deno.remove(`${folder}/${name}.gz`);
    await Deno.writeFile(`${folder}/${name}`, idxFile([3], new Uint8Array([1, 2, 3])));
    const { message } = await failsWith("dataset.digest", { dir: folder });
    assertStringIncludes(message, `${folder}/${name}`);
    assertStringIncludes(message, tiny.set.trainLabels.plain);
    assertEquals([...message.matchAll(/[0-9a-f]{64}/g)].length, 2);
    const unverified = await load({ dir: folder, verify: false });
    assertEquals([...unverified.train.labels], [1, 2, 3]);
  }));

Deno.test("findImageSet({ dir }) throws when a bit of any file flips", () =>
  withFolder(async (folder) => {
    await fill(folder, true);
    for (const [name, bytes] of tiny.packed) {
      const flipped = bytes.slice();
      flipped[flipped.length >> 1] ^= 16;
      await Deno.writeFile(`${folder}/${name}.gz`, flipped);
      await failsWith("dataset.digest", { dir: folder });
      await failsWith("gzip.corrupt", { dir: folder, verify: false });
      await Deno.writeFile(`${folder}/${name}.gz`, bytes);
    }
  }));

Deno.test("findImageSet({ dir }) throws when a file is truncated", () =>
  withFolder(async (folder) => {
    await fill(folder, false);
    await Deno.truncate(`${folder}/train-images-idx3-ubyte`, 1000);
    await failsWith("idx.truncated", { dir: folder, verify: false });
  }));

Deno.test("findImageSet({ dir }) throws when images and labels do not fit each other", () =>
  withFolder(async (folder) => {
    await fill(folder, false);
    const write = (name: string, bytes: Uint8Array): Promise<void> =>
      Deno.writeFile(`${folder}/${name}`, bytes);
    await write("t10k-labels-idx1-ubyte", idxFile([3], new Uint8Array(3)));
    await failsWith("dataset.shape", { dir: folder, verify: false });
    await write("t10k-labels-idx1-ubyte", idxFile([2], new Uint8Array([3, 10])));
    await failsWith("dataset.label", { dir: folder, verify: false });
    await write("t10k-labels-idx1-ubyte", idxFile([0], new Uint8Array(0)));
    await failsWith("dataset.shape", { dir: folder, verify: false });
    await write("t10k-labels-idx1-ubyte", idxFile([2], new Uint8Array(2)));
    await write("t10k-images-idx3-ubyte", idxFile([2, 14, 56], new Uint8Array(2 * 784)));
    await failsWith("dataset.shape", { dir: folder, verify: false });
  }));

Deno.test("findImageSet({ dir }) throws when a file is a folder or far too large", () =>
  withFolder(async (folder) => {
    await fill(folder, false);
    await Deno.truncate(`${folder}/train-labels-idx1-ubyte`, 2 ** 30);
    await failsWith("dataset.limit", { dir: folder });
    await Deno.remove(`${folder}/train-labels-idx1-ubyte`);
    await Deno.mkdir(`${folder}/train-labels-idx1-ubyte`);
    await failsWith("dataset.read", { dir: folder });
  }));

Deno.test("findImageSet({ url }) downloads once and keeps the files", () =>
  withFolder((cache) =>
    withServer(serveTiny, async (url, requests) => {
      const first = await load({ url, cache });
      assertTiny(first);
      assertEquals(first.source, `Tiny from ${url}, kept in ${cache}/tiny`);
      assertEquals(requests.length, 4);
      const second = await load({ url, cache });
      assertTiny(second);
      assertEquals(second.source, `Tiny from ${cache}/tiny`);
      assertEquals(requests.length, 4);
      const kept = [...Deno.readDirSync(`${cache}/tiny`)].map((entry) => entry.name).sort();
      assertEquals(kept, [...tiny.packed.keys()].map((name) => `${name}.gz`).sort());
    })
  ));

Deno.test("findImageSet({ url }) takes an address without a slash at its end", () =>
  withServer(
    serveTiny,
    async (url) => assertTiny(await load({ url: url.slice(0, -1), cache: false })),
  ));

Deno.test("findImageSet({ url }) fetches again what is damaged in the cache, and only that", () =>
  withFolder((cache) =>
    withServer(serveTiny, async (url, requests) => {
      await load({ url, cache });
      await Deno.truncate(`${cache}/tiny/t10k-images-idx3-ubyte.gz`, 100);
      requests.length = 0;
      assertTiny(await load({ url, cache }));
      assertEquals(requests, ["t10k-images-idx3-ubyte.gz"]);
      requests.length = 0;
      assertTiny(await load({ url, cache }));
      assertEquals(requests, []);
    })
  ));

Deno.test("findImageSet({ url }) leaves the cache alone without verification", () =>
  withFolder((cache) =>
    withServer(serveTiny, async (url) => {
      assertTiny(await load({ url, cache, verify: false }));
      assertEquals([...Deno.readDirSync(cache)], []);
    })
  ));

Deno.test("findImageSet({ url }) loads and says so when the cache cannot be written", () =>
  withFolder((folder) =>
    withServer(serveTiny, async (url) => {
      await Deno.writeTextFile(`${folder}/file`, "in the way");
      const found = await load({ url, cache: `${folder}/file` });
      assertTiny(found);
      assertStringIncludes(found.source, "not kept in");
    })
  ));

Deno.test("findImageSet({ url }) throws and keeps nothing when the download is wrong", () =>
  withFolder((cache) =>
    withServer(() => new Response("<html>not here</html>"), async (url) => {
      await failsWith("dataset.digest", { url, cache });
      await failsWith("idx.magic", { url, verify: false });
      assertEquals([...Deno.readDirSync(cache)], []);
    })
  ));

Deno.test("findImageSet({ url }) throws when the server answers with an error", () =>
  withServer(() => new Response("busy", { status: 503 }), async (url) => {
    const { message } = await failsWith("download.status", { url, cache: false });
    assertStringIncludes(message, "503");
  }));

Deno.test("findImageSet({ url }) throws when nobody answers", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await failsWith("download.network", { url: `http://127.0.0.1:${port}/`, cache: false });
});

Deno.test("findImageSet({ url }) throws when the server falls silent", async () => {
  let finish = (): void => {};
  const silence = new Promise<void>((resolve) => finish = resolve);
  await withServer(async () => {
    await silence;
    return new Response();
  }, async (url) => {
    await failsWith("download.timeout", { url, cache: false, timeout: 50 });
    finish();
  });
});

Deno.test("findImageSet({ url }) throws when the server never stops sending", () => {
  const megabyte = new Uint8Array(2 ** 20);
  const endless = (): Response =>
    new Response(new ReadableStream({ pull: (controller) => controller.enqueue(megabyte) }));
  return withServer(endless, (url) => failsWith("download.limit", { url, cache: false }).then());
});

Deno.test("findImageSet({ url }) follows redirects, but not for ever", async () => {
  const redirect = (name: string, request: Request): Response =>
    new URL(request.url).pathname.startsWith("/sets/")
      ? new Response(null, { status: 302, headers: { location: `/moved/${name}` } })
      : serveTiny(name);
  await withServer(redirect, async (url) => assertTiny(await load({ url, cache: false })));
  const circle = (name: string): Response =>
    new Response(null, { status: 302, headers: { location: name } });
  await withServer(circle, async (url) => {
    await failsWith("download.redirects", { url, cache: false });
  });
});

Deno.test("findImageSet() throws when options are of the wrong kind", async () => {
  await failsWith("option.value", { url: "ftp://127.0.0.1/" });
  await failsWith("option.value", { url: "nonsense" });
  await failsWith("option.value", { timeout: 0 });
  await failsWith("option.value", { timeout: NaN });
  await failsWith("dataset.option", { dir: "" });
  // @ts-expect-error a number is no folder
  await failsWith("dataset.option", { dir: 3 });
  // @ts-expect-error true is no folder
  await failsWith("dataset.option", { cache: true });
});

Deno.test("findImageSet() says of the default address why nothing came of it", () =>
  withServer(() => new Response(null, { status: 500 }), async (url) => {
    const found = await findImageSet({ ...tiny.set, url }, { cache: false });
    assertStringIncludes("missing" in found ? found.missing : found.source, "status is 500");
  }));

/** Runs a program in a Deno of its own, and gives what it prints. */
async function runAlone(
  program: string,
  permissions: string[] = [],
  env: Record<string, string> = {},
): Promise<string> {
  const folder = new URL("../../plugins/datasets/", import.meta.url).href;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, program.replace("datasets/", folder));
    const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--no-check", ...permissions, path],
      env,
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim();
  } finally {
    await Deno.remove(path);
  }
}

const sourceProgram = `import { loadMnistFiles } from "datasets/mnist.ts";
  console.log((await loadMnistFiles()).source);`;

const fallback = "built-in digits (10,000 train, 2,000 test)";

Deno.test("loadMnistFiles() takes the built-in digits when nothing is permitted", async () => {
  assertEquals(
    await runAlone(sourceProgram),
    `${fallback}; for MNIST pass dir or run with --allow-net=storage.googleapis.com`,
  );
});

Deno.test("loadMnistFiles() throws for dir and url when they are not permitted", async () => {
  const program = `import { loadMnistFiles } from "datasets/mnist.ts";
    for (const options of [{ dir: "/nowhere" }, { url: "http://127.0.0.1:9/" }]) {
      await loadMnistFiles(options).catch((error) => console.log(error.code));
    }`;
  assertEquals(await runAlone(program), "dataset.permission\ndownload.permission");
});

Deno.test("loadMnistFiles() takes the built-in digits where there is no Deno", async () => {
  const program = `delete globalThis.Deno;
    const { loadMnistFiles } = await import("datasets/mnist.ts");
    console.log((await loadMnistFiles()).source);
    await loadMnistFiles({ dir: "x" }).catch((error) => console.log(error.code));`;
  assertEquals(await runAlone(program), `${fallback}; for MNIST pass url\ndataset.host`);
});

Deno.test("loadFashionMnistFiles() throws rather than take digits for clothes", async () => {
  const program = `import { loadFashionMnistFiles } from "datasets/mnist.ts";
    await loadFashionMnistFiles().catch((error) => console.log(error.code));`;
  assertEquals(await runAlone(program), "dataset.missing");
});

Deno.test("the cache is where the environment says, as far as that may be read", async () => {
  const program = `import { defaultCache } from "datasets/_host.ts"; console.log(defaultCache());`;
  const env = { XDG_CACHE_HOME: "/somewhere/else" };
  assertEquals(await runAlone(program, ["--allow-env"], env), "/somewhere/else/tensaur");
  assertEquals(
    await runAlone(program, ["--allow-env=XDG_CACHE_HOME"], env),
    "/somewhere/else/tensaur",
  );
  assertEquals(await runAlone(program, [], env), "undefined");
});

Deno.test("loadMnistFiles() does not mind a cache that holds something else", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/tensaur/mnist`, { recursive: true });
    await fill(`${folder}/tensaur/mnist`, true);
    const permissions = ["--allow-env=XDG_CACHE_HOME", `--allow-read=${folder}`];
    const source = await runAlone(sourceProgram, permissions, { XDG_CACHE_HOME: folder });
    assertStringIncludes(source, fallback);
  }));

const realMnist = Deno.env.get("TENSAUR_MNIST_DIR");
const realFashion = Deno.env.get("TENSAUR_FASHION_MNIST_DIR");

Deno.test({
  name: `loadMnistFiles() reads the published files${
    realMnist ? "" : " (skipped: TENSAUR_MNIST_DIR names no folder)"
  }`,
  ignore: !realMnist,
  fn: async () => {
    const { train, test } = await loadMnistFiles({ dir: realMnist });
    assertEquals([train.labels.length, test.labels.length], [60_000, 10_000]);
    assertEquals([...train.labels.subarray(0, 5)], [5, 0, 4, 1, 9]);
    assertEquals(test.images.length, 10_000 * 784);
  },
});

Deno.test({
  name: `loadFashionMnistFiles() reads the published files${
    realFashion ? "" : " (skipped: TENSAUR_FASHION_MNIST_DIR names no folder)"
  }`,
  ignore: !realFashion,
  fn: async () => {
    const { train, test } = await loadFashionMnistFiles({ dir: realFashion });
    assertEquals([train.labels.length, test.labels.length], [60_000, 10_000]);
    assertEquals([...train.labels.subarray(0, 3)], [9, 0, 0]);
  },
});
