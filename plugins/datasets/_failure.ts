/**
 * Errors with a code and a cause.
 *
 * @module
 */

import { type CodedError, stateError } from "../../core/errors.ts";

/** An error of the outer world: a file, a host, a permission. */
export function failure(code: string, message: string, cause?: unknown): Error & CodedError {
  return Object.assign(stateError(code, message), cause === undefined ? {} : { cause });
}

/** Whether an error was raised here: its code begins with `prefix`. */
export function isOwn(error: unknown, prefix: string): error is CodedError {
  return error instanceof Error && "code" in error && String(error.code).startsWith(prefix);
}

/** What an error says, or rather what lies behind it: `fetch` itself says only that it failed. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? messageOf(error.cause) : error.message;
}
