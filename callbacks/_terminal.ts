/** Where progress is shown. */
export interface Display {
  /** How wide a line may be; `null` where a line cannot be drawn again. */
  readonly columns: number | null;
  /** Whether lines may be coloured. */
  readonly hasColor: boolean;
  /** Draws the line under way. */
  redraw(line: string): void;
  /** Draws the line for the last time. */
  finish(line: string): void;
  /** Ends a line that was left under way. */
  close(): void;
}

const START_OF_LINE = "\r";
const ERASE_REST = "\x1b[K";
const DEFAULT_COLUMNS = 80;

/** A terminal: the line under way stays on one row. */
class Terminal implements Display {
  readonly hasColor = !Deno.noColor;
  #isUnderWay = false;

  get columns(): number {
    try {
      return Deno.consoleSize().columns || DEFAULT_COLUMNS;
    } catch {
      return DEFAULT_COLUMNS;
    }
  }

  redraw(line: string): void {
    writeOut(START_OF_LINE + line + ERASE_REST);
    this.#isUnderWay = true;
  }

  finish(line: string): void {
    writeOut(`${START_OF_LINE}${line}${ERASE_REST}\n`);
    this.#isUnderWay = false;
  }

  close(): void {
    if (this.#isUnderWay) writeOut("\n");
    this.#isUnderWay = false;
  }
}

function writeOut(text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) {
    written += Deno.stdout.writeSync(bytes.subarray(written));
  }
}

/** A file, a pipe, or a host that has no terminal: finished lines only. */
const lines: Display = {
  columns: null,
  hasColor: false,
  redraw: () => {},
  finish: (line) => console.log(line),
  close: () => {},
};

/** The display that the program has. */
export function systemDisplay(): Display {
  const isTerminal = "Deno" in globalThis && Deno.stdout.isTerminal();
  return isTerminal ? new Terminal() : lines;
}

/** Finished lines only, whatever the program has. */
export function lineDisplay(): Display {
  return lines;
}
