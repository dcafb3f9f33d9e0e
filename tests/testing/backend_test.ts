import { assertStringIncludes } from "@std/assert";
import type { Kernel } from "../../mod.ts";
import { ReferenceBackend } from "../../plugins/backends/reference/backend.ts";
import { checkBackend } from "../../testing.ts";

Deno.test("checkBackend() names the kernels that compute something else", async () => {
  const reference = new ReferenceBackend();
  const exp: Kernel = {
    run: (inputs, outputs, attributes) =>
      reference.kernels.get("sin")!.run(inputs, outputs, attributes),
  };
  class Mistaken extends ReferenceBackend {
    override readonly kernels = new Map(reference.kernels).set("exp", exp);
  }
  const { failures } = await checkBackend(Mistaken, { throws: false });
  const message = String(failures[0].error?.message);
  assertStringIncludes(message, "parts fail:\nexp() is what its definition says: exp(");
});
