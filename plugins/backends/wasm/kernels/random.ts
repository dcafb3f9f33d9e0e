/**
 * Random numbers from a counter, bit for bit as core/random.ts draws them: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC11). The
 * key is the seed, the counter the number of the block and the stream.
 */
import { argument, parallel, setArgument } from "./parallel";
import { RANDOM } from "./tasks";
import { ceilDiv, min32 } from "./vector";

/** Elements of a chunk. */
const CHUNK: i32 = 16384;

/** What is done with the words. */
const BITS: i32 = 0;
const UNIFORM: i32 = 1;
const DROPOUT: i32 = 2;

/** What becomes of four words. */
@inline
function put(kind: i32, x: usize, y: usize, words: v128, rate: v128, scale: v128): void {
  if (kind == BITS) {
    v128.store(y, words);
    return;
  }
  // The upper 24 bits as a float in [0, 1).
  const whole = f32x4.convert_i32x4_s(i32x4.shr_u(words, 8));
  const draw = f32x4.mul(whole, f32x4.splat(5.9604644775390625e-8));
  if (kind == UNIFORM) v128.store(y, draw);
  else v128.store(y, v128.and(f32x4.mul(v128.load(x), scale), f32x4.ge(draw, rate)));
}

/**
 * Draws n values: whole 32-bit integers, float32 in [0, 1), or x where such a draw reaches `rate`, times `scale`,
 * else 0.
 */
export function random(
  kind: i32, x: usize, y: usize, n: i32, key0: u32, key1: u32, stream0: u32, stream1: u32, rate: f32,
  scale: f32,
): void {
  const perChunk = n < 2 * CHUNK ? n : CHUNK;
  setArgument(0, kind);
  setArgument(1, x);
  setArgument(2, y);
  setArgument(3, n);
  setArgument(4, perChunk);
  setArgument(5, key0);
  setArgument(6, key1);
  setArgument(7, stream0);
  setArgument(8, stream1);
  setArgument(9, reinterpret<u32>(rate));
  setArgument(10, reinterpret<u32>(scale));
  if (n > 0) parallel(RANDOM, ceilDiv(n, perChunk));
}

/** Four blocks of four at a time; of the last ones, whole vectors: tensors are padded to 16 bytes. */
export function randomChunk(chunk: i32): void {
  const kind = <i32>argument(0), perChunk = <i32>argument(4);
  const rate = f32x4.splat(reinterpret<f32>(<u32>argument(9)));
  const scale = f32x4.splat(reinterpret<f32>(<u32>argument(10)));
  const m0 = i32x4.splat(0xd2511f53), m1 = i32x4.splat(0xcd9e8d57);
  const end = min32(argument(3), (chunk + 1) * perChunk);
  for (let i = chunk * perChunk; i < end; i += 16) {
    let c0 = i32x4.add(i32x4.splat(i >> 2), i32x4(0, 1, 2, 3)), c1 = i32x4.splat(0);
    let c2 = i32x4.splat(argument(7)), c3 = i32x4.splat(argument(8));
    let key0 = <i32>argument(5), key1 = <i32>argument(6);
    for (let round = 0; round < 10; round++) {
      const low0 = i64x2.extmul_low_i32x4_u(m0, c0), high0 = i64x2.extmul_high_i32x4_u(m0, c0);
      const low1 = i64x2.extmul_low_i32x4_u(m1, c2), high1 = i64x2.extmul_high_i32x4_u(m1, c2);
      const upper0 = v128.shuffle<i32>(low0, high0, 1, 3, 5, 7);
      const upper1 = v128.shuffle<i32>(low1, high1, 1, 3, 5, 7);
      c0 = v128.xor(v128.xor(upper1, c1), i32x4.splat(key0));
      c2 = v128.xor(v128.xor(upper0, c3), i32x4.splat(key1));
      c1 = v128.shuffle<i32>(low1, high1, 0, 2, 4, 6);
      c3 = v128.shuffle<i32>(low0, high0, 0, 2, 4, 6);
      key0 += 0x9e3779b9;
      key1 += 0xbb67ae85;
    }
    const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5), b = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
    const c = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7), d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
    const x = argument(1) + (<usize>i << 2), y = argument(2) + (<usize>i << 2);
    put(kind, x, y, v128.shuffle<i64>(a, b, 0, 2), rate, scale);
    if (i + 4 < end) put(kind, x + 16, y + 16, v128.shuffle<i64>(a, b, 1, 3), rate, scale);
    if (i + 8 < end) put(kind, x + 32, y + 32, v128.shuffle<i64>(c, d, 0, 2), rate, scale);
    if (i + 12 < end) put(kind, x + 48, y + 48, v128.shuffle<i64>(c, d, 1, 3), rate, scale);
  }
}
