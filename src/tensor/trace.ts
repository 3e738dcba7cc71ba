/** Tracing: calling a pure function once with placeholders to get the graph of what it computes. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { topologicalOrder } from "./evaluate-graph.ts";
import { describe, placeholder, type Tensor } from "./tensor.ts";
import { leavesOf, mapTree, type Tree } from "./tree.ts";

export interface TracedInput {
  /** The argument's position and the path within it, e.g. "0.layers.1.weight". */
  readonly path: string;
  readonly tensor: Tensor;
}

export interface Trace<Result extends Tree> {
  readonly inputs: readonly TracedInput[];
  readonly result: Result;
}

/**
 * The graph of f at the argument types of `examples`, whose data is not looked at.
 * Throws InvalidArgumentError where the result depends on a tensor that another function traces.
 */
export function trace<Arguments extends readonly Tree[], Result extends Tree>(
  f: (...args: Arguments) => Result,
  examples: Arguments,
): Trace<Result> {
  const inputs: TracedInput[] = [];
  const placeholders = examples.map((example, position) =>
    mapTree(example, (leaf, path) => {
      const tensor = placeholder({ elementType: leaf.elementType, shape: leaf.shape });
      inputs.push({ path: path === "" ? `${position}` : `${position}.${path}`, tensor });
      return tensor;
    }),
  );
  const result = f(...(placeholders as unknown as Arguments));
  const own = new Set(inputs.map((input) => input.tensor));
  for (const tensor of topologicalOrder(leavesOf(result).map((leaf) => leaf.tensor))) {
    if (tensor.concrete || tensor.application !== undefined || own.has(tensor)) continue;
    throw new InvalidArgumentError({
      expected: "a function of its arguments and of concrete tensors",
      received: `a result that depends on a traced ${describe(tensor)} from outside`,
      remedy: "pass it as an argument",
    });
  }
  return { inputs, result };
}
