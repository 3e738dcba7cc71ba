/** Comparisons and logic: results are booleans, which have no derivative. */
import { apply, mismatch, type Operation } from "../operation.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { type Accepted, broadcastType, evaluateBroadcast } from "./broadcast.ts";
import { type Operand, operands } from "./operand.ts";

type Nothing = Record<never, never>;

function comparison(
  name: string,
  onnx: string,
  accepted: Accepted,
  f: (a: number, b: number) => boolean,
): Operation<Nothing> {
  return {
    name,
    infer: (inputs) => broadcastType(name, inputs, accepted, "bool"),
    evaluate: (inputs, result, call) => evaluateBroadcast((a, b) => Number(f(a, b)), inputs, result, call),
    lower: (graph, inputs) => graph.node(onnx, inputs),
  };
}

export const greaterOperation = comparison("greater", "Greater", "numbers", (a, b) => a > b);
export const greaterEqualOperation = comparison("greaterEqual", "GreaterOrEqual", "numbers", (a, b) => a >= b);
export const lessOperation = comparison("less", "Less", "numbers", (a, b) => a < b);
export const lessEqualOperation = comparison("lessEqual", "LessOrEqual", "numbers", (a, b) => a <= b);
export const equalOperation = comparison("equal", "Equal", "both", (a, b) => a === b);
export const andOperation = comparison("and", "And", "booleans", (a, b) => a !== 0 && b !== 0);
export const orOperation = comparison("or", "Or", "booleans", (a, b) => a !== 0 || b !== 0);

export const notOperation: Operation<Nothing> = {
  name: "not",
  infer: (inputs) => {
    const [input] = inputs as [TensorType];
    if (input.elementType !== "bool") throw mismatch("not", "a boolean array", inputs, "compare first");
    return input;
  },
  evaluate: ([input], result) => {
    for (let index = 0; index < result.length; index++) result[index] = Number(input?.[index] === 0);
  },
  lower: (graph, inputs) => graph.node("Not", inputs),
};

/** a > b; false where one is NaN. */
export function greater(a: Operand, b: Operand): Tensor {
  return apply(greaterOperation, operands(a, b), {});
}

/** a >= b; false where one is NaN. */
export function greaterEqual(a: Operand, b: Operand): Tensor {
  return apply(greaterEqualOperation, operands(a, b), {});
}

/** a < b; false where one is NaN. */
export function less(a: Operand, b: Operand): Tensor {
  return apply(lessOperation, operands(a, b), {});
}

/** a <= b; false where one is NaN. */
export function lessEqual(a: Operand, b: Operand): Tensor {
  return apply(lessEqualOperation, operands(a, b), {});
}

/** a = b, numbers or booleans; false where one is NaN. */
export function equal(a: Operand, b: Operand): Tensor {
  return apply(equalOperation, operands(a, b), {});
}

/** Both of two boolean arrays. */
export function and(a: Tensor, b: Tensor): Tensor {
  return apply(andOperation, [a, b], {});
}

/** Either of two boolean arrays. */
export function or(a: Tensor, b: Tensor): Tensor {
  return apply(orOperation, [a, b], {});
}

/** The opposite of a boolean array. */
export function not(x: Tensor): Tensor {
  return apply(notOperation, [x], {});
}
