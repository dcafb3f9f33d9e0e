/**
 * What stands behind `y.backward()`: the graph of an expression, with values and gradients.
 *
 *     deno run examples/autograd_tour.ts
 *
 * @module
 */

import { grad, gradCheck, type Tensor, tensor } from "@tensaur/tensaur";

// Every operation on a tensor that requires a gradient leaves a node: what it computed, from what.
const a = tensor(2, { requiresGrad: true });
const b = tensor(-3, { requiresGrad: true });
const c = tensor(10, { requiresGrad: true });
const product = a.mul(b);
const sum = product.add(c);
const y = sum.tanh().mul(product);

/** Every tensor that one depends on, itself last, each once. */
function history(result: Tensor): Tensor[] {
  const found = new Set<Tensor>();
  const visit = (t: Tensor): void => {
    if (found.has(t)) return;
    for (const input of t.node?.inputs ?? []) visit(input);
    found.add(t);
  };
  visit(result);
  return [...found];
}

const tensors = history(y);
for (const t of tensors) t.retainGrad(); // otherwise only the leaves a, b and c would keep theirs
const name = (t: Tensor): string => `v${tensors.indexOf(t)}`;
// The graph is freed once it was walked; keep its lines to print them with the gradients.
const lines = tensors.map((t) => ({
  t,
  rule: t.node === null ? "leaf" : `${t.node.operation}(${t.node.inputs.map(name).join(", ")})`,
}));

// backward() walks the nodes from the last to the first; each turns the gradient of its result into those of
// its inputs, by the rule in core/gradients.ts.
y.backward();

console.log("y = tanh(a * b + c) * (a * b)\n");
for (const { t, rule } of lines) {
  const gradient = `dy/d${name(t)} = ${t.grad!.item().toFixed(4).padStart(8)}`;
  console.log(`${name(t)}  ${rule.padEnd(20)} = ${t.item().toFixed(4).padStart(8)}   ${gradient}`);
}

// The same as a function; gradients of gradients are gradients again.
const f = (x: Tensor): Tensor => x.tanh().mul(x);
const x = tensor(0.5, { dtype: "float64" });
console.log("\nf(x)   = x tanh(x) at 0.5 is", f(x).item().toFixed(6));
console.log("f'(x)                     is", grad(f)(x).item().toFixed(6));
console.log("f''(x)                    is", grad(grad(f))(x).item().toFixed(6));

// And the judge: five-point differences in float64.
const { worst } = gradCheck(f, [x]);
console.log(`\nfinite differences agree to ${worst!.error.toExponential(1)}`);
