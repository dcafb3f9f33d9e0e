/**
 * Where the time and the memory of a computation go: per operation, per layer, and over time.
 *
 * @module
 */

import { errors, stateError, typeError } from "./errors.ts";
import { type FilePath, writeWhole } from "./files.ts";
import {
  type Cost,
  type LayerCost,
  type OperationCost,
  Profiler,
  type RunsAs,
  type Span,
} from "./profiler.ts";
import { runtime } from "./runtime.ts";

/** Options of {@linkcode profile}. */
export interface ProfileOptions {
  /** How many events are kept for the trace, about 200 bytes each; tables count all. @default 1_000_000 */
  mostEvents?: number;
}

/** An operation in a profile. */
export interface OperationProfile extends Readonly<Cost> {
  /** The primitive or composite; for a copy, what was made of the values. */
  readonly name: string;
  /** By a kernel, by a fallback to the reference kernel, as a composition of others, or as a copy from the host. */
  readonly runsAs: RunsAs;
  /** Milliseconds a call. */
  readonly mean: number;
  /** The part of the whole time, from 0 to 1. */
  readonly share: number;
}

/** A layer in a profile: the operations of its own, without those of layers inside it, and their gradients. */
export interface LayerProfile extends Readonly<Cost> {
  /** Its path of names, such as `"sequential.dense"`; `"(outside layers)"` for what ran in none. */
  readonly name: string;
  /** Milliseconds of the forward pass. */
  readonly forward: number;
  /** Milliseconds of the gradients. */
  readonly backward: number;
  /** Milliseconds a call, gradients included; 0 where nothing was called. */
  readonly mean: number;
  /** The part of the whole time, from 0 to 1. */
  readonly share: number;
}

/** Options of {@linkcode Profile.table}. */
export interface ProfileTableOptions {
  /** What the rows are. @default "op" */
  by?: "op" | "layer";
  /** How many rows; the others are summed up in one. @default 20 */
  most?: number;
}

/** An event of {@linkcode ChromeTrace}; times are in microseconds. */
export interface ChromeTraceEvent {
  /** The operation or layer. */
  readonly name: string;
  /** `"X"`: a stretch of time; `"M"`: a name of the process or a thread. */
  readonly ph: "X" | "M";
  /** What kind of thing it is. */
  readonly cat?: string;
  /** When it began. */
  readonly ts?: number;
  /** How long it took. */
  readonly dur?: number;
  /** The process: 1. */
  readonly pid: number;
  /** The line on which it is drawn: 1 for computing, 2 for waiting. */
  readonly tid: number;
  /** More about it. */
  readonly args?: Readonly<Record<string, unknown>>;
}

/** A trace in Chrome's format, which `ui.perfetto.dev` and `chrome://tracing` show. */
export interface ChromeTrace {
  /** What happened. */
  readonly traceEvents: readonly ChromeTraceEvent[];
  /** The unit in which times are shown. */
  readonly displayTimeUnit: "ms";
}

/** Where the time and the memory of a function went; made by {@linkcode profile}. */
export class Profile<T = unknown> {
  /** What the function gave. */
  readonly result: T;
  /** The operations, the dearest first. */
  readonly operations: readonly OperationProfile[];
  /** The layers, the dearest first; `"loss"`, `"optimizer"` and `"metrics"` stand among them. */
  readonly layers: readonly LayerProfile[];
  /** Milliseconds from the call to the result. */
  readonly totalTime: number;
  /** Milliseconds in kernels and copies; kernels on several threads count as long as the main one waits for them. */
  readonly kernelTime: number;
  /** Milliseconds in which data, timers or a device were awaited. */
  readonly waitingTime: number;
  /** Milliseconds of all else: the framework, and the code of the function itself. */
  readonly frameworkTime: number;
  /** The most bytes of tensors that were alive at once, those from before among them. */
  readonly peakBytes: number;
  /** Events that the trace lacks, as there were more than `mostEvents`. */
  readonly droppedEvents: number;
  readonly #spans: readonly Span[];

  /** Made by {@linkcode profile}. */
  constructor(result: T, profiler: Profiler) {
    const { totalTime, kernelTime, waitingTime } = profiler;
    this.result = result;
    this.totalTime = totalTime;
    this.kernelTime = kernelTime;
    this.waitingTime = waitingTime;
    this.frameworkTime = Math.max(0, totalTime - kernelTime - waitingTime);
    this.peakBytes = profiler.peakBytes;
    this.droppedEvents = profiler.dropped;
    this.operations = [...profiler.operations.values()]
      .map((cost) => operationProfile(cost, totalTime)).sort(dearestFirst);
    this.layers = [...profiler.layers.values()].filter(({ writtenBytes }) => writtenBytes > 0)
      .map((cost) => layerProfile(cost, totalTime)).sort(dearestFirst);
    this.#spans = profiler.spans;
  }

  /**
   * The operations or layers as a table, the dearest first. Shares are of the whole time, and add up to it together
   * with what was spent outside kernels.
   *
   * @throws {RangeError} When `by` or `most` has no such value.
   */
  table(options: ProfileTableOptions = {}): string {
    const { by = "op", most = 20 } = options;
    if (by !== "op" && by !== "layer") {
      throw errors.option("show a profile", "by", '"op" or "layer"', by);
    }
    if (!(most >= 1)) throw errors.option("show a profile", "most", "1 or more", most);
    return by === "op"
      ? this.#table(OPERATION_COLUMNS, this.operations, most)
      : this.#table(LAYER_COLUMNS, this.layers, most);
  }

  #table<Row extends { time: number; share: number }>(
    columns: readonly Column<Row>[],
    rows: readonly Row[],
    most: number,
  ): string {
    const shown = rows.slice(0, most);
    const rest = rows.slice(most);
    const body = shown.map((row) => columns.map((column) => column.cell(row)));
    const line = (name: string, time: number): string[] =>
      columns.map(({ head }, i) =>
        i === 0
          ? name
          : head === "Time"
          ? duration(time)
          : head === "Share"
          ? percentage(time / this.totalTime)
          : ""
      );
    if (rest.length > 0) {
      body.push(line(`… ${rest.length} more`, rest.reduce((sum, { time }) => sum + time, 0)));
    }
    const outside = [
      line("framework", this.frameworkTime),
      line("waiting", this.waitingTime),
      line("in all", this.totalTime),
    ];
    return drawTable(columns.map(({ head }) => head), [body, outside]);
  }

  /** Both tables, and what they say in short. */
  toString(): string {
    const fallbacks = this.operations.filter(({ runsAs }) => runsAs === "fallback");
    const lines = [
      `Profile: ${duration(this.totalTime)}, ${
        percentage(this.kernelTime / this.totalTime)
      } of it in kernels; at most ${bytes(this.peakBytes)} alive at once`,
      this.table({ by: "op" }),
      this.table({ by: "layer" }),
    ];
    if (fallbacks.length > 0) {
      const names = fallbacks.map(({ name }) => name).join(", ");
      lines.push(` Without a kernel of the backend, and so on slow reference kernels: ${names}`);
    }
    return lines.join("\n");
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** What `console.log` shows in Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  /** What happened over time, in Chrome's format: operations inside layers, those of gradients inside `"backward"`. */
  toChromeTrace(): ChromeTrace {
    const named = (name: string, tid: number, value: string): ChromeTraceEvent => ({
      name,
      ph: "M",
      pid: 1,
      tid,
      args: { name: value },
    });
    // Of two that begin together, the longer one is around the other.
    const spans = this.#spans.toSorted((a, b) => a.start - b.start || b.duration - a.duration);
    return {
      traceEvents: [
        named("process_name", COMPUTING, "Tensaur"),
        named("thread_name", COMPUTING, "computing"),
        named("thread_name", WAITING, "waiting"),
        ...spans.map(chromeEvent),
      ],
      displayTimeUnit: "ms",
    };
  }

  /**
   * Writes the trace to a file, to be opened in `ui.perfetto.dev` or `chrome://tracing`.
   *
   * @throws {Error} When the file cannot be written; a file that was there stays as it was.
   */
  async save(path: FilePath): Promise<void> {
    const { traceEvents, ...rest } = this.toChromeTrace();
    const encoder = new TextEncoder();
    const head = `${JSON.stringify(rest).slice(0, -1)},"traceEvents":[\n`;
    await writeWhole(
      path,
      function* (): Generator<Uint8Array> {
        yield encoder.encode(head);
        for (let i = 0; i < traceEvents.length; i += EVENTS_IN_PIECE) {
          const piece = traceEvents.slice(i, i + EVENTS_IN_PIECE).map((e) => JSON.stringify(e));
          yield encoder.encode(`${i === 0 ? "" : ",\n"}${piece.join(",\n")}`);
        }
        yield encoder.encode("\n]}\n");
      }(),
    );
  }
}

/**
 * Runs a function, and measures where its time and memory go: per operation, per layer, gradients included.
 *
 * Everything that runs until the function's promise is settled counts, other tasks included. Measuring takes about a
 * microsecond an operation. Without a profile under way, operations are not measured and take no longer.
 *
 * @param run What to measure; it may be asynchronous.
 * @throws {Error} When another profile is under way, and what the function throws.
 *
 * @example
 * ```ts
 * import { layers, profile, sequential, tensor } from "@tensaur/tensaur";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const model = sequential([new layers.Dense({ units: 1, inputShape: [1] })]);
 * model.compile({ optimizer: "sgd", loss: "mse" });
 * const measured = await profile(() =>
 *   model.fit(tensor([[1], [2]]), tensor([[2], [4]]), { epochs: 5, verbose: 0 })
 * );
 * assertEquals(measured.result.history.loss.length, 5);
 * assert(measured.layers.some(({ name }) => name === "optimizer"));
 * console.log(measured.table({ by: "layer" }));
 * // await measured.save("trace.json") for ui.perfetto.dev
 * ```
 */
export async function profile<T>(
  run: () => T | Promise<T>,
  options: ProfileOptions = {},
): Promise<Profile<T>> {
  const { mostEvents = 1_000_000 } = options;
  if (typeof run !== "function") {
    throw typeError(
      "profile.function",
      "Cannot profile as the first argument is no function: write profile(() => model.fit(…))",
    );
  }
  if (!(mostEvents >= 0)) {
    throw errors.option("profile", "mostEvents", "a number from 0 on", mostEvents);
  }
  const active = runtime();
  if (active.profiler !== null) {
    throw stateError(
      "profile.nested",
      "Cannot profile as another profile is under way: await the first, or put both into one function",
    );
  }
  const profiler = new Profiler(active, mostEvents);
  let result: T;
  try {
    result = await run();
  } finally {
    profiler.end();
  }
  return new Profile(result, profiler);
}

function operationProfile(cost: OperationCost, totalTime: number): OperationProfile {
  return { ...cost, mean: cost.time / cost.calls, share: cost.time / totalTime };
}

function layerProfile({ path, ...cost }: LayerCost, totalTime: number): LayerProfile {
  return {
    ...cost,
    name: path.length === 0 ? "(outside layers)" : path.join("."),
    forward: cost.time - cost.backward,
    mean: cost.calls === 0 ? 0 : cost.time / cost.calls,
    share: cost.time / totalTime,
  };
}

function dearestFirst(a: Cost, b: Cost): number {
  return b.time - a.time;
}

// The trace.

const COMPUTING = 1;
const WAITING = 2;
const EVENTS_IN_PIECE = 10_000;

function chromeEvent(
  { name, category, start, duration, backward, shapes }: Span,
): ChromeTraceEvent {
  const args = shapes === undefined
    ? { pass: backward ? "backward" : "forward" }
    : { pass: backward ? "backward" : "forward", inputs: shapes[0], outputs: shapes[1] };
  return {
    name,
    ph: "X",
    cat: category,
    ts: start * 1000,
    dur: duration * 1000,
    pid: 1,
    tid: category === "waiting" ? WAITING : COMPUTING,
    args,
  };
}

// The tables.

interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
}

/** As wide as leaves the tables within 80 columns. */
const NAME_WIDTH = 23;

const LABELS: Record<RunsAs, string> = {
  kernel: "",
  fallback: " (fallback)",
  composition: " (composed)",
  copy: " (copy)",
};

const OPERATION_COLUMNS: readonly Column<OperationProfile>[] = [
  { head: "Op", cell: ({ name, runsAs }) => labelled(name, LABELS[runsAs]) },
  { head: "Calls", cell: ({ calls }) => calls.toLocaleString("en-US") },
  { head: "Time", cell: ({ time }) => duration(time) },
  { head: "Mean", cell: ({ mean }) => duration(mean) },
  { head: "Share", cell: ({ share }) => percentage(share) },
  { head: "Allocated", cell: ({ allocatedBytes }) => bytes(allocatedBytes) },
];

const LAYER_COLUMNS: readonly Column<LayerProfile & { time: number }>[] = [
  { head: "Layer", cell: ({ name }) => shortened(name, NAME_WIDTH) },
  { head: "Forward", cell: ({ forward }) => duration(forward) },
  { head: "Backward", cell: ({ backward }) => backward === 0 ? "" : duration(backward) },
  { head: "Time", cell: ({ time }) => duration(time) },
  { head: "Share", cell: ({ share }) => percentage(share) },
  { head: "Allocated", cell: ({ allocatedBytes }) => bytes(allocatedBytes) },
];

/** A name, and how it runs. */
function labelled(name: string, label: string): string {
  return shortened(name, NAME_WIDTH - label.length) + label;
}

/** The end of a name, which tells more than its beginning. */
function shortened(name: string, width: number): string {
  return name.length <= width ? name : `…${name.slice(1 - width)}`;
}

/** Milliseconds, in three digits. */
function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${digits(milliseconds / 1000)} s`;
  return milliseconds >= 1 ? `${digits(milliseconds)} ms` : `${digits(milliseconds * 1000)} µs`;
}

function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : digits(value)} ${units[unit]}`;
}

function digits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

function percentage(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A table of groups of rows; all columns but the first stand to the right. */
function drawTable(heads: readonly string[], groups: readonly (readonly string[][])[]): string {
  const widths = heads.map((head, i) =>
    Math.max(head.length, ...groups.flatMap((rows) => rows.map((row) => row[i].length)))
  );
  const rule = (left: string, line: string, middle: string, right: string): string =>
    left + widths.map((width) => line.repeat(width + 2)).join(middle) + right;
  const text = (row: readonly string[], edge: string): string => {
    const cells = row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
    return `${edge} ${cells.join(` ${edge} `)} ${edge}`;
  };
  const bodies = groups.filter((rows) => rows.length > 0)
    .map((rows) => rows.map((row) => text(row, "│")).join("\n"));
  return [
    rule("┏", "━", "┳", "┓"),
    text(heads, "┃"),
    rule("┡", "━", "╇", "┩"),
    bodies.join(`\n${rule("├", "─", "┼", "┤")}\n`),
    rule("└", "─", "┴", "┘"),
  ].join("\n");
}
