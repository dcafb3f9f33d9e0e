import { assert, assertEquals, assertThrows } from "@std/assert";
import { assertGolden, type GoldenFiles, type GoldenTensor, readGolden } from "./read_golden.ts";

const FILES: (keyof GoldenFiles)[] = [
  "ops",
  "layers",
  "losses",
  "metrics",
  "optimizers",
  "torchOptimizers",
  "initializers",
  "mlp",
  "schedules",
  "safetensors",
  "pytorchModels",
];

function* tensorsOf(value: unknown): Generator<GoldenTensor> {
  if (value === null || typeof value !== "object") return;
  if ("dtype" in value && "data" in value) yield value as GoldenTensor;
  else for (const part of Object.values(value)) yield* tensorsOf(part);
}

for (const name of FILES) {
  Deno.test(`readGolden("${name}") gives as many elements as each shape has`, () => {
    for (const { shape, data } of tensorsOf(readGolden(name))) {
      assertEquals(data.length, shape.reduce((size, d) => size * d, 1));
      assert(data.every((element) => typeof element === "number"));
    }
  });
}

Deno.test("readGolden() names every op case once", () => {
  const names = readGolden("ops").map((golden) => golden.name);
  assertEquals(new Set(names).size, names.length);
});

Deno.test("readGolden() reads what JSON has no number for", () => {
  const golden = readGolden("ops").find(({ name }) => name === "exp [5] special values");
  assertEquals(golden?.inputs[0].data, [NaN, Infinity, -Infinity, 0, -0]);
  assertEquals(golden?.output?.data, [NaN, Infinity, 0, 1, 1]);
});

Deno.test("assertGolden() takes what is within the tolerance, and NaN for NaN", () => {
  assertGolden("sum", [1 + 1e-13, NaN, Infinity, 0], [1, NaN, Infinity, -0]);
  assertGolden("sum", new Float32Array([0.1]), [0.1], { rtol: 1e-6 });
});

Deno.test("assertGolden() names the element that is furthest off", () => {
  assertThrows(
    () => assertGolden("sum", [1.1, 3, 3], [1, 2, 3]),
    Error,
    "sum: element 1 is 3 where 2 is expected",
  );
  assertThrows(() => assertGolden("sum", [1, NaN], [1, 2]), Error, "element 1 is NaN");
  assertThrows(() => assertGolden("sum", [Infinity], [-Infinity]), Error, "element 0 is Infinity");
  assertThrows(() => assertGolden("sum", [1], [1, 2]), Error, "1 elements where 2 are expected");
});
