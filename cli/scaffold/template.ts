/**
 * What a scaffold of a kind of plugin is made from.
 *
 * @module
 */

/** A small plugin that works, under a name yet to be chosen. */
export interface Template {
  /** What it does, in one sentence. */
  readonly about: string;
  /** Its module. */
  readonly code: (name: string) => string;
  /** The function of the kit that checks it. */
  readonly check: string;
  /** What the check takes beside the class, as a test and the manifest have it. */
  readonly sample?: Readonly<Record<string, string>>;
  /** What it needs beyond computing. */
  readonly permissions?: readonly string[];
  /** Whether it is a function, which begins with a small letter. @default false */
  readonly isFunction?: boolean;
}
