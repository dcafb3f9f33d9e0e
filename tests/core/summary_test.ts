/** Models as tables, in the 80 columns of a terminal. */

import { assert, assertEquals } from "@std/assert";
import {
  Input,
  type Layer,
  layers,
  Model,
  model,
  ones,
  ops,
  sequential,
  type Tensor,
} from "../../mod.ts";
import { dense } from "./_models.ts";

function summaryOf(made: Model, options: { expandNested?: boolean } = {}): string {
  let text = "";
  made.summary({ ...options, print: (line) => text += line });
  return text;
}

/** The cells of the rows, without the lines that continue a row. */
function rowsOf(text: string): string[][] {
  return text.split("\n").filter((line) => /^│ +[^│\s]/.test(line)).map((line) =>
    line.split("│").slice(1, -1).map((cell) => cell.trim())
  );
}

Deno.test("summary() of a functional model begins with what it takes", () => {
  const x = Input({ shape: [28, 28, 1] });
  const made = model({ inputs: x, outputs: dense(10).apply(new layers.Flatten().apply(x)) });
  assertEquals(rowsOf(summaryOf(made)), [
    ["input_layer (InputLayer)", "[null, 28, 28, 1]", "0"],
    ["flatten (Flatten)", "[null, 784]", "0"],
    ["dense (Dense)", "[null, 10]", "7,850"],
  ]);
});

Deno.test("summary() shows connections where a model is no plain chain", () => {
  const x = Input({ shape: [4] });
  const shared = dense(4);
  const h = shared.apply(x);
  assertEquals(rowsOf(summaryOf(model({ inputs: x, outputs: ops.add(h, x) }))), [
    ["input_layer (InputLayer)", "[null, 4]", "0", "-"],
    ["dense (Dense)", "[null, 4]", "20", "input_layer"],
    ["add (operation)", "[null, 4]", "0", "dense"],
  ]);
  const twice = rowsOf(summaryOf(model({ inputs: x, outputs: shared.apply(h) })));
  assertEquals(twice.map((row) => row.length), [4, 4]);
});

Deno.test("summary() of two outputs tells what each comes from", () => {
  const x = Input({ shape: [4] });
  const h = dense(4).apply(x);
  const outputs = { price: dense(1, { name: "p" }).apply(h), kind: dense(3).apply(h) };
  const rows = rowsOf(summaryOf(new Model({ inputs: x, outputs }) as unknown as Model));
  assertEquals(rows.slice(2), [
    ["p (Dense)", "[null, 1]", "5", "dense"],
    ["dense_1 (Dense)", "[null, 3]", "15", "dense"],
  ]);
});

Deno.test("summary({ expandNested }) shows the layers of models in the model, further to the right", () => {
  const inner = (() => {
    const x = Input({ shape: [4] });
    return new Model({ name: "encoder", inputs: x, outputs: ops.add(x, dense(4).apply(x)) });
  })();
  const x = Input({ shape: [4] });
  const made = new Model({ inputs: x, outputs: sequential([dense(2)]).apply(inner.apply(x)) });
  assertEquals(rowsOf(summaryOf(made)).map(([name]) => name), [
    "input_layer (InputLayer)",
    "encoder (Functional)",
    "sequential (Sequential)",
  ]);
  const expanded = summaryOf(made, { expandNested: true });
  assertEquals(rowsOf(expanded), [
    ["input_layer (InputLayer)", "[null, 4]", "0", "-"],
    ["encoder (Functional)", "[null, 4]", "20", "input_layer"],
    ["input_layer (InputLayer)", "[null, 4]", "0", "-"],
    ["dense (Dense)", "[null, 4]", "20", "input_layer"],
    ["add (operation)", "[null, 4]", "0", "input_layer"],
    ["sequential (Sequential)", "[null, 2]", "10", "encoder"],
    ["dense (Dense)", "[null, 2]", "10", ""],
  ]);
  assert(expanded.includes("│   dense (Dense) "), expanded);
});

Deno.test("summary() fits 80 columns, whatever layers are called and however deep they stand", () => {
  const name = "a_name_as_long_as_a_terminal_is_wide_".repeat(3);
  let nested: Layer = sequential([dense(2, { name })]);
  for (let i = 0; i < 30; i++) nested = sequential([nested]);
  const chain = sequential([Input({ shape: [4] }), dense(2, { name: `b_${name}` }), nested]);
  const x = Input({ shape: [1, 1, 4], name });
  const branched = model({ inputs: x, outputs: ops.add(dense(4).apply(x), x) as Tensor });
  for (const made of [chain, branched]) {
    const text = summaryOf(made, { expandNested: true });
    assert(text.split("\n").every((line) => line.length <= 80), text);
    const letters = text.replaceAll(/[^a-z_]/g, "");
    assert(letters.includes(name), text);
  }
});

Deno.test("summary() shows the shapes of a subclassed model that was called on values", () => {
  class Tower extends Model {
    readonly hidden = dense(4);
    readonly head = sequential([dense(2)]);
    override forward(x: Tensor): Tensor {
      return this.head.apply(this.hidden.apply(x));
    }
  }
  const made = new Tower();
  assertEquals(rowsOf(summaryOf(made)).map(([, shape]) => shape), ["?", "?"]);
  made.apply(ones([2, 3]));
  assertEquals(rowsOf(summaryOf(made)), [
    ["dense (Dense)", "[null, 4]", "16"],
    ["sequential (Sequential)", "[null, 2]", "10"],
  ]);
});

Deno.test("summary() leaves shapes open where a forward needs values", () => {
  class Judge extends Model {
    readonly hidden = dense(4);
    override forward(x: Tensor): Tensor {
      const h = this.hidden.apply(x);
      return h.sum().item() > 0 ? h : h.neg();
    }
  }
  const made = new Judge();
  made.hidden.buildFor([null, 3]);
  made.apply(ones([2, 3]));
  assertEquals(rowsOf(summaryOf(made)), [["dense (Dense)", "[null, 4]", "16"]]);
});
