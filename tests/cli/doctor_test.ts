import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { VERSION } from "../../version.ts";
import { blas } from "../backends/native_library.ts";
import { tensaur } from "./_tensaur.ts";

Deno.test("tensaur doctor says what Tensaur runs on, with no permission", async () => {
  const { code, stdout, stderr } = await tensaur(["doctor"]);
  assertEquals([code, stderr], [0, ""]);
  for (
    const line of ["wasm: WebAssembly with", "relaxed SIMD", "Cannot use the native backend as"]
  ) {
    assertStringIncludes(stdout, line);
  }
  assertStringIncludes(stdout, "--allow-read    missing");
});

Deno.test("tensaur doctor --json gives versions, backend, permissions and fallbacks", async () => {
  const surroundings = { permissions: ["--allow-read=/", "--allow-ffi", "--allow-env=HOME"] };
  const { code, stdout } = await tensaur(["doctor", "--json"], surroundings);
  assertEquals(code, 0);
  const { versions, backend, wasm, native, webgpu, permissions, step } = JSON.parse(stdout);
  assertEquals([versions.tensaur, versions.deno], [VERSION, Deno.version.deno]);
  assertEquals(backend.name, "wasm");
  assert(backend.threads >= 1);
  assertEquals(wasm, { simd: true, relaxedSimd: true, sharedMemory: true });
  assertEquals(native.available, blas !== null);
  assertEquals(typeof webgpu.software, "boolean");
  const stateOf = (name: string): string =>
    permissions.find((permission: { name: string }) => permission.name === name).state;
  assertEquals(stateOf("ffi"), "granted");
  assertEquals(stateOf("net"), "missing");
  assertEquals(step.ok, true);
  assertEquals(step.fallbacks, {});
});
