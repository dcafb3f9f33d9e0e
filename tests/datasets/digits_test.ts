import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { glyphs } from "../../plugins/datasets/_glyphs.ts";
import { drawDigits, loadDigits } from "../../plugins/datasets/digits.ts";
import { sha256 } from "./_files.ts";

const size = 28 * 28;

Deno.test("drawDigits() draws the same bytes on every engine", async () => {
  const { images, labels } = drawDigits({ count: 50, seed: 42 });
  assertEquals(
    await sha256(labels),
    "3166104e4e250cdb789fe1a80c262f5bb142d6ea91f043d7c9cd592981e8cb4a",
  );
  assertEquals(
    await sha256(images),
    "6fc1e33211a66a7c56b1400740d751fb7595b5801f7b7fbe936be87c99c733fa",
  );
});

Deno.test("drawDigits() gives an image for each label, and each digit equally often", () => {
  const { images, labels } = drawDigits({ count: 200, seed: 1 });
  assertEquals(images.length, 200 * size);
  for (let digit = 0; digit < 10; digit++) {
    assertEquals(labels.filter((label) => label === digit).length, 20);
  }
});

Deno.test("drawDigits() shuffles the digits", () => {
  const { labels } = drawDigits({ count: 100, seed: 1 });
  const orders = new Set(
    Array.from({ length: 10 }, (_, i) => labels.slice(10 * i, 10 * i + 10).join()),
  );
  assert(orders.size > 8);
});

Deno.test("drawDigits() adds images to a larger count and changes none", () => {
  const few = drawDigits({ count: 13, seed: 3 });
  const many = drawDigits({ count: 40, seed: 3 });
  assertEquals(many.images.subarray(0, few.images.length), few.images);
  assertEquals(many.labels.subarray(0, few.labels.length), few.labels);
});

Deno.test("drawDigits() draws other images for another seed or part", () => {
  const base = drawDigits({ count: 10, seed: 3 });
  for (const seed of [4, 3 + 2 ** 32, Number.MAX_SAFE_INTEGER]) {
    assertNotEquals(drawDigits({ count: 10, seed }).images, base.images);
  }
  assertNotEquals(drawDigits({ count: 10, seed: 3, part: "test" }).images, base.images);
});

Deno.test("drawDigits() draws no image twice", () => {
  const { images } = drawDigits({ count: 500, seed: 9 });
  const distinct = new Set(
    Array.from({ length: 500 }, (_, i) => images.subarray(i * size, (i + 1) * size).join()),
  );
  assertEquals(distinct.size, 500);
});

Deno.test("drawDigits() leaves the border empty and puts ink within it", () => {
  const { images } = drawDigits({ count: 300, seed: 5 });
  for (let i = 0; i < 300; i++) {
    const image = images.subarray(i * size, (i + 1) * size);
    const ink = image.filter((grey) => grey > 100).length;
    assert(ink >= 15 && ink < 300, `image ${i} has ${ink} dark pixels`);
    for (let k = 0; k < 28; k++) {
      const edge = [image[k], image[27 * 28 + k], image[28 * k], image[28 * k + 27]];
      assert(Math.max(...edge) < 128, `image ${i} touches the border`);
    }
  }
});

Deno.test("drawDigits() throws when count is no whole number from 1 on", () => {
  for (const count of [0, -1, 2.5, NaN, Infinity, 1_000_001]) {
    assertThrows(() => drawDigits({ count }), RangeError, "count");
  }
  // @ts-expect-error a string is no count
  assertThrows(() => drawDigits({ count: "10" }), TypeError, "count");
});

Deno.test("drawDigits() throws when seed or part is unknown", () => {
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
    assertThrows(() => drawDigits({ count: 1, seed }), RangeError, "seed");
  }
  // @ts-expect-error there is no such part
  assertThrows(() => drawDigits({ count: 1, part: "validation" }), RangeError, "part");
});

Deno.test("loadDigits() draws both parts and says so", () => {
  const { source, train, test } = loadDigits({ train: 1000, test: 20, seed: 2 });
  assertEquals(source, "built-in digits (1,000 train, 20 test)");
  assertEquals([train.labels.length, test.labels.length], [1000, 20]);
});

Deno.test("every digit has several glyphs that fit the grid", () => {
  assertEquals(glyphs.length, 10);
  for (const ways of glyphs) {
    assert(ways.length >= 3);
    for (const point of ways.flat(2)) assert(point >= 0 && point <= 100);
  }
});

/**
 * How well class means tell the test images apart: a linear model, and about the poorest there is.
 */
function nearestMeanAccuracy(): number {
  const { train, test } = loadDigits({ train: 1000, test: 500, seed: 0 });
  const means = Array.from({ length: 10 }, () => new Float64Array(size));
  train.labels.forEach((label, i) => {
    for (let k = 0; k < size; k++) means[label][k] += train.images[i * size + k] / 100;
  });
  let right = 0;
  test.labels.forEach((label, i) => {
    const image = test.images.subarray(i * size, (i + 1) * size);
    const distances = means.map((mean) => mean.reduce((sum, m, k) => sum + (m - image[k]) ** 2, 0));
    if (distances.indexOf(Math.min(...distances)) === label) right++;
  });
  return right / test.labels.length;
}

Deno.test("the digits are alike enough to be learnt and too varied for class means", () => {
  const accuracy = nearestMeanAccuracy();
  assert(accuracy > 0.5 && accuracy < 0.85, `accuracy is ${accuracy}`);
});
