/** Bounding elements from both sides. */
import { apply, mismatch, type Operation } from "../operation.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { and, greaterEqual, lessEqual } from "./comparison.ts";
import { where } from "./selection.ts";

interface Bounds {
  readonly low: number;
  readonly high: number;
}

export const clipOperation: Operation<Bounds> = {
  name: "clip",
  infer: (inputs, { low, high }) => {
    const [input] = inputs as [TensorType];
    const whole = (bound: number) => Number.isInteger(bound) || !Number.isFinite(bound);
    const typed = input.elementType === "int32" ? whole(low) && whole(high) : input.elementType !== "bool";
    if (!(low <= high) || !typed) {
      throw mismatch("clip", `numbers, and bounds low <= high of their type, not ${low} and ${high},`, inputs, "check");
    }
    return { elementType: input.elementType, shape: input.shape };
  },
  evaluate: ([input], result, { attributes: { low, high } }) => {
    for (let index = 0; index < result.length; index++) {
      result[index] = Math.min(Math.max(input?.[index] as number, low), high);
    }
  },
  lower: (graph, inputs, { output: { elementType }, attributes: { low, high } }) => {
    const bound = (value: number) => (Number.isFinite(value) ? graph.scalar(value, elementType) : "");
    return graph.node("Clip", [inputs[0] as string, bound(low), bound(high)]);
  },
  differentiate: ({ inputs: [input], attributes: { low, high }, cotangent }) => {
    const x = input as Tensor;
    return [where(and(greaterEqual(x, low), lessEqual(x, high)), cotangent, 0)];
  },
};

/**
 * x bounded to low <= x <= high; either may be infinite. Inside and at the bounds the derivative passes, outside it is 0.
 * NaN stays NaN.
 */
export function clip(x: Tensor, low: number, high: number): Tensor {
  return apply(clipOperation, [x], { low, high });
}
