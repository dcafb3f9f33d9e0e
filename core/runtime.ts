/**
 * The runtime: the registry, the backend in use, the random generator and the recording switch. One
 * is current; tests may make others.
 *
 * @module
 */

import type { Backend } from "./backend.ts";
import { type CodedError, stateError, typeError } from "./errors.ts";
import { Backend as BackendBase } from "./backend.ts";
import type { Profiler } from "./profiler.ts";
import { RandomGenerator } from "./random.ts";
import { Registry } from "./registry.ts";

/** The plugins that stand in where the user names none. */
export interface RuntimeDefaults {
  /** Made when the first tensor is. */
  backend: string;
  /** Those that `setBackend("auto")` tries, the most wanted first; the last one works everywhere. */
  backends: readonly string[];
  /** Of weights. */
  initializer: string;
  /** Of `compile`. */
  optimizer: string;
  /** Watch every `fit` that is not silent. */
  callbacks: readonly string[];
  /** Of `save` and `loadModel`. */
  modelFormat: string;
  /** Of `saveWeights` and `loadWeights`. */
  weightsFormat: string;
}

/** What a runtime starts with. */
export interface RuntimeOptions {
  /** Where plugins are found. */
  registry: Registry;
  /** The plugins that stand in where the user names none; the core itself names no plugin. */
  defaults: RuntimeDefaults;
}

/** Everything that operations share. */
export class Runtime {
  /** Where layers, optimizers, backends and all other plugins are found. */
  readonly registry: Registry;
  /** Whether operations are recorded for gradients. */
  recording = true;
  /** How many gradient transforms are under way; inside one, gradients are recorded too. */
  transformDepth = 0;
  /** The source of all draws that bring no seed of their own. */
  random: RandomGenerator = new RandomGenerator(Math.floor(Math.random() * 2 ** 32));
  /**
   * What operations report to while a profile is taken.
   *
   * @internal
   */
  profiler: Profiler | null = null;
  /** While a file is loaded: how many bytes of weights it has left. Such weights are not drawn, as the file brings them. */
  weightsToCome: number | null = null;
  /** The plugins that stand in where the user names none. */
  readonly defaults: Readonly<RuntimeDefaults>;
  readonly #backends = new Map<string, Backend>();
  #current: Backend | null = null;

  /** Takes a registry and the plugins that stand in where none is named. */
  constructor({ registry, defaults }: RuntimeOptions) {
    this.registry = registry;
    this.defaults = Object.freeze({ ...defaults });
  }

  /** The backend on which new tensors are made. */
  get backend(): Backend {
    return this.#current ??= this.backendNamed(this.defaults.backend);
  }

  /** The backend in use, or `null` while none was needed. */
  get backendOrNull(): Backend | null {
    return this.#current;
  }

  /**
   * The backend of that name, made at the first call.
   *
   * @throws {RangeError} When no plugin of that name is known.
   */
  backendNamed(name: string): Backend {
    const canonical = this.registry.describe("backend", name).name;
    let backend = this.#backends.get(canonical);
    if (backend === undefined) {
      backend = this.registry.build<Backend>("backend", name);
      if (!(backend instanceof BackendBase)) {
        throw typeError(
          "backend.kind",
          `Cannot use the plugin "${name}" as a backend: it does not extend Backend`,
        );
      }
      this.#backends.set(canonical, backend);
    }
    return backend;
  }

  /** Makes new tensors on this backend from now on; tensors that exist stay where they are. */
  useBackend(backend: Backend): void {
    this.#current = backend;
  }

  /** Ends the threads of all backends. */
  dispose(): void {
    for (const backend of this.#backends.values()) backend.dispose();
  }
}

let current: Runtime | null = null;

/**
 * The runtime in use.
 *
 * @throws {Error} When none was set: the package's main module sets one.
 */
export function runtime(): Runtime {
  if (current === null) {
    throw stateError(
      "runtime.missing",
      "Cannot compute as no runtime is set: import the package's main module, or call setRuntime()",
    );
  }
  return current;
}

/** Makes a runtime the current one; returns the one before. */
export function setRuntime(next: Runtime): Runtime | null {
  const before = current;
  current = next;
  return before;
}

/**
 * Chooses the backend for new tensors. One that is built in is in use when the call returns; await it for one
 * that has to be loaded or started first.
 *
 * `"auto"` takes the fastest built-in one that works here with the permissions given, and says in one line which and why.
 *
 * @throws {RangeError} When no backend of that name is known.
 * @throws {Error} With the code `backend.unavailable`, when the one that was named cannot work here.
 */
export async function setBackend(backend: string | Backend): Promise<Backend> {
  const active = runtime();
  if (typeof backend !== "string") {
    active.useBackend(backend);
    return backend;
  }
  const isAuto = backend === "auto";
  const names = isAuto ? active.defaults.backends : [backend];
  const reasons: string[] = [];
  for (const name of names) {
    if (!active.registry.isLoaded("backend", name)) await active.registry.load("backend", name);
    try {
      active.useBackend(active.backendNamed(name));
      break;
    } catch (error) {
      const { code, message } = error as CodedError;
      if (code !== "backend.unavailable" || name === names.at(-1)) throw error;
      reasons.push(message);
    }
  }
  if (isAuto) console.info(chosenLine(active.backend, reasons));
  return active.backend;
}

function chosenLine({ name, description }: Backend, reasons: readonly string[]): string {
  const why = reasons.length === 0 ? "the first choice" : reasons.join("; ");
  return `Tensaur runs on the backend "${name}", ${description}: ${why}`;
}

/** The backend on which new tensors are made. */
export function getBackend(): Backend {
  return runtime().backend;
}

/**
 * Seeds every draw that brings no seed of its own: initial weights, shuffling, dropout, `randn`. The same seed
 * gives the same numbers on every backend.
 *
 * @throws {RangeError} When the seed is not a whole number from 0 to 2^53 − 1.
 */
export function setSeed(seed: number): void {
  runtime().random = new RandomGenerator(seed);
}
