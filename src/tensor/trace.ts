/** Tracing: calling a pure function once with placeholders to get the graph of what it computes. */
import { placeholder, type Tensor, type TensorType } from "./tensor.ts";
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

/** The graph of f at the argument types of `examples`, whose data is not looked at. */
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
  return { inputs, result: f(...(placeholders as unknown as Arguments)) };
}

/** A text that is equal for arguments that can share a trace: structure, element types and shapes. */
export function signatureOf(args: readonly Tree[]): string {
  return args
    .map((arg) =>
      leavesOf(arg)
        .map(({ path, tensor }) => formatLeaf(path, tensor))
        .join(";"),
    )
    .join("|");
}

function formatLeaf(path: string, type: TensorType): string {
  return `${path}:${type.elementType}[${type.shape.join(",")}]`;
}
