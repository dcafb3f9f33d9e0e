/**
 * Windows that slide over spatial axes, as the kernels of convolution and pooling read them; `kernels/windows.ts` is the other
 * end.
 *
 * @module
 */

import type { Operand } from "../../../core/backend.ts";
import type { Margins } from "../../../core/windows.ts";
import type { Engine } from "./engine.ts";
import { SHAPES, ZERO } from "./layout.ts";
import { FOUR_BYTES } from "./movement.ts";
import { addressOf, allFloat32 } from "./operands.ts";

/** The most spatial axes that the kernels walk over. */
const MOST_AXES = 7;
/** The most elements of a window that keeps channels apart. */
export const MOST_TAPS = 16384;
/** Where the kernels look for axes, and how many values each has. */
const AXES = (SHAPES + 256) >>> 2;
const AXIS_VALUES = 8;

/** The kinds of work of windows that keep channels apart, in the order of the kernels. */
export const POOL = {
  maximum: 0,
  mean: 1,
  place: 2,
  depthwise: 3,
  maximumGradient: 4,
  meanGradient: 5,
  depthwiseInput: 6,
  depthwiseKernel: 7,
} as const;

/** How windows cover what they slide over: they overlap, or leave gaps, or each element lies in one. */
export const COVER = { overlap: 0, gaps: 1, tile: 2 } as const;

/** What the kernels read of an operation on windows; `kernels/windows.ts` says what each is. */
export interface Plan {
  source: number;
  target: number;
  other: number;
  third: number;
  images: number;
  sourceImage: number;
  channels: number;
  filters: number;
  groups: number;
  otherRow: number;
  targetRow: number;
  sourceGroup: number;
  otherGroup: number;
  targetGroup: number;
  activation: number;
  pieces: number;
  cover: number;
}

/** One axis, in the order of the kernels. */
export interface Axis {
  windows: number;
  stride: number;
  start: number;
  length: number;
  sourceStep: number;
  taps: number;
  tapStep: number;
}

function writePlan(
  int32: Int32Array,
  plan: Plan,
  axes: readonly Axis[],
  tables: number,
  room: number,
): void {
  let at = SHAPES >>> 2;
  int32[at++] = plan.source;
  int32[at++] = plan.target;
  int32[at++] = plan.other;
  int32[at++] = plan.third;
  int32[at++] = tables;
  int32[at++] = room;
  int32[at++] = plan.images;
  int32[at++] = axes.length;
  int32[at++] = plan.sourceImage;
  int32[at++] = plan.channels;
  int32[at++] = plan.filters;
  int32[at++] = plan.groups;
  int32[at++] = plan.otherRow;
  int32[at++] = plan.targetRow;
  int32[at++] = plan.sourceGroup;
  int32[at++] = plan.otherGroup;
  int32[at++] = plan.targetGroup;
  int32[at++] = plan.activation;
  int32[at++] = plan.pieces;
  int32[at++] = plan.cover;
  for (let i = 0; i < axes.length; i++) {
    const axis = axes[i];
    at = AXES + i * AXIS_VALUES;
    int32[at++] = axis.windows;
    int32[at++] = axis.stride;
    int32[at++] = axis.start;
    int32[at++] = axis.length;
    int32[at++] = axis.sourceStep;
    int32[at++] = axis.taps;
    int32[at++] = axis.tapStep;
  }
}

/** Bytes of the tables that the kernels make of a plan. */
function tableBytes(channels: number, axes: readonly Axis[]): number {
  let taps = 1;
  let windows = 0;
  for (const axis of axes) {
    taps *= axis.taps;
    windows += axis.windows;
  }
  const bytes = taps * 4 + (channels + 8) * 4 + 8 + windows * Math.ceil(taps / 64) * 8;
  return Math.ceil(bytes / 64) * 64;
}

/** Runs a kernel on a plan, with room for tables and for what else it needs. */
export function runWindows(
  { memory, borrow, giveBack }: Engine,
  plan: Plan,
  axes: readonly Axis[],
  roomBytes: number,
  run: () => void,
): void {
  const bytes = tableBytes(plan.channels, axes);
  const tables = borrow(bytes + roomBytes);
  writePlan(memory.int32, plan, axes, tables, tables + bytes);
  run();
  giveBack(tables);
}

/** The spatial axes of `from` with windows of that size, as many as `to` has. */
export function slidingAxes(
  from: readonly number[],
  to: readonly number[],
  size: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
  margins: Margins,
): Axis[] {
  const axes = new Array<Axis>(size.length);
  let sourceStep = from[from.length - 1];
  for (let i = size.length - 1; i >= 0; i--) {
    axes[i] = {
      windows: to[i + 1],
      stride: strides[i],
      start: -margins[i][0],
      length: from[i + 1],
      sourceStep,
      taps: size[i],
      tapStep: dilations[i],
    };
    sourceStep *= from[i + 1];
  }
  return axes;
}

/** Sets all of a float32 operand to 0. */
export function clear({ kernels }: Engine, operand: Operand): void {
  kernels.fill(FOUR_BYTES, ZERO, addressOf(operand), operand.size);
}

/** Says whether float32 kernels take these windows. */
export function takesWindows(inputs: readonly Operand[]): boolean {
  return allFloat32(inputs) && inputs[0].shape.length <= MOST_AXES + 2;
}
