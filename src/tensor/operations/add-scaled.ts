/** A sum whose second term has a factor for each row, in one pass of ONNX Runtime. */
import { type ElementArray, isFloat } from "../element-type.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import { sameShape, sizeOf } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { sum } from "./reduction.ts";

export const addScaledOperation: Operation<Record<never, never>> = {
  name: "addScaled",
  infer: (inputs) => {
    const [a, b, factors] = inputs as [TensorType, TensorType, TensorType];
    const fits =
      a.shape.length > 0 &&
      sameShape(a.shape, b.shape) &&
      sameShape(factors.shape, [...a.shape.slice(0, -1), 1]) &&
      isFloat(a.elementType) &&
      inputs.every(({ elementType }) => elementType === a.elementType);
    if (!fits) {
      const expected = "two arrays [..., n] and factors [..., 1] of one float type";
      throw mismatch("addScaled", expected, inputs, "reshape the factors");
    }
    return { elementType: a.elementType, shape: a.shape };
  },
  evaluate: (inputs, result) => {
    const [a, b, factors] = inputs as [ElementArray, ElementArray, ElementArray];
    const width = a.length / factors.length;
    for (let index = 0; index < result.length; index++) {
      const factor = factors[Math.floor(index / width)] as number;
      result[index] = (a[index] as number) + (b[index] as number) * factor;
    }
  },
  lower: (graph, inputs, { output }) =>
    output.elementType === "float32" && sizeOf(output.shape) > 0
      ? graph.node("com.microsoft:GatedAdd", inputs)
      : graph.node("Add", [inputs[0] as string, graph.node("Mul", inputs.slice(1))]),
  differentiate: ({ inputs, cotangent }) => {
    const [, b, factors] = inputs as [Tensor, Tensor, Tensor];
    return [cotangent, mul(cotangent, factors), sum(mul(cotangent, b), { axes: -1, keepDimensions: true })];
  },
};

/** a + b * factors for rows a and b [..., n] and a factor for each row, [..., 1]. */
export function addScaled(a: Tensor, b: Tensor, factors: Tensor): Tensor {
  return apply(addScaledOperation, [a, b, factors], {});
}
