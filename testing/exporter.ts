/**
 * The contract of exporters.
 *
 * @module
 */

import { type AnyLayer, Exporter, type Importer, runtime, Sequential } from "../mod.ts";
import { type Bench, type Check, type CheckOptions, defineCheck } from "./contract.ts";
import { withFolder } from "./files.ts";
import { smallModel } from "./model.ts";
import { expect, skip } from "./outcome.ts";
import { draw, expectSame } from "./values.ts";

/** Options of {@linkcode checkExporter}. */
export interface ExporterCheckOptions extends CheckOptions {
  /** The importer that reads the format back. @default one for the same file extension */
  importer?: string;
}

type ExporterBench = Bench<Exporter, ExporterCheckOptions>;

/** Runs a function with a model, whose weights are freed afterwards. */
async function withModel<T>(run: (model: Sequential) => Promise<T>): Promise<T> {
  const model = smallModel();
  try {
    return await run(model);
  } finally {
    free(model);
  }
}

function free(model: AnyLayer): void {
  for (const weight of model.weights) weight.dispose();
}

async function namesIn(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

async function rejects(promise: Promise<unknown>): Promise<boolean> {
  return await promise.then(() => false, () => true);
}

async function importerFor(bench: ExporterBench, extensions: readonly string[]): Promise<Importer> {
  const { registry } = runtime();
  const { importer } = bench.options;
  if (importer !== undefined) return await registry.create<Importer>("importer", importer);
  for (const { qualifiedName } of registry.list("importer")) {
    const candidate = await registry.create<Importer>("importer", qualifiedName);
    if (candidate.extensions.some((extension) => extensions.includes(extension))) return candidate;
  }
  skip(`no importer reads ${extensions.join(" or ")}`);
}

/**
 * Runs the contract of exporters: what every built-in exporter is held to.
 *
 * A file for each of its extensions, which replaces one that was there; whole or not at all, whatever goes wrong; read back
 * by the importer of the format, where there is one, a model that computes the same. Takes `--allow-read` and
 * `--allow-write`, without which all but the extensions is skipped.
 *
 * @throws {ContractError} When a check does not hold; its message lists those.
 *
 * @example
 * ```ts
 * import { exporters } from "@tensaur/tensaur";
 * import { checkExporter } from "@tensaur/tensaur/testing";
 *
 * Deno.test("SafetensorsExporter keeps the contract of exporters", () =>
 *   checkExporter(exporters.SafetensorsExporter));
 * ```
 */
export const checkExporter: Check<Exporter, ExporterCheckOptions> = defineCheck({
  kind: "exporter",
  base: Exporter,
  checks: {
    "lists its file extensions, each with a dot": (bench: ExporterBench) => {
      const { extensions } = bench.create();
      expect(extensions.length > 0, "it lists none");
      const wrong = extensions.find((extension) => !/^\.[^./\\]/.test(extension));
      expect(wrong === undefined, `"${wrong}" does not begin with a dot and a character after it`);
    },

    "writes a file for each extension, and over one that is there": (bench) =>
      withFolder((folder) =>
        withModel(async (model) => {
          const exporter = bench.create();
          for (const extension of exporter.extensions) {
            const path = `${folder}/model${extension}`;
            await Deno.writeTextFile(path, "before");
            await exporter.export(model, path);
            const bytes = await Deno.readFile(path);
            expect(bytes.length > 0, `${path} is empty`);
            const isOld = new TextDecoder().decode(bytes.subarray(0, 6)) === "before";
            expect(!isOld, `${path} still begins with what was there`);
          }
          const names = await namesIn(folder);
          const wanted = exporter.extensions.map((extension) => `model${extension}`).sort();
          expect(`${names}` === `${wanted}`, `it leaves ${names} instead of ${wanted}`);
        })
      ),

    "writes the whole file or none": (bench) =>
      withFolder((folder) =>
        withModel(async (model) => {
          const exporter = bench.create();
          const [extension] = exporter.extensions;
          await Deno.mkdir(`${folder}/taken${extension}`);
          for (const name of [`missing/model${extension}`, `taken${extension}`]) {
            const isRefused = await rejects(exporter.export(model, `${folder}/${name}`));
            expect(isRefused, `it does not reject where ${name} cannot be written`);
          }
          const path = `${folder}/model${extension}`;
          await Deno.writeTextFile(path, "before");
          model.weights[0].dispose();
          if (await rejects(exporter.export(model, path))) {
            const text = await Deno.readTextFile(path);
            expect(text === "before", "a failure on the way changes the file that was there");
          }
          const names = await namesIn(folder);
          const wanted = [`model${extension}`, `taken${extension}`];
          expect(`${names}` === `${wanted}`, `it leaves ${names} instead of ${wanted}`);
        })
      ),

    "is read back as a model that computes the same": (bench) =>
      withFolder((folder) =>
        withModel(async (model) => {
          const exporter = bench.create();
          const importer = await importerFor(bench, exporter.extensions);
          const path = `${folder}/model${exporter.extensions[0]}`;
          await exporter.export(model, path);
          await withModel(async (into) => {
            const loaded = await importer.import(path, { into });
            const x = draw([3, 2]);
            await expectSame("the output", loaded.apply(x), model.apply(x));
            if (loaded !== into) free(loaded);
          });
        })
      ),
  },
});
