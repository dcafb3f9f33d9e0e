import { assertEquals, assertThrows } from "@std/assert";
import { Layer, layers, ones, type Tensor, type Variable } from "../../mod.ts";
import { codeOf } from "../saving/_files.ts";

Deno.test("Layer.addBuffer() throws when its shape has an unknown dimension", () => {
  class Statistics extends Layer {
    mean!: Variable;
    override build([, features]: number[]): void {
      this.mean = this.addBuffer({ name: "mean", shape: [features] });
    }
    forward(x: Tensor): Tensor {
      return x;
    }
  }
  const error = assertThrows(
    () => new Statistics({ name: "mine" }).buildFor([null, null]),
    RangeError,
    'the shape of its weight "mean" must be known: current shape is [null]',
  );
  assertEquals(codeOf(error), "layer.weight");
});

Deno.test("Layer.apply() throws when one of several inputs is no tensor", () => {
  for (const inputs of [[ones([1, 2]), [1, 2]], [[1, 2]], [[ones([1, 2])]], [], {}, null, 3]) {
    const error = assertThrows(
      () => new layers.Add().apply(inputs as unknown as Tensor[]),
      TypeError,
      "its input must be a tensor",
    );
    assertEquals(codeOf(error), "layer.input");
  }
});
