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

let word0: u32 = 0;
let word1: u32 = 0;
let word2: u32 = 0;
let word3: u32 = 0;

/** Draws the four words of a block. */
function philox(block: u32, stream0: u32, stream1: u32, key0: u32, key1: u32): void {
  let c0 = block, c1: u32 = 0, c2 = stream0, c3 = stream1;
  for (let round = 0; round < 10; round++) {
    const product0 = <u64>0xd2511f53 * c0, product1 = <u64>0xcd9e8d57 * c2;
    c0 = <u32>(product1 >> 32) ^ c1 ^ key0;
    c1 = <u32>product1;
    c2 = <u32>(product0 >> 32) ^ c3 ^ key1;
    c3 = <u32>product0;
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
  word0 = c0;
  word1 = c1;
  word2 = c2;
  word3 = c3;
}

/** A word as a float in [0, 1) with 24 bits. */
// @ts-ignore: decorator
@inline
function unit(word: u32): f32 {
  return <f32>(word >> 8) * <f32>5.9604644775390625e-8;
}

/**
 * Draws n values: whole 32-bit integers, float32 in [0, 1), or x where such a draw reaches `rate`, times `scale`,
 * else 0.
 */
export function random(
  kind: i32, x: usize, y: usize, n: i32, key0: u32, key1: u32, stream0: u32, stream1: u32, rate: f32,
  scale: f32,
): void {
  const perChunk = n < 2 * CHUNK ? (n + 3) & ~3 : CHUNK;
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

/** Whole blocks of four: tensors are padded to 16 bytes. */
export function randomChunk(chunk: i32): void {
  const kind = <i32>argument(0), x = argument(1), y = argument(2), perChunk = <i32>argument(4);
  const rate = f32x4.splat(reinterpret<f32>(<u32>argument(9)));
  const scale = f32x4.splat(reinterpret<f32>(<u32>argument(10)));
  const end = min32(argument(3), (chunk + 1) * perChunk);
  for (let i = chunk * perChunk; i < end; i += 4) {
    philox(i >> 2, argument(7), argument(8), argument(5), argument(6));
    const at = <usize>i << 2;
    if (kind == BITS) {
      v128.store(y + at, i32x4(word0, word1, word2, word3));
      continue;
    }
    const draw = f32x4(unit(word0), unit(word1), unit(word2), unit(word3));
    if (kind == UNIFORM) v128.store(y + at, draw);
    else {
      const value = f32x4.mul(v128.load(x + at), scale);
      v128.store(y + at, v128.and(value, f32x4.ge(draw, rate)));
    }
  }
}
