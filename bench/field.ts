/**
 * Who takes part: contenders as processes, and how they are started.
 *
 * @module
 */

import { pythonWithTorch } from "./peers/torch.ts";
import { type Answer, type Job, linesOf, type Request } from "./protocol.ts";

/** What to measure, and how long. */
export interface BenchOptions {
  /** Fewer cases and rounds. */
  readonly quick: boolean;
  /** The families of peers that take part. */
  readonly peers: readonly string[];
  /** The greater number of threads; one thread is measured as well. */
  readonly threads: number;
  /** A folder with MNIST; without it, the built-in digits serve. */
  readonly data: string | null;
  /** A folder for files that live as long as the bench. */
  readonly scratch: string;
  /** Says what is going on. */
  readonly say: (line: string) => void;
}

/** Who takes part: how it is started, and whom it is compared with. */
export interface Entrant {
  /** Unique. */
  readonly name: string;
  /** Those of one family are one column; the framework itself is `"tensaur"`. */
  readonly family: string;
  /** What of the framework it is: those of one variant differ in threads alone. */
  readonly variant: string;
  readonly threads: number;
  /** @throws {Error} When what it needs is missing; the message is the reason in the report. */
  command(): [string, ...string[]] | Promise<[string, ...string[]]>;
}

type Command = Entrant["command"];

function script(path: string, ...args: string[]): Command {
  const file = new URL(path, import.meta.url).href;
  // Without a lock file, so that peers never find their way into the framework's own.
  const deno: string[] = ["run", "-A", "--no-lock", "--quiet", file];
  return () => [Deno.execPath(), ...deno, ...args];
}

function torchScript(...args: string[]): Command {
  const file = new URL("peers/torch_cpu.py", import.meta.url).pathname;
  return async () => [await pythonWithTorch(), file, ...args];
}

/** One for each number of threads. */
function threaded(
  name: string,
  family: string,
  counts: readonly number[],
  command: (threads: string) => Command,
): Entrant[] {
  return counts.map((threads) => ({
    name: `${name} ${threads}t`,
    family,
    variant: name,
    threads,
    command: command(`${threads}`),
  }));
}

function single(name: string, family: string, command: Command): Entrant {
  return { name, family, variant: name, threads: 1, command };
}

/** Those that are no peers: they take part whatever peers are chosen. */
const OWN: readonly string[] = ["tensaur", "reference"];

/** All who can take part. */
export function entrants({ threads, peers }: Pick<BenchOptions, "threads" | "peers">): Entrant[] {
  const counts = threads > 1 ? [1, threads] : [1];
  const ours = (backend: string) => (n: string) => script("peers/tensaur.ts", backend, n);
  const all: Entrant[] = [
    ...threaded("tensaur wasm", "tensaur", counts, ours("wasm")),
    ...threaded("tensaur native", "tensaur", counts, ours("native")),
    single("tensaur reference", "reference", script("peers/tensaur.ts", "reference")),
    single("tfjs wasm", "tfjs wasm", script("peers/tfjs.ts", "wasm")),
    single("tfjs cpu", "tfjs cpu", script("peers/tfjs.ts", "cpu")),
    ...threaded("jax-js wasm", "jax-js", counts, (n) => script("peers/jax.ts", "wasm", n)),
    ...threaded("torch", "torch", counts, (n) => torchScript(n)),
    ...threaded("torch fused", "torch fused", counts, (n) => torchScript(n, "fused")),
    ...threaded(
      "onnxruntime",
      "onnxruntime",
      counts,
      (n) => script("peers/onnxruntime.ts", n),
    ),
    ...threaded("blas", "blas", counts, (n) => script("peers/blas.ts", n)),
  ];
  return all.filter(({ family }) =>
    OWN.includes(family) || peers.some((peer) => family.startsWith(peer))
  );
}

/** The peak of the resident set of a process in KiB; Linux tells it, elsewhere it is not a number. */
export async function peakMemory(pid: number): Promise<number> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? NaN);
  } catch {
    return NaN;
  }
}

/** Where the libraries of peers look for their number of threads. */
const THREAD_VARIABLES = [
  "OMP_NUM_THREADS",
  "MKL_NUM_THREADS",
  "OPENBLAS_NUM_THREADS",
  "BLIS_NUM_THREADS",
  "VECLIB_MAXIMUM_THREADS",
];

/** A process that does not answer for so long is ended. */
const PATIENCE_MS = 300_000;

/** A contender's process. */
export class Process {
  readonly entrant: Entrant;
  /** What the contender says of itself. */
  description = "";
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #lines: AsyncGenerator<string>;

  private constructor(entrant: Entrant, [command, ...args]: [string, ...string[]]) {
    this.entrant = entrant;
    const threads = `${entrant.threads}`;
    this.#child = new Deno.Command(command, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
      env: Object.fromEntries(THREAD_VARIABLES.map((name) => [name, threads])),
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#lines = linesOf(this.#child.stdout);
  }

  /** @throws {Error} When it does not start; the message is the reason. */
  static async start(entrant: Entrant): Promise<Process> {
    const started = new Process(entrant, await entrant.command());
    try {
      started.description = (await started.#answer()).description ?? entrant.name;
      return started;
    } catch (error) {
      await started.end();
      throw error;
    }
  }

  async #answer(): Promise<Answer> {
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), PATIENCE_MS);
    const { value, done } = await this.#lines.next();
    clearTimeout(timer);
    if (done) throw new Error("its process ended");
    const answer: Answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }

  async #ask(request: Request): Promise<Answer> {
    try {
      await this.#writer.write(new TextEncoder().encode(JSON.stringify(request) + "\n"));
    } catch {
      throw new Error("its process ended");
    }
    return await this.#answer();
  }

  /** Makes work ready; the result is what all contenders must agree on. */
  async prepare(job: Job): Promise<readonly number[]> {
    return (await this.#ask({ op: "prepare", job })).check!;
  }

  /** Milliseconds that so many repetitions take. */
  async run(times: number): Promise<number> {
    return (await this.#ask({ op: "run", times })).milliseconds!;
  }

  /** The most memory it has had so far, in KiB. */
  peakMemory(): Promise<number> {
    return peakMemory(this.#child.pid);
  }

  /** Ends it. */
  async end(): Promise<void> {
    try {
      await this.#writer.close();
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
  }
}

/** The contenders that have started. */
export class Field {
  readonly #processes = new Map<string, Process>();
  /** Why somebody does not take part. */
  readonly absent: Map<string, string> = new Map();

  /** Starts all entrants, one after another. */
  static async start(who: readonly Entrant[], say: (line: string) => void): Promise<Field> {
    const field = new Field();
    for (const entrant of who) {
      try {
        const process = await Process.start(entrant);
        field.#processes.set(entrant.name, process);
        say(`${entrant.name}: ${process.description}`);
      } catch (error) {
        field.absent.set(entrant.name, (error as Error).message);
        say(`${entrant.name}: absent, ${(error as Error).message}`);
      }
    }
    return field;
  }

  /** The processes of some families. */
  of(families: readonly string[]): Process[] {
    return [...this.#processes.values()].filter(({ entrant }) => families.includes(entrant.family));
  }

  /** What each contender says of itself. */
  descriptions(): Record<string, string> {
    return Object.fromEntries(
      [...this.#processes].map(([name, { description }]) => [name, description]),
    );
  }

  /** Ends all processes. */
  async end(): Promise<void> {
    for (const process of this.#processes.values()) await process.end();
  }
}
