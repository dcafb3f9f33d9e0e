/** The built-in backends, for the manifest. */

import type { PluginEntry } from "../../core/plugin.ts";
import { NativeBackend } from "./native/backend.ts";
import { ReferenceBackend } from "./reference/backend.ts";
import { WasmBackend } from "./wasm/backend.ts";

export const backends: readonly PluginEntry[] = [
  {
    kind: "backend",
    name: "reference",
    value: ReferenceBackend,
    description: "Plain loops over typed arrays: the specification of every operation",
  },
  {
    kind: "backend",
    name: "wasm",
    value: WasmBackend,
    description: "SIMD kernels and threads in WebAssembly, with no permission",
  },
  {
    kind: "backend",
    name: "native",
    value: NativeBackend,
    description: "The wasm backend with matrix products and convolutions by the system's BLAS",
    permissions: ["ffi"],
  },
];
