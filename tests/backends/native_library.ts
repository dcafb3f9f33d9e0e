/** The native backend, where a BLAS can be opened; tests of it are skipped elsewhere. */

import type { CodedError } from "../../core/errors.ts";
import { NativeBackend, type NativeBackendOptions } from "../../plugins/backends/native/backend.ts";
import { type BlasLibrary, findBlas } from "../../plugins/backends/native/library.ts";

function find(): BlasLibrary | null {
  try {
    return findBlas({ threaded: true });
  } catch (error) {
    if ((error as CodedError).code !== "backend.unavailable") throw error;
    console.warn(`tests of the native backend are skipped: ${(error as Error).message}`);
    return null;
  }
}

/** What the system has; `null` without a BLAS. */
export const blas = find();

/** A native backend, or none where there is no BLAS. */
export function nativeBackends(options: NativeBackendOptions): NativeBackend[] {
  return blas === null ? [] : [new NativeBackend(options)];
}
