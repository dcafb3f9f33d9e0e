import type { Template } from "./template.ts";

/** An activation, which is a function of a tensor. */
export const activation: Template = {
  about: "Bends numbers smoothly into (−1, 1).",
  check: "checkActivation",
  isFunction: true,
  code: (name) =>
    `import { ops, type Tensor } from "@tensaur/tensaur";

/** Bends numbers smoothly into (−1, 1): \`x / √(1 + x²)\`. */
export function ${name}(x: Tensor): Tensor {
  return ops.divide(x, ops.sqrt(ops.add(ops.square(x), 1)));
}
`,
};
