/**
 * What commands print.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { stripAnsiCode } from "@std/fmt/colors";

/** Rows as indented lines, their columns under each other; a column that is empty all through is left out. */
export function table(rows: readonly (readonly string[])[]): string {
  const widthOf = (cell: string): number => stripAnsiCode(cell).length;
  const widths = rows.reduce<number[]>(
    (widths, row) => row.map((cell, i) => Math.max(widths[i] ?? 0, widthOf(cell))),
    [],
  );
  const lineOf = (row: readonly string[]): string =>
    row.map((cell, i) => cell + " ".repeat(widths[i] - widthOf(cell)))
      .filter((_, i) => widths[i] > 0)
      .join("  ");
  return rows.map((row) => `  ${lineOf(row).trimEnd()}`).join("\n");
}

/** Prints a value for programs. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

/** A place as people write it: a path where it is in a file. */
export function shownPlace(url: string): string {
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}
