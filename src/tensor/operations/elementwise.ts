/** Elementwise functions of one array. */

import { type ElementType, isFloat } from "../element-type.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { greater } from "./comparison.ts";
import { where } from "./selection.ts";

type Nothing = Record<never, never>;
type Rule = (input: Tensor, output: Tensor, cotangent: Tensor) => Tensor;

/** Those that integers have too. */
const ofNumbers = ["neg", "abs", "sign"];

function unary(name: string, onnx: string, f: (x: number) => number, rule?: Rule): Operation<Nothing> {
  return {
    name,
    infer: (inputs) => {
      const [input] = inputs as [TensorType];
      if (!isFloat(input.elementType) && !(ofNumbers.includes(name) && input.elementType === "int32")) {
        throw mismatch(name, "an array of floating-point numbers", inputs, 'convert it with cast(x, "float32")');
      }
      return { elementType: input.elementType, shape: input.shape };
    },
    evaluate: ([input], result) => {
      for (let index = 0; index < result.length; index++) result[index] = f(input?.[index] as number);
    },
    lower: (graph, inputs) => graph.node(onnx, inputs),
    ...(rule && {
      differentiate: ({ inputs, output, cotangent }) => [rule(inputs[0] as Tensor, output, cotangent)],
    }),
  };
}

/** The operations of one operand that act on each element alone, by name. */
export const elementwiseOperations = {
  neg: unary(
    "neg",
    "Neg",
    (x) => -x,
    (_x, _y, cotangent) => neg(cotangent),
  ),
  exp: unary("exp", "Exp", Math.exp, (_x, y, cotangent) => mul(cotangent, y)),
  log: unary("log", "Log", Math.log, (x, _y, cotangent) => div(cotangent, x)),
  sqrt: unary("sqrt", "Sqrt", Math.sqrt, (_x, y, cotangent) => div(cotangent, mul(y, 2))),
  reciprocal: unary(
    "reciprocal",
    "Reciprocal",
    (x) => 1 / x,
    (_x, y, cotangent) => neg(mul(cotangent, mul(y, y))),
  ),
  sin: unary("sin", "Sin", Math.sin, (x, _y, cotangent) => mul(cotangent, cos(x))),
  cos: unary("cos", "Cos", Math.cos, (x, _y, cotangent) => neg(mul(cotangent, sin(x)))),
  tanh: unary("tanh", "Tanh", Math.tanh, (_x, y, cotangent) => mul(cotangent, sub(1, mul(y, y)))),
  sigmoid: unary(
    "sigmoid",
    "Sigmoid",
    (x) => 1 / (1 + Math.exp(-x)),
    (_x, y, cotangent) => mul(cotangent, mul(y, sub(1, y))),
  ),
  relu: unary(
    "relu",
    "Relu",
    (x) => Math.max(x, 0),
    (x, _y, cotangent) => where(greater(x, 0), cotangent, 0),
  ),
  /** The derivative at 0 is taken as 0. */
  abs: unary("abs", "Abs", Math.abs, (x, _y, cotangent) => mul(cotangent, sign(x))),
  sign: unary("sign", "Sign", Math.sign),
  floor: unary("floor", "Floor", Math.floor),
} satisfies Record<string, Operation<Nothing>>;

/** x * sigmoid(x), one pass in ORT (QuickGelu with alpha 1). Its derivative is s + y (1 - s), s = sigmoid(x). */
export const siluOperation: Operation<Nothing> = {
  ...unary(
    "silu",
    "",
    (x) => x / (1 + Math.exp(-x)),
    (x, y, cotangent) => {
      const s = sigmoid(x);
      return mul(cotangent, add(s, mul(y, sub(1, s))));
    },
  ),
  lower: (graph, inputs, call) =>
    call.output.elementType === "float32"
      ? graph.node("com.microsoft:QuickGelu", inputs, { alpha: { float: 1 } })
      : graph.node("Mul", [inputs[0] as string, graph.node("Sigmoid", inputs)]),
};

export const castOperation: Operation<{ readonly elementType: ElementType }> = {
  name: "cast",
  infer: (inputs, { elementType }) => ({ elementType, shape: (inputs[0] as TensorType).shape }),
  evaluate: ([input], result, call) => {
    const toBool = call.output.elementType === "bool";
    for (let index = 0; index < result.length; index++) {
      const value = input?.[index] as number;
      result[index] = toBool ? Number(value !== 0) : value;
    }
  },
  lower: (graph, inputs, call) => graph.cast(inputs[0] as string, call.output.elementType),
  differentiate: ({ inputs: [input], cotangent }) => [
    input && isFloat(input.elementType) ? cast(cotangent, input.elementType) : undefined,
  ],
};

/** A function whose derivative is taken as zero: gradients do not pass. */
export const stopGradientOperation: Operation<Nothing> = {
  name: "stopGradient",
  infer: (inputs) => inputs[0] as TensorType,
  evaluate: ([input], result) => result.set(input as typeof result),
  lower: (_graph, inputs) => inputs[0] as string,
};

const e = elementwiseOperations;

/** -x */
export const neg = (x: Tensor): Tensor => apply(e.neg, [x], {});
/** e^x */
export const exp = (x: Tensor): Tensor => apply(e.exp, [x], {});
/** Natural logarithm. */
export const log = (x: Tensor): Tensor => apply(e.log, [x], {});
/** Square root. */
export const sqrt = (x: Tensor): Tensor => apply(e.sqrt, [x], {});
/** 1 / x */
export const reciprocal = (x: Tensor): Tensor => apply(e.reciprocal, [x], {});
/** Sine of radians. */
export const sin = (x: Tensor): Tensor => apply(e.sin, [x], {});
/** Cosine of radians. */
export const cos = (x: Tensor): Tensor => apply(e.cos, [x], {});
/** Hyperbolic tangent. */
export const tanh = (x: Tensor): Tensor => apply(e.tanh, [x], {});
/** 1 / (1 + e^-x) */
export const sigmoid = (x: Tensor): Tensor => apply(e.sigmoid, [x], {});
/** max(x, 0); the derivative at 0 is 0. */
export const relu = (x: Tensor): Tensor => apply(e.relu, [x], {});
/** |x|; the derivative at 0 is 0. */
export const abs = (x: Tensor): Tensor => apply(e.abs, [x], {});
/** -1, 0 or 1; counts as constant. */
export const sign = (x: Tensor): Tensor => apply(e.sign, [x], {});
/** The greatest whole number not above x; counts as constant. */
export const floor = (x: Tensor): Tensor => apply(e.floor, [x], {});
/** x * sigmoid(x) (Hendrycks and Gimpel 2016; Elfwing et al. 2018). */
export const silu = (x: Tensor): Tensor => apply(siluOperation, [x], {});
/** x * x */
export const square = (x: Tensor): Tensor => mul(x, x);
/** x in another element type. */
export const cast = (x: Tensor, elementType: ElementType): Tensor =>
  x.elementType === elementType ? x : apply(castOperation, [x], { elementType });
/** x, through which no gradient passes. */
export const stopGradient = (x: Tensor): Tensor => apply(stopGradientOperation, [x], {});
