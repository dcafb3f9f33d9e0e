import { type Backend, registry } from "../../mod.ts";
import { type BackendCheckOptions, checkBackend } from "../../testing.ts";
import { backendContract } from "./backend_contract.ts";

const SUITE = "computes what the reference does, and keeps its memory in order";

for (const { name, qualifiedName, sample } of registry.list("backend")) {
  const options = sample as BackendCheckOptions;
  const create = (): Backend => registry.build("backend", qualifiedName, options.config);
  backendContract(name, create, options);

  Deno.test({
    name: `${name} keeps the contract of backends`,
    fn: () => checkBackend(create, { ...options, skip: { [SUITE]: "tested part by part" } }),
    sanitizeOps: false, // threads live on
    sanitizeResources: false,
  });
}
