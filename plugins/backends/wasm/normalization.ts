/**
 * Kernels of normalization: of batches, whose channels stand last, and of layers, whose normalized axes stand last.
 *
 * @module
 */

import type { Kernel, Operand } from "../../../core/backend.ts";
import type { Engine } from "./engine.ts";
import { addressOf, allFloat32, type KernelEntries, product } from "./operands.ts";

/** Addition, of float32, as the reductions count them. */
const SUM = 0;
const SINGLE = 0;
/** Rows of a piece, at least, and the most pieces that sums over rows are formed in. */
const PIECE_ROWS = 256;
const MOST_PIECES = 64;
/** Elements of a piece, at least, where sums lie in memory. */
const PIECE_ELEMENTS = 16384;
const MOST_LAYER_PIECES = 16;

interface BatchNormalization {
  axis: number;
  epsilon: number;
}

function takesColumns([x, ...rest]: readonly Operand[], { axis }: BatchNormalization): boolean {
  return allFloat32([x, ...rest]) && x.size > 0 && axis === x.shape.length - 1;
}

function piecesOf(rows: number): number {
  return Math.max(1, Math.min(MOST_PIECES, Math.floor(rows / PIECE_ROWS)));
}

/** Room for two rows a piece. */
function withRows(engine: Engine, pieces: number, c: number, run: (room: number) => void): void {
  const room = engine.borrow(pieces * 2 * c * 4);
  run(room);
  engine.giveBack(room);
}

function trainingKernel(engine: Engine): Kernel<BatchNormalization> {
  const { kernels } = engine;
  return {
    accepts: takesColumns,
    run([x, scale, offset], [y, mean, variance], { epsilon }) {
      const c = mean.size;
      const rows = x.size / c;
      const pieces = piecesOf(rows);
      const [from, average, spread] = [addressOf(x), addressOf(mean), addressOf(variance)];
      withRows(engine, pieces, c, (room) => {
        kernels.columnMoments(from, average, spread, room, rows, c, pieces);
      });
      const [by, plus, to] = [addressOf(scale), addressOf(offset), addressOf(y)];
      kernels.normalizeColumns(from, average, spread, by, plus, to, rows, c, epsilon);
    },
  };
}

function inferenceKernel({ kernels }: Engine): Kernel<BatchNormalization> {
  return {
    accepts: takesColumns,
    run([x, mean, variance, scale, offset], [y], { epsilon }) {
      const c = mean.size;
      const [from, average, spread] = [addressOf(x), addressOf(mean), addressOf(variance)];
      const [by, plus, to] = [addressOf(scale), addressOf(offset), addressOf(y)];
      kernels.normalizeColumns(from, average, spread, by, plus, to, x.size / c, c, epsilon);
    },
  };
}

function batchGradientKernel(engine: Engine): Kernel<BatchNormalization> {
  return {
    accepts: takesColumns,
    run([x, mean, variance, scale, g], [dx, dScale, dOffset], { epsilon }) {
      const c = mean.size;
      const rows = x.size / c;
      const pieces = piecesOf(rows);
      withRows(engine, pieces, c, (room) => {
        engine.kernels.columnsGradients(
          addressOf(x),
          addressOf(mean),
          addressOf(variance),
          addressOf(scale),
          addressOf(g),
          addressOf(dx),
          addressOf(dScale),
          addressOf(dOffset),
          room,
          rows,
          c,
          pieces,
          epsilon,
        );
      });
    },
  };
}

interface LayerNormalization {
  axes: readonly number[];
  epsilon: number;
}

/** The normalized axes must be the last ones. */
function takesRows([x, ...rest]: readonly Operand[], { axes }: LayerNormalization): boolean {
  const first = x.shape.length - axes.length;
  return allFloat32([x, ...rest]) && x.size > 0 && axes.length > 0 &&
    axes.every((axis, i) => axis === first + i);
}

/** How many rows there are of how many values. */
function rowsOf({ shape }: Operand, { axes }: LayerNormalization): [rows: number, c: number] {
  const first = shape.length - axes.length;
  return [product(shape, 0, first), product(shape, first, shape.length)];
}

/** With an offset, of a layer; without, by the root mean square. */
function rowsKernel({ kernels }: Engine): Kernel<LayerNormalization> {
  return {
    accepts: takesRows,
    run([x, scale, offset], [y], attributes) {
      const [rows, c] = rowsOf(x, attributes);
      const plus = offset === undefined ? 0 : addressOf(offset);
      const [from, by, to] = [addressOf(x), addressOf(scale), addressOf(y)];
      kernels.normalizeRows(from, by, plus, to, rows, c, attributes.epsilon);
    },
  };
}

function rowsGradientKernel(engine: Engine): Kernel<LayerNormalization> {
  const { kernels } = engine;
  return {
    accepts: takesRows,
    run([x, scale, g], [dx, dScale, dOffset], attributes) {
      const [rows, c] = rowsOf(x, attributes);
      const wanted = Math.floor(x.size / PIECE_ELEMENTS);
      const pieces = Math.max(1, Math.min(MOST_LAYER_PIECES, rows, wanted));
      withRows(engine, pieces, c, (room) => {
        kernels.rowsGradients(
          addressOf(x),
          addressOf(scale),
          addressOf(g),
          addressOf(dx),
          room,
          dOffset === undefined ? 0 : 1,
          rows,
          c,
          pieces,
          attributes.epsilon,
        );
        kernels.reduce(SUM, SINGLE, room, addressOf(dScale), 1, pieces, c, 1);
        if (dOffset === undefined) return;
        const offsets = room + pieces * c * 4;
        kernels.reduce(SUM, SINGLE, offsets, addressOf(dOffset), 1, pieces, c, 1);
      });
    },
  };
}

/** The kernels of this file. */
export function normalizationKernels(engine: Engine): KernelEntries {
  return [
    ["batchNormalization", inferenceKernel(engine)],
    ["batchNormalizationTraining", trainingKernel(engine)],
    ["batchNormalizationGradient", batchGradientKernel(engine)],
    ["layerNormalization", rowsKernel(engine)],
    ["layerNormalizationGradient", rowsGradientKernel(engine)],
    ["rmsNormalization", rowsKernel(engine)],
    ["rmsNormalizationGradient", rowsGradientKernel(engine)],
  ];
}
