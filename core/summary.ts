/**
 * A model as a table: layers, output shapes, parameters.
 *
 * @module
 */

import type { AnyLayer } from "./exporter.ts";
import { Layer } from "./layer.ts";
import { formatShape } from "./shape.ts";
import type { Parameter } from "./variable.ts";

/** Options of `summary()`. */
export interface SummaryOptions {
  /** Where the text goes. @default console.log */
  print?: (text: string) => void;
  /** Whether the layers of layers are shown too. @default false */
  expandNested?: boolean;
}

const HEADS = ["Layer (type)", "Output Shape", "Param #"] as const;
type Row = readonly [string, string, string];

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(2)} ${units[unit]}`;
}

function rowsOf(layer: AnyLayer, expandNested: boolean, depth = 0): Row[] {
  return layer.children().flatMap((child): Row[] => {
    if (!(child instanceof Layer)) return [];
    const shapes = child.outputDims.map(formatShape).join(", ") || "?";
    const parameters = child.built ? count(child.countParams()) : "? (not built)";
    const name = `${"  ".repeat(depth)}${child.name} (${child.constructor.name})`;
    const nested = expandNested ? rowsOf(child, true, depth + 1) : [];
    return [[name, shapes, parameters], ...nested];
  });
}

function table(rows: readonly Row[]): string {
  const widths = HEADS.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i].length)));
  const rule = (left: string, line: string, middle: string, right: string): string =>
    left + widths.map((w) => line.repeat(w + 2)).join(middle) + right;
  const text = (row: Row, edge: string): string => {
    const cells = row.map((cell, i) => i === 2 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]));
    return `${edge} ${cells.join(` ${edge} `)} ${edge}`;
  };
  return [
    rule("┏", "━", "┳", "┓"),
    text(HEADS, "┃"),
    rule("┡", "━", "╇", "┩"),
    rows.map((row) => text(row, "│")).join(`\n${rule("├", "─", "┼", "┤")}\n`),
    rule("└", "─", "┴", "┘"),
  ].join("\n");
}

/** A model as text. */
export function summarize(model: AnyLayer, options: SummaryOptions = {}): string {
  const head = `Model: "${model.name}"`;
  const rows = rowsOf(model, options.expandNested ?? false);
  const parts = rows.length > 0 ? [head, table(rows)] : [head];
  if (!model.built) {
    parts.push(" Not built yet: give the first layer an inputShape, or call the model once");
    return parts.join("\n");
  }
  const parameters = model.parameters();
  const sizeOf = (list: readonly Parameter[]): [number, number] => [
    list.reduce((total, p) => total + p.size, 0),
    list.reduce((total, p) => total + p.storage.byteLength, 0),
  ];
  const line = (name: string, [size, memory]: [number, number]): string =>
    ` ${name} params: ${count(size)} (${bytes(memory)})`;
  const buffers = model.buffers();
  const [size, memory] = sizeOf(parameters);
  const [bufferSize, bufferMemory] = [
    buffers.reduce((total, b) => total + b.size, 0),
    buffers.reduce((total, b) => total + b.storage.byteLength, 0),
  ];
  const trainable = sizeOf(parameters.filter((p) => p.trainable));
  parts.push(
    line("Total", [size + bufferSize, memory + bufferMemory]),
    line("Trainable", trainable),
    line("Non-trainable", [
      size + bufferSize - trainable[0],
      memory + bufferMemory - trainable[1],
    ]),
  );
  return parts.join("\n");
}
