/** Replays a graph with values in place of placeholders: on the reference backend, or into another trace. */
import { apply } from "./operation.ts";
import type { Tensor } from "./tensor.ts";

/** All tensors that the outputs depend on, inputs before results. */
export function topologicalOrder(outputs: readonly Tensor[]): Tensor[] {
  const reached = new Set<Tensor>(outputs);
  const waiting = [...outputs];
  for (let tensor = waiting.pop(); tensor !== undefined; tensor = waiting.pop()) {
    for (const input of tensor.application?.inputs ?? []) {
      if (!reached.has(input)) {
        reached.add(input);
        waiting.push(input);
      }
    }
  }
  return [...reached].sort((a, b) => a.order - b.order);
}

/**
 * The value of every tensor that the outputs depend on, given values for placeholders. Operations whose inputs are all
 * concrete are evaluated by the reference backend; others are applied again on what replaces their inputs.
 */
export function evaluateGraph(
  outputs: readonly Tensor[],
  values: ReadonlyMap<Tensor, Tensor>,
): ReadonlyMap<Tensor, Tensor> {
  const results = new Map<Tensor, Tensor>();
  for (const tensor of topologicalOrder(outputs)) {
    const given = values.get(tensor);
    const { application } = tensor;
    if (given !== undefined || application === undefined) {
      results.set(tensor, given ?? tensor);
      continue;
    }
    const inputs = application.inputs.map((input) => results.get(input) as Tensor);
    const unchanged = inputs.every((input, position) => input === application.inputs[position]);
    results.set(tensor, unchanged ? tensor : apply(application.operation, inputs, application.attributes));
  }
  return results;
}
