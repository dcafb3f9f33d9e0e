/**
 * The wasm backend with large matrix products and convolutions by the system's BLAS: the same memory, the same threads, the
 * same kernels for all the rest. Needs `--allow-ffi`, or that permission for the one library alone.
 *
 * ```sh
 * deno run --allow-ffi=/usr/lib/x86_64-linux-gnu/libopenblas.so.0 train.ts
 * ```
 *
 * @module
 */

import { WasmBackend, type WasmBackendOptions } from "../wasm/backend.ts";
import { linkBlas } from "./blas.ts";
import { type BlasLibrary, findBlas } from "./library.ts";

/** How a {@linkcode NativeBackend} is set up. */
export interface NativeBackendOptions extends WasmBackendOptions {
  /**
   * The library's file.
   *
   * @default What the variable `TENSAUR_BLAS` names, else what is found.
   */
  library?: string;
}

/**
 * The backend that multiplies by BLAS.
 *
 * @example Where a library may be opened this is "native", elsewhere "wasm"
 * ```ts
 * import { setBackend } from "@tensaur/tensaur";
 * import { assert } from "@std/assert";
 *
 * const { name } = await setBackend("auto");
 * assert(name === "native" || name === "wasm");
 * ```
 */
export class NativeBackend extends WasmBackend {
  readonly #library: BlasLibrary;

  /**
   * Finds and opens the library.
   *
   * @throws {Error} With the code `backend.unavailable`, where there is none or it may not be opened.
   * @throws {RangeError} When an option is out of its range.
   */
  constructor(options: NativeBackendOptions = {}) {
    const { library, ...others } = options;
    const found = findBlas({ library, threaded: options.threads !== 1 });
    super(others, { path: found.path, link: linkBlas });
    this.#library = found;
  }

  /** Its name in the registry. */
  override get name(): string {
    return "native";
  }

  /** Kernels for the wasm backend run here too: the memory is the same. */
  override get kernelNames(): readonly string[] {
    return ["native", "wasm"];
  }

  /** What it runs on: the library, then what the wasm backend says. */
  override get description(): string {
    const { name, path } = this.#library;
    return `${name} (${path}); ${super.description}`;
  }
}
