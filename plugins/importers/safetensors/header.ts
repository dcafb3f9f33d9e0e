/**
 * The header of a safetensors file: a JSON object of just one form. It is read by that form alone, so that what is
 * too deep, named twice or of the wrong kind never becomes an object.
 *
 * @module
 */

/** What the header says of one tensor. */
export interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Where its values begin and end, counted from the end of the header. */
  readonly span: readonly [begin: number, end: number];
}

/** What the header says. */
export interface Header {
  readonly metadata: ReadonlyMap<string, string>;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** Called with what is wrong; throws. */
export type Refuse = (what: string) => never;

/** Reads the header; what it says is not yet compared with the rest of the file. */
export function parseHeader(text: string, refuse: Refuse): Header {
  const reader = new HeaderReader(text, refuse);
  const metadata = new Map<string, string>();
  const entries = new Map<string, Entry>();
  reader.object((name) => {
    if (name === "__metadata__") reader.object((key) => metadata.set(key, reader.string()));
    else entries.set(name, entryFrom(reader, name, refuse));
  });
  reader.end();
  return { metadata, entries };
}

function entryFrom(reader: HeaderReader, name: string, refuse: Refuse): Entry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  reader.object((field) => {
    if (field === "dtype") dtype = reader.string();
    else if (field === "shape") shape = reader.wholeNumbers();
    else if (field === "data_offsets") offsets = reader.wholeNumbers();
    else refuse(`the tensor "${name}" has the unknown field "${field}"`);
  });
  if (dtype === undefined || shape === undefined || offsets?.length !== 2) {
    refuse(`the tensor "${name}" must have a dtype, a shape and two data_offsets`);
  }
  return { dtype, shape, span: [offsets[0], offsets[1]] };
}

const SPACE = /[ \t\n\r]*/y;
const WHOLE_NUMBER = /0|[1-9][0-9]{0,15}/y;

/** Reads JSON from the front, each kind of value where it is expected. */
class HeaderReader {
  #at = 0;
  readonly #text: string;
  readonly #refuse: Refuse;

  constructor(text: string, refuse: Refuse) {
    this.#text = text;
    this.#refuse = refuse;
  }

  /** Reads an object; `member` is called at each value and has to read it. */
  object(member: (key: string) => void): void {
    this.#expect("{");
    if (this.#take("}")) return;
    const keys = new Set<string>();
    do {
      const key = this.string();
      if (keys.has(key)) this.#refuse(`"${key}" is named twice`);
      keys.add(key);
      this.#expect(":");
      member(key);
    } while (this.#take(","));
    this.#expect("}");
  }

  wholeNumbers(): number[] {
    const numbers: number[] = [];
    this.#expect("[");
    if (this.#take("]")) return numbers;
    do numbers.push(this.#wholeNumber()); while (this.#take(","));
    this.#expect("]");
    return numbers;
  }

  string(): string {
    this.#expect('"');
    const begin = this.#at - 1;
    do {
      this.#at = this.#text.indexOf('"', this.#at) + 1;
      if (this.#at === 0) this.#refuse("a string in it has no end");
    } while (this.#isEscaped(this.#at - 1));
    try {
      return JSON.parse(this.#text.slice(begin, this.#at));
    } catch {
      return this.#refuse(`the string at character ${begin} is not valid JSON`);
    }
  }

  end(): void {
    this.#match(SPACE);
    if (this.#at < this.#text.length) this.#refuse(`something follows it at character ${this.#at}`);
  }

  #wholeNumber(): number {
    this.#match(SPACE);
    const digits = this.#match(WHOLE_NUMBER);
    const value = Number(digits);
    if (digits === "" || !Number.isSafeInteger(value)) {
      this.#refuse(`no whole number from 0 to 2^53 − 1 is at character ${this.#at}`);
    }
    return value;
  }

  #isEscaped(at: number): boolean {
    let before = at;
    while (this.#text[before - 1] === "\\") before--;
    return (at - before) % 2 === 1;
  }

  #take(character: string): boolean {
    this.#match(SPACE);
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #expect(character: string): void {
    if (!this.#take(character)) this.#refuse(`"${character}" is missing at character ${this.#at}`);
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }
}
