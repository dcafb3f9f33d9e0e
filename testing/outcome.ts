/**
 * How a check ends other than by running to its end.
 *
 * @module
 */

/** The reason for which a check ends early without having failed. */
export class Skipped extends Error {}

/** There is nothing to check. */
export class NotMade extends Error {}

/** Leaves the check under way, which does not apply. */
export function skip(reason: string): never {
  throw new Skipped(reason);
}

/**
 * Fails the check under way unless a condition holds.
 *
 * @throws {Error} With the message.
 */
export function expect(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
