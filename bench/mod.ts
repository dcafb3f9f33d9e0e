/**
 * The bench: every claim of speed, beside peers, in one run.
 *
 * ```sh
 * deno run -A bench/mod.ts [--quick] [--only gemm,mlp,…] [--peers tfjs,jax,torch,onnxruntime,blas] [--threads 2]
 *   [--data DIR] [--out DIR]
 * ```
 *
 * @module
 */

import { parseArgs } from "@std/cli/parse-args";
import { VERSION } from "@tensaur/tensaur";
import { type BenchOptions, entrants, Field } from "./field.ts";
import { markdown, type Table, type Target, targetTable, type Workload } from "./report.ts";
import { cnn, resnet } from "./workloads/cnn.ts";
import { epoch } from "./workloads/epoch.ts";
import { flat } from "./workloads/flat.ts";
import { gemm } from "./workloads/gemm.ts";
import { inference } from "./workloads/inference.ts";
import { memory } from "./workloads/memory.ts";
import { mlp } from "./workloads/mlp.ts";
import { overhead } from "./workloads/overhead.ts";
import { start } from "./workloads/start.ts";

const WORKLOADS: readonly Workload[] = [
  ...[gemm, mlp, cnn, resnet, inference, epoch],
  ...[overhead, flat, memory, start],
];
const PEERS: readonly string[] = ["tfjs", "jax", "torch", "onnxruntime", "blas"];

/** A list after an option, checked. */
function chosen(option: string, given: string | undefined, known: readonly string[]): string[] {
  if (given === undefined) return [...known];
  const names = given.split(",").filter((name) => name !== "" && name !== "none");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  console.error(`Cannot run the bench as --${option} knows no "${unknown}": known are ${known}`);
  Deno.exit(2);
}

async function processor(): Promise<string> {
  try {
    const text = await Deno.readTextFile("/proc/cpuinfo");
    return /model name\s*:\s*(.*)/.exec(text)?.[1] ?? Deno.build.arch;
  } catch {
    return Deno.build.arch;
  }
}

async function main(): Promise<void> {
  const flags = parseArgs(Deno.args, {
    boolean: ["quick"],
    string: ["only", "peers", "threads", "data", "out"],
  });
  const workloads = chosen("only", flags.only, WORKLOADS.map(({ name }) => name))
    .map((name) => WORKLOADS.find((workload) => workload.name === name)!);
  const scratch = await Deno.makeTempDir({ prefix: "tensaur-bench-" });
  const options: BenchOptions = {
    quick: flags.quick,
    peers: chosen("peers", flags.peers, PEERS),
    threads: Number(flags.threads ?? Math.min(2, navigator.hardwareConcurrency)),
    data: flags.data ?? null,
    scratch,
    say: (line) => console.error(line),
  };
  const needed = new Set(workloads.flatMap(({ families }) => families));
  const who = entrants(options).filter(({ family }) => needed.has(family));
  const field = await Field.start(who, options.say);
  const date = new Date().toISOString();
  const machine = {
    processor: await processor(),
    processors: navigator.hardwareConcurrency,
    system: `${Deno.build.os} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    load: Deno.loadavg()[0],
  };
  const heading = [
    `# Bench of ${date.slice(0, 10)}, Tensaur ${VERSION}`,
    "",
    `${machine.processor}, ${machine.processors} processors, Deno ${machine.deno}, load before ${
      machine.load.toFixed(1)
    }.`,
    "2× is twice as fast as the peer, under 1× we lose. Contenders ran in turns; ratios are medians over rounds.",
    "",
    ...Object.entries(field.descriptions()).map(([name, text]) => `- ${name}: ${text}`),
    ...[...field.absent].map(([name, reason]) => `- ${name}: absent, ${reason}`),
    "",
  ];
  const parts: string[] = [heading.join("\n")];
  console.log(parts[0]);
  const print = (table: Table): void => {
    parts.push(markdown(table));
    console.log(parts.at(-1));
  };
  const results: Record<string, unknown> = {};
  const targets: Target[] = [];
  try {
    for (const workload of workloads) {
      try {
        const report = await workload.run(options, field);
        results[workload.name] = report.data;
        targets.push(...report.targets);
        report.tables.forEach(print);
      } catch (error) {
        // What the others measured is worth keeping.
        const reason = (error as Error).message;
        results[workload.name] = { error: reason };
        parts.push(`### ${workload.name} failed\n\n${reason}\n`);
        console.error(error);
      }
    }
    if (targets.length > 0) print(targetTable(targets));
  } finally {
    await field.end();
    await Deno.remove(scratch, { recursive: true });
  }
  const folder = flags.out ?? new URL("results", import.meta.url).pathname;
  await Deno.mkdir(folder, { recursive: true });
  const path = `${folder}/${date.slice(0, 16).replace(":", "")}`;
  const contenders = { present: field.descriptions(), absent: Object.fromEntries(field.absent) };
  const record = {
    date,
    version: VERSION,
    quick: options.quick,
    machine,
    contenders,
    targets,
    results,
  };
  await Deno.writeTextFile(`${path}.json`, JSON.stringify(record, null, 1) + "\n");
  await Deno.writeTextFile(`${path}.md`, parts.join("\n"));
  console.error(`Written to ${path}.md and ${path}.json`);
}

if (import.meta.main) await main();
