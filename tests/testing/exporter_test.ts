import { assertEquals } from "@std/assert";
import { type AnyLayer, Exporter, exporters } from "../../mod.ts";
import { checkExporter } from "../../testing.ts";
import { assertBreaks, skippedOf } from "./_breaks.ts";

/** Writes how large the weights are, as no exporter should: piece by piece, in place. */
class Careless extends Exporter {
  override readonly extensions: readonly string[] = [".sizes"];

  override async export(model: AnyLayer, path: string | URL): Promise<void> {
    using file = await Deno.open(path, { write: true, create: true, truncate: true });
    for (const weight of model.weights) {
      await file.write(new TextEncoder().encode(`${weight.dataSync().length}\n`));
    }
  }
}

Deno.test("checkExporter() finds an exporter that leaves half a file", () =>
  assertBreaks(
    checkExporter(Careless),
    "writes the whole file or none",
    "a failure on the way changes the file that was there",
  ));

Deno.test("checkExporter() finds an extension without a dot", async () => {
  class Undotted extends Careless {
    override readonly extensions = ["sizes"];
  }
  const { failures } = await checkExporter(Undotted, { throws: false });
  assertEquals(failures[0].name, "lists its file extensions, each with a dot");
});

Deno.test("checkExporter() finds files that are not read back by another importer", async () => {
  await checkExporter(exporters.TensaurExporter, { importer: "safetensors", throws: false });
  const { failures } = await checkExporter(exporters.SafetensorsExporter, {
    importer: "tensaur",
    throws: false,
  });
  assertEquals(failures.map(({ name }) => name), [
    "is read back as a model that computes the same",
  ]);
});

Deno.test({
  name: "checkExporter() asks for no permission",
  permissions: "none",
  fn: async () => {
    const skipped = skippedOf(await checkExporter(exporters.SafetensorsExporter));
    assertEquals(Object.keys(skipped).length, 3);
  },
});
