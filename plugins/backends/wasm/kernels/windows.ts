/**
 * Windows that slide over spatial axes: what the host says of them, and where their elements lie.
 *
 * A window is a row of a matrix, its elements ("taps" times channels) are the columns. The matrix is never stored: an
 * element lies at the window's base plus the tap's offset, both of which come from small tables. Which taps of a window lie
 * in the padding is a mask, one bit a tap, the "and" of one mask for each axis.
 */
import { SHAPES, WORK, WORK_PER_THREAD } from "./layout";
import { threadIndex } from "./parallel";
import { ceilDiv } from "./vector";

/** What the host writes to SHAPES, in this order; `windows.ts` beside this folder is the other end. */
@unmanaged
export class Windows {
  /** What windows slide over. */
  source: usize;
  /** Where results go: one row for each window. */
  target: usize;
  /** A second operand: the kernel, or the upstream gradient. */
  other: usize;
  /** A third one: the bias, or the output of a maximum. */
  third: usize;
  /** Room for tables and zeros. */
  tables: usize;
  /** Room for a packed kernel, or for sums of pieces. */
  room: usize;
  images: i32;
  axes: i32;
  /** Elements from an image to the next. */
  sourceImage: i32;
  /** Channels of a tap, for one group. */
  channels: i32;
  /** Columns of the result, for one group. */
  filters: i32;
  groups: i32;
  /** Elements from a row of `other`, and of the target, to the next. */
  otherRow: i32;
  targetRow: i32;
  /** Elements from a group to the next. */
  sourceGroup: i32;
  otherGroup: i32;
  targetGroup: i32;
  activation: i32;
  /** Into how many pieces the gradient of a kernel is cut. */
  pieces: i32;
  /** How windows cover the source; see pooling.ts. */
  cover: i32;

  // From here on the kernels fill in.

  /** Windows of an image. */
  places: i32;
  taps: i32;
  /** Masks of 64 taps. */
  blocks: i32;
  /** Whether any window reaches into the padding. */
  padded: bool;
  zeros: usize;
  depth: i32;
  strips: i32;
  /** Whether a library of the system computes the products; then panels are gathered plain, row by row. */
  byLibrary: bool;
  /** Whether windows are read where they lie, and not packed. */
  direct: bool;
  rowsPerChunk: i32;
  rowChunks: i32;
  /** The kind of work on windows, for pooling.ts. */
  kind: i32;
}

/** An axis, as the host writes it. */
@unmanaged
export class Axis {
  windows: i32;
  /** From a window to the next, in coordinates of the source. */
  stride: i32;
  /** The coordinate of the first tap of the first window. */
  start: i32;
  /** The size of the source. */
  length: i32;
  /** Elements from a coordinate to the next. */
  sourceStep: i32;
  taps: i32;
  /** From a tap to the next, in coordinates. */
  tapStep: i32;
  /** Filled in: masks of the windows, or 0 where none reaches into the padding. */
  masks: usize;
}

const AXES: usize = SHAPES + 256;
const AXIS_BYTES: usize = 32;

/** Bytes of what is known of a window: mask, base, its index along each axis. */
export const RECORD: usize = 48;
const BASE: usize = 8;
const INDEX: usize = 16;

@inline
export function theWindows(): Windows {
  return changetype<Windows>(SHAPES);
}

@inline
export function axisOf(i: i32): Axis {
  return changetype<Axis>(AXES + <usize>i * AXIS_BYTES);
}

/** A thread's working space. */
@inline
export function ownSpace(): usize {
  return WORK + <usize>threadIndex * WORK_PER_THREAD;
}

/** The offset of a tap, in elements of the source. */
@inline
export function tapOffset(v: Windows, tap: i32): i32 {
  return load<i32>(v.tables + (<usize>tap << 2));
}

/** Fills in the tables. */
export function prepareWindows(v: Windows): void {
  let places = 1, taps = 1;
  for (let i = 0; i < v.axes; i++) {
    places *= axisOf(i).windows;
    taps *= axisOf(i).taps;
  }
  v.places = places;
  v.taps = taps;
  v.blocks = ceilDiv(taps, 64);
  v.padded = false;
  for (let tap = 0; tap < taps; tap++) {
    let rest = tap, offset = 0;
    for (let i = v.axes - 1; i >= 0; i--) {
      const axis = axisOf(i);
      const j = rest % axis.taps;
      rest /= axis.taps;
      offset += j * axis.tapStep * axis.sourceStep;
    }
    store<i32>(v.tables + (<usize>tap << 2), offset);
  }
  v.zeros = v.tables + (<usize>taps << 2);
  memory.fill(v.zeros, 0, (<usize>v.channels + 8) << 2);
  let masks = (v.zeros + ((<usize>v.channels + 8) << 2) + 7) & ~7;
  let inner = 1;
  for (let i = v.axes - 1; i >= 0; i--) {
    const axis = axisOf(i);
    axis.masks = 0;
    if (reachesOut(axis)) {
      v.padded = true;
      axis.masks = masks;
      masks = fillMasks(v, axis, masks, inner);
    }
    inner *= axis.taps;
  }
}

function reachesOut(axis: Axis): bool {
  const last = axis.start + (axis.windows - 1) * axis.stride;
  const reach = (axis.taps - 1) * axis.tapStep;
  const low = axis.start + min<i32>(reach, 0), high = last + max<i32>(reach, 0);
  return axis.windows > 0 && axis.taps > 0 && (low < 0 || high >= axis.length);
}

function fillMasks(v: Windows, axis: Axis, at: usize, inner: i32): usize {
  for (let w = 0; w < axis.windows; w++) {
    const from = axis.start + w * axis.stride;
    for (let first = 0; first < v.taps; first += 64) {
      let mask: u64 = 0;
      const end = min<i32>(v.taps - first, 64);
      for (let bit = 0; bit < end; bit++) {
        const j = (first + bit) / inner % axis.taps;
        if (<u32>(from + j * axis.tapStep) < <u32>axis.length) mask |= <u64>1 << bit;
      }
      store<u64>(at, mask);
      at += 8;
    }
  }
  return at;
}

/** Notes of `count` windows from the `first` on where they lie; masks follow with {@linkcode setMasks}. */
export function locate(v: Windows, first: i32, count: i32, record: usize): void {
  const axes = v.axes;
  const inner = axisOf(axes - 1);
  let index = first;
  const end = first + count;
  while (index < end) {
    let rest = index % v.places;
    const image = index / v.places;
    let base = image * v.sourceImage;
    for (let i = axes - 1; i >= 0; i--) {
      const axis = axisOf(i);
      const w = rest % axis.windows;
      rest /= axis.windows;
      base += (w * axis.stride + axis.start) * axis.sourceStep;
      store<i32>(record + INDEX + (<usize>i << 2), w);
    }
    const begin = load<i32>(record + INDEX + (<usize>(axes - 1) << 2));
    const line = min<i32>(end - index, inner.windows - begin);
    const step = inner.stride * inner.sourceStep;
    const outer = record;
    for (let i = 0; i < line; i++) {
      store<u64>(record, -1);
      store<i32>(record + BASE, base);
      if (v.padded) {
        for (let axis = 0; axis < axes - 1; axis++) {
          const at = INDEX + (<usize>axis << 2);
          store<i32>(record + at, load<i32>(outer + at));
        }
        store<i32>(record + INDEX + (<usize>(axes - 1) << 2), begin + i);
      }
      base += step;
      record += RECORD;
    }
    index += line;
  }
}

/** Sets which taps of windows lie in the source, for the 64 taps of a block. */
export function setMasks(v: Windows, record: usize, count: i32, block: i32): void {
  if (!v.padded) return;
  for (let i = 0; i < count; i++) {
    let mask: u64 = -1;
    for (let a = 0; a < v.axes; a++) {
      const masks = axisOf(a).masks;
      if (!masks) continue;
      const w = load<i32>(record + INDEX + (<usize>a << 2));
      mask &= load<u64>(masks + (<usize>(w * v.blocks + block) << 3));
    }
    store<u64>(record, mask);
    record += RECORD;
  }
}

@inline
export function maskOf(record: usize): u64 {
  return load<u64>(record);
}

@inline
export function baseOf(record: usize): i32 {
  return load<i32>(record, BASE);
}
