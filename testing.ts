/**
 * The author's kit: the contracts that everything built in keeps, to be run on layers, optimizers, losses and all
 * other plugins of one's own.
 *
 * A check runs in a runtime of its own, on the backend in use: it registers what it needs there, draws from a seed of
 * its own, frees what it makes, and leaves nothing behind. It gives a report, and throws where the contract is broken.
 *
 * @example
 * ```ts
 * import { optimizers } from "@tensaur/tensaur";
 * import { checkOptimizer } from "@tensaur/tensaur/testing";
 *
 * Deno.test("Adam keeps the contract of optimizers", async () => {
 *   await checkOptimizer(optimizers.Adam, { config: { amsgrad: true } });
 * });
 * ```
 *
 * @module
 */

export { type Check, type CheckOptions, type Subject } from "./testing/contract.ts";
export { checkLayer, type LayerCheckOptions } from "./testing/layer.ts";
export { type CheckResult, ContractError, ContractReport } from "./testing/report.ts";
