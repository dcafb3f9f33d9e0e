/**
 * `tensaur doctor`: what Tensaur runs on here, and why. It asks for no permission, and nothing that is missing makes it
 * fail; a training step that fails does.
 *
 * @module
 */

import { bold, green, red, yellow } from "@std/fmt/colors";
import {
  getBackend,
  layers,
  ops,
  registry,
  runtime,
  sequential,
  setSeed,
  tidy,
  VERSION,
} from "../mod.ts";
import { findBlas } from "../plugins/backends/native/library.ts";
import { WasmBackend } from "../plugins/backends/wasm/backend.ts";
import { hasRelaxedSimd } from "../plugins/backends/wasm/engine.ts";
import type { Arguments } from "./arguments.ts";
import { printJson, table } from "./output.ts";

/** Examines all there is. */
export async function run({ flags }: Arguments): Promise<boolean> {
  const step = await trainStep();
  const found = {
    versions: { tensaur: VERSION, ...Deno.version },
    system: { ...platform(), processors: navigator.hardwareConcurrency },
    backend: await chosenBackend(),
    wasm: wasmFeatures(),
    native: nativeBlas(),
    webgpu: await webgpu(),
    permissions: await permissions(),
    step,
  };
  if (flags.has("json")) printJson(found);
  else console.log(textOf(found));
  return step.ok;
}

type Findings = {
  versions: Record<string, string>;
  system: { os: string; arch: string; processors: number };
  backend: Awaited<ReturnType<typeof chosenBackend>>;
  wasm: ReturnType<typeof wasmFeatures>;
  native: { available: boolean; reason: string };
  webgpu: WebGpu;
  permissions: Permission[];
  step: Step;
};

function platform(): { os: string; arch: string } {
  const { os, arch } = Deno.build;
  return { os, arch };
}

async function chosenBackend() {
  const backend = getBackend();
  if (backend instanceof WasmBackend) await backend.startThreads();
  return {
    name: backend.name,
    description: backend.description,
    why: "it is the default; setBackend() chooses another",
    threads: backend instanceof WasmBackend ? backend.activeThreads : 1,
    others: registry.list("backend").map(({ name }) => name).filter((name) =>
      name !== backend.name
    ),
  };
}

/** A module with one SIMD instruction: (func (result v128) (i32x4.splat (i32.const 0))). */
const SIMD_PROBE = [
  [0, 97, 115, 109, 1, 0, 0, 0],
  [1, 5, 1, 96, 0, 1, 123],
  [3, 2, 1, 0],
  [10, 8, 1, 6, 0, 65, 0, 253, 17, 11],
].flat();

function wasmFeatures() {
  return {
    simd: WebAssembly.validate(new Uint8Array(SIMD_PROBE)),
    relaxedSimd: hasRelaxedSimd(),
    sharedMemory: typeof SharedArrayBuffer !== "undefined",
  };
}

/** The library that the native backend would take, or why there is none. */
function nativeBlas(): { available: boolean; reason: string } {
  try {
    const { name, path } = findBlas({ threaded: true });
    return { available: true, reason: `${name} (${path})` };
  } catch (error) {
    return { available: false, reason: (error as Error).message };
  }
}

/** An adapter, or why there is none. */
interface WebGpu {
  readonly adapter: string | null;
  readonly software: boolean;
  readonly reason: string;
}

async function webgpu(): Promise<WebGpu> {
  const none = (reason: string): WebGpu => ({ adapter: null, software: false, reason });
  try {
    const adapter = await navigator.gpu?.requestAdapter() ?? null;
    if (adapter === null) return none("no adapter was found");
    const { description, device, vendor, isFallbackAdapter = false } = adapter.info as
      & GPUAdapterInfo
      & { isFallbackAdapter?: boolean };
    const name = description || device || vendor || "an adapter without a name";
    const software = isFallbackAdapter || /llvmpipe|lavapipe|swiftshader|basic render/i.test(name);
    return { adapter: name, software, reason: "no WebGPU backend in this version" };
  } catch (error) {
    return none((error as Error).message);
  }
}

/** What each permission adds to training, which needs none. */
const ADDS: Readonly<Record<Deno.PermissionName | "import", string>> = {
  read: "models, plugins and data from files",
  write: "saving models, together with --allow-read",
  net: "MNIST from the network",
  import: "plugins from the network",
  env: "keeping what was downloaded, together with --allow-read and --allow-write",
  ffi: "the native backend: matrix products and convolutions by the system's BLAS",
  run: "nothing",
  sys: "nothing",
};

interface Permission {
  readonly name: string;
  readonly state: "granted" | "partly granted" | "missing";
  readonly adds: string;
}

/** What is granted and what is not; nobody is asked. */
async function permissions(): Promise<Permission[]> {
  return await Promise.all(
    Object.entries(ADDS).map(async ([name, adds]): Promise<Permission> => {
      const { state, partial } = await Deno.permissions.query(
        { name } as Deno.PermissionDescriptor,
      );
      return {
        name,
        state: state !== "granted" ? "missing" : partial ? "partly granted" : "granted",
        adds,
      };
    }),
  );
}

/** How a tiny step of training went. */
interface Step {
  readonly ok: boolean;
  readonly loss: number | null;
  readonly error: string | null;
  /** How often an operation ran on a reference kernel because the backend brings none. */
  readonly fallbacks: Readonly<Record<string, number>>;
}

async function trainStep(): Promise<Step> {
  const { backend } = runtime();
  const fallbacks = (): Record<string, number> => Object.fromEntries(backend.fallbacks);
  try {
    setSeed(1);
    const model = sequential([
      new layers.Dense({ units: 8, activation: "relu", inputShape: [4] }),
      new layers.Dense({ units: 1 }),
    ]);
    model.compile({ optimizer: "adam", loss: "mse" });
    const x = tidy(() => ops.reshape(ops.linspace(-1, 1, { num: 64 }), [16, 4]));
    const y = tidy(() => ops.sum(x, { axis: 1, keepdims: true }));
    const { history } = await model.fit(x, y, { epochs: 1, verbose: 0 });
    return { ok: true, loss: history.loss[0], error: null, fallbacks: fallbacks() };
  } catch (error) {
    return { ok: false, loss: null, error: (error as Error).message, fallbacks: fallbacks() };
  }
}

function textOf(found: Findings): string {
  const { versions, system, backend, wasm, native, webgpu, permissions, step } = found;
  const has = (is: boolean): string => is ? green("yes") : yellow("no");
  const fallbacks = Object.entries(step.fallbacks).map(([name, count]) => `${name} ${count}×`);
  const section = (title: string, rows: readonly (readonly string[])[]): string =>
    `${bold(title)}\n${table(rows)}`;
  return [
    section("Versions", [
      ...Object.entries(versions),
      ["system", `${system.os} ${system.arch}, ${system.processors} processors`],
    ]),
    section("Backend", [
      ["chosen", `${backend.name}: ${backend.description}`],
      ["why", backend.why],
      ["threads", String(backend.threads)],
      ["others", backend.others.join(", ") || "none"],
      ["SIMD", has(wasm.simd)],
      ["relaxed SIMD", has(wasm.relaxedSimd)],
      ["shared memory", has(wasm.sharedMemory)],
      ["native BLAS", native.reason],
      [
        "WebGPU",
        `${webgpu.adapter ?? "none"}${webgpu.software ? " (software)" : ""}; ${webgpu.reason}`,
      ],
    ]),
    section(
      "Permissions",
      permissions.map(({ name, state, adds }) => [
        `--allow-${name}`,
        state === "missing" ? yellow(state) : green(state),
        adds,
      ]),
    ),
    section("A step of training", [
      ["works", step.ok ? `${green("yes")}, loss ${step.loss!.toPrecision(3)}` : red(step.error!)],
      ["on reference kernels", fallbacks.join(", ") || "nothing"],
    ]),
  ].join("\n\n");
}
