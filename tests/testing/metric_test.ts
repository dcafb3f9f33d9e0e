import { assertEquals } from "@std/assert";
import { MeanOverExamples, Metric, metrics, ops, type Tensor, type TensorLike } from "../../mod.ts";
import { checkMetric } from "../../testing.ts";
import { assertBreaks } from "./_breaks.ts";

Deno.test("checkMetric() takes a class with its options, a batch, and plain values", async () => {
  await checkMetric(metrics.BinaryAccuracy, { config: { threshold: 0.4 } });
  await checkMetric(metrics.SparseCategoricalAccuracy, { yTrue: [0, 1, 2, 0] });
  await checkMetric(metrics.Mean, { yTrue: [1, 2, 4], yPred: null });
});

Deno.test("checkMetric() finds a metric that a reset does not clear, and that ignores weights", async () => {
  class Peak extends Metric {
    #peak = 0;
    updateState(_yTrue: TensorLike, yPred: TensorLike): void {
      this.#peak = Math.max(this.#peak, ops.max(yPred as Tensor).item());
    }
    result(): Tensor {
      return ops.full([], this.#peak);
    }
  }
  const { failures } = await checkMetric(Peak, {
    yTrue: [1, 2, 3],
    yPred: [0.25, 0.5, 0.75],
    throws: false,
  });
  assertEquals(failures.map(({ name }) => name), [
    "forgets all batches when it is reset",
    "counts examples as sample weights say",
  ]);
});

Deno.test("checkMetric() finds a result that is no scalar", async () => {
  class Rows extends MeanOverExamples {
    compute(yTrue: Tensor, yPred: Tensor): Tensor {
      return ops.mean(ops.subtract(yTrue, yPred), { axis: -1 });
    }
    override result(): Tensor {
      return ops.reshape(super.result(), [1]);
    }
  }
  await assertBreaks(checkMetric(Rows), "is one finite number", "[1] instead of a scalar");
});
