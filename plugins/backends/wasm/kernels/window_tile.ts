/**
 * The innermost loops of convolutions: tiles of products with windows, which are read where they lie. What else would be
 * gathered and packed, every tap of every window, is an address.
 */
import { copyTile, spareTile } from "./gemm_tile";
import { STRIP } from "./gemm_pack";
import { madd } from "./vector";

/**
 * One tile of 6 windows by two vectors: c = windows x b, on top of the bias at the `first` taps, on top of what c holds
 * at later ones. For each tap there are six addresses of `run` elements. Rows and columns beyond the result go to a spare
 * tile and are dropped.
 */
export function windowTile(
  addresses: usize, taps: i32, run: i32, b: usize, c: usize, strideC: usize, bias: usize,
  first: bool, relu: bool, rows: i32, columns: i32,
): void {
  const whole = rows == 6 && columns == 8;
  const stride: usize = whole ? strideC : 32;
  const to = whole ? c : spareTile();
  let c00: v128, c01: v128;
  let c10: v128, c11: v128;
  let c20: v128, c21: v128;
  let c30: v128, c31: v128;
  let c40: v128, c41: v128;
  let c50: v128, c51: v128;
  if (first) {
    c00 = bias ? v128.load(bias) : i64x2.splat(0);
    c01 = bias ? v128.load(bias, 16) : i64x2.splat(0);
    c10 = c00; c11 = c01;
    c20 = c00; c21 = c01;
    c30 = c00; c31 = c01;
    c40 = c00; c41 = c01;
    c50 = c00; c51 = c01;
  } else {
    if (!whole) copyTile<f32>(to, 32, c, strideC, rows, columns);
    let from = to;
    c00 = v128.load(from); c01 = v128.load(from, 16);
    from += stride;
    c10 = v128.load(from); c11 = v128.load(from, 16);
    from += stride;
    c20 = v128.load(from); c21 = v128.load(from, 16);
    from += stride;
    c30 = v128.load(from); c31 = v128.load(from, 16);
    from += stride;
    c40 = v128.load(from); c41 = v128.load(from, 16);
    from += stride;
    c50 = v128.load(from); c51 = v128.load(from, 16);
  }
  const end = addresses + <usize>taps * 24;
  for (; addresses < end; addresses += 24) {
    let a0 = load<usize>(addresses), a1 = load<usize>(addresses, 4);
    let a2 = load<usize>(addresses, 8), a3 = load<usize>(addresses, 12);
    let a4 = load<usize>(addresses, 16), a5 = load<usize>(addresses, 20);
    let left = run;
    for (; left >= 4; left -= 4) {
      const b00 = v128.load(b, 0), b01 = v128.load(b, 16);
      const x00 = v128.load32_splat(a0);
      c00 = madd<f32>(x00, b00, c00); c01 = madd<f32>(x00, b01, c01);
      const x01 = v128.load32_splat(a1);
      c10 = madd<f32>(x01, b00, c10); c11 = madd<f32>(x01, b01, c11);
      const x02 = v128.load32_splat(a2);
      c20 = madd<f32>(x02, b00, c20); c21 = madd<f32>(x02, b01, c21);
      const x03 = v128.load32_splat(a3);
      c30 = madd<f32>(x03, b00, c30); c31 = madd<f32>(x03, b01, c31);
      const x04 = v128.load32_splat(a4);
      c40 = madd<f32>(x04, b00, c40); c41 = madd<f32>(x04, b01, c41);
      const x05 = v128.load32_splat(a5);
      c50 = madd<f32>(x05, b00, c50); c51 = madd<f32>(x05, b01, c51);
      const b10 = v128.load(b, 32), b11 = v128.load(b, 48);
      const x10 = v128.load32_splat(a0, 4);
      c00 = madd<f32>(x10, b10, c00); c01 = madd<f32>(x10, b11, c01);
      const x11 = v128.load32_splat(a1, 4);
      c10 = madd<f32>(x11, b10, c10); c11 = madd<f32>(x11, b11, c11);
      const x12 = v128.load32_splat(a2, 4);
      c20 = madd<f32>(x12, b10, c20); c21 = madd<f32>(x12, b11, c21);
      const x13 = v128.load32_splat(a3, 4);
      c30 = madd<f32>(x13, b10, c30); c31 = madd<f32>(x13, b11, c31);
      const x14 = v128.load32_splat(a4, 4);
      c40 = madd<f32>(x14, b10, c40); c41 = madd<f32>(x14, b11, c41);
      const x15 = v128.load32_splat(a5, 4);
      c50 = madd<f32>(x15, b10, c50); c51 = madd<f32>(x15, b11, c51);
      const b20 = v128.load(b, 64), b21 = v128.load(b, 80);
      const x20 = v128.load32_splat(a0, 8);
      c00 = madd<f32>(x20, b20, c00); c01 = madd<f32>(x20, b21, c01);
      const x21 = v128.load32_splat(a1, 8);
      c10 = madd<f32>(x21, b20, c10); c11 = madd<f32>(x21, b21, c11);
      const x22 = v128.load32_splat(a2, 8);
      c20 = madd<f32>(x22, b20, c20); c21 = madd<f32>(x22, b21, c21);
      const x23 = v128.load32_splat(a3, 8);
      c30 = madd<f32>(x23, b20, c30); c31 = madd<f32>(x23, b21, c31);
      const x24 = v128.load32_splat(a4, 8);
      c40 = madd<f32>(x24, b20, c40); c41 = madd<f32>(x24, b21, c41);
      const x25 = v128.load32_splat(a5, 8);
      c50 = madd<f32>(x25, b20, c50); c51 = madd<f32>(x25, b21, c51);
      const b30 = v128.load(b, 96), b31 = v128.load(b, 112);
      const x30 = v128.load32_splat(a0, 12);
      c00 = madd<f32>(x30, b30, c00); c01 = madd<f32>(x30, b31, c01);
      const x31 = v128.load32_splat(a1, 12);
      c10 = madd<f32>(x31, b30, c10); c11 = madd<f32>(x31, b31, c11);
      const x32 = v128.load32_splat(a2, 12);
      c20 = madd<f32>(x32, b30, c20); c21 = madd<f32>(x32, b31, c21);
      const x33 = v128.load32_splat(a3, 12);
      c30 = madd<f32>(x33, b30, c30); c31 = madd<f32>(x33, b31, c31);
      const x34 = v128.load32_splat(a4, 12);
      c40 = madd<f32>(x34, b30, c40); c41 = madd<f32>(x34, b31, c41);
      const x35 = v128.load32_splat(a5, 12);
      c50 = madd<f32>(x35, b30, c50); c51 = madd<f32>(x35, b31, c51);
      b += 4 * STRIP;
      a0 += 16; a1 += 16; a2 += 16; a3 += 16; a4 += 16; a5 += 16;
    }
    for (; left > 0; left--) {
      const b0 = v128.load(b), b1 = v128.load(b, 16);
      const x0 = v128.load32_splat(a0);
      c00 = madd<f32>(x0, b0, c00); c01 = madd<f32>(x0, b1, c01);
      const x1 = v128.load32_splat(a1);
      c10 = madd<f32>(x1, b0, c10); c11 = madd<f32>(x1, b1, c11);
      const x2 = v128.load32_splat(a2);
      c20 = madd<f32>(x2, b0, c20); c21 = madd<f32>(x2, b1, c21);
      const x3 = v128.load32_splat(a3);
      c30 = madd<f32>(x3, b0, c30); c31 = madd<f32>(x3, b1, c31);
      const x4 = v128.load32_splat(a4);
      c40 = madd<f32>(x4, b0, c40); c41 = madd<f32>(x4, b1, c41);
      const x5 = v128.load32_splat(a5);
      c50 = madd<f32>(x5, b0, c50); c51 = madd<f32>(x5, b1, c51);
      b += STRIP;
      a0 += 4; a1 += 4; a2 += 4; a3 += 4; a4 += 4; a5 += 4;
    }
  }
  if (relu) {
    const zero = f32x4.splat(0);
    c00 = f32x4.pmax(c00, zero); c01 = f32x4.pmax(c01, zero);
    c10 = f32x4.pmax(c10, zero); c11 = f32x4.pmax(c11, zero);
    c20 = f32x4.pmax(c20, zero); c21 = f32x4.pmax(c21, zero);
    c30 = f32x4.pmax(c30, zero); c31 = f32x4.pmax(c31, zero);
    c40 = f32x4.pmax(c40, zero); c41 = f32x4.pmax(c41, zero);
    c50 = f32x4.pmax(c50, zero); c51 = f32x4.pmax(c51, zero);
  }
  let at = to;
  v128.store(at, c00); v128.store(at, c01, 16);
  at += stride;
  v128.store(at, c10); v128.store(at, c11, 16);
  at += stride;
  v128.store(at, c20); v128.store(at, c21, 16);
  at += stride;
  v128.store(at, c30); v128.store(at, c31, 16);
  at += stride;
  v128.store(at, c40); v128.store(at, c41, 16);
  at += stride;
  v128.store(at, c50); v128.store(at, c51, 16);
  if (!whole) copyTile<f32>(c, strideC, to, 32, rows, columns);
}

/**
 * One tile of 6 elements of a tap by two vectors: c = windows, transposed, x b, or c += that where the windows are not the
 * `first`. There is an address for each of `count` windows, of the first of the six elements less the `offset` in bytes.
 */
export function tapTile6(
  addresses: usize, offset: usize, count: i32, b: usize, c: usize, strideC: usize,
  first: bool, rows: i32, columns: i32,
): void {
  const whole = rows == 6 && columns == 8;
  const stride: usize = whole ? strideC : 32;
  const to = whole ? c : spareTile();
  let c00 = i64x2.splat(0), c01 = c00;
  let c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00;
  let c40 = c00, c41 = c00;
  let c50 = c00, c51 = c00;
  if (!first) {
    if (!whole) copyTile<f32>(to, 32, c, strideC, rows, columns);
    let from = to;
    c00 = v128.load(from); c01 = v128.load(from, 16);
    from += stride;
    c10 = v128.load(from); c11 = v128.load(from, 16);
    from += stride;
    c20 = v128.load(from); c21 = v128.load(from, 16);
    from += stride;
    c30 = v128.load(from); c31 = v128.load(from, 16);
    from += stride;
    c40 = v128.load(from); c41 = v128.load(from, 16);
    from += stride;
    c50 = v128.load(from); c51 = v128.load(from, 16);
  }
  const end = addresses + (<usize>count << 2);
  for (; addresses < end; addresses += 4) {
    const a = load<usize>(addresses) + offset;
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    b += STRIP;
    const a0 = v128.load32_splat(a, 0);
    c00 = madd<f32>(a0, b0, c00); c01 = madd<f32>(a0, b1, c01);
    const a1 = v128.load32_splat(a, 4);
    c10 = madd<f32>(a1, b0, c10); c11 = madd<f32>(a1, b1, c11);
    const a2 = v128.load32_splat(a, 8);
    c20 = madd<f32>(a2, b0, c20); c21 = madd<f32>(a2, b1, c21);
    const a3 = v128.load32_splat(a, 12);
    c30 = madd<f32>(a3, b0, c30); c31 = madd<f32>(a3, b1, c31);
    const a4 = v128.load32_splat(a, 16);
    c40 = madd<f32>(a4, b0, c40); c41 = madd<f32>(a4, b1, c41);
    const a5 = v128.load32_splat(a, 20);
    c50 = madd<f32>(a5, b0, c50); c51 = madd<f32>(a5, b1, c51);
  }
  let at = to;
  v128.store(at, c00); v128.store(at, c01, 16);
  at += stride;
  v128.store(at, c10); v128.store(at, c11, 16);
  at += stride;
  v128.store(at, c20); v128.store(at, c21, 16);
  at += stride;
  v128.store(at, c30); v128.store(at, c31, 16);
  at += stride;
  v128.store(at, c40); v128.store(at, c41, 16);
  at += stride;
  v128.store(at, c50); v128.store(at, c51, 16);
  if (!whole) copyTile<f32>(c, strideC, to, 32, rows, columns);
}

/** {@linkcode tapTile6} of 4 elements. */
export function tapTile4(
  addresses: usize, offset: usize, count: i32, b: usize, c: usize, strideC: usize,
  first: bool, rows: i32, columns: i32,
): void {
  const whole = rows == 4 && columns == 8;
  const stride: usize = whole ? strideC : 32;
  const to = whole ? c : spareTile();
  let c00 = i64x2.splat(0), c01 = c00;
  let c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00;
  if (!first) {
    if (!whole) copyTile<f32>(to, 32, c, strideC, rows, columns);
    let from = to;
    c00 = v128.load(from); c01 = v128.load(from, 16);
    from += stride;
    c10 = v128.load(from); c11 = v128.load(from, 16);
    from += stride;
    c20 = v128.load(from); c21 = v128.load(from, 16);
    from += stride;
    c30 = v128.load(from); c31 = v128.load(from, 16);
  }
  const end = addresses + (<usize>count << 2);
  for (; addresses < end; addresses += 4) {
    const a = load<usize>(addresses) + offset;
    const b0 = v128.load(b), b1 = v128.load(b, 16);
    b += STRIP;
    const a0 = v128.load32_splat(a, 0);
    c00 = madd<f32>(a0, b0, c00); c01 = madd<f32>(a0, b1, c01);
    const a1 = v128.load32_splat(a, 4);
    c10 = madd<f32>(a1, b0, c10); c11 = madd<f32>(a1, b1, c11);
    const a2 = v128.load32_splat(a, 8);
    c20 = madd<f32>(a2, b0, c20); c21 = madd<f32>(a2, b1, c21);
    const a3 = v128.load32_splat(a, 12);
    c30 = madd<f32>(a3, b0, c30); c31 = madd<f32>(a3, b1, c31);
  }
  let at = to;
  v128.store(at, c00); v128.store(at, c01, 16);
  at += stride;
  v128.store(at, c10); v128.store(at, c11, 16);
  at += stride;
  v128.store(at, c20); v128.store(at, c21, 16);
  at += stride;
  v128.store(at, c30); v128.store(at, c31, 16);
  if (!whole) copyTile<f32>(c, strideC, to, 32, rows, columns);
}
