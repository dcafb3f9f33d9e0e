import type { Backend } from "../../mod.ts";
import {
  backendContract as contract,
  type ContractOptions,
} from "../../testing/backend/contract.ts";

/** Tests a backend by the suite that every backend passes, one test for each check. */
export function backendContract(
  name: string,
  makeBackend: () => Backend,
  options: ContractOptions = {},
): void {
  // Threads start with the first large call and live on between tests.
  const test = (says: string, fn: () => void | Promise<void>): void =>
    Deno.test({ name: `${name}: ${says}`, fn, sanitizeOps: false, sanitizeResources: false });
  contract(test, makeBackend(), options);
}
