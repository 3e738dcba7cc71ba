/**
 * Elementwise arithmetic on two arrays, broadcast against each other by NumPy's rule. Integers wrap around at 32 bits,
 * as on ONNX Runtime; only powers out of range are left to each backend.
 */
import type { OnnxGraph } from "../onnx/onnx-graph.ts";
import { apply, type Operation } from "../operation.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastType, evaluateBroadcast } from "./broadcast.ts";
import { equal, greater, greaterEqual } from "./comparison.ts";
import { log, neg, square } from "./elementwise.ts";
import { type Operand, operands } from "./operand.ts";
import { sumTo } from "./reduction.ts";
import { where } from "./selection.ts";

type Nothing = Record<never, never>;

type Rule = (a: Tensor, b: Tensor, cotangent: Tensor, output: Tensor) => readonly [Tensor, Tensor | undefined];

interface BinaryForm {
  readonly name: string;
  /** The ONNX operator. */
  readonly onnx: string;
  readonly evaluate: (a: number, b: number) => number;
  /** Where doubles would not give the integer result. */
  readonly evaluateIntegers?: (a: number, b: number) => number;
  readonly lowerIntegers?: (graph: OnnxGraph, a: string, b: string) => string;
  readonly rule: Rule;
}

function binary(form: BinaryForm): Operation<Nothing> {
  return {
    name: form.name,
    infer: (inputs) => broadcastType(form.name, inputs, "numbers"),
    evaluate: (inputs, result, call) => {
      const integers = call.output.elementType === "int32" ? form.evaluateIntegers : undefined;
      evaluateBroadcast(integers ?? form.evaluate, inputs, result, call);
    },
    lower: (graph, inputs, call) =>
      call.output.elementType === "int32" && form.lowerIntegers !== undefined
        ? form.lowerIntegers(graph, ...(inputs as [string, string]))
        : graph.node(form.onnx, inputs),
    differentiate: ({ inputs: [a, b], cotangent, output }) => {
      const [byA, byB] = form.rule(a as Tensor, b as Tensor, cotangent, output);
      return [sumTo(byA, (a as Tensor).shape), byB && sumTo(byB, (b as Tensor).shape)];
    },
  };
}

/** ONNX Runtime's Div of integers ends the process where the divisor is 0; doubles hold every quotient exactly. */
function lowerIntegerQuotient(graph: OnnxGraph, a: string, b: string): string {
  const zero = graph.scalar(0, "int32");
  const none = graph.node("Equal", [b, zero]);
  const divisor = graph.node("Where", [none, graph.scalar(1, "int32"), b]);
  const quotient = graph.node("Div", [graph.cast(a, "float64"), graph.cast(divisor, "float64")]);
  return graph.node("Where", [none, zero, graph.cast(quotient, "int32")]);
}

export const addOperation = binary({
  name: "add",
  onnx: "Add",
  evaluate: (a, b) => a + b,
  rule: (_a, _b, cotangent) => [cotangent, cotangent],
});
export const subOperation = binary({
  name: "sub",
  onnx: "Sub",
  evaluate: (a, b) => a - b,
  rule: (_a, _b, cotangent) => [cotangent, neg(cotangent)],
});
export const mulOperation = binary({
  name: "mul",
  onnx: "Mul",
  evaluate: (a, b) => a * b,
  evaluateIntegers: Math.imul,
  // A square passes both its shares at once.
  rule: (a, b, cotangent) =>
    a === b ? [mul(mul(cotangent, 2), a), undefined] : [mul(cotangent, b), mul(cotangent, a)],
});
export const divOperation = binary({
  name: "div",
  onnx: "Div",
  evaluate: (a, b) => a / b,
  evaluateIntegers: (a, b) => (b === 0 ? 0 : Math.trunc(a / b)),
  lowerIntegers: lowerIntegerQuotient,
  rule: (a, b, cotangent) => [div(cotangent, b), neg(div(mul(cotangent, a), square(b)))],
});
export const powOperation = binary({
  name: "pow",
  onnx: "Pow",
  evaluate: (a, b) => a ** b,
  rule: (a, b, cotangent, output) => {
    // b a^(b - 1) is 0 where b is, also at a = 0, where the power alone would be infinite.
    const constant = equal(b, 0);
    const slope = where(constant, 0, mul(b, pow(a, where(constant, 0, sub(b, 1)))));
    const positive = greater(a, 0);
    const logarithm = where(positive, log(where(positive, a, 1)), 0);
    return [mul(cotangent, slope), mul(cotangent, mul(output, logarithm))];
  },
});
export const maximumOperation = binary({
  name: "maximum",
  onnx: "Max",
  evaluate: Math.max,
  rule: (a, b, cotangent) => {
    const first = greaterEqual(a, b);
    return [where(first, cotangent, 0), where(first, 0, cotangent)];
  },
});
export const minimumOperation = binary({
  name: "minimum",
  onnx: "Min",
  evaluate: Math.min,
  rule: (a, b, cotangent) => {
    const first = greaterEqual(b, a);
    return [where(first, cotangent, 0), where(first, 0, cotangent)];
  },
});

/** a + b */
export function add(a: Operand, b: Operand): Tensor {
  return apply(addOperation, operands(a, b), {});
}

/** a - b */
export function sub(a: Operand, b: Operand): Tensor {
  return apply(subOperation, operands(a, b), {});
}

/** a * b */
export function mul(a: Operand, b: Operand): Tensor {
  return apply(mulOperation, operands(a, b), {});
}

/** a / b; integers are truncated toward zero, and give 0 where b is 0. */
export function div(a: Operand, b: Operand): Tensor {
  return apply(divOperation, operands(a, b), {});
}

/** a to the power b, for a >= 0 or integer b. The derivative by b is taken as 0 where a <= 0. */
export function pow(a: Operand, b: Operand): Tensor {
  return apply(powOperation, operands(a, b), {});
}

/** The greater of a and b; NaN where one is. Ties send the whole derivative to a. */
export function maximum(a: Operand, b: Operand): Tensor {
  return apply(maximumOperation, operands(a, b), {});
}

/** The lesser of a and b; NaN where one is. Ties send the whole derivative to a. */
export function minimum(a: Operand, b: Operand): Tensor {
  return apply(minimumOperation, operands(a, b), {});
}
