/**
 * Reverse-mode differentiation on the graph.
 *
 * The function is traced, then the graph is walked backwards; each operation's derivative is made of operations, so
 * the result can be differentiated again, to any order that all operations on the way have.
 */
import { ShapeError } from "../core/errors/shape-error.ts";
import { isFloat } from "./element-type.ts";
import { evaluateGraph } from "./evaluate-graph.ts";
import { apply, type Operation } from "./operation.ts";
import { add } from "./operations/arithmetic.ts";
import { atCaller, describe, full, placeholder, Tensor, type TensorType, zeros } from "./tensor.ts";
import { leavesOf, mapTree, type Tree } from "./tree.ts";

/** Marks where differentiation stops, so that other uses of the same tensor are not mistaken for the argument. */
const argumentOperation: Operation<Record<never, never>> = {
  name: "argument",
  infer: (inputs) => inputs[0] as TensorType,
  evaluate: ([input], result) => result.set(input as typeof result),
  lower: (_graph, inputs) => inputs[0] as string,
  differentiate: ({ cotangent }) => [cotangent],
};

/** Derivatives of scalar-valued `output` (weighted by `cotangent`) by each of `sources`; zeros where independent. */
export function backpropagate(output: Tensor, sources: readonly Tensor[], cotangent?: Tensor): Tensor[] {
  const ends = new Set(sources);
  const dependent = dependentTensors(output, ends);
  const cotangents = new Map<Tensor, Tensor>();
  cotangents.set(output, cotangent ?? full(output.shape, 1, output.elementType));
  const backwards = [...dependent].sort((a, b) => b.order - a.order);
  for (const tensor of backwards) {
    const received = cotangents.get(tensor);
    const { application } = tensor;
    if (received === undefined || application === undefined || ends.has(tensor)) continue;
    const { operation, inputs, attributes } = application;
    const derivatives = operation.differentiate?.({ inputs, attributes, output: tensor, cotangent: received });
    derivatives?.forEach((derivative, position) => {
      const input = inputs[position] as Tensor;
      if (derivative === undefined || !dependent.has(input)) return;
      const earlier = cotangents.get(input);
      cotangents.set(input, earlier === undefined ? derivative : add(earlier, derivative));
    });
  }
  return sources.map((source) => cotangents.get(source) ?? zeros(source.shape, source.elementType));
}

/** Tensors on a path from a source to the output; found without recursion, graphs are deep. */
function dependentTensors(output: Tensor, sources: ReadonlySet<Tensor>): Set<Tensor> {
  let earliest = Infinity;
  for (const source of sources) earliest = Math.min(earliest, source.order);
  const reached = new Set<Tensor>([output]);
  const waiting = [output];
  for (let tensor = waiting.pop(); tensor !== undefined; tensor = waiting.pop()) {
    if (sources.has(tensor)) continue;
    for (const input of tensor.application?.inputs ?? []) {
      if (input.order >= earliest && !reached.has(input)) {
        reached.add(input);
        waiting.push(input);
      }
    }
  }
  const dependent = new Set<Tensor>();
  for (const tensor of [...reached].sort((a, b) => a.order - b.order)) {
    const inputs = tensor.application?.inputs ?? [];
    if (sources.has(tensor) || inputs.some((input) => dependent.has(input))) dependent.add(tensor);
  }
  return dependent;
}

/** A function's value, its derivative, and what else it returned. */
export interface ValueAndGradient<P extends Tree, Auxiliary extends Tree> {
  readonly value: Tensor;
  readonly gradient: P;
  readonly auxiliary: Auxiliary;
}

/**
 * The value of a scalar function and its derivative by its first argument, a tree of float tensors; the gradient has
 * the argument's structure. The function may return [value, auxiliary] to pass further results through.
 * Works on concrete tensors at once and inside traced functions; nests to any order.
 * Throws ShapeError where the value is not a float scalar, or a leaf of the first argument is not float.
 */
export function valueAndGradient<P extends Tree, Rest extends readonly Tree[], Auxiliary extends Tree = readonly []>(
  f: (parameters: P, ...rest: Rest) => Tensor | readonly [Tensor, Auxiliary],
): (parameters: P, ...rest: Rest) => ValueAndGradient<P, Auxiliary> {
  return (parameters, ...rest) => {
    const values = new Map<Tensor, Tensor>();
    const sources: Tensor[] = [];
    const traced = mapTree(parameters, (leaf, path) => {
      if (!isFloat(leaf.elementType)) {
        throw new ShapeError({
          expected: "float tensors to differentiate by",
          received: `${describe(leaf)} at "${path}"${atCaller()}`,
          remedy: "pass it as a further argument instead",
        });
      }
      let inner = leaf;
      if (leaf.concrete) {
        inner = placeholder(leaf);
        values.set(inner, leaf);
      }
      const source = apply(argumentOperation, [inner], {});
      sources.push(source);
      return source;
    });
    const result = f(traced, ...rest);
    const [value, auxiliary] = result instanceof Tensor ? [result, [] as unknown as Auxiliary] : result;
    if (value.size !== 1 || !isFloat(value.elementType)) {
      throw new ShapeError({
        expected: "a function with one float number as value",
        received: `${describe(value)}${atCaller()}`,
        remedy: "reduce it with sum or mean",
      });
    }
    const derivatives = backpropagate(value, sources);
    let position = 0;
    const gradient = mapTree(parameters, () => derivatives[position++] as Tensor);
    const results = { value, gradient, auxiliary };
    return values.size === 0 ? results : resolve(results, values);
  };
}

/** The derivative alone, of a function that returns its value alone; see valueAndGradient. */
export function gradient<P extends Tree, Rest extends readonly Tree[]>(
  f: (parameters: P, ...rest: Rest) => Tensor,
): (parameters: P, ...rest: Rest) => P {
  const both = valueAndGradient<P, Rest>(f);
  return (parameters, ...rest) => both(parameters, ...rest).gradient;
}

/** Puts concrete arguments back in for their placeholders; what still depends on an outer trace stays traced. */
function resolve<T extends object>(results: T, values: ReadonlyMap<Tensor, Tensor>): T {
  const tree = results as unknown as Tree;
  const evaluated = evaluateGraph(
    leavesOf(tree).map((leaf) => leaf.tensor),
    values,
  );
  return mapTree(tree, (leaf) => evaluated.get(leaf) as Tensor) as unknown as T;
}
