import { assert, assertEquals } from "@std/assert";
import { run } from "../e2e/_run.ts";
import { withFiles } from "./_package.ts";

const root = new URL("../../", import.meta.url);

/** How far off the predictions are that the example prints. */
function errorsIn(text: string): number[] {
  const lines = [...text.matchAll(/sin\(\d\) = ([-\d.]+), predicted ([-\d.]+)/g)];
  return lines.map(([, expected, predicted]) => Math.abs(Number(expected) - Number(predicted)));
}

function assertLearnt(text: string): void {
  const errors = errorsIn(text);
  assertEquals(errors.length, 3, text);
  assert(Math.max(...errors) < 0.35, text);
}

async function bundle(folder: string, platform: string): Promise<string> {
  const file = `${folder}/${platform}.js`;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", `--platform=${platform}`, "-o", file, "examples/custom_layer.ts"],
    cwd: root,
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return file;
}

/** The browser's program, where one is installed. */
async function findChromium(): Promise<string | null> {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      await new Deno.Command(name, { args: ["--version"] }).output();
      return name;
    } catch {
      continue;
    }
  }
  return null;
}

Deno.test("examples/custom_layer.ts trains with a package's plugins and no permission", async () => {
  const { code, stdout, stderr } = await run("examples/custom_layer.ts");
  assertEquals([code, stderr], [0, ""]);
  assertLearnt(stdout);
});

Deno.test("examples/custom_layer.ts runs as a bundle, from an empty folder and with no permission", async () => {
  await withFiles({}, async (folder) => {
    const { code, stdout, stderr } = await run(await bundle(folder, "deno"));
    assertEquals([code, stderr], [0, ""]);
    assertLearnt(stdout);
  });
});

const chromium = await findChromium();

Deno.test({
  name: "examples/custom_layer.ts trains in Chromium, as a bundle" +
    (chromium === null ? " (skipped: no Chromium is installed)" : ""),
  ignore: chromium === null,
  fn: async () => {
    await withFiles({}, async (folder) => {
      const script = await Deno.readTextFile(await bundle(folder, "browser"));
      const page = `<!doctype html><meta charset="utf-8"><pre id="out"></pre><script>
        const out = document.getElementById("out");
        const write = (...parts) => out.textContent += parts.join(" ") + "\\n";
        console.log = write;
        addEventListener("error", ({ message }) => write("error: " + message));
        addEventListener("unhandledrejection", ({ reason }) => write("error: " + reason));
      </script><script type="module" src="script.js"></script>`;
      await using server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen() {} },
        (request) =>
          request.url.endsWith(".js")
            ? new Response(script, { headers: { "content-type": "text/javascript" } })
            : new Response(page, { headers: { "content-type": "text/html" } }),
      );
      const { stdout } = await new Deno.Command(chromium!, {
        args: [
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          `--user-data-dir=${folder}/profile`,
          "--virtual-time-budget=60000",
          "--dump-dom",
          `http://127.0.0.1:${server.addr.port}/`,
        ],
      }).output();
      assertLearnt(new TextDecoder().decode(stdout));
    });
  },
});
