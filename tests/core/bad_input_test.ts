import { assertThrows } from "@std/assert";
import {
  arange,
  full,
  layers,
  ones,
  ops,
  sequential,
  tensor,
  type TensorLike,
  zeros,
} from "../../mod.ts";

/** Calls that types forbid, as plain JavaScript and untyped data make them. */
// deno-lint-ignore no-explicit-any -- the wrong kinds are what is tested
type Untyped = any;

const CASES: [string, () => unknown, new () => Error, string][] = [
  ["tensor(undefined)", () => tensor(undefined as Untyped), TypeError, "met undefined"],
  ["tensor() of a string", () => tensor("a" as Untyped), TypeError, 'met "a"'],
  ["tensor() of ragged rows", () => tensor([[1, 2], [3]]), RangeError, "at depth 1 expected 2"],
  [
    "tensor() of too deep rows",
    () => tensor([1, [2]] as TensorLike),
    RangeError,
    "expected a number",
  ],
  ["tensor() with null in it", () => tensor([1, null] as Untyped), TypeError, "met null"],
  ["tensor() of a wrong shape", () => tensor([1, 2], { shape: [3] }), RangeError, "2 values"],
  [
    "tensor() of an unknown dtype",
    () => tensor([1], { dtype: "half" as Untyped }),
    RangeError,
    "half",
  ],
  ["zeros() of a number", () => zeros(3 as Untyped), TypeError, "array of dimensions"],
  ["zeros() of a negative dimension", () => zeros([-1]), RangeError, "from 0 on"],
  ["zeros() of a fraction", () => zeros([1.5]), RangeError, "from 0 on"],
  ["zeros() beyond all memory", () => zeros([1e10]), RangeError, "alive are"],
  ["zeros() beyond all numbers", () => zeros([1e200, 1e200]), RangeError, "no memory holds"],
  ["full() beyond the backend's memory", () => full([2 ** 31], 1), RangeError, "alive are"],
  ["arange() beyond all memory", () => arange(1e15), RangeError, "no memory holds"],
  [
    "reshape() to a word",
    () => ops.reshape(ones([4]), "abc" as Untyped),
    TypeError,
    "array of dimensions",
  ],
  [
    "reshape() to nothing",
    () => ones([4]).reshape(undefined as Untyped),
    TypeError,
    "array of dimensions",
  ],
  ["reshape() to two holes", () => ones([4]).reshape([-1, -1]), RangeError, "only one"],
  [
    "sum() over an axis by name",
    () => ops.sum(ones([4]), { axis: "x" as Untyped }),
    RangeError,
    "along axis x",
  ],
  ["sum() with its axis by position", () => ones([4]).sum(0 as Untyped), TypeError, "by name"],
  [
    "sum() over an axis twice",
    () => ones([4, 4]).sum({ axis: [0, -2] }),
    RangeError,
    "named twice",
  ],
  ["add() of a word", () => ones([4]).add("1" as Untyped), TypeError, 'met "1"'],
  [
    "a layer on an array",
    () => new layers.Dense({ units: 1 }).apply([[1]] as Untyped),
    TypeError,
    "tensor(",
  ],
  ["sequential() of a word", () => sequential("x" as Untyped), TypeError, '"x"'],
  [
    "sequential() of a class",
    () => sequential([layers.Dense as Untyped]),
    TypeError,
    "function Dense",
  ],
];

for (const [name, run, errorClass, message] of CASES) {
  Deno.test(`${name} is refused with a clear error`, () => {
    assertThrows(run, errorClass, message);
  });
}
