/** First and second derivatives of a row along random weights, as one traced or eager function. */
import { RandomStream } from "../../core/random.ts";
import { allocate, type ElementType, isFloat } from "../element-type.ts";
import { gradient } from "../gradient.ts";
import { add, mul } from "../operations/arithmetic.ts";
import { sum } from "../operations/reduction.ts";
import { type Tensor, tensor, zeros } from "../tensor.ts";
import type { Row } from "./row.ts";

// Not an interface: only aliases are trees to the compiler.
export type RowResult = {
  readonly value: Tensor;
  /** By each differentiated input. */
  readonly first: readonly Tensor[];
  /** The derivative of the first's projection on random weights. */
  readonly second: readonly Tensor[];
};

/** Constant weights of a tensor's type, equal for equal labels. */
export function randomWeights(like: Tensor, elementType: ElementType, ...labels: (string | number)[]): Tensor {
  const random = new RandomStream(1, labels);
  const data = allocate(elementType, like.size);
  for (let index = 0; index < data.length; index++) data[index] = Math.fround(random.normal());
  return tensor(data, { shape: like.shape });
}

/** A random projection of the row's result. */
export function project(row: Row, inputs: readonly Tensor[]): Tensor {
  const value = row.apply(...inputs);
  return sum(mul(value, randomWeights(value, value.elementType, row.name)));
}

/** The gradient of `project` by the differentiated inputs. */
export function firstDerivative(row: Row, inputs: readonly Tensor[]): readonly Tensor[] {
  const chosen = differentiated(row, inputs);
  return gradient((parts: readonly Tensor[]) => project(row, merge(row, inputs, parts)))(chosen);
}

/** A random projection of the gradient. */
export function projectFirst(row: Row, inputs: readonly Tensor[]): Tensor {
  return firstDerivative(row, inputs).reduce(
    (total, part, position) => add(total, sum(mul(part, randomWeights(part, part.elementType, row.name, position)))),
    zeros([], differentiated(row, inputs)[0]?.elementType ?? "float32"),
  );
}

/** The gradient of `projectFirst`. */
export function secondDerivative(row: Row, inputs: readonly Tensor[]): readonly Tensor[] {
  const chosen = differentiated(row, inputs);
  return gradient((parts: readonly Tensor[]) => projectFirst(row, merge(row, inputs, parts)))(chosen);
}

/** Value and derivatives; of a constant row with a float result the derivatives too, which should be zero. */
export function evaluateRow(row: Row, inputs: readonly Tensor[]): RowResult {
  const value = row.apply(...inputs);
  if (!isFloat(value.elementType) || differentiated(row, inputs).length === 0) return { value, first: [], second: [] };
  return { value, first: firstDerivative(row, inputs), second: secondDerivative(row, inputs) };
}

/** The inputs that derivatives are taken by. */
export function differentiated(row: Row, inputs: readonly Tensor[]): readonly Tensor[] {
  return inputs.filter((_, position) => row.inputs[position]?.differentiated === true);
}

/** All inputs, the differentiated ones replaced. */
export function merge(row: Row, inputs: readonly Tensor[], parts: readonly Tensor[]): Tensor[] {
  let next = 0;
  return inputs.map((input, position) =>
    row.inputs[position]?.differentiated === true ? (parts[next++] as Tensor) : input,
  );
}
