/** What runs along the middle axis of [outer, k, inner]: where the extreme is, sums so far, order. */

/** Says whether `value` takes the place of `best`: NaN is more extreme than anything. */
@inline
function beats<T>(value: T, best: T, least: bool): bool {
  if (isFloat<T>() && value != value) return best == best;
  return least ? value < best : value > best;
}

function argExtreme<T>(least: bool, x: usize, y: usize, outer: i32, k: i32, inner: i32): void {
  const stride = <usize>inner * sizeof<T>();
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < inner; j++) {
      let at = x + (<usize>o * k * inner + j) * sizeof<T>();
      let best = load<T>(at);
      let index = 0;
      for (let p = 1; p < k; p++) {
        at += stride;
        const value = load<T>(at);
        if (beats<T>(value, best, least)) {
          best = value;
          index = p;
        }
      }
      store<i32>(y + ((<usize>o * inner + j) << 2), index);
    }
  }
}

/** The index of the largest, or least, value; the first of equals, the first NaN where there is one. */
export function argReduce(
  least: bool, dtype: i32, x: usize, y: usize, outer: i32, k: i32, inner: i32,
): void {
  if (dtype == 0) argExtreme<f32>(least, x, y, outer, k, inner);
  else if (dtype == 1) argExtreme<f64>(least, x, y, outer, k, inner);
  else if (dtype == 2) argExtreme<i32>(least, x, y, outer, k, inner);
  else argExtreme<u8>(least, x, y, outer, k, inner);
}

function sumsOf<T, Wide>(
  reverse: bool, x: usize, y: usize, outer: i32, k: i32, inner: i32,
): void {
  const step = <usize>inner * sizeof<T>();
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < inner; j++) {
      let at = (<usize>o * k * inner + j) * sizeof<T>();
      if (reverse) at += <usize>(k - 1) * step;
      let sum = <Wide>0;
      for (let p = 0; p < k; p++) {
        sum += <Wide>load<T>(x + at);
        store<T>(y + at, <T>sum);
        at = reverse ? at - step : at + step;
      }
    }
  }
}

/** Sums so far; those of float32 are kept in float64. */
export function cumsum(
  reverse: bool, dtype: i32, x: usize, y: usize, outer: i32, k: i32, inner: i32,
): void {
  if (dtype == 0) sumsOf<f32, f64>(reverse, x, y, outer, k, inner);
  else if (dtype == 1) sumsOf<f64, f64>(reverse, x, y, outer, k, inner);
  else sumsOf<i32, i32>(reverse, x, y, outer, k, inner);
}

/** Says whether b must stand before a, which came first. NaN counts as the greatest. */
@inline
function before<T>(b: T, a: T, descending: bool): bool {
  if (isFloat<T>()) {
    if (b != b) return descending && a == a;
    if (a != a) return !descending;
  }
  return descending ? b > a : b < a;
}

/** Sorts indices by merging runs of doubled length; `spare` has room for as many. */
function sortRun<T>(
  descending: bool, x: usize, step: usize, indices: usize, spare: usize, k: i32,
): void {
  let from = indices, to = spare;
  for (let i = 0; i < k; i++) store<i32>(from + (<usize>i << 2), i);
  for (let width = 1; width < k; width *= 2) {
    for (let low = 0; low < k; low += 2 * width) {
      const middle = min<i32>(low + width, k), high = min<i32>(low + 2 * width, k);
      let a = low, b = middle;
      for (let out = low; out < high; out++) {
        let right = b < high;
        if (right && a < middle) {
          const va = load<T>(x + <usize>load<i32>(from + (<usize>a << 2)) * step);
          const vb = load<T>(x + <usize>load<i32>(from + (<usize>b << 2)) * step);
          right = before<T>(vb, va, descending);
        }
        const source = right ? b++ : a++;
        store<i32>(to + (<usize>out << 2), load<i32>(from + (<usize>source << 2)));
      }
    }
    const swap = from;
    from = to;
    to = swap;
  }
  if (from != indices) memory.copy(indices, from, <usize>k << 2);
}

function sortAll<T>(
  descending: bool, x: usize, y: usize, spare: usize, outer: i32, k: i32, inner: i32,
): void {
  const step = <usize>inner * sizeof<T>();
  const run = spare + (<usize>k << 2);
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < inner; j++) {
      const first = <usize>o * k * inner + j;
      const indices = inner == 1 ? y + (first << 2) : run;
      sortRun<T>(descending, x + first * sizeof<T>(), step, indices, spare, k);
      if (inner == 1) continue;
      for (let p = 0; p < k; p++) {
        store<i32>(y + ((first + <usize>p * inner) << 2), load<i32>(run + (<usize>p << 2)));
      }
    }
  }
}

/** The order that sorts, stable, NaN the greatest; `spare` has room for 2 k indices. */
export function argsort(
  descending: bool, dtype: i32, x: usize, y: usize, spare: usize, outer: i32, k: i32, inner: i32,
): void {
  if (dtype == 0) sortAll<f32>(descending, x, y, spare, outer, k, inner);
  else if (dtype == 1) sortAll<f64>(descending, x, y, spare, outer, k, inner);
  else if (dtype == 2) sortAll<i32>(descending, x, y, spare, outer, k, inner);
  else sortAll<u8>(descending, x, y, spare, outer, k, inner);
}
