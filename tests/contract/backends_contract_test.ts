import type { CodedError } from "../../core/errors.ts";
import { type Backend, registry } from "../../mod.ts";
import { type BackendCheckOptions, checkBackend } from "../../testing.ts";
import { backendContract } from "./backend_contract.ts";

const SUITE = "computes what the reference does, and keeps its memory in order";

/** Why a backend cannot work here, where it cannot. */
function whyUnavailable(create: () => Backend): string | null {
  try {
    create().dispose();
    return null;
  } catch (error) {
    const { code, message } = error as CodedError;
    if (code !== "backend.unavailable") throw error;
    return message;
  }
}

for (const { name, qualifiedName, sample } of registry.list("backend")) {
  const options = sample as BackendCheckOptions;
  const create = (): Backend => registry.build("backend", qualifiedName, options.config);
  const reason = whyUnavailable(create);
  if (reason !== null) {
    Deno.test.ignore(`${name} keeps the contract of backends: ${reason}`, () => {});
    continue;
  }
  backendContract(name, create, options);

  Deno.test({
    name: `${name} keeps the contract of backends`,
    fn: () => checkBackend(create, { ...options, skip: { [SUITE]: "tested part by part" } }),
    sanitizeOps: false, // threads live on
    sanitizeResources: false,
  });
}
