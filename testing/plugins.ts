/**
 * The contracts run on plugins by name.
 *
 * @module
 */

import { type ActivationFunction, type PluginDescription, runtime } from "../mod.ts";
import { checkActivation } from "./activation.ts";
import { checkBackend } from "./backend.ts";
import { checkCallback } from "./callback.ts";
import { frozen } from "./config.ts";
import { checkConstraint } from "./constraint.ts";
import type { CheckOptions, Subject } from "./contract.ts";
import { checkExporter } from "./exporter.ts";
import { withFolder } from "./files.ts";
import { checkInitializer } from "./initializer.ts";
import { checkLayer, type LayerCheckOptions } from "./layer.ts";
import { checkLoss } from "./loss.ts";
import { checkMetric } from "./metric.ts";
import { checkOptimizer } from "./optimizer.ts";
import { Skipped } from "./outcome.ts";
import { checkRegularizer } from "./regularizer.ts";
import { type CheckResult, ContractReport, type Reported } from "./report.ts";
import { checkSchedule } from "./schedule.ts";

// deno-lint-ignore no-explicit-any -- the sample of each kind says what its check takes
type AnyCheck = (subject: Subject<any>, options: any) => Promise<ContractReport>;

/** Options of {@linkcode checkPlugin}: those that a sample cannot give. */
export type PluginCheckOptions =
  & Pick<CheckOptions, "throws">
  & Pick<LayerCheckOptions, "onnxRuntime">;

/** What stands for a temporary folder in the options of a sample. */
const FOLDER = "{folder}";

/** The contract of each kind. */
const CHECKS: Readonly<Record<string, AnyCheck>> = {
  layer: checkLayer,
  initializer: checkInitializer,
  regularizer: checkRegularizer,
  constraint: checkConstraint,
  optimizer: checkOptimizer,
  schedule: checkSchedule,
  loss: checkLoss,
  metric: checkMetric,
  callback: checkCallback,
  backend: checkBackend,
  exporter: checkExporter,
};

/**
 * Runs the contract of its kind on a plugin that is in use, as the `sample` of its entry in the manifest says: `config` is
 * what it is made with, the rest are options of the check. `{folder}` in a string of `config` becomes a folder that is
 * gone afterwards.
 *
 * @throws {ContractError} When a check does not hold, unless `throws` is false.
 * @throws {RangeError} When no plugin of that kind and name is known.
 * @throws {Error} When it cannot be loaded.
 *
 * @example
 * ```ts
 * import { checkPlugin } from "@tensaur/tensaur/testing";
 *
 * Deno.test("Dense keeps the contract of layers", () => checkPlugin("layer", "Dense"));
 * ```
 */
export function checkPlugin(
  kind: string,
  name: string,
  options: PluginCheckOptions = {},
): Reported {
  return checkKnown(kind, name, options) as Reported;
}

async function checkKnown(
  kind: string,
  name: string,
  options: PluginCheckOptions,
): Promise<ContractReport> {
  const { registry } = runtime();
  const plugin = registry.describe(kind, name);
  const value = await registry.load(kind, plugin.qualifiedName);
  if (kind === "activation") {
    return await checkActivation(value as ActivationFunction, { ...plugin.sample, ...options });
  }
  if (!Object.hasOwn(CHECKS, kind)) return unchecked(plugin, `no contract of a ${kind} is known`);
  if (!JSON.stringify(plugin.sample).includes(FOLDER)) return await checkMade(plugin, options);
  try {
    return await withFolder((folder) => checkMade(plugin, options, folder));
  } catch (error) {
    if (error instanceof Skipped) return unchecked(plugin, error.message);
    throw error;
  }
}

/** Runs the contract on what the registry makes. */
function checkMade(
  { kind, name, qualifiedName, sample }: PluginDescription,
  options: PluginCheckOptions,
  folder = "",
): Promise<ContractReport> {
  const fillIn = (item: unknown): unknown =>
    typeof item === "string" ? item.replaceAll(FOLDER, folder) : item;
  const config = frozen(sample.config, fillIn);
  // Reports name what cannot be made by the name of the function.
  const { [name]: create } = {
    [name]: (): unknown => runtime().registry.build(kind, qualifiedName, config),
  };
  return CHECKS[kind](create, { ...sample, ...options });
}

function unchecked(plugin: PluginDescription, reason: string): ContractReport {
  return reportOn(plugin, { name: "keeps the contract of its kind", ok: true, skipped: reason });
}

function reportOn({ kind, name }: PluginDescription, result: CheckResult): ContractReport {
  return new ContractReport(kind, name, [result]);
}

/**
 * Runs the contracts of their kinds on all plugins of a package that is in use; see {@linkcode checkPlugin}. Broken
 * contracts, and modules that cannot be loaded, do not throw: the reports tell.
 *
 * @example
 * ```ts
 * import { defineManifest, type Tensor, use } from "@tensaur/tensaur";
 * import { checkPackage } from "@tensaur/tensaur/testing";
 * import { assert } from "@std/assert";
 *
 * await use(defineManifest({
 *   name: "acme",
 *   version: "1.0.0",
 *   plugins: [{ kind: "activation", name: "half", value: (x: Tensor) => x.div(2) }],
 * }));
 * const reports = await checkPackage("acme");
 * assert(reports.every(({ ok }) => ok));
 * ```
 */
export async function checkPackage(name: string): Promise<ContractReport[]> {
  const plugins = runtime().registry.list().filter((plugin) => plugin.package === name);
  const reports: ContractReport[] = [];
  for (const plugin of plugins) {
    try {
      reports.push(await checkPlugin(plugin.kind, plugin.qualifiedName, { throws: false }));
    } catch (error) {
      reports.push(reportOn(plugin, { name: "can be loaded", ok: false, error: error as Error }));
    }
  }
  return reports;
}
