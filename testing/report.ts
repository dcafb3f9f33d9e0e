/**
 * What a run of a contract found.
 *
 * @module
 */

/** One check of a contract. */
export interface CheckResult {
  /** What the contract asks for: a sentence that begins with the subject. */
  readonly name: string;
  /** Whether it holds, or was skipped. */
  readonly ok: boolean;
  /** Why it was not run. */
  readonly skipped?: string;
  /** Why it does not hold. */
  readonly error?: Error;
}

/**
 * What a run of a contract found. `String(report)` is for people.
 *
 * @example
 * ```ts
 * import { layers } from "@tensaur/tensaur";
 * import { checkLayer } from "@tensaur/tensaur/testing";
 * import { assert } from "@std/assert";
 *
 * const report = await checkLayer(layers.ReLU);
 * assert(report.ok);
 * assert(String(report).startsWith("The layer ReLU keeps its contract"));
 * ```
 */
export class ContractReport {
  /** Made by the checks of this module. */
  constructor(
    /** What was judged: a `layer`, an `optimizer`, … */
    readonly kind: string,
    /** The name of the class or function. */
    readonly subject: string,
    /** What was checked, in order. */
    readonly checks: readonly CheckResult[],
  ) {}

  /** Whether every check holds or was skipped. */
  get ok(): boolean {
    return this.failures.length === 0;
  }

  /** The checks that do not hold. */
  get failures(): CheckResult[] {
    return this.checks.filter(({ ok }) => !ok);
  }

  /** The verdict, and a line for each check. */
  toString(): string {
    return [`${this.#verdict()}.`, ...this.checks.map(describe)].join("\n");
  }

  #verdict(): string {
    const { kind, subject, checks, failures } = this;
    const run = checks.filter(({ skipped }) => skipped === undefined).length;
    const skipped = checks.length - run;
    const besides = skipped === 0 ? "" : `, ${skipped} skipped`;
    return failures.length === 0
      ? `The ${kind} ${subject} keeps its contract: ${run} checks${besides}`
      : `The ${kind} ${subject} breaks its contract in ${failures.length} of ${run} checks${besides}`;
  }

  /** What `console.log` shows in Deno. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

/** What a check gives: `await` it for the report; `Deno.test`, which takes promises of nothing, takes it as it is. */
export type Reported = Promise<void> & Promise<ContractReport>;

/** A broken contract; its message lists the checks that do not hold. */
export class ContractError extends Error {
  /** The stable name of the mistake. */
  readonly code = "contract.broken";

  /** Made where a contract is broken. */
  constructor(
    /** All that was checked. */
    readonly report: ContractReport,
  ) {
    const { kind, subject, failures } = report;
    super(
      [`The ${kind} ${subject} breaks its contract:`, ...failures.map(describe)].join("\n"),
      { cause: failures[0]?.error },
    );
    this.name = "ContractError";
  }
}

function describe({ name, ok, skipped, error }: CheckResult): string {
  if (skipped !== undefined) return `  skipped  ${name}: ${skipped}`;
  if (ok) return `  holds    ${name}`;
  const message = (error?.message ?? "").trim().replaceAll("\n", "\n           ");
  return `  BROKEN   ${name}\n           ${message}`;
}
