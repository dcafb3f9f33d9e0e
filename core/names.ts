/**
 * Names that differ from each other, by numbers where they must.
 *
 * @module
 */

/** A set of names that hands out new ones: a second `dense` becomes `dense_1`. */
export class Names {
  readonly #taken: Set<string>;
  /** For a name, the number from which on to look for a free one: a thousand layers of one class need no thousand looks. */
  readonly #next = new Map<string, number>();

  /** Takes the names that are taken from the beginning. */
  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** Whether the name is taken. */
  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** Takes a name, whether it is free or not. */
  add(name: string): void {
    this.#taken.add(name);
  }

  /** Takes the first of `base`, `base_1`, `base_2`, … that is free. */
  take(base: string): string {
    const name = this.free(base);
    this.add(name);
    return name;
  }

  /** The first of `base`, `base_1`, `base_2`, … that is free here and among the others. */
  free(base: string, others: Iterable<Names> = []): string {
    const isTakenElsewhere = (name: string): boolean =>
      [...others].some((names) => names.has(name));
    if (!this.has(base) && !isTakenElsewhere(base)) return base;
    let number = this.#next.get(base) ?? 1;
    while (this.has(`${base}_${number}`)) number++;
    this.#next.set(base, number);
    while (this.has(`${base}_${number}`) || isTakenElsewhere(`${base}_${number}`)) number++;
    return `${base}_${number}`;
  }

  /** Gives a name back. */
  release(name: string): void {
    this.#taken.delete(name);
    this.#next.clear();
  }

  /** Takes one name in place of another. */
  rename(from: string, to: string): void {
    this.#taken.delete(from);
    this.add(to);
  }
}

/** Names made unique by numbers: `x`, `x_1`, … */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Names();
  return names.map((name) => taken.take(name));
}
