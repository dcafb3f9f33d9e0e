import { WasmBackend } from "../../plugins/backends/wasm/backend.ts";
import { backendContract } from "../contract/backend_contract.ts";

backendContract("wasm", () => new WasmBackend({ threads: 2 }), { mayFallBack: [] });
