/**
 * The author's kit: the contracts that everything built in keeps, to be run on layers, optimizers, losses and all
 * other plugins of one's own.
 *
 * A check runs in a runtime of its own, on the backend in use: it registers what it needs there, draws from a seed of
 * its own, frees what it makes, and leaves nothing behind. It takes a class, or a function that makes an instance, and
 * gives a report; where the contract is broken, it throws.
 *
 * @example A test of a class, and of what a function makes
 * ```ts
 * import { layers, optimizers } from "@tensaur/tensaur";
 * import { checkLayer, checkOptimizer } from "@tensaur/tensaur/testing";
 *
 * Deno.test("Adam keeps the contract of optimizers", () =>
 *   checkOptimizer(optimizers.Adam, { config: { amsgrad: true } }));
 *
 * Deno.test("ReLU keeps the contract of layers", () =>
 *   checkLayer({ create: () => new layers.ReLU({ maxValue: 6 }), inputShape: [null, 4] }));
 * ```
 *
 * @example A report, in place of an error
 * ```ts
 * import { Callback } from "@tensaur/tensaur";
 * import { checkCallback } from "@tensaur/tensaur/testing";
 * import { assertEquals } from "@std/assert";
 *
 * class Impatient extends Callback {
 *   override onEpochEnd() {
 *     throw new Error("I cannot wait");
 *   }
 * }
 * const { failures } = await checkCallback(Impatient, { throws: false });
 * assertEquals(failures[0].name, "takes every hook");
 * assertEquals(failures[0].error?.message, "I cannot wait");
 * ```
 *
 * @module
 */

export { type ActivationCheckOptions, checkActivation } from "./testing/activation.ts";
export { type BackendCheckOptions, checkBackend } from "./testing/backend.ts";
export { checkCallback } from "./testing/callback.ts";
export { checkConstraint, type ConstraintCheckOptions } from "./testing/constraint.ts";
export type { Check, CheckOptions, Subject } from "./testing/contract.ts";
export { checkExporter, type ExporterCheckOptions } from "./testing/exporter.ts";
export { checkInitializer, type InitializerCheckOptions } from "./testing/initializer.ts";
export { checkLayer, type LayerCheckOptions, type OnnxRuntime } from "./testing/layer.ts";
export { checkLoss, type LossCheckOptions } from "./testing/loss.ts";
export { checkMetric, type MetricCheckOptions } from "./testing/metric.ts";
export { checkOptimizer } from "./testing/optimizer.ts";
export { checkPackage, checkPlugin, type PluginCheckOptions } from "./testing/plugins.ts";
export { checkRegularizer, type RegularizerCheckOptions } from "./testing/regularizer.ts";
export {
  type CheckResult,
  ContractError,
  ContractReport,
  type Reported,
} from "./testing/report.ts";
export { checkSchedule } from "./testing/schedule.ts";
