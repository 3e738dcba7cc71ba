/** Functions with a derivative of their own, where one is known that costs less than the chain rule through each step. */
import type { ElementArray } from "../element-type.ts";
import { apply, type Operation } from "../operation.ts";
import type { Tensor, TensorType } from "../tensor.ts";

/** What to take a result's derivative by, and how, in place of the steps that computed it. */
export interface CustomDerivative {
  /** The result's derivative is taken by these alone. */
  readonly sources: readonly Tensor[];
  /** Intermediate results that the rule needs. */
  readonly kept?: readonly Tensor[];
  /**
   * Derivatives by the sources, of their shapes. Made of operations on its arguments (nothing from outside: a graph may
   * be replayed with other inputs), so that it can be differentiated again.
   */
  readonly rule: (at: {
    readonly sources: readonly Tensor[];
    readonly kept: readonly Tensor[];
    readonly result: Tensor;
    readonly cotangent: Tensor;
  }) => readonly Tensor[];
}

interface Attributes {
  readonly rule: CustomDerivative["rule"];
  readonly sources: number;
}

export const customDerivativeOperation: Operation<Attributes> = {
  name: "withDerivative",
  infer: (inputs) => {
    const { elementType, shape } = inputs[0] as TensorType;
    return { elementType, shape };
  },
  evaluate: ([input], result) => result.set(input as ElementArray),
  lower: (_graph, inputs) => inputs[0] as string,
  differentiate: ({ inputs, attributes, cotangent }) => {
    const [result, ...others] = inputs as [Tensor, ...Tensor[]];
    const sources = others.slice(0, attributes.sources);
    const kept = others.slice(attributes.sources);
    return [undefined, ...attributes.rule({ sources, kept, result, cotangent })];
  },
};

/** `result` with another way to its derivative; it must be the true one. */
export function withDerivative(result: Tensor, { sources, kept = [], rule }: CustomDerivative): Tensor {
  return apply(customDerivativeOperation, [result, ...sources, ...kept], { rule, sources: sources.length });
}
