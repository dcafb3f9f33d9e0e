import { assert, assertEquals, assertMatch } from "@std/assert";
import { run } from "./_run.ts";

/** The number that a pattern finds in a text. */
function found(text: string, pattern: RegExp): number {
  const match = text.match(pattern);
  if (match === null) throw new Error(`${pattern} is not in:\n${text}`);
  return Number(match[1]);
}

Deno.test("examples/mnist.ts trains with no permission, to over 0.95 on the built-in digits", async () => {
  const { code, stdout, stderr } = await run("examples/mnist.ts");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^Training on built-in digits/m);
  assertMatch(stdout, /Total params: 109,386/);
  assert(found(stdout, /test accuracy ([\d.]+)/) > 0.95, stdout);
});

Deno.test("examples/mnist.ts gives the same result for the same seed", async () => {
  const results = await Promise.all(
    [1, 2].map(() => run("examples/mnist.ts", ["--epochs", "1", "--seed", "5"])),
  );
  const last = results.map(({ stdout }) => stdout.trim().split("\n").at(-1));
  assertEquals(last[0], last[1]);
});

Deno.test("examples/mnist.ts --save writes a model, and needs its permission", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const args = ["--epochs", "1", "--save", `${dir}/m.tensaur`];
    const { code } = await run("examples/mnist.ts", args, [
      `--allow-read=${dir}`,
      `--allow-write=${dir}`,
    ]);
    assertEquals(code, 0);
    assert((await Deno.stat(`${dir}/m.tensaur`)).size > 400_000);
    const refused = await run("examples/mnist.ts", args);
    assertEquals(refused.code, 1);
    assertMatch(refused.stderr, /--allow-write/);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("examples/mnist.ts --help prints the options; an unknown one is refused", async () => {
  const help = await run("examples/mnist.ts", ["--help"]);
  assertEquals(help.code, 0);
  assertMatch(help.stdout, /--batch-size N/);
  const unknown = await run("examples/mnist.ts", ["--epoch", "1"]);
  assertEquals(unknown.code, 2);
  assertMatch(unknown.stderr, /Unknown argument --epoch/);
});

Deno.test("examples/mnist.ts names a data folder that lacks the files", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const { code, stderr } = await run("examples/mnist.ts", ["--data", dir], [
      `--allow-read=${dir}`,
    ]);
    assertEquals(code, 1);
    assertMatch(stderr, /train-(images-idx3|labels-idx1)-ubyte/);
  } finally {
    await Deno.remove(dir);
  }
});

Deno.test("examples/mnist.ts on the reference backend agrees with the default one", async () => {
  const args = ["--epochs", "1"];
  const [wasm, reference] = await Promise.all([
    run("examples/mnist.ts", args),
    run("examples/mnist.ts", [...args, "--backend", "reference"]),
  ]);
  const accuracy = (stdout: string): number => found(stdout, /test accuracy ([\d.]+)/);
  assert(Math.abs(accuracy(wasm.stdout) - accuracy(reference.stdout)) < 0.01);
});

Deno.test("examples/xor.ts learns exclusive or", async () => {
  const { code, stdout } = await run("examples/xor.ts");
  assertEquals(code, 0);
  for (const [a, b] of [[0, 0], [0, 1], [1, 0], [1, 1]]) {
    const p = found(stdout, new RegExp(`${a} xor ${b} = ([\\d.]+)`));
    assertEquals(Math.round(p), a ^ b);
  }
});

Deno.test("examples/autograd_tour.ts prints values and gradients of the graph", async () => {
  const { code, stdout } = await run("examples/autograd_tour.ts");
  assertEquals(code, 0);
  assertMatch(stdout, /multiply\(v\d, v\d\)/);
  assertMatch(stdout, /tanh\(v\d\) .*dy\/dv\d = +-?\d/);
  assert(found(stdout, /agree to ([\d.e+-]+)/) < 1e-8);
});

Deno.test("examples/training_loop.ts learns by hand", async () => {
  const { code, stdout } = await run("examples/training_loop.ts");
  assertEquals(code, 0);
  assert(found(stdout, /epoch 3: .*accuracy ([\d.]+)/) > 0.85, stdout);
});

Deno.test("examples/manual_backprop.ts agrees with finite differences, and learns", async () => {
  const { code, stdout } = await run("examples/manual_backprop.ts");
  assertEquals(code, 0);
  assert(found(stdout, /finite differences to ([\d.e+-]+)/) < 1e-8);
  assert(found(stdout, /step 4000: loss ([\d.]+)/) < 0.01, stdout);
});

Deno.test("examples/spiral.ts draws the boundary between the arms", async () => {
  const { code, stdout } = await run("examples/spiral.ts");
  assertEquals(code, 0);
  assert(found(stdout, /after 180 more epochs: accuracy ([\d.]+)/) > 0.95, stdout.slice(0, 200));
});

Deno.test("examples/profile.ts shows where the time goes, and writes a trace where it is told to", async () => {
  const { code, stdout, stderr } = await run("examples/profile.ts");
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^Profile: .+ in kernels/);
  for (const name of ["adamUpdate", "sequential.dense", "optimizer", "framework", "waiting"]) {
    assert(stdout.includes(`│ ${name} `), `${name} is not in\n${stdout}`);
  }
  assert(stdout.split("\n").every(({ length }) => length <= 80), stdout);
  const dir = await Deno.makeTempDir();
  try {
    const permissions = [`--allow-read=${dir}`, `--allow-write=${dir}`];
    await run("examples/profile.ts", [`${dir}/trace.json`], permissions);
    const { traceEvents } = JSON.parse(await Deno.readTextFile(`${dir}/trace.json`));
    assert(traceEvents.some(({ name }: { name: string }) => name === "backward"));
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("examples/cnn_mnist.ts trains with no permission on the built-in digits", async () => {
  const args = ["--epochs", "2", "--train-size", "4000"];
  const { code, stdout, stderr } = await run("examples/cnn_mnist.ts", args);
  assertEquals([code, stderr], [0, ""]);
  assertMatch(stdout, /^Training on built-in digits/m);
  assertMatch(stdout, /Total params: 421,930/);
  assert(found(stdout, /test accuracy ([\d.]+)/) > 0.95, stdout);
});

Deno.test("examples/resnet.ts learns the digits", async () => {
  const { code, stdout, stderr } = await run("examples/resnet.ts");
  assertEquals([code, stderr], [0, ""]);
  assert(found(stdout, /Epoch 3\/3 .* valAccuracy: ([\d.]+)/) > 0.95, stdout);
});

Deno.test("examples/onnx_export.ts exports a model that computes the same in ONNX Runtime", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const { code, stdout } = await run("examples/onnx_export.ts", [`${dir}/digits.onnx`], ["-A"]);
    assertEquals(code, 0, stdout);
    const { size } = await Deno.stat(`${dir}/digits.onnx`);
    assertMatch(stdout, new RegExp(`digits.onnx: ${size.toLocaleString("en-US")} bytes`));
    assert(found(stdout, /greatest difference ([\d.e-]+)/) < 1e-5, stdout);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("examples/custom_layer.ts exports the layer of a package to ONNX", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const permissions = [`--allow-read=${dir}`, `--allow-write=${dir}`];
    const { code, stderr } = await run(
      "examples/custom_layer.ts",
      [`${dir}/w.onnx`],
      permissions,
    );
    assertEquals([code, stderr], [0, ""]);
    const bytes = await Deno.readFile(`${dir}/w.onnx`);
    assert(new TextDecoder("latin1").decode(bytes).includes("snake"), "the layer's path");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
