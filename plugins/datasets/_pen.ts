/**
 * A pen that draws smooth strokes on a small grey canvas.
 *
 * Everything here is made of `+ - * /` and the square root, which every engine rounds alike: the
 * same strokes give the same bytes everywhere.
 *
 * @module
 */

/** The width and height of a canvas in pixels. */
export const side = 28;

/** How many straight pieces stand for the curve between two points of a stroke. */
const pieces = 4;

/** More points than any glyph gives. */
const capacity = 256;

/**
 * Catmull-Rom: how much the point before, the two ends and the point after weigh at the end of each
 * piece.
 */
const weights = Array.from({ length: pieces }, (_, piece) => {
  const t = (piece + 1) / pieces;
  return [
    ((2 - t) * t - 1) * t / 2,
    ((3 * t - 5) * t * t + 2) / 2,
    ((4 - 3 * t) * t + 1) * t / 2,
    (t - 1) * t * t / 2,
  ];
});

/** The points that the pen passes, in order. */
export class Path {
  readonly x: Float64Array = new Float64Array(capacity);
  readonly y: Float64Array = new Float64Array(capacity);
  /** Half the thickness of the line there. */
  readonly radius: Float64Array = new Float64Array(capacity);
  /** 1 where the pen comes to a point without touching the paper. */
  readonly lifted: Uint8Array = new Uint8Array(capacity);
  length = 0;

  /** Adds one point. */
  add(x: number, y: number, lifted: 0 | 1): void {
    this.x[this.length] = x;
    this.y[this.length] = y;
    this.lifted[this.length++] = lifted;
  }

  /** The least and the greatest of the points' x or y. */
  extent(values: Float64Array): [least: number, greatest: number] {
    let least = Infinity;
    let greatest = -Infinity;
    for (let i = 0; i < this.length; i++) {
      if (values[i] < least) least = values[i];
      if (values[i] > greatest) greatest = values[i];
    }
    return [least, greatest];
  }

  /** Adds the smooth curve through the points `first` to `last` of x and y. */
  addCurve(x: Float64Array, y: Float64Array, first: number, last: number): void {
    this.add(x[first], y[first], 1);
    for (let from = first; from < last; from++) {
      const to = from + 1;
      const before = Math.max(from - 1, first);
      const after = Math.min(to + 1, last);
      for (const [a, b, c, d] of weights) {
        this.add(
          a * x[before] + b * x[from] + c * x[to] + d * x[after],
          a * y[before] + b * y[from] + c * y[to] + d * y[after],
          0,
        );
      }
    }
  }
}

/** A grey picture of `side` by `side` pixels, 0 for paper and 1 for ink. */
export class Canvas {
  readonly pixels: Float64Array = new Float64Array(side * side);

  /** Takes a new sheet. */
  clear(): void {
    this.pixels.fill(0);
  }

  /**
   * Draws the line that leads to point `i` of the path. It has round ends and an edge that fades
   * over `softness` pixels. Where lines overlap the darker one shows, so that joints leave no mark.
   */
  line(path: Path, i: number, softness: number): void {
    const { pixels } = this;
    const x0 = path.x[i - 1];
    const y0 = path.y[i - 1];
    const dx = path.x[i] - x0;
    const dy = path.y[i] - y0;
    const radius = path.radius[i - 1];
    const widening = path.radius[i] - radius;
    const reach = radius + Math.max(0, widening) + softness / 2;
    const left = Math.max(0, Math.ceil(x0 + Math.min(0, dx) - reach));
    const right = Math.min(side - 1, Math.floor(x0 + Math.max(0, dx) + reach));
    const top = Math.max(0, Math.ceil(y0 + Math.min(0, dy) - reach));
    const bottom = Math.min(side - 1, Math.floor(y0 + Math.max(0, dy) + reach));
    const squared = dx * dx + dy * dy;
    const perLength = squared > 0 ? 1 / squared : 0;
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const along = ((x - x0) * dx + (y - y0) * dy) * perLength;
        const t = along < 0 ? 0 : along > 1 ? 1 : along;
        const awayX = x - x0 - t * dx;
        const awayY = y - y0 - t * dy;
        const distance = Math.sqrt(awayX * awayX + awayY * awayY);
        const ink = (radius + t * widening - distance) / softness + 0.5;
        const at = y * side + x;
        if (ink > pixels[at]) pixels[at] = ink < 1 ? ink : 1;
      }
    }
  }
}
