/**
 * Three spiral arms, and the boundaries that a network draws between them, in the terminal.
 *
 *     deno run examples/spiral.ts
 *
 * @module
 */

import {
  layers,
  losses,
  optimizers,
  randn,
  sequential,
  setSeed,
  type Tensor,
  tensor,
} from "@tensaur/tensaur";

const ARMS = 3;
const EACH = 150;
const WIDTH = 72;
const HEIGHT = 34;
const COLOURS = [[230, 97, 80], [88, 172, 96], [78, 121, 222]];

/** Points along arms that wind around the origin, with some noise. */
function spirals(): { x: Tensor; y: Tensor } {
  const noise = randn([ARMS * EACH], { seed: 7 }).dataSync();
  const points: number[][] = [];
  const labels: number[] = [];
  for (let i = 0; i < ARMS * EACH; i++) {
    const [arm, along] = [i % ARMS, Math.floor(i / ARMS) / EACH];
    const angle = 4 * along + 2 * Math.PI * arm / ARMS + 0.12 * noise[i];
    points.push([along * Math.sin(angle), along * Math.cos(angle)]);
    labels.push(arm);
  }
  return { x: tensor(points), y: tensor(labels, { dtype: "int32" }) };
}

/** The plane in half-block characters, two rows a line, coloured by class; points are bright. */
function picture(classes: Int32Array, x: Tensor, y: Tensor): string {
  const pixels = Array.from(classes, (c) => COLOURS[c].map((v) => Math.round(v * 0.45)));
  const [points, labels] = [x.dataSync(), y.dataSync()];
  labels.forEach((label, i) => {
    const column = Math.round((points[2 * i] + 1.1) / 2.2 * (WIDTH - 1));
    const row = Math.round((1.1 - points[2 * i + 1]) / 2.2 * (HEIGHT - 1));
    pixels[row * WIDTH + column] = COLOURS[label];
  });
  const lines: string[] = [];
  for (let row = 0; row < HEIGHT; row += 2) {
    let line = "";
    for (let column = 0; column < WIDTH; column++) {
      const upper = pixels[row * WIDTH + column].join(";");
      const lower = pixels[(row + 1) * WIDTH + column].join(";");
      line += `\x1b[38;2;${upper}m\x1b[48;2;${lower}m▀`;
    }
    lines.push(`${line}\x1b[0m`);
  }
  return lines.join("\n");
}

setSeed(1);
const { x, y } = spirals();
const model = sequential([
  new layers.Dense({ units: 32, activation: "tanh", inputShape: [2] }),
  new layers.Dense({ units: 32, activation: "tanh" }),
  new layers.Dense({ units: ARMS }),
]);
model.compile({
  optimizer: new optimizers.Adam({ learningRate: 0.01 }),
  loss: new losses.SparseCategoricalCrossentropy({ fromLogits: true }),
  metrics: ["accuracy"],
});

const grid = tensor(
  Array.from({ length: WIDTH * HEIGHT }, (_, i) => [
    (i % WIDTH) / (WIDTH - 1) * 2.2 - 1.1,
    1.1 - Math.floor(i / WIDTH) / (HEIGHT - 1) * 2.2,
  ]),
);
for (const epochs of [0, 20, 180]) {
  if (epochs > 0) await model.fit(x, y, { epochs, verbose: 0 });
  const { accuracy } = await model.evaluate(x, y);
  const scores = await model.predict(grid, { batchSize: WIDTH * HEIGHT });
  const classes = scores.argmax({ axis: -1 }).dataSync() as Int32Array;
  console.log(`\nafter ${epochs} more epochs: accuracy ${accuracy.toFixed(3)}`);
  console.log(picture(classes, x, y));
}
