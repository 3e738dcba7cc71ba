/** Elementwise arithmetic on two arrays, broadcast against each other by NumPy's rule. */

import type { ElementArray } from "../element-type.ts";
import { apply, type Call, mismatch, type Operation } from "../operation.ts";
import { broadcastShapes, broadcastStrides, sameShape, stridedOffsets } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { greater, greaterEqual } from "./comparison.ts";
import { log, neg, square } from "./elementwise.ts";
import { type Operand, operands } from "./operand.ts";
import { sumTo } from "./reduction.ts";
import { where } from "./selection.ts";

type Nothing = Record<never, never>;

/** The shape rule of everything that broadcasts two arrays of one element type. */
export function broadcastType(name: string, inputs: readonly TensorType[], result?: "bool"): TensorType {
  const [a, b] = inputs as [TensorType, TensorType];
  const shape = broadcastShapes(a.shape, b.shape);
  if (shape === undefined || a.elementType !== b.elementType) {
    throw mismatch(
      name,
      "two arrays of one element type whose shapes broadcast (sizes equal or 1, aligned at the end)",
      inputs,
      a.elementType !== b.elementType ? "convert one with cast" : "reshape one of them",
    );
  }
  return { elementType: result ?? a.elementType, shape };
}

/** Fills `result` with f(a, b), broadcast. */
export function evaluateBroadcast(
  f: (a: number, b: number) => number,
  inputs: readonly ElementArray[],
  result: ElementArray,
  call: Call<unknown>,
): void {
  const [a, b] = inputs as [ElementArray, ElementArray];
  const [typeA, typeB] = call.inputs as [TensorType, TensorType];
  const { shape } = call.output;
  if (sameShape(typeA.shape, typeB.shape)) {
    for (let index = 0; index < result.length; index++) result[index] = f(a[index] as number, b[index] as number);
    return;
  }
  const offsetsA = stridedOffsets(shape, broadcastStrides(typeA.shape, shape));
  const offsetsB = stridedOffsets(shape, broadcastStrides(typeB.shape, shape));
  for (let index = 0; index < result.length; index++) {
    result[index] = f(a[offsetsA[index] as number] as number, b[offsetsB[index] as number] as number);
  }
}

type Rule = (a: Tensor, b: Tensor, cotangent: Tensor, output: Tensor) => readonly [Tensor, Tensor];

function binary(name: string, onnx: string, f: (a: number, b: number) => number, rule: Rule): Operation<Nothing> {
  return {
    name,
    infer: (inputs) => broadcastType(name, inputs),
    evaluate: (inputs, result, call) => evaluateBroadcast(f, inputs, result, call),
    lower: (graph, inputs) => graph.node(onnx, inputs),
    differentiate: ({ inputs: [a, b], cotangent, output }) => {
      const [byA, byB] = rule(a as Tensor, b as Tensor, cotangent, output);
      return [sumTo(byA, (a as Tensor).shape), sumTo(byB, (b as Tensor).shape)];
    },
  };
}

export const addOperation = binary(
  "add",
  "Add",
  (a, b) => a + b,
  (_a, _b, cotangent) => [cotangent, cotangent],
);
export const subOperation = binary(
  "sub",
  "Sub",
  (a, b) => a - b,
  (_a, _b, cotangent) => [cotangent, neg(cotangent)],
);
export const mulOperation = binary(
  "mul",
  "Mul",
  (a, b) => a * b,
  (a, b, cotangent) => [mul(cotangent, b), mul(cotangent, a)],
);
export const divOperation = binary(
  "div",
  "Div",
  (a, b) => a / b,
  (a, b, cotangent) => [div(cotangent, b), neg(div(mul(cotangent, a), square(b)))],
);
/** a^b for a >= 0 (or integer b); the derivative by b is taken as 0 where a = 0. */
export const powOperation = binary(
  "pow",
  "Pow",
  (a, b) => a ** b,
  (a, b, cotangent, output) => {
    const positive = greater(a, 0);
    return [
      mul(cotangent, mul(b, pow(a, sub(b, 1)))),
      mul(cotangent, mul(output, where(positive, log(where(positive, a, 1)), 0))),
    ];
  },
);
/** Ties send the whole derivative to the first operand. */
export const maximumOperation = binary("maximum", "Max", Math.max, (a, b, cotangent) => {
  const first = greaterEqual(a, b);
  return [where(first, cotangent, 0), where(first, 0, cotangent)];
});
/** Ties send the whole derivative to the first operand. */
export const minimumOperation = binary("minimum", "Min", Math.min, (a, b, cotangent) => {
  const first = greaterEqual(b, a);
  return [where(first, cotangent, 0), where(first, 0, cotangent)];
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

/** a / b; integers are truncated toward zero. */
export function div(a: Operand, b: Operand): Tensor {
  return apply(divOperation, operands(a, b), {});
}

/** a to the power b, for a >= 0 or integer b. */
export function pow(a: Operand, b: Operand): Tensor {
  return apply(powOperation, operands(a, b), {});
}

/** The greater of a and b. */
export function maximum(a: Operand, b: Operand): Tensor {
  return apply(maximumOperation, operands(a, b), {});
}

/** The lesser of a and b. */
export function minimum(a: Operand, b: Operand): Tensor {
  return apply(minimumOperation, operands(a, b), {});
}
