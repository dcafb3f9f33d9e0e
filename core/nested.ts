/**
 * What goes into a module and comes out: one tensor, a list of them or a record of them by name.
 *
 * @module
 */

import { isTensor } from "./dispatch.ts";
import type { Tensor } from "./tensor.ts";

/** One value, a list of values or a record of values by name. */
export type NestOf<T> = T | readonly T[] | { readonly [name: string]: T };

/** A tensor, or arrays and records of tensors: what goes into a module and comes out. */
export type Nested = NestOf<Tensor>;

/** The entries of a nest in order: a record's by name, a list's by place, a single value's by `null`. */
export function nestEntries<T>(
  nest: NestOf<T>,
  isLeaf: (value: unknown) => boolean = isTensor,
): [string | number | null, T][] {
  if (isLeaf(nest)) return [[null, nest as T]];
  if (Array.isArray(nest)) return nest.map((value, i) => [i, value]);
  return Object.entries(nest as Record<string, T>);
}

/** The tensors of a nest in order. */
export function tensorsOf(nested: Nested): readonly Tensor[] {
  if (isTensor(nested)) return [nested];
  return Array.isArray(nested) ? nested : Object.values(nested);
}

/** The same tensors in a nest of its own: a list that a user goes on to fill changes nothing. */
export function copyOfNest(nested: Nested): Nested {
  return nestLike(nested, tensorsOf(nested));
}

/** A nest of the same structure with other values, which are given in order; their list stays the caller's. */
export function nestLike<T>(
  nest: NestOf<unknown>,
  values: readonly T[],
  isLeaf: (value: unknown) => boolean = isTensor,
): NestOf<T> {
  if (isLeaf(nest)) return values[0];
  if (Array.isArray(nest)) return [...values];
  return Object.fromEntries(Object.keys(nest as object).map((name, i) => [name, values[i]]));
}
