/**
 * Gathering and scattering along the middle axis of [outer, size, inner]. Indices are checked before anything is read or
 * written through them: the answer is the position of the first bad one, or -1.
 */
import { shiftOf } from "./convert";
import { copyBytes } from "./vector";

function firstBad(indices: usize, count: i32, size: i32): i32 {
  for (let i = 0; i < count; i++) {
    if (indexAt(indices, i, size) >= <usize>size) return i;
  }
  return -1;
}

/** The i-th index; a negative one counts from the end. What is out of range stays so. */
@inline
function indexAt(indices: usize, i: i32, size: i32): usize {
  const index = load<i32>(indices + (<usize>i << 2));
  return <usize>(index < 0 ? index + size : index);
}

/** y[outer, count, inner] = x[outer, indices, inner]. */
export function take(
  dtype: i32, x: usize, indices: usize, y: usize, outer: i32, size: i32, count: i32, inner: i32,
): i32 {
  const bad = firstBad(indices, count, size);
  if (bad >= 0) return bad;
  const row = <usize>inner << shiftOf(dtype);
  if (row == 4) {
    takeElements<i32>(x, indices, y, outer, size, count);
    return -1;
  }
  if (row == 8) {
    takeElements<i64>(x, indices, y, outer, size, count);
    return -1;
  }
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const from = x + indexAt(indices, i, size) * row;
      copyBytes(y, from, row);
      y += row;
    }
    x += <usize>size * row;
  }
  return -1;
}

/** Rows of one element each. */
@inline
function takeElements<T>(
  x: usize, indices: usize, y: usize, outer: i32, size: i32, count: i32,
): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      store<T>(y, load<T>(x + indexAt(indices, i, size) * sizeof<T>()));
      y += sizeof<T>();
    }
    x += <usize>size * sizeof<T>();
  }
}

@inline
function addRow<T>(to: usize, from: usize, n: i32): void {
  const bytes = <usize>n * sizeof<T>();
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    v128.store(to + at, v128.add<T>(v128.load(to + at), v128.load(from + at)));
  }
  for (; at < bytes; at += sizeof<T>()) store<T>(to + at, load<T>(to + at) + load<T>(from + at));
}

/** y[outer, size, inner] = 0, plus the updates [outer, count, inner] at their indices, in order. */
export function scatterAdd(
  dtype: i32, updates: usize, indices: usize, y: usize, outer: i32, size: i32, count: i32,
  inner: i32,
): i32 {
  const bad = firstBad(indices, count, size);
  if (bad >= 0) return bad;
  const row = <usize>inner << shiftOf(dtype);
  memory.fill(y, 0, <usize>outer * size * row);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      const to = y + indexAt(indices, i, size) * row;
      if (dtype == 0) addRow<f32>(to, updates, inner);
      else if (dtype == 1) addRow<f64>(to, updates, inner);
      else addRow<i32>(to, updates, inner);
      updates += row;
    }
    y += <usize>size * row;
  }
  return -1;
}

/** y[outer, count, inner] = x[outer, indices[outer, count, inner], inner]. */
export function takeAlong(
  dtype: i32, x: usize, indices: usize, y: usize, outer: i32, size: i32, count: i32, inner: i32,
): i32 {
  const bad = firstBad(indices, outer * count * inner, size);
  if (bad >= 0) return bad;
  const shift = shiftOf(dtype);
  let position: usize = 0;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < inner; j++) {
        const at = indexAt(indices, <i32>position, size) * inner + j;
        if (shift == 2) store<u32>(y + (position << 2), load<u32>(x + (at << 2)));
        else if (shift == 3) store<u64>(y + (position << 3), load<u64>(x + (at << 3)));
        else store<u8>(y + position, load<u8>(x + at));
        position++;
      }
    }
    x += <usize>size * inner << shift;
  }
  return -1;
}

function addAlong<T>(
  updates: usize, indices: usize, y: usize, outer: i32, size: i32, count: i32, inner: i32,
): void {
  let position: usize = 0;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < inner; j++) {
        const index = indexAt(indices, <i32>position, size) * inner + j;
        const at = y + index * sizeof<T>();
        store<T>(at, load<T>(at) + load<T>(updates + position * sizeof<T>()));
        position++;
      }
    }
    y += <usize>size * inner * sizeof<T>();
  }
}

/** y[outer, size, inner] = 0, plus the updates [outer, count, inner], each at its own index. */
export function scatterAddAlong(
  dtype: i32, updates: usize, indices: usize, y: usize, outer: i32, size: i32, count: i32,
  inner: i32,
): i32 {
  const bad = firstBad(indices, outer * count * inner, size);
  if (bad >= 0) return bad;
  memory.fill(y, 0, <usize>outer * size * inner << shiftOf(dtype));
  if (dtype == 0) addAlong<f32>(updates, indices, y, outer, size, count, inner);
  else if (dtype == 1) addAlong<f64>(updates, indices, y, outer, size, count, inner);
  else addAlong<i32>(updates, indices, y, outer, size, count, inner);
  return -1;
}

/** y = x[size, inner] with the rows at the indices replaced; y may be x. The last of equal indices wins. */
export function scatterUpdate(
  dtype: i32, x: usize, indices: usize, updates: usize, y: usize, size: i32, count: i32, inner: i32,
): i32 {
  const bad = firstBad(indices, count, size);
  if (bad >= 0) return bad;
  const row = <usize>inner << shiftOf(dtype);
  if (x != y) memory.copy(y, x, <usize>size * row);
  for (let i = 0; i < count; i++) {
    copyBytes(y + indexAt(indices, i, size) * row, updates, row);
    updates += row;
  }
  return -1;
}
