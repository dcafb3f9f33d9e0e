/**
 * The contract of backends.
 *
 * @module
 */

import { Backend, runtime, setSeed } from "../mod.ts";
import { type Bench, type Check, type CheckOptions, defineCheck } from "./contract.ts";
import { compiled, smallModel, sums } from "./model.ts";
import { expect, messageOf } from "./outcome.ts";

/** Options of {@linkcode checkBackend}. */
export interface BackendCheckOptions extends CheckOptions {
  /** Primitives that may run on the reference kernel in float32. @default none */
  mayFallBack?: readonly string[];
}

type BackendBench = Bench<Backend, BackendCheckOptions>;

/** The losses of a few epochs on a backend. */
async function lossesOn(backend: Backend): Promise<number[]> {
  runtime().useBackend(backend);
  setSeed(7);
  const { x, y } = sums();
  const { history } = await compiled(smallModel()).fit(x, y, { epochs: 5, verbose: 0 });
  return history.loss;
}

/**
 * Runs the contract of backends: what every built-in backend is held to.
 *
 * Every primitive, in all dtypes, on shapes and values that have gone wrong before, computes what the reference backend
 * computes; storages keep their values and come back; a small model trains as on the reference.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts ignore
 * import { checkBackend } from "@tensaur/tensaur/testing";
 * import { AbacusBackend } from "./abacus_backend.ts";
 *
 * Deno.test("AbacusBackend keeps the contract of backends", () =>
 *   checkBackend(AbacusBackend, { mayFallBack: ["erfinv"] }));
 * ```
 */
export const checkBackend: Check<Backend, BackendCheckOptions> = defineCheck({
  kind: "backend",
  base: Backend,
  release: (backend: Backend) => backend.dispose(),
  checks: {
    "computes what the reference does, and keeps its memory in order": async (
      bench: BackendBench,
    ) => {
      // The suite is long, and the other checks do without it.
      const { backendContract } = await import("./backend/contract.ts");
      const parts: [says: string, check: () => void | Promise<void>][] = [];
      const { mayFallBack } = bench.options;
      backendContract((says, check) => parts.push([says, check]), bench.create(), { mayFallBack });
      const failures: string[] = [];
      for (const [says, check] of parts) {
        try {
          await check();
        } catch (error) {
          failures.push(`${says}: ${messageOf(error)}`);
        }
      }
      expect(
        failures.length === 0,
        `${failures.length} of ${parts.length} parts fail:\n${failures.join("\n")}`,
      );
    },

    "trains a model as the reference does": async (bench) => {
      const ours = await lossesOn(bench.create());
      const theirs = await lossesOn(runtime().backendNamed("reference"));
      const at = ours.findIndex((loss, i) => !(Math.abs(loss - theirs[i]) <= 1e-4 * theirs[i]));
      expect(at < 0, `the loss of epoch ${at} is ${ours[at]} instead of ${theirs[at]}`);
    },
  },
});
