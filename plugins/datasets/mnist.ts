/**
 * MNIST and Fashion-MNIST as bytes.
 *
 * @module
 */

import { failure } from "./_failure.ts";
import { findImageSet, type ImageSet, type ImageSetOptions, type KnownSet } from "./_image_set.ts";
import { loadDigits } from "./digits.ts";

export type { Images, ImageSet, ImageSetOptions } from "./_image_set.ts";

const mnistSet: KnownSet = {
  name: "MNIST",
  folder: "mnist",
  url: "https://storage.googleapis.com/cvdf-datasets/mnist/",
  trainImages: {
    name: "train-images-idx3-ubyte",
    gzip: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    plain: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
  },
  trainLabels: {
    name: "train-labels-idx1-ubyte",
    gzip: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    plain: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
  },
  testImages: {
    name: "t10k-images-idx3-ubyte",
    gzip: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    plain: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
  },
  testLabels: {
    name: "t10k-labels-idx1-ubyte",
    gzip: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    plain: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
  },
};

const fashionMnistSet: KnownSet = {
  name: "Fashion-MNIST",
  folder: "fashion-mnist",
  url: "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
  trainImages: {
    name: "train-images-idx3-ubyte",
    gzip: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    plain: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
  },
  trainLabels: {
    name: "train-labels-idx1-ubyte",
    gzip: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    plain: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
  },
  testImages: {
    name: "t10k-images-idx3-ubyte",
    gzip: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    plain: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
  },
  testLabels: {
    name: "t10k-labels-idx1-ubyte",
    gzip: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    plain: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
  },
};

/**
 * Loads MNIST as bytes: from `dir`, else from the cache, else from the network where that is
 * permitted already. Where it is none of these, the built-in digits stand in for it, and `source`
 * says so. Nobody is asked for a permission.
 *
 * @throws {Error} When `dir` or `url` is given and the files are not there, not readable, or not
 * MNIST.
 *
 * @example
 * ```ts ignore
 * import { assertEquals } from "@std/assert";
 *
 * const { source, train } = await loadMnistFiles();
 * console.log(source); // "MNIST from …" or "built-in digits …"
 * assertEquals(train.images.length, train.labels.length * 28 * 28);
 * ```
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
 */
export async function loadMnistFiles(options: ImageSetOptions = {}): Promise<ImageSet> {
  const found = await findImageSet(mnistSet, options);
  if ("train" in found) return found;
  const digits = loadDigits();
  return { ...digits, source: `${digits.source}; ${found.missing}` };
}

/**
 * Loads Fashion-MNIST as bytes: from `dir`, else from the cache, else from the network where that
 * is permitted already. The classes are T-shirt, trouser, pullover, dress, coat, sandal, shirt,
 * sneaker, bag, ankle boot.
 *
 * @throws {Error} When the files are not at hand (digits could not stand in for clothes) or not
 * Fashion-MNIST.
 *
 * Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking
 * Machine Learning Algorithms", 2017.
 */
export async function loadFashionMnistFiles(options: ImageSetOptions = {}): Promise<ImageSet> {
  const found = await findImageSet(fashionMnistSet, options);
  if ("train" in found) return found;
  throw failure(
    "dataset.missing",
    `Cannot load Fashion-MNIST as its files must be at hand: ${found.missing}`,
  );
}
