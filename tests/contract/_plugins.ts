import { registry } from "../../mod.ts";
import { checkPlugin } from "../../testing.ts";
import { onnxRuntime } from "../onnx/_runtime.ts";

/** Tests each plugin of a kind that is registered; a new one is tested by being listed. */
export function testContracts(kind: string, kinds = `${kind}s`): void {
  for (const { name, qualifiedName } of registry.list(kind)) {
    Deno.test(`${name} keeps the contract of ${kinds}`, () =>
      checkPlugin(kind, qualifiedName, { onnxRuntime }));
  }
}
