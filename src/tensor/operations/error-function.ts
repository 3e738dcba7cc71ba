/** The error function, 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x. */
import { isFloat } from "../element-type.ts";
import { requireFloat32 } from "../onnx/float32-only.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { mul } from "./arithmetic.ts";
import { exp, neg } from "./elementwise.ts";

/** To about 1e-15: the Taylor series (Abramowitz and Stegun 1964, 7.1.5) below 3, the continued fraction (7.1.14) above. */
export function errorFunction(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude < 3) {
    let term = magnitude;
    let sum = magnitude;
    for (let n = 1; n < 100 && Math.abs(term) > 1e-17 * sum; n++) {
      term *= -(magnitude * magnitude) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (magnitude + fraction);
  const tail = Math.exp(-magnitude * magnitude) / ((magnitude + fraction) * Math.sqrt(Math.PI));
  return Math.sign(x) * (1 - tail);
}

export const erfOperation: Operation<Record<never, never>> = {
  name: "erf",
  infer: (inputs) => {
    const [input] = inputs as [TensorType];
    if (!isFloat(input.elementType)) throw mismatch("erf", "floating-point numbers", inputs, "convert them with cast");
    return { elementType: input.elementType, shape: input.shape };
  },
  evaluate: ([input], result) => {
    for (let index = 0; index < result.length; index++) result[index] = errorFunction(input?.[index] as number);
  },
  lower: (graph, inputs, call) => {
    requireFloat32("erf", call.output.elementType);
    return graph.node("Erf", inputs);
  },
  differentiate: ({ inputs: [input], cotangent }) => {
    const x = input as Tensor;
    return [mul(cotangent, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))];
  },
};

/** The error function, element by element; on the ONNX backend float32 only. */
export function erf(x: Tensor): Tensor {
  return apply(erfOperation, [x], {});
}
