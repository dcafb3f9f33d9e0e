/**
 * Which BLAS there is: where libraries are looked for, and what one must have.
 *
 * The library that the option `library` names is taken, else the one that the variable `TENSAUR_BLAS` names, else the first
 * that is found of those known by their names in the usual folders: OpenBLAS, MKL, BLIS, then the plain names `libcblas` and
 * `libblas` where one of these stands behind them; on macOS Accelerate. Only what the permissions allow is looked at, and nobody
 * is asked for more.
 *
 * @module
 */

import { stateError } from "../../../core/errors.ts";

/** A library that can be used. */
export interface BlasLibrary {
  /** Its file, or its name for the system's loader. */
  readonly path: string;
  /** What it is. */
  readonly name: string;
}

/** What is asked of a library. */
export interface BlasRequest {
  /** Its file; without it a library is searched. */
  readonly library?: string;
  /** Whether several threads call it. */
  readonly threaded: boolean;
}

/** Names the library that is to be taken. */
const VARIABLE = "TENSAUR_BLAS";

const ACCELERATE = "/System/Library/Frameworks/Accelerate.framework/Accelerate";

/** File names by system, the most wanted first. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  linux: [
    ...["libopenblas.so.0", "libopenblas.so", "libmkl_rt.so.2", "libmkl_rt.so"],
    ...["libblis.so.4", "libblis.so", "libcblas.so.3", "libblas.so.3"],
  ],
  darwin: ["libopenblas.dylib", "libblis.dylib"],
  windows: ["libopenblas.dll", "mkl_rt.2.dll"],
};

/** Folders by system. The loader of Windows has a search of its own. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  linux: [
    ...["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"],
    ...["/usr/local/lib", "/opt/OpenBLAS/lib", "/opt/intel/oneapi/mkl/latest/lib"],
  ],
  darwin: ["/opt/homebrew/opt/openblas/lib", "/usr/local/opt/openblas/lib", "/opt/homebrew/lib"],
};

/** How the libraries that are known to be fast tell what they are. */
const MARKS: readonly (readonly [symbol: string, name: string])[] = [
  ["openblas_get_parallel", "OpenBLAS"],
  ["MKL_Set_Num_Threads", "MKL"],
  ["bli_thread_set_num_threads", "BLIS"],
];

function unavailable(why: string): Error {
  return stateError("backend.unavailable", `Cannot use the native backend as ${why}`);
}

function isAllowed(path?: string): boolean {
  return Deno.permissions.querySync({ name: "ffi", path }).state === "granted";
}

/** The library that the environment names, where it may be read. */
function fromEnvironment(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: VARIABLE });
  const path = state === "granted" ? Deno.env.get(VARIABLE) : undefined;
  return path === "" ? undefined : path;
}

/** Every place where a library may be, the most wanted first. */
export function blasCandidates(): string[] {
  const { os } = Deno.build;
  const [names, folders] = [NAMES[os] ?? NAMES.linux, FOLDERS[os] ?? []];
  const paths = names.flatMap((name) => [...folders.map((folder) => `${folder}/${name}`), name]);
  return os === "darwin" ? [ACCELERATE, ...paths] : paths;
}

/** Looks at a library: what it is, why it cannot be used, or `null` where there is none. */
function examine(path: string, threaded: boolean): { name?: string; problem?: string } | null {
  const probe = { parameters: [], result: "i32", optional: true } as const;
  let library;
  try {
    library = Deno.dlopen(path, {
      cblas_sgemm: probe,
      cblas_dgemm: probe,
      openblas_get_parallel: probe,
      MKL_Set_Num_Threads: probe,
      bli_thread_set_num_threads: probe,
    });
  } catch {
    return null;
  }
  const symbols: Readonly<Record<string, (() => number) | null>> = library.symbols;
  const lacking = ["cblas_sgemm", "cblas_dgemm"].filter((name) => symbols[name] === null);
  if (lacking.length > 0) {
    library.close();
    return { problem: `lacks ${lacking.join(" and ")}` };
  }
  // OpenBLAS counts 0 for a build without threads, whose buffers are not guarded either.
  if (threaded && symbols.openblas_get_parallel?.() === 0) {
    library.close();
    return {
      problem: "is built for one thread: install libopenblas0-pthread, or set threads to 1",
    };
  }
  const mark = MARKS.find(([symbol]) => symbols[symbol] !== null);
  return { name: path === ACCELERATE ? "Accelerate" : mark?.[1] };
}

/**
 * The library to be used.
 *
 * @throws {Error} With the code `backend.unavailable`, where there is none or it may not be opened; the message says what was
 * looked for and what to do.
 */
export function findBlas({ library, threaded }: BlasRequest): BlasLibrary {
  if (typeof globalThis.Deno?.dlopen !== "function") {
    throw unavailable('it opens a library of the system, which only Deno does; use "wasm"');
  }
  const asked = library ?? fromEnvironment();
  return asked === undefined ? search(threaded) : named(asked, threaded);
}

function named(path: string, threaded: boolean): BlasLibrary {
  if (!isAllowed(path)) {
    throw unavailable(`"${path}" may not be opened; run with --allow-ffi=${path}`);
  }
  const found = examine(path, threaded);
  if (found === null) {
    throw unavailable(`"${path}" is no library that can be opened here; check the path`);
  }
  if (found.problem !== undefined) throw unavailable(`"${path}" ${found.problem}`);
  return { path, name: found.name ?? "BLAS" };
}

function search(threaded: boolean): BlasLibrary {
  const candidates = blasCandidates();
  const allowed = candidates.filter((path) => isAllowed(path));
  if (allowed.length === 0) {
    throw unavailable(
      `no library may be opened: run with --allow-ffi=${
        candidates[0]
      }, with the path of another BLAS and ` +
        `${VARIABLE}, or with --allow-ffi`,
    );
  }
  const problems: string[] = [];
  for (const path of allowed) {
    const found = examine(path, threaded);
    if (found?.name !== undefined) return { path, name: found.name };
    if (found !== null) problems.push(`${path} ${found.problem ?? "may be a slow one"}`);
  }
  const names = NAMES[Deno.build.os] ?? NAMES.linux;
  throw unavailable(
    `no BLAS was found: looked for ${
      names.join(", ")
    } where --allow-ffi lets (${allowed.length} places)` +
      `${
        problems.length > 0 ? `; ${problems.join("; ")}` : ""
      }; install one (Debian: apt install libopenblas0), or ` +
      `name its file in ${VARIABLE}`,
  );
}
