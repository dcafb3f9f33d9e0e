/** A module of examples, as workers load it. */

import type { data } from "../../mod.ts";

/** What the examples are like. */
export interface Options {
  length?: number;
  /** How they come: as they are, late and out of turn, ragged with a collate that pads, or by another name, wrong. */
  kind?: string;
}

const held = new Float32Array(100).map((_, i) => i);

/** Makes them. */
export default function examples({ length = 10, kind = "plain" }: Options): data.ExampleSource {
  if (kind === "unmade") throw new Error("no file of that name");
  if (kind === "padded") {
    return {
      length,
      get: (index) => new Array(index % 3 + 1).fill(index),
      collate: (rows) => {
        const lists = rows as number[][];
        const width = Math.max(...lists.map((row) => row.length));
        const values = new Float32Array(lists.length * width);
        lists.forEach((row, i) => values.set(row, i * width));
        return [{ values, shape: [lists.length, width] }, held.subarray(0, lists.length)];
      },
    };
  }
  return {
    length,
    async get(index, { seed }) {
      if (kind === "late") await new Promise((resolve) => setTimeout(resolve, 12 - index));
      if (kind === "seeds") return seed % 65536;
      if (kind === "broken" && index === 7) throw new RangeError("the picture is torn");
      if (kind === "ragged" && index === 5) return [[1, 2, 3], 0];
      if (kind === "shorter" && index === 5) return [[1, 2]];
      if (kind === "words") return "word" as unknown as number;
      if (kind === "crash" && index === 4) {
        setTimeout(() => {
          throw new Error("out of the blue");
        });
        await new Promise(() => {});
      }
      if (kind === "dtypes") {
        return [
          true,
          Int32Array.of(index),
          Float64Array.of(index / 3),
          Uint8Array.of(index, 255),
          { values: new Float32Array(6).fill(index), shape: [2, 3] },
          [[true], [false]],
        ];
      }
      return [[index, index + 0.5], index];
    },
  };
}
