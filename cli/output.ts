/**
 * What commands print.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { stripAnsiCode } from "@std/fmt/colors";

/** What a terminal shows in a line, at the least. */
const LINE = 80;

/**
 * Rows as indented lines, their columns under each other; a column that is empty all through is left out. What the
 * last column has beyond a line goes on below it.
 */
export function table(rows: readonly (readonly string[])[]): string {
  const widthOf = (cell: string): number => stripAnsiCode(cell).length;
  const widths = rows.reduce<number[]>(
    (widths, row) => row.map((cell, i) => Math.max(widths[i] ?? 0, widthOf(cell))),
    [],
  );
  const before = widths.slice(0, -1).reduce((sum, width) => sum + (width > 0 ? width + 2 : 0), 2);
  const lineOf = (row: readonly string[]): string =>
    row.map((cell, i) =>
      i === widths.length - 1
        ? wrap(cell, LINE - before).join(`\n${" ".repeat(before)}`)
        : cell + " ".repeat(widths[i] - widthOf(cell))
    )
      .filter((_, i) => widths[i] > 0)
      .join("  ");
  return rows.map((row) => `  ${lineOf(row).trimEnd()}`).join("\n");
}

/** A text as lines of this width, broken between words; a longer word has a line of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && stripAnsiCode(longer).length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Prints a value for programs. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

/** A place as people write it: a path where it is in a file. */
export function shownPlace(url: string): string {
  return url.startsWith("file:") ? fileURLToPath(url) : url;
}
