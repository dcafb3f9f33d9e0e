/**
 * What the bench and its contenders say to each other. Each contender is a process of its own, so that none disturbs
 * another's heap, threads or compiled code; it reads one JSON request a line and writes one JSON answer a line.
 *
 * @module
 */

import { readFileSync } from "node:fs";

/** A product of two matrices: `[m, k] · [k, n]`, an operand stored transposed where so said. */
export interface GemmJob {
  readonly kind: "gemm";
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** Arrays of float32, one behind the other in a file. */
export interface ArrayFile {
  readonly path: string;
  /** The shape of each array, in the order in which they stand. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/** A network that contenders train or run; the weights in the file say its sizes. */
export type Network = "mlp" | "cnn" | "resnet";

/**
 * Training steps, each on the next batch of the examples, and round again. On one and the same batch the moments of the
 * optimizer would soon be denormal numbers, which are slow on many processors, and the fastest would get there first.
 */
export interface StepJob {
  readonly kind: "step";
  readonly network: Network;
  readonly batch: number;
  readonly arrays: ArrayFile;
  /** How many steps are done first, for their losses. */
  readonly checks: number;
}

/** The outputs of a network for one batch, read back. */
export interface InferenceJob {
  readonly kind: "inference";
  readonly network: Network;
  readonly batch: number;
  readonly arrays: ArrayFile;
  /** The same network as an ONNX file, or why there is none. */
  readonly onnx: { readonly path: string } | { readonly reason: string };
}

/** An epoch of the MLP by the framework's usual loop over shuffled batches. */
export interface EpochJob {
  readonly kind: "epoch";
  readonly batch: number;
  readonly arrays: ArrayFile;
}

/** Work that all contenders can be given. */
export type Job = GemmJob | StepJob | InferenceJob | EpochJob;

/** Work that is ready to be timed. */
export interface Prepared {
  /** Numbers that all contenders must agree on, or the comparison is of different things. */
  readonly check: readonly number[];
  /** Does the work so many times; when it returns, or its promise does, all of it is done. */
  run(times: number): void | Promise<void>;
  dispose?(): void;
}

/** A framework in the race. */
export interface Contender {
  /** Version, backend, instruction set, threads. */
  readonly description: string;
  /** @throws {Error} When it cannot do such work; the message is the reason in the report. */
  prepare(job: Job): Promise<Prepared>;
}

/** How many elements an array of a shape has. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** Arrays by name: images are `x`, their classes `y`; then weights. */
export type Arrays = Record<string, Float32Array>;

/** Reads the arrays of a file by name. */
export function readArrays({ path, shapes }: ArrayFile): Arrays {
  const { buffer, byteOffset } = readFileSync(path);
  const arrays: Arrays = {};
  let offset = byteOffset;
  for (const [name, shape] of Object.entries(shapes)) {
    arrays[name] = new Float32Array(buffer, offset, sizeOf(shape));
    offset += sizeOf(shape) * 4;
  }
  return arrays;
}

/** The examples batch by batch; an incomplete last one is left out. */
export function batchesOf({ x, y }: Arrays, batch: number): Arrays[] {
  const size = batch * x.length / y.length;
  return Array.from({ length: Math.floor(y.length / batch) }, (_, i) => ({
    x: x.subarray(i * size, (i + 1) * size),
    y: y.subarray(i * batch, (i + 1) * batch),
  }));
}

/** Writes arrays to a file, in the order of their names in the object. */
export async function writeArrays(
  path: string,
  arrays: Readonly<Record<string, { values: Float32Array; shape: readonly number[] }>>,
): Promise<ArrayFile> {
  using file = await Deno.open(path, { write: true, create: true, truncate: true });
  const shapes: Record<string, readonly number[]> = {};
  for (const [name, { values, shape }] of Object.entries(arrays)) {
    let bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    while (bytes.length > 0) bytes = bytes.subarray(await file.write(bytes));
    shapes[name] = shape;
  }
  return { path, shapes };
}

/** The values of a matrix in the products: the same formula in every language. */
export function gemmValues(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => (i * 7919) % 1009 / 1009 - 0.5);
}

/** The places of a product at which contenders must agree. */
export function gemmProbes({ m, n }: GemmJob): number[] {
  return [0, Math.floor(m * n / 2) + 3, m * n - 1];
}

/** The outputs at which contenders must agree: all of the first example and of the last. */
export function inferenceProbes(outputs: ArrayLike<number>, classes = 10): number[] {
  const values = Array.from(outputs);
  return [...values.slice(0, classes), ...values.slice(-classes)];
}

/** A request to a contender. */
export type Request =
  | { readonly op: "prepare"; readonly job: Job }
  | { readonly op: "run"; readonly times: number };

/** An answer of a contender. */
export interface Answer {
  readonly description?: string;
  readonly check?: readonly number[];
  readonly milliseconds?: number;
  readonly error?: string;
}

/** The lines of a stream of bytes. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** Serves a contender on the standard streams until the input ends. */
export async function serve(start: () => Promise<Contender>): Promise<void> {
  const output = Deno.stdout;
  // What libraries print must not come between the answers.
  console.log = console.info = console.debug = console.error;
  const answer = async (value: Answer): Promise<void> => {
    await output.write(new TextEncoder().encode(JSON.stringify(value) + "\n"));
  };
  const reason = (error: unknown): string =>
    error instanceof Error ? error.message.split("\n")[0] : String(error);
  let contender: Contender;
  try {
    contender = await start();
  } catch (error) {
    await answer({ error: reason(error) });
    return;
  }
  await answer({ description: contender.description });
  let prepared: Prepared | null = null;
  for await (const line of linesOf(Deno.stdin.readable)) {
    const request: Request = JSON.parse(line);
    try {
      if (request.op === "prepare") {
        prepared?.dispose?.();
        prepared = null;
        prepared = await contender.prepare(request.job);
        await answer({ check: prepared.check });
      } else {
        const began = performance.now();
        const pending = prepared!.run(request.times);
        if (pending !== undefined) await pending;
        await answer({ milliseconds: performance.now() - began });
      }
    } catch (error) {
      await answer({ error: reason(error) });
    }
  }
}
