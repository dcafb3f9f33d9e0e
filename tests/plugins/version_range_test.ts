import { assert, assertEquals } from "@std/assert";
import { parse, parseRange, satisfies as expected } from "@std/semver";
import fc from "fast-check";
import { isVersionRange, satisfies } from "../../core/version_range.ts";

Deno.test("satisfies() tells which versions a range holds", () => {
  const cases: [range: string, inside: string[], outside: string[]][] = [
    ["1.2.3", ["1.2.3"], ["1.2.4", "1.2.3-a"]],
    ["^1.2.3", ["1.2.3", "1.9.0"], ["1.2.2", "2.0.0", "2.0.0-a"]],
    ["^0.1.0", ["0.1.0", "0.1.9"], ["0.2.0", "0.0.9"]],
    ["^0.0.3", ["0.0.3"], ["0.0.4"]],
    ["^0", ["0.9.9"], ["1.0.0"]],
    ["~1.2.3", ["1.2.9"], ["1.3.0"]],
    ["~1", ["1.9.0"], ["2.0.0"]],
    ["1.x", ["1.0.0", "1.9.9"], ["2.0.0"]],
    ["1.2", ["1.2.9"], ["1.3.0"]],
    ["*", ["0.0.0", "9.9.9"], ["1.0.0-a"]],
    ["", ["1.0.0"], []],
    [">=1 <3", ["1.0.0", "2.9.9"], ["3.0.0", "0.9.9"]],
    [">1.2", ["1.3.0"], ["1.2.9"]],
    ["<=1.2", ["1.2.9"], ["1.3.0"]],
    [">= 1.2.3", ["1.2.3"], ["1.2.2"]],
    ["1.2 - 2", ["1.2.0", "2.9.9"], ["1.1.9", "3.0.0"]],
    ["1.2.0 - 2.3.4", ["2.3.4"], ["2.3.5"]],
    ["^1 || ^3", ["1.5.0", "3.1.0"], ["2.0.0"]],
    [">=1.0.0-b", ["1.0.0-b", "1.0.0-c.1", "1.0.0"], ["1.0.0-a", "1.0.1-c"]],
    ["1.0.0-a.2 - 2", ["1.0.0-a.10"], ["1.0.0-a.1"]],
  ];
  for (const [range, inside, outside] of cases) {
    assert(isVersionRange(range), range);
    for (const version of inside) assert(satisfies(version, range), `${version} in ${range}`);
    for (const version of outside) assert(!satisfies(version, range), `${version} not in ${range}`);
  }
});

Deno.test("satisfies() says no where either is none", () => {
  for (
    const text of ["one", "^", "1.2.3.4", ">", "1 || x.y", "^1.2.3 nonsense", "01.2.3", "1.2.3-"]
  ) {
    assert(!isVersionRange(text), text);
    assert(!satisfies("1.2.3", text), text);
  }
  for (const version of ["1.2", "v1.2.3", "1.2.3.4", "", "1.2.03"]) {
    assert(!satisfies(version, "*"), version);
  }
});

Deno.test("satisfies() agrees with the standard library", () => {
  const number = fc.integer({ min: 0, max: 3 });
  const tag = fc.constantFrom("", "", "-0", "-1", "-a", "-a.1", "-rc.2");
  const version = fc.tuple(number, number, number, tag)
    .map(([major, minor, patch, tags]) => `${major}.${minor}.${patch}${tags}`);
  const partial = fc.oneof(
    version,
    fc.tuple(number, number).map(([major, minor]) => `${major}.${minor}`),
    fc.tuple(number, number).map(([major, minor]) => `${major}.${minor}.x`),
    number.map(String),
  );
  const bound = fc.tuple(fc.constantFrom("", "^", "~", ">=", "<", "<=", ">", "="), partial)
    .map(([operator, v]) => operator + v);
  const range = fc.array(fc.array(bound, { minLength: 1, maxLength: 2 }), {
    minLength: 1,
    maxLength: 2,
  })
    .map((alternatives) => alternatives.map((bounds) => bounds.join(" ")).join(" || "));
  fc.assert(
    fc.property(version, range, (v, r) => {
      assertEquals(satisfies(v, r), expected(parse(v), parseRange(r)), `${v} in ${r}`);
    }),
    { numRuns: 3000 },
  );
});
