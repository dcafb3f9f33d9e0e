import { assert, assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import {
  type Backend,
  type ChromeTraceEvent,
  customOp,
  data,
  getBackend,
  layers,
  losses,
  Module,
  ones,
  ops,
  optimizers,
  Profile,
  profile,
  runtime,
  sequential,
  setBackend,
  type Tensor,
  tensor,
  tidy,
} from "../../mod.ts";

function operation(measured: Profile, name: string) {
  const found = measured.operations.filter((o) => o.name === name);
  assertEquals(found.length, 1, `${name} is in ${measured.operations.map((o) => o.name)}`);
  return found[0];
}

function layer(measured: Profile, name: string) {
  const found = measured.layers.filter((l) => l.name === name);
  assertEquals(found.length, 1, `${name} is in ${measured.layers.map((l) => l.name)}`);
  return found[0];
}

async function onBackend(name: string, run: () => Promise<void>): Promise<void> {
  const before: Backend = getBackend();
  await setBackend(name);
  try {
    await run();
  } finally {
    await setBackend(before);
  }
}

const closeTo = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(a, b, 1);

Deno.test("profile counts calls and bytes of each operation exactly", async () => {
  const [a, b] = [ones([4, 8]), ones([8, 2])];
  const measured = await profile(() =>
    tidy(() => {
      for (let i = 0; i < 3; i++) ops.matmul(a, b);
      return a.exp().sum().item();
    })
  );
  assert(Math.abs(measured.result - 32 * Math.E) < 1e-3);
  assertEquals(measured.operations.map(({ name }) => name).sort(), ["exp", "matmul", "sum"]);
  const { calls, allocatedBytes, readBytes, writtenBytes, runsAs } = operation(measured, "matmul");
  assertEquals([calls, runsAs], [3, "kernel"]);
  assertEquals([allocatedBytes, readBytes, writtenBytes], [3 * 32, 3 * (128 + 64), 3 * 32]);
  assertEquals(layer(measured, "(outside layers)").writtenBytes, 3 * 32 + 128 + 4);
});

Deno.test("times add up to the whole, and so do shares", async () => {
  const x = ones([64, 64]);
  const measured = await profile(() => tidy(() => ops.matmul(x.exp(), x).sum().item()));
  const { kernelTime, frameworkTime, waitingTime, totalTime } = measured;
  assert(kernelTime > 0 && frameworkTime > 0 && waitingTime === 0);
  assert(closeTo(kernelTime + frameworkTime + waitingTime, totalTime));
  for (const entries of [measured.operations, measured.layers]) {
    assert(closeTo(entries.reduce((sum, { time }) => sum + time, 0), kernelTime));
    assert(closeTo(entries.reduce((sum, { share }) => sum + share, 0), kernelTime / totalTime));
    assertEquals(entries.map(({ time }) => time), entries.map((e) => e.time).sort((a, b) => b - a));
  }
  const { time, calls, mean } = operation(measured, "matmul");
  assert(closeTo(mean * calls, time));
});

class Doubler extends Module {
  forward(x: Tensor): Tensor {
    return x.mul(x);
  }
}

class Pair extends Module {
  first = new Doubler();
  second = new Doubler();
  override get displayName(): string {
    return "pair";
  }
  forward(x: Tensor): Tensor {
    return this.second.apply(this.first.apply(x)).exp();
  }
}

Deno.test("gradients count for the layer whose forward pass they belong to", async () => {
  const pair = new Pair();
  const x = tensor([[1, 2]], { requiresGrad: true });
  const measured = await profile(() =>
    tidy(() => {
      pair.apply(x).sum().backward();
    })
  );
  const names = measured.layers.map(({ name }) => name).sort();
  assertEquals(names, ["(outside layers)", "pair", "pair.Doubler"]);
  const inner = layer(measured, "pair.Doubler");
  assertEquals([inner.calls, layer(measured, "pair").calls], [2, 1]);
  assert(inner.forward > 0 && inner.backward > 0);
  assert(closeTo(inner.forward + inner.backward, inner.time));
  // Two products forward, and each has two factors backward.
  const inInner = measured.toChromeTrace().traceEvents.filter(({ name }) => name === "multiply");
  assertEquals(inInner.length, 2 + 1 + 4);
});

Deno.test("training is told apart into layers, loss, optimizer and metrics", async () => {
  const model = sequential([
    new layers.Dense({ units: 3, inputShape: [2], name: "hidden" }),
    new layers.Dense({ units: 1, name: "last" }),
  ], { name: "net" });
  model.compile({ optimizer: "sgd", loss: "mse" });
  const [x, y] = [ones([8, 2]), ones([8, 1])];
  const measured = await profile(() => model.fit(x, y, { batchSize: 4, epochs: 3, verbose: 0 }));
  assertEquals(measured.result.history.loss.length, 3);
  assertEquals(layer(measured, "net.hidden").calls, 6);
  assertEquals(layer(measured, "net.last").calls, 6);
  assert(layer(measured, "net.last").backward > 0 && layer(measured, "loss").backward > 0);
  // One update of two kernels and two biases in each of six steps, in place.
  const update = operation(measured, "sgdUpdate");
  assertEquals([update.calls, update.allocatedBytes], [6, 0]);
  for (const part of ["loss", "optimizer", "metrics"]) layer(measured, part);
});

Deno.test("a loop of one's own has the same parts", async () => {
  const model = sequential([new layers.Linear({ units: 2, inputShape: [2], name: "line" })]);
  const optimizer = new optimizers.SGD(model.parameters(), { learningRate: 0.1 });
  const loader = new data.DataLoader([ones([4, 2]), ones([4, 2])], { batchSize: 2 });
  const measured = await profile(() => {
    for (const [x, y] of loader) {
      const loss = new losses.MeanSquaredError().call(y, model.apply(x));
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    }
  });
  assertEquals(layer(measured, `${model.name}.line`).calls, 2);
  assertEquals(operation(measured, "sgdUpdate").calls, 2);
  for (const part of ["loss", "optimizer"]) layer(measured, part);
});

Deno.test("a composite without a kernel counts as one composition, its kernels within", async () => {
  const twice = customOp({
    name: "test>twice",
    forward: ([x]) => x.add(x).exp().neg(),
    backward: (gradient) => [gradient],
  });
  const measured = await profile(() => tidy(() => twice([ones([5])]).dataSync()));
  const { calls, runsAs, writtenBytes } = operation(measured, "test>twice");
  assertEquals([calls, runsAs, writtenBytes], [1, "composition", 3 * 20]);
  assert(measured.operations.every(({ name }) => name !== "add" && name !== "exp"));
  const inside = measured.toChromeTrace().traceEvents.map(({ name }) => name);
  for (const name of ["test>twice", "add", "exp", "negative"]) assert(inside.includes(name), name);
});

Deno.test("operations that run on reference kernels are fallbacks, and are named", async () => {
  const backend = getBackend() as { kernels: Backend["kernels"] };
  const before = backend.kernels;
  backend.kernels = new Map([...before].filter(([name]) => name !== "exp"));
  try {
    const measured = await profile(() => tidy(() => ones([2]).exp().dataSync()));
    assertEquals(operation(measured, "exp").runsAs, "fallback");
    assert(measured.table().includes("exp (fallback)"));
    assert(`${measured}`.includes("reference kernels: exp"));
  } finally {
    backend.kernels = before;
  }
});

Deno.test("copies of the host's values are counted", async () => {
  const measured = await profile(() => tensor([1, 2, 3]).dispose());
  const { calls, runsAs, writtenBytes, readBytes } = operation(measured, "tensor");
  assertEquals([calls, runsAs, writtenBytes, readBytes], [1, "copy", 12, 0]);
});

Deno.test("profile sees the peak of its own time, and leaves the backend's as it would have been", async () => {
  const held = ones([100]);
  const backend = getBackend();
  tidy(() => ones([1_000_000]).sum());
  const { peakBytes: before, bytes: alive } = backend.memory();
  const measured = await profile(() => tidy(() => ones([1000]).exp().sum().item()));
  assertEquals(measured.peakBytes, alive + 8000 + 4);
  assertEquals(backend.memory().peakBytes, before);
  await profile(() => tidy(() => ones([2_000_000]).sum().item()));
  assert(backend.memory().peakBytes > before);
  held.dispose();
});

Deno.test("profile waits for asynchronous functions; data that comes late is waiting", async () => {
  async function* late(): AsyncGenerator<[Tensor, Tensor]> {
    await new Promise((resolve) => setTimeout(resolve, 30));
    yield [ones([2, 2]), ones([2, 1])];
  }
  const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  const measured = await profile(() => model.fit(late(), { verbose: 0 }));
  assert(measured.waitingTime >= 25, `waited ${measured.waitingTime} ms`);
  assert(measured.frameworkTime >= 0 && measured.totalTime > measured.waitingTime);
});

Deno.test("profile takes a function that computes nothing", async () => {
  const measured = await profile(() => 7);
  assertEquals([measured.result, measured.operations, measured.layers], [7, [], []]);
  assertEquals(measured.kernelTime, 0);
  assert(measured.table().includes("framework"));
});

Deno.test("an error ends the profile and passes", async () => {
  const failure = new Error("no such luck");
  const met = await profile(() => {
    ones([2]).exp();
    throw failure;
  }).catch((error) => error);
  assertStrictEquals(met, failure);
  assertEquals(runtime().profiler, null);
  await assertRejects(() => profile(() => Promise.reject(failure)), Error, "no such luck");
  await assertRejects(() => profile(() => new Doubler().apply(null as unknown as Tensor)));
  assertEquals((await profile(() => ones([2]).exp())).layers.map(({ name }) => name), [
    "(outside layers)",
  ]);
});

Deno.test("a profile within a profile is refused; the outer one goes on", async () => {
  const outer = await profile(async () => {
    await assertRejects(() => profile(() => 1), Error, "another profile is under way");
    return ones([2]).exp();
  });
  assertEquals(operation(outer, "exp").calls, 1);
  assertEquals(runtime().profiler, null);
});

Deno.test("profile names what is wrong with its arguments", async () => {
  await assertRejects(() => profile(3 as unknown as () => void), TypeError, "no function");
  await assertRejects(() => profile(() => 1, { mostEvents: -1 }), RangeError, "mostEvents");
  const measured = await profile(() => 1);
  const by = "size" as unknown as "op";
  assertThrows(() => measured.table({ by }), RangeError, '"op" or "layer"');
  for (const most of [0, NaN, -3]) assertThrows(() => measured.table({ most }), RangeError, "most");
});

Deno.test("Profile.table is aligned, at most 80 columns wide, and sums up what it leaves out", async () => {
  const model = sequential([
    new layers.Dense({ units: 3, activation: "relu", inputShape: [2], name: "x".repeat(90) }),
    new layers.Dense({ units: 1 }),
  ]);
  model.compile({ optimizer: "adam", loss: "mse" });
  const measured = await profile(() => model.fit(ones([8, 2]), ones([8, 1]), { verbose: 0 }));
  for (const by of ["op", "layer"] as const) {
    const whole = measured.table({ by, most: Infinity }).split("\n");
    assert(whole.every(({ length }) => length <= 80), whole.join("\n"));
    const lines = measured.table({ by, most: 3 }).split("\n");
    assertEquals(new Set(lines.map(({ length }) => length)).size, 1);
    const entries = by === "op" ? measured.operations : measured.layers;
    assertEquals(lines.length, 3 + 4 + 1 + 3 + 1);
    assert(lines[6].startsWith(`│ … ${entries.length - 3} more `), lines[6]);
    assertEquals(
      lines.slice(8, 11).map((line) => line.slice(2).split(/ {2,}/)[0]),
      ["framework", "waiting", "in all"],
    );
    assert(/ 100\.0 % │ +│$/.test(lines[10]), lines[10]);
  }
  const shown = Deno.inspect(measured);
  assert(shown.includes("┃ Op ") && shown.includes("┃ Layer ") && shown.startsWith("Profile: "));
});

const isStretch = (event: ChromeTraceEvent): boolean => event.ph === "X";

/** The names of the events around an event, outermost first. */
function around(event: ChromeTraceEvent, events: readonly ChromeTraceEvent[]): string[] {
  return events.filter((outer) =>
    outer !== event && isStretch(outer) && outer.tid === event.tid && outer.ts! <= event.ts! &&
    outer.ts! + outer.dur! >= event.ts! + event.dur!
  ).map(({ name }) => name);
}

Deno.test("the trace nests operations in layers, those of gradients in the backward pass", async () => {
  const model = sequential([
    new layers.Dense({ units: 3, inputShape: [2], name: "hidden" }),
    new layers.Dense({ units: 1, name: "last" }),
  ], { name: "net" });
  model.compile({ optimizer: "sgd", loss: "mse" });
  const measured = await profile(() =>
    model.fit(ones([4, 2]), ones([4, 1]), { batchSize: 4, verbose: 0 })
  );
  const { traceEvents } = measured.toChromeTrace();
  const names = traceEvents.filter(({ ph }) => ph === "M").map(({ args }) => args!.name);
  assertEquals(names, ["Tensaur", "computing", "waiting"]);
  const stretches = traceEvents.filter(isStretch);
  for (const event of stretches) {
    assert(event.ts! >= 0 && event.dur! >= 0 && event.pid === 1);
    // Whatever overlaps on one line contains the other.
    for (const other of stretches) {
      if (other.tid !== event.tid || other.ts! < event.ts!) continue;
      const [end, otherEnd] = [event.ts! + event.dur!, other.ts! + other.dur!];
      assert(other.ts! >= end - 1e-6 || otherEnd <= end + 1e-6, `${event.name}, ${other.name}`);
    }
  }
  const paths = stretches.filter(({ cat }) => cat === "kernel")
    .map((event) => [event.args!.pass, ...around(event, traceEvents)].join(" "));
  for (
    const path of [
      "forward net hidden",
      "forward net last",
      "forward loss",
      "backward backward loss",
      "backward backward net last",
      "backward backward net hidden",
      "forward optimizer",
    ]
  ) {
    assert(paths.includes(path), `${path} is not in ${[...new Set(paths)].join(", ")}`);
  }
  assertEquals(stretches.filter(({ name }) => name === "backward").length, 1);
});

Deno.test("Profile.save writes the trace as JSON; the tables stay whole where events are dropped", async () => {
  const run = (): Tensor => {
    const x = ones([3]);
    return x.exp().log().exp();
  };
  const [whole, part] = [await profile(run), await profile(run, { mostEvents: 2 })];
  const dir = await Deno.makeTempDir();
  try {
    for (const measured of [whole, part]) {
      await measured.save(`${dir}/trace.json`);
      const written = JSON.parse(await Deno.readTextFile(`${dir}/trace.json`));
      assertEquals(written, measured.toChromeTrace());
    }
    await assertRejects(() => whole.save(`${dir}/none/trace.json`), Error, "folder does not exist");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
  assertEquals([whole.droppedEvents, part.droppedEvents > 0], [0, true]);
  assertEquals(part.toChromeTrace().traceEvents.filter(isStretch).length, 2);
  assertEquals(operation(part, "exp").calls, 2);
});

Deno.test("a profile changes no result", async () => {
  await onBackend("reference", async () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const compute = (): unknown => {
      x.grad = null;
      tidy(() => {
        x.mul(x).exp().sum().backward();
      });
      return x.grad!.toArray();
    };
    assertEquals((await profile(compute)).result, compute());
  });
});
