/**
 * What the suite of backends asserts; it stands on no other package, so that it runs in any project.
 *
 * @module
 */

import { expect } from "../outcome.ts";

/** Fails unless two lists of numbers, or two other values, are the same. */
export function assertEquals(actual: unknown, expected: unknown, message = "it"): void {
  if (!isList(actual) || !isList(expected)) {
    return expect(Object.is(actual, expected), `${message} is ${actual} instead of ${expected}`);
  }
  expect(
    actual.length === expected.length,
    `${message} has ${actual.length} values instead of ${expected.length}`,
  );
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    throw new Error(`${message} has ${actual[i]} instead of ${expected[i]} at ${i}`);
  }
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || ArrayBuffer.isView(value);
}

/** The RangeError that a function throws, with what its message must say. */
export async function rangeErrorOf(
  run: () => unknown,
  ...parts: readonly string[]
): Promise<RangeError> {
  let thrown: unknown = null;
  try {
    await run();
  } catch (error) {
    thrown = error;
  }
  expect(thrown instanceof RangeError, `it throws ${thrown} instead of a RangeError`);
  const { message } = thrown;
  const missing = parts.find((part) => !message.includes(part));
  expect(missing === undefined, `"${missing}" is missing in the error "${message}"`);
  return thrown;
}
