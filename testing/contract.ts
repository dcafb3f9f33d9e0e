/**
 * How a contract is run: its checks one by one, each on fresh instances, in a runtime of their own; what they made is
 * freed after each.
 *
 * @module
 */

import { type Config, type PluginManifest, runtime, Scope } from "../mod.ts";
import { configOf, expectSameConfig, fromConfig, frozen } from "./config.ts";
import { inIsolation } from "./isolation.ts";
import { expect, messageOf, NotMade, skip, Skipped } from "./outcome.ts";
import { type CheckResult, ContractError, ContractReport, type Reported } from "./report.ts";

/** A class, which is made with the option `config`, or a function that makes a new instance at each call. */
// deno-lint-ignore no-explicit-any -- each class takes options of its own
export type Subject<T> = (new (...options: any[]) => T) | (() => T);

/** Options that every check takes. */
export interface CheckOptions {
  /** What a class is made with; frozen, as options are never to be changed. @default none */
  config?: Readonly<Config>;
  /** Plugins that are needed beside those in use. @default none */
  manifest?: PluginManifest;
  /** Checks to leave out, by the name that the report gives them, each with the reason. @default none */
  skip?: Readonly<Record<string, string>>;
  /** Whether a broken contract throws; otherwise the report tells. @default true */
  throws?: boolean;
}

/** Runs a contract. */
export interface Check<T, Options extends CheckOptions> {
  /** Runs it on a class, or on what a function makes. */
  (subject: Subject<T>, options?: Options): Reported;
  /** Runs it on the class, or on what the function makes, that the option `create` is. */
  (options: Options & { create: Subject<T> }): Reported;
}

/** The checks of a contract, in order, by what they say of the subject. */
export type Checks<T extends object, Options extends CheckOptions> = Readonly<
  Record<string, (bench: Bench<T, Options>) => void | Promise<void>>
>;

/** What is expected of all classes of a kind. */
export interface Contract<T extends object, Options extends CheckOptions> {
  /** The kind of plugin. */
  readonly kind: string;
  /** What all instances extend. */
  // deno-lint-ignore no-explicit-any -- each base takes options of its own
  readonly base: abstract new (...options: any[]) => T;
  /** What is checked. */
  readonly checks: Checks<T, Options>;
  /** Frees what an instance holds. */
  readonly release?: (instance: T) => void;
}

/** Where a contract is checked: makes instances and frees them. */
export class Bench<T extends object, Options extends CheckOptions = CheckOptions> {
  /** What the check was told. */
  readonly options: Options;
  readonly #make: () => T;
  readonly #release: (instance: T) => void;
  readonly #made = new Set<T>();

  /** Takes what the checks share. */
  constructor(options: Options, make: () => T, release: (instance: T) => void = () => {}) {
    this.options = options;
    this.#make = make;
    this.#release = release;
  }

  /** A new instance. */
  create(): T {
    return this.track(this.#make());
  }

  /** A new instance of the same class, from the config of another with some options changed. */
  again(instance: T, changes: Config = {}): T {
    return this.track(fromConfig(instance, { ...configOf(instance), ...changes }));
  }

  /**
   * An equal instance, made from the config of another.
   *
   * @throws {Error} When the config is not JSON, or is another afterwards.
   */
  remade(instance: T): T {
    const again = this.again(instance);
    expectSameConfig(configOf(again), configOf(instance));
    return again;
  }

  /** Takes over the freeing of an instance; returns it. */
  track<I extends T>(instance: I): I {
    this.#made.add(instance);
    return instance;
  }

  /** Frees all instances. */
  close(): void {
    for (const instance of this.#made) this.#release(instance);
    this.#made.clear();
  }
}

/**
 * Watches the memory of the backend in use. What is returned fails the check under way where more is alive than was
 * then; there may be less, as the collector frees what others left.
 */
export function watchMemory(): () => void {
  const { backend } = runtime();
  const before = backend.memory().bytes;
  return () => {
    const { bytes, origins } = backend.memory();
    const made = origins.slice(0, 3).map(({ origin, bytes }) => `${origin} (${bytes})`).join(", ");
    expect(
      bytes <= before,
      `${
        bytes - before
      } bytes are alive that were not before; most of all that is alive was made by ${made}`,
    );
  };
}

/** The check of a kind of class, from what is expected of it. */
export function defineCheck<T extends object, Options extends CheckOptions>(
  contract: Contract<T, Options>,
): Check<T, Options> {
  return (given: Subject<T> | (Options & { create: Subject<T> }), second?: Options) => {
    const options = typeof given === "function" ? second ?? {} as Options : given;
    const subject = typeof given === "function" ? given : given.create;
    const release = (instance: T): void => {
      if (instance instanceof contract.base) contract.release?.(instance);
    };
    const bench = new Bench(options, () => make(subject, options), release);
    let name = subject.name;
    const isMade = async (): Promise<void> => {
      const instance = await firstOf(contract, bench);
      name = instance.constructor.name;
    };
    const checks = { "is made anew each time": isMade, ...contract.checks };
    return runContract(contract.kind, () => name, bench, checks);
  };
}

/** A new instance of a class, or what a function makes. */
function make<T>(subject: Subject<T>, { config }: CheckOptions): T {
  if (isClass(subject)) return new subject(frozen(config));
  return (subject as () => T)();
}

// deno-lint-ignore no-explicit-any -- each class takes options of its own
function isClass<T>(subject: Subject<T>): subject is new (...options: any[]) => T {
  return /^class\b/.test(Function.prototype.toString.call(subject));
}

/** Adds a class to the registry, unless it is there. */
async function list(kind: string, value: { name: string }): Promise<void> {
  const { registry } = runtime();
  const name = value.name === "" ? "Unnamed" : value.name;
  // What has the name may be this very class, not loaded so far.
  if (registry.has(kind, name)) await registry.load(kind, name);
  if (registry.describeValue(value) !== null) return;
  registry.add({ name: "unlisted", version: "0.0.0", plugins: [{ kind, name, value }] });
}

/** The first instance, whose class the registry knows from then on. */
async function firstOf<T extends object, Options extends CheckOptions>(
  { kind, base }: Contract<T, Options>,
  bench: Bench<T, Options>,
): Promise<T> {
  try {
    const [first, second] = twoOf(bench);
    expect(first instanceof base, `it does not extend ${base.name}: extend it`);
    expect(first !== second, "it is the same object twice: make a new one at each call");
    await list(kind, first.constructor);
    return first;
  } catch (cause) {
    throw new NotMade(messageOf(cause), { cause });
  }
}

function twoOf<T extends object, Options extends CheckOptions>(bench: Bench<T, Options>): [T, T] {
  try {
    return [bench.create(), bench.create()];
  } catch (cause) {
    if (bench.options.config !== undefined) throw cause;
    const hint =
      "where it needs options, give them as config, and in a manifest as the sample of its " +
      "entry: sample: { config: { … } }";
    throw new Error(`${messageOf(cause)}; ${hint}`, { cause });
  }
}

/**
 * Runs checks in a runtime of their own, and at last whether they left memory behind.
 *
 * @throws {ContractError} When a check does not hold, unless `options.throws` is false.
 */
export function runContract<T extends object, Options extends CheckOptions>(
  kind: string,
  nameOf: () => string,
  bench: Bench<T, Options>,
  checks: Checks<T, Options>,
): Reported {
  const { manifest, throws = true } = bench.options;
  const reported = inIsolation(async () => {
    const results = await resultsOf(bench, checks);
    const report = new ContractReport(kind, nameOf(), results);
    if (throws && !report.ok) throw new ContractError(report);
    return report;
  }, manifest);
  return reported as Reported;
}

async function resultsOf<T extends object, Options extends CheckOptions>(
  bench: Bench<T, Options>,
  checks: Checks<T, Options>,
): Promise<CheckResult[]> {
  const { skip: left = {} } = bench.options;
  const results: CheckResult[] = [];
  const expectFreed = watchMemory();
  const all: Checks<T, Options> = {
    ...checks,
    "leaves no memory behind": () => {
      if (results.some(({ ok }) => !ok)) skip("what failed left some");
      expectFreed();
    },
  };
  checkNames(left, Object.keys(all));
  for (const [name, check] of Object.entries(all)) {
    const reason = Object.hasOwn(left, name) ? left[name] : null;
    results.push(await judge(name, () => reason === null ? check(bench) : skip(reason), bench));
    if (results.at(-1)?.error instanceof NotMade) break;
  }
  return results;
}

async function judge<T extends object, Options extends CheckOptions>(
  name: string,
  check: () => void | Promise<void>,
  bench: Bench<T, Options>,
): Promise<CheckResult> {
  const scope = new Scope();
  try {
    await check();
    return { name, ok: true };
  } catch (error) {
    if (error instanceof Skipped) return { name, ok: true, skipped: error.message };
    return { name, ok: false, error: error instanceof Error ? error : new Error(messageOf(error)) };
  } finally {
    scope.close();
    bench.close();
  }
}

function checkNames(left: Readonly<Record<string, string>>, names: readonly string[]): void {
  const unknown = Object.keys(left).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new RangeError(
    `Cannot leave out the check "${unknown}" as there is none of that name: the checks are ${
      names.map((name) => `"${name}"`).join(", ")
    }`,
  );
}
