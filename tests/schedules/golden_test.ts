import { type LearningRateSchedule, registry } from "../../mod.ts";
import { assertGolden, readGolden } from "../golden/read_golden.ts";

for (const { schedule, config, steps, values } of readGolden("schedules")) {
  const options = JSON.stringify(config).replaceAll('"', "");
  Deno.test(`${schedule}.call() follows Keras with ${options}`, async () => {
    const made = await registry.create<LearningRateSchedule>("schedule", schedule, config);
    const rates = steps.map((step) => made.call(step));
    assertGolden("rate", rates, values, { rtol: 1e-12, atol: 1e-15 });
  });
}
