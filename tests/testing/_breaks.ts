import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ContractError, type ContractReport } from "../../testing.ts";

/** Asserts that a check throws, that just one part of the contract is broken, and what is said of it. */
export async function assertBreaks(
  check: Promise<unknown>,
  name: string,
  message: string,
): Promise<void> {
  const error = await assertRejects(() => check, ContractError) as ContractError;
  assertEquals(error.report.failures.map((failure) => failure.name), [name]);
  assertStringIncludes(error.message, message);
}

/** The reasons for which checks were skipped, by name. */
export function skippedOf({ ok, checks }: ContractReport): Record<string, string> {
  assert(ok);
  const skipped = checks.filter((check) => check.skipped !== undefined);
  return Object.fromEntries(skipped.map((check) => [check.name, check.skipped!]));
}
