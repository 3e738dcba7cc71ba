/** Activation functions that ONNX Runtime computes in one pass; derivatives are made of primitive operations. */
import { isFloat } from "../element-type.ts";
import { requireFloat32 } from "../onnx/float32-only.ts";
import type { OnnxGraph } from "../onnx/onnx-graph.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { exp, neg, sigmoid, square, tanh } from "./elementwise.ts";
import { erf, errorFunction } from "./error-function.ts";

type Nothing = Record<never, never>;

interface ActivationForm {
  readonly name: string;
  readonly evaluate: (x: number) => number;
  readonly lower: Operation<Nothing>["lower"];
  readonly derivative: (x: Tensor) => Tensor;
}

function activation(form: ActivationForm): Operation<Nothing> {
  return {
    name: form.name,
    infer: (inputs) => {
      const [input] = inputs as [TensorType];
      if (!isFloat(input.elementType)) {
        throw mismatch(form.name, "floating-point numbers", inputs, "convert them with cast");
      }
      return { elementType: input.elementType, shape: input.shape };
    },
    evaluate: ([input], result) => {
      for (let index = 0; index < result.length; index++) result[index] = form.evaluate(input?.[index] as number);
    },
    lower: form.lower,
    differentiate: ({ inputs: [x], cotangent }) => [mul(cotangent, form.derivative(x as Tensor))],
  };
}

export const softplusOperation = activation({
  name: "softplus",
  evaluate: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  lower: (graph, inputs, { output: { elementType } }) => {
    if (elementType === "float32") return graph.node("Softplus", inputs);
    const [x] = inputs as [string];
    const one = graph.scalar(1, elementType);
    const tail = graph.node("Exp", [graph.node("Neg", [graph.node("Abs", [x])])]);
    return graph.node("Add", [graph.node("Relu", [x]), graph.node("Log", [graph.node("Add", [one, tail])])]);
  },
  derivative: sigmoid,
});

/** d/dx x P(x) = P(x) + x p(x), with P and p of the standard normal distribution. */
export const geluOperation = activation({
  name: "gelu",
  evaluate: (x) => (x * (1 + errorFunction(x / Math.SQRT2))) / 2,
  lower: (graph, inputs, call) => {
    requireFloat32("gelu", call.output.elementType);
    return graph.node("Gelu", inputs);
  },
  derivative: (x) => {
    const cumulative = mul(add(erf(mul(x, Math.SQRT1_2)), 1), 0.5);
    const density = mul(exp(mul(square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return add(cumulative, mul(x, density));
  },
});

const slope = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** With t = tanh(u), u = a (x + b x^3): y = x (1 + t) / 2 and y' = (1 + t) / 2 + x (1 - t^2) u' / 2. */
export const geluTanhOperation = activation({
  name: "geluTanh",
  evaluate: (x) => (x * (1 + Math.tanh(slope * (x + cubic * x ** 3)))) / 2,
  lower: (graph, inputs, { output: { elementType } }) =>
    elementType === "float32" ? graph.node("Gelu", inputs, { approximate: "tanh" }) : lowerGeluTanh(graph, inputs),
  derivative: (x) => {
    const squares = square(x);
    const t = tanh(mul(mul(x, add(mul(squares, cubic), 1)), slope));
    const inner = mul(add(mul(squares, 3 * cubic), 1), slope);
    return mul(add(add(t, 1), mul(mul(x, sub(1, square(t))), inner)), 0.5);
  },
});

function lowerGeluTanh(graph: OnnxGraph, inputs: readonly string[]): string {
  const [x] = inputs as [string];
  const number = (value: number) => graph.scalar(value, "float64");
  const product = (a: string, b: string) => graph.node("Mul", [a, b]);
  const factor = graph.node("Add", [product(product(x, x), number(cubic)), number(1)]);
  const t = graph.node("Tanh", [product(product(x, factor), number(slope))]);
  return product(product(x, graph.node("Add", [t, number(1)])), number(0.5));
}

/** log(1 + e^x), without overflow. */
export function softplus(x: Tensor): Tensor {
  return apply(softplusOperation, [x], {});
}

/** log(sigmoid(x)) = -softplus(-x), without overflow. */
export function logSigmoid(x: Tensor): Tensor {
  return neg(softplus(neg(x)));
}

/**
 * x P(X <= x) for a standard normal X (Hendrycks and Gimpel 2016, 1606.08415), exact by the error function; on the ONNX
 * backend float32 only.
 */
export function gelu(x: Tensor): Tensor {
  return apply(geluOperation, [x], {});
}

/** gelu's form by tanh, x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 (the same paper, section 2). */
export function geluTanh(x: Tensor): Tensor {
  return apply(geluTanhOperation, [x], {});
}
