/**
 * Data sets: MNIST, Fashion-MNIST, and digits that need neither file nor network.
 *
 * @module
 */

import type { ImageSetOptions } from "./_image_set.ts";
import {
  checkFlatten,
  type ImageDatasets,
  type ImageTensorOptions,
  toDatasets,
} from "./_tensors.ts";
import { type DigitCountsOptions, loadDigits } from "./digits.ts";
import { loadFashionMnistFiles, loadMnistFiles } from "./mnist.ts";

export type { ImageSetOptions } from "./_image_set.ts";
export type { ImageDatasets, ImageTensorOptions } from "./_tensors.ts";
export type { DigitCountsOptions } from "./digits.ts";
export { type IdxArray, type IdxOptions, parseIdx, readIdx } from "./idx.ts";

/** What {@linkcode mnist} and {@linkcode fashionMnist} take. */
export interface MnistOptions extends ImageSetOptions, ImageTensorOptions {}

/** What {@linkcode digits} takes. */
export interface DigitsOptions extends DigitCountsOptions, ImageTensorOptions {}

/**
 * MNIST: 60,000 handwritten digits to train on and 10,000 to test on.
 *
 * `x / 255`, images float32 `[count, 784]` or `[count, 28, 28, 1]`, classes int32 `[count]`.
 *
 * The files are read from `dir`, else from the cache, else from the network where that is permitted
 * already; they must have the published SHA-256. Where there are none, {@linkcode digits} stand in
 * for them, and `source` says so. Nobody is asked for a permission.
 *
 * @throws {Error} When `dir` or `url` is given and the files are not there, not readable, damaged,
 * or not MNIST.
 *
 * @example
 * ```ts ignore
 * import { data } from "@tensaur/tensaur";
 *
 * const { source, train, test } = await data.mnist({ dir: "data/mnist" });
 * console.log(`Training on ${source}`); // Training on MNIST from data/mnist
 * const loader = new data.DataLoader(train, { batchSize: 32, shuffle: true });
 * ```
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
 */
export async function mnist(options: MnistOptions = {}): Promise<ImageDatasets> {
  const { flatten = true } = options;
  checkFlatten(flatten);
  return toDatasets(await loadMnistFiles(options), flatten);
}

/**
 * Fashion-MNIST: 60,000 pictures of clothes to train on and 10,000 to test on, in the form of MNIST
 * and harder. The classes are T-shirt, trouser, pullover, dress, coat, sandal, shirt, sneaker, bag
 * and ankle boot.
 *
 * `x / 255`, images float32 `[count, 784]` or `[count, 28, 28, 1]`, classes int32 `[count]`.
 *
 * The files are looked for as {@linkcode mnist} does, but nothing can stand in for them.
 *
 * @throws {Error} When the files are not at hand, not readable, damaged, or not Fashion-MNIST.
 *
 * @example
 * ```ts ignore
 * import { data } from "@tensaur/tensaur";
 *
 * const { train, test } = await data.fashionMnist({ dir: "data/fashion", flatten: false });
 * console.log(train.tensors[0].shape); // [60000, 28, 28, 1]
 * ```
 *
 * Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking
 * Machine Learning Algorithms", 2017.
 */
export async function fashionMnist(options: MnistOptions = {}): Promise<ImageDatasets> {
  const { flatten = true } = options;
  checkFlatten(flatten);
  return toDatasets(await loadFashionMnistFiles(options), flatten);
}

/**
 * The built-in set: handwritten-looking digits, drawn on the spot, the same on every machine. A
 * linear model stays below 0.9 on them, where a small network reaches 0.97.
 *
 * `x / 255`, images float32 `[count, 784]` or `[count, 28, 28, 1]`, classes int32 `[count]`.
 *
 * @throws {RangeError} When `train`, `test` or `seed` is no whole number in its range.
 *
 * @example
 * ```ts
 * import { data } from "@tensaur/tensaur";
 * import { assertEquals } from "@std/assert";
 *
 * const { train, test } = data.digits({ train: 100, test: 20, seed: 7 });
 * const [x, y] = train.tensors;
 * assertEquals([x.shape, y.shape], [[100, 784], [100]]);
 * assertEquals(test.length, 20);
 * ```
 */
export function digits(options: DigitsOptions = {}): ImageDatasets {
  const { flatten = true } = options;
  checkFlatten(flatten);
  return toDatasets(loadDigits(options), flatten);
}
