import { assert, assertEquals } from "@std/assert";
import { type CallbackParams, callbacks, layers, type Logs, ones, sequential } from "../../mod.ts";
import { printed } from "./_run.ts";

interface Screen {
  /** Everything that was written to the terminal. */
  text: string;
  /** What each row showed last. */
  rows(): string[];
}

/** Runs with a terminal of so many columns in place of standard output. */
async function inTerminal(columns: number, run: () => unknown): Promise<Screen> {
  const { isTerminal, writeSync } = Deno.stdout;
  const { consoleSize } = Deno;
  let text = "";
  Object.assign(Deno.stdout, {
    isTerminal: () => true,
    writeSync: (bytes: Uint8Array) => {
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  Deno.consoleSize = () => ({ columns, rows: 24 });
  try {
    await run();
  } finally {
    Object.assign(Deno.stdout, { isTerminal, writeSync });
    Deno.consoleSize = consoleSize;
  }
  // deno-lint-ignore no-control-regex -- terminals are steered by such characters
  const plain = text.replaceAll(/\x1b\[\d*m/g, "");
  const rows = () => plain.split("\n").map((row) => row.split("\r").at(-1)!.replace("\x1b[K", ""));
  return { text: plain, rows };
}

function begun(params: Partial<CallbackParams> = {}): callbacks.ProgressBar {
  const bar = new callbacks.ProgressBar();
  bar.setParams({ verbose: 1, epochs: 3, steps: 20, mode: "fit", ...params });
  return bar;
}

/** A time in seconds or milliseconds that differs from run to run. */
const TIMES = /\d+(\.\d+)?(s|ms|µs)\b/g;

Deno.test("ProgressBar in a terminal draws one row an epoch, and ends it with all metrics", async () => {
  const screen = await inTerminal(100, () => {
    const bar = begun();
    bar.onEpochBegin(0);
    bar.onTrainBatchEnd(19, { loss: 0.5 });
    bar.onEpochEnd(0, { loss: 0.25, valLoss: 1e-5 });
    bar.onTrainEnd();
  });
  const [row, ...rest] = screen.rows().map((text) => text.replaceAll(TIMES, "T"));
  assertEquals(
    row,
    `Epoch 1/3 20/20 ${"━".repeat(30)} T - T/step - loss: 0.2500 - valLoss: 1.0000e-5`,
  );
  assertEquals(rest, [""]);
});

Deno.test("ProgressBar draws at most ten times a second, and reads logs only then", async () => {
  let reads = 0;
  const logs: Logs = {
    get loss() {
      reads++;
      return 1;
    },
  };
  const screen = await inTerminal(100, () => {
    const bar = begun({ steps: 10_000 });
    bar.onEpochBegin(0);
    for (let batch = 0; batch < 10_000; batch++) bar.onTrainBatchEnd(batch, logs);
  });
  assert(reads <= 5, `${reads} reads`);
  assert(screen.text.split("\r").length <= 7);
});

Deno.test("ProgressBar shows how long it will take, when some time went by", async () => {
  const screen = await inTerminal(100, async () => {
    const bar = begun();
    bar.onEpochBegin(1);
    bar.onTrainBatchEnd(0, { loss: 1 });
    await new Promise((resolve) => setTimeout(resolve, 120));
    bar.onTrainBatchEnd(9, { loss: 0.5 });
  });
  const [row] = screen.rows();
  assert(/^Epoch 2\/3 10\/20 ━{15}─{15} ETA \d\.\ds - \d+ms\/step - loss: 0\.5000$/.test(row), row);
});

Deno.test("ProgressBar keeps to its row where the terminal is narrow, and tells all at the end", async () => {
  const screen = await inTerminal(40, async () => {
    const bar = begun();
    bar.onEpochBegin(0);
    await new Promise((resolve) => setTimeout(resolve, 110));
    bar.onTrainBatchEnd(9, { loss: 1, accuracy: 0.5 });
    bar.onEpochEnd(0, { loss: 1, accuracy: 0.5 });
  });
  const drawn = screen.text.split("\r").map((row) => row.replace("\x1b[K", "").trimEnd());
  assert(drawn.slice(0, -1).every((row) => row.length < 40), String(drawn));
  assert(screen.rows()[0].endsWith("accuracy: 0.5000"));
});

Deno.test("ProgressBar counts steps where their number is not known", async () => {
  const screen = await inTerminal(100, () => {
    const bar = begun({ steps: null });
    bar.onEpochBegin(0);
    bar.onTrainBatchEnd(6, {});
    bar.onEpochEnd(0, {});
  });
  assert(screen.rows()[0].startsWith("Epoch 1/3 7 steps - "));
});

Deno.test("ProgressBar leaves no row half drawn when training ends by an error", async () => {
  const screen = await inTerminal(100, () => {
    const bar = begun();
    bar.onEpochBegin(0);
    bar.onTrainEnd();
  });
  assert(screen.text.endsWith("\n"));
});

Deno.test("ProgressBar says when an epoch is validated, without a row of its own", async () => {
  const screen = await inTerminal(100, () => {
    const bar = begun();
    bar.onEpochBegin(0);
    bar.onTrainBatchEnd(19, {});
    bar.onTestBegin();
    bar.onTestBatchEnd(0, {});
    bar.onTestEnd({});
  });
  assertEquals(screen.rows().length, 1);
  assert(screen.rows()[0].endsWith("validating"));
});

function regression() {
  const model = sequential([new layers.Dense({ units: 1, inputShape: [2] })]);
  model.compile({ optimizer: "sgd", loss: "mse" });
  return { model, x: ones([8, 2]), y: ones([8, 1]) };
}

Deno.test("fit() prints a line an epoch where there is no terminal, and none when verbose is 0", async () => {
  const { model, x, y } = regression();
  const validationData = [x, y] as const;
  const lines = await printed(() =>
    model.fit(x, y, { epochs: 2, batchSize: 2, verbose: 2, validationData })
  );
  assertEquals(lines.length, 2);
  assert(/^Epoch 2\/2 4\/4 - \S+ - \S+\/step - loss: \S+ - valLoss: \S+$/.test(lines[1]), lines[1]);
  assertEquals(await printed(() => model.fit(x, y, { verbose: 0 })), []);
});

Deno.test("fit() shows one bar, also where one is given", async () => {
  const { model, x, y } = regression();
  const given = [new callbacks.ProgressBar()];
  assertEquals((await printed(() => model.fit(x, y, { verbose: 2, callbacks: given }))).length, 1);
  assertEquals(await printed(() => model.fit(x, y, { verbose: 0, callbacks: given })), []);
});

Deno.test("evaluate() and predict() show a bar when they are asked to", async () => {
  const { model, x, y } = regression();
  const evaluated = await printed(() => model.evaluate(x, y, { verbose: 2 }));
  assert(/^Evaluate 1\/1 - \S+ - \S+\/step - loss: \S+$/.test(evaluated[0]), evaluated[0]);
  const predicted = await printed(() => model.predict(x, { verbose: 2 }));
  assert(/^Predict 1\/1 - \S+ - \S+\/step$/.test(predicted[0]), predicted[0]);
  assertEquals(await printed(() => model.evaluate(x, y)), []);
});

Deno.test("ProgressBar works where there is no Deno", async () => {
  const { Deno: deno } = globalThis;
  const lines = await printed(() => {
    // deno-lint-ignore no-explicit-any -- a browser has no such name
    delete (globalThis as any).Deno;
    try {
      const bar = begun({ verbose: "auto" });
      bar.onEpochBegin(0);
      bar.onTrainBatchEnd(0, { loss: 1 });
      bar.onEpochEnd(0, { loss: 1 });
    } finally {
      globalThis.Deno = deno;
    }
  });
  assertEquals(lines.length, 1);
});
