/** Comparisons and logic: results are booleans, which have no derivative. */
import { apply, type Operation } from "../operation.ts";
import type { Tensor } from "../tensor.ts";
import { broadcastType, evaluateBroadcast } from "./arithmetic.ts";
import { type Operand, operands } from "./operand.ts";

type Nothing = Record<never, never>;

function comparison(name: string, onnx: string, f: (a: number, b: number) => boolean): Operation<Nothing> {
  return {
    name,
    infer: (inputs) => broadcastType(name, inputs, "bool"),
    evaluate: (inputs, result, call) => evaluateBroadcast((a, b) => Number(f(a, b)), inputs, result, call),
    lower: (graph, inputs) => graph.node(onnx, inputs),
  };
}

export const greaterOperation = comparison("greater", "Greater", (a, b) => a > b);
export const greaterEqualOperation = comparison("greaterEqual", "GreaterOrEqual", (a, b) => a >= b);
export const lessOperation = comparison("less", "Less", (a, b) => a < b);
export const equalOperation = comparison("equal", "Equal", (a, b) => a === b);
export const andOperation = comparison("and", "And", (a, b) => a !== 0 && b !== 0);
export const orOperation = comparison("or", "Or", (a, b) => a !== 0 || b !== 0);

/** a > b */
export function greater(a: Operand, b: Operand): Tensor {
  return apply(greaterOperation, operands(a, b), {});
}

/** a >= b */
export function greaterEqual(a: Operand, b: Operand): Tensor {
  return apply(greaterEqualOperation, operands(a, b), {});
}

/** a < b */
export function less(a: Operand, b: Operand): Tensor {
  return apply(lessOperation, operands(a, b), {});
}

/** a = b */
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
