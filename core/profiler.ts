/**
 * What a profile is taken with: while one runs, operations, modules and waits report here. Nothing of it is called at
 * other times; see `profile`.
 *
 * @module
 */

import type { Backend, Operand } from "./backend.ts";
import type { GraphNode } from "./graph.ts";
import type { Runtime } from "./runtime.ts";

/**
 * How an operation ran: by a kernel of the backend, by the reference kernel that stands in for a missing one, written
 * out in other operations, or as a copy of the host's values.
 */
export type RunsAs = "kernel" | "fallback" | "composition" | "copy";

/** Time in ms, and bytes. */
export interface Cost {
  /** How often it ran. */
  calls: number;
  /** Milliseconds in kernels. */
  time: number;
  /** Bytes of the results that were made; what was updated in place made none. */
  allocatedBytes: number;
  /** Bytes of the tensors that kernels took. */
  readBytes: number;
  /** Bytes of the tensors that kernels gave. */
  writtenBytes: number;
}

/** What an operation cost. */
export interface OperationCost extends Cost {
  readonly name: string;
  readonly runsAs: RunsAs;
}

/** What the operations of a layer cost, without those of the layers in it. */
export interface LayerCost extends Cost {
  /** The names of the layers from the outermost to this one. */
  readonly path: readonly string[];
  /** Milliseconds in kernels of the gradients. */
  backward: number;
}

/** What a stretch of time was spent in. */
export type SpanCategory = "layer" | "section" | "backward" | "composition" | "waiting" | RunsAs;

/** A stretch of time, for the trace. */
export interface Span {
  readonly name: string;
  readonly category: SpanCategory;
  /** Milliseconds since the profile began. */
  readonly start: number;
  readonly duration: number;
  readonly backward: boolean;
  /** Of kernels: what they took and gave. */
  readonly shapes?: readonly (readonly (readonly number[])[])[];
}

/** What is open at the moment. */
interface Frame {
  readonly name: string;
  readonly category: SpanCategory;
  readonly path: readonly string[];
  readonly backward: boolean;
  readonly start: number;
  /** Whether an operation ran in it. */
  isUsed: boolean;
}

interface Work {
  name: string;
  runsAs: RunsAs;
  backend: Backend;
  inputs: readonly Operand[];
  outputs: readonly Operand[];
  /** Whether the outputs were made for it. */
  allocates: boolean;
}

const ROOT: readonly string[] = [];

/** Counts and times what runs while it is the runtime's. */
export class Profiler {
  readonly operations: Map<string, OperationCost> = new Map();
  readonly layers: Map<string, LayerCost> = new Map();
  readonly spans: Span[] = [];
  /** Spans that were not kept. */
  dropped = 0;
  /** Milliseconds in kernels, and in waiting for something other than kernels. */
  kernelTime = 0;
  waitingTime = 0;
  /** Milliseconds from the beginning to the end. */
  totalTime = 0;
  /** The most bytes that were alive at once on a backend. */
  peakBytes = 0;
  readonly #runtime: Runtime;
  readonly #most: number;
  readonly #origin = performance.now();
  readonly #stack: Frame[] = [];
  /** Where in the model a recorded operation belongs; its gradient belongs there too. */
  readonly #homes = new WeakMap<GraphNode, readonly string[]>();
  readonly #peaksBefore = new Map<Backend, number>();
  #composed: { name: string; isUsed: boolean } | null = null;
  #waits = 0;

  /** Begins. At most so many spans are kept. */
  constructor(runtime: Runtime, mostSpans: number) {
    this.#runtime = runtime;
    this.#most = mostSpans;
    runtime.profiler = this;
    this.#watch(runtime.backend);
  }

  /** Ends; nothing reports here any more. */
  end(): void {
    this.#runtime.profiler = null;
    this.totalTime = this.#now();
    for (const [{ ledger }, before] of this.#peaksBefore) {
      this.peakBytes = Math.max(this.peakBytes, ledger.peakBytes);
      ledger.peakBytes = Math.max(ledger.peakBytes, before);
    }
  }

  // What reports.

  /** Runs a kernel, or copies values. */
  work(work: Work, run: () => void): void {
    this.#watch(work.backend);
    const start = this.#now();
    run();
    this.#add(work, start, this.#now() - start);
  }

  /** Runs the definition of a composite; the kernels in it count as the outermost composite's. */
  compose<T>(name: string, run: () => T): T {
    const outer = this.#composed;
    const composed = outer ?? { name, isUsed: false };
    this.#composed = composed;
    try {
      return this.#within(this.#frame(name, "composition"), run);
    } finally {
      this.#composed = outer;
      if (outer === null && composed.isUsed) this.#operation(name, "composition").calls++;
    }
  }

  /** Runs a module. */
  module<T>(name: string, run: () => T): T {
    const frame = this.#frame(name, "layer", [...this.#path, name]);
    try {
      return this.#within(frame, run);
    } finally {
      if (frame.isUsed) this.#layer(frame.path).calls++;
    }
  }

  /** Runs what is no module but a part of a step, such as the optimizer; a part of a like-named one is no part of its own. */
  section<T>(name: string, run: () => T): T {
    const path = this.#path;
    if (path.at(-1) === name) return run();
    return this.#within(this.#frame(name, "section", [...path, name]), run);
  }

  /** An operation was recorded. */
  recorded(node: GraphNode): void {
    this.#homes.set(node, this.#path);
  }

  /** Visits the nodes of a backward pass, each in the layer whose operation it is. */
  walkBack(nodes: readonly GraphNode[], visit: (node: GraphNode) => void): void {
    const { length } = this.#stack;
    this.#stack.push(this.#frame("backward", "backward", ROOT, true));
    try {
      for (const node of nodes) {
        this.#moveTo(length + 1, this.#homes.get(node) ?? ROOT);
        visit(node);
      }
    } finally {
      this.#close(length);
    }
  }

  /** Waits; what kernels compute meanwhile is no waiting. */
  async wait<T>(promise: Promise<T>): Promise<T> {
    if (this.#waits++ > 0) return await promise.finally(() => this.#waits--);
    const start = this.#now();
    const computed = this.kernelTime;
    try {
      return await promise;
    } finally {
      this.#waits--;
      const duration = this.#now() - start;
      if (this.#runtime.profiler === this) {
        this.waitingTime += duration - (this.kernelTime - computed);
        this.#keep({ name: "waiting", category: "waiting", start, duration, backward: false });
      }
    }
  }

  // How it counts.

  #now(): number {
    return performance.now() - this.#origin;
  }

  get #path(): readonly string[] {
    return this.#stack.at(-1)?.path ?? ROOT;
  }

  #frame(
    name: string,
    category: SpanCategory,
    path: readonly string[] = this.#path,
    backward: boolean = this.#stack.at(-1)?.backward ?? false,
  ): Frame {
    return { name, category, path, backward, start: this.#now(), isUsed: false };
  }

  #within<T>(frame: Frame, run: () => T): T {
    const { length } = this.#stack;
    this.#stack.push(frame);
    try {
      return run();
    } finally {
      this.#close(length);
    }
  }

  /** Closes frames until so many are open; those in which nothing ran leave no span. */
  #close(length: number): void {
    while (this.#stack.length > length) {
      const { name, category, start, backward, isUsed } = this.#stack.pop()!;
      if (!isUsed) continue;
      const outer = this.#stack.at(-1);
      if (outer !== undefined) outer.isUsed = true;
      this.#keep({ name, category, start, duration: this.#now() - start, backward });
    }
  }

  /** Leaves and enters layers so that, above the frames of the backward pass, just those of a path are open. */
  #moveTo(base: number, path: readonly string[]): void {
    let same = 0;
    while (base + same < this.#stack.length && this.#stack[base + same].name === path[same]) same++;
    this.#close(base + same);
    for (let depth = same; depth < path.length; depth++) {
      this.#stack.push(this.#frame(path[depth], "layer", path.slice(0, depth + 1)));
    }
  }

  #add({ name, runsAs, inputs, outputs, allocates }: Work, start: number, duration: number): void {
    const readBytes = bytesOf(inputs);
    const writtenBytes = bytesOf(outputs);
    const composed = this.#composed;
    const operation = composed === null
      ? this.#operation(name, runsAs)
      : this.#operation(composed.name, "composition");
    if (composed === null) operation.calls++;
    else composed.isUsed = true;
    const frame = this.#stack.at(-1);
    if (frame !== undefined) frame.isUsed = true;
    const layer = this.#layer(this.#path);
    for (const cost of [operation, layer]) {
      cost.time += duration;
      cost.readBytes += readBytes;
      cost.writtenBytes += writtenBytes;
      if (allocates) cost.allocatedBytes += writtenBytes;
    }
    const backward = frame?.backward ?? false;
    if (backward) layer.backward += duration;
    this.kernelTime += duration;
    const shapes = [inputs, outputs].map((operands) => operands.map(({ shape }) => shape));
    this.#keep({ name, category: runsAs, start, duration, backward, shapes });
  }

  #operation(name: string, runsAs: RunsAs): OperationCost {
    return entry(this.operations, `${runsAs} ${name}`, () => ({ name, runsAs, ...NOTHING }));
  }

  #layer(path: readonly string[]): LayerCost {
    return entry(this.layers, path.join("\n"), () => ({ path, backward: 0, ...NOTHING }));
  }

  #keep(span: Span): void {
    if (this.spans.length < this.#most) this.spans.push(span);
    else this.dropped++;
  }

  /** The ledger's peak counts from now on; at the end it is again what it would have been. */
  #watch(backend: Backend): void {
    if (this.#peaksBefore.has(backend)) return;
    this.#peaksBefore.set(backend, backend.ledger.peakBytes);
    backend.ledger.peakBytes = backend.ledger.bytes;
  }
}

const NOTHING: Readonly<Cost> = {
  calls: 0,
  time: 0,
  allocatedBytes: 0,
  readBytes: 0,
  writtenBytes: 0,
};

function bytesOf(operands: readonly Operand[]): number {
  let bytes = 0;
  for (const { storage } of operands) bytes += storage.byteLength;
  return bytes;
}

function entry<T>(map: Map<string, T>, key: string, make: () => T): T {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}
