/**
 * Image sets as tensors.
 *
 * @module
 */

import { TensorDataset } from "../../core/data/dataset.ts";
import { errors } from "../../core/errors.ts";
import { tensor } from "../../core/ops/mod.ts";
import { tidy } from "../../core/scope.ts";
import type { Images, ImageSet } from "./_image_set.ts";
import { side } from "./_pen.ts";

/** The two parts of an image set as tensors, and where they came from. */
export interface ImageDatasets {
  /** One line for people: which data it is. */
  readonly source: string;
  /** What to learn from: images float32 `[count, 784]`, 0 to 1, and classes int32 `[count]`. */
  readonly train: TensorDataset;
  /** What to judge by: as `train`. */
  readonly test: TensorDataset;
}

/** How images become tensors. */
export interface ImageTensorOptions {
  /** Images as rows `[count, 784]`, or as `[count, 28, 28, 1]` for image layers. @default true */
  readonly flatten?: boolean;
}

/** Bytes as float32 from 0 to 1. */
function scale(bytes: Uint8Array): Float32Array {
  const scaled = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) scaled[i] = bytes[i] / 255;
  return scaled;
}

function toDataset({ images, labels }: Images, flatten: boolean): TensorDataset {
  const count = labels.length;
  const shape = flatten ? [count, side * side] : [count, side, side, 1];
  return tidy(() =>
    new TensorDataset(tensor(scale(images), { shape }), tensor(Int32Array.from(labels)))
  );
}

/** Says no before anything is loaded. */
export function checkFlatten(flatten: unknown): void {
  if (typeof flatten !== "boolean") {
    throw errors.option("load images", "flatten", "true or false", flatten);
  }
}

/** Makes tensors of an image set. */
export function toDatasets({ source, train, test }: ImageSet, flatten: boolean): ImageDatasets {
  return { source, train: toDataset(train, flatten), test: toDataset(test, flatten) };
}
