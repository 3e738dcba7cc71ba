/** What an operation is, and how it is applied. */
import { ShapeError } from "../core/errors/shape-error.ts";
import { allocate, type ElementArray } from "./element-type.ts";
import type { OnnxGraph } from "./onnx/onnx-graph.ts";
import { sizeOf } from "./shape.ts";
import { atCaller, describe, Tensor, type TensorType } from "./tensor.ts";

/** One application, as shape rules, lowerings and evaluations see it: types without values. */
export interface Call<Attributes> {
  readonly inputs: readonly TensorType[];
  readonly attributes: Attributes;
  readonly output: TensorType;
}

/** One application at which a derivative is asked for. */
export interface Differentiation<Attributes> {
  readonly inputs: readonly Tensor[];
  readonly attributes: Attributes;
  readonly output: Tensor;
  /** The derivative of the result by `output`; has its type. */
  readonly cotangent: Tensor;
}

/** A shape rule, a plain evaluation, an ONNX lowering and a derivative. */
export interface Operation<Attributes> {
  readonly name: string;
  /** The type of the result. Throws by `mismatch` where the inputs do not fit. */
  infer(inputs: readonly TensorType[], attributes: Attributes): TensorType;
  /** The reference backend: fills `result` (zeroed, of the output's type). */
  evaluate(inputs: readonly ElementArray[], result: ElementArray, call: Call<Attributes>): void;
  /** Adds ONNX nodes and gives the name of the value that holds the result. */
  lower(graph: OnnxGraph, inputs: readonly string[], call: Call<Attributes>): string;
  /**
   * Derivatives by each input, undefined where there is none; written with operations, so that they can be
   * differentiated again. Missing for operations without a derivative (comparisons, argmax): they count as constant.
   */
  differentiate?(at: Differentiation<Attributes>): readonly (Tensor | undefined)[];
}

/** A ShapeError that names the operation, what came, and the user's line. */
export function mismatch(
  operation: string,
  expected: string,
  inputs: readonly TensorType[],
  remedy: string,
): ShapeError {
  return new ShapeError({
    expected: `${operation}: ${expected}`,
    received: `${inputs.length === 0 ? "none" : inputs.map(describe).join(" and ")}${atCaller()}`,
    remedy,
  });
}

/** Applies an operation: at once on concrete tensors, as a node of the graph where an input is traced. */
export function apply<Attributes>(
  operation: Operation<Attributes>,
  inputs: readonly Tensor[],
  attributes: Attributes,
): Tensor {
  const output = operation.infer(inputs, attributes);
  if (inputs.every((input) => input.concrete)) {
    const data = evaluate(
      operation,
      inputs.map((input) => input.data),
      { inputs, attributes, output },
    );
    return new Tensor(output, { data });
  }
  return new Tensor(output, { application: { operation, inputs, attributes } });
}

/** The reference backend's result of one application. */
export function evaluate<Attributes>(
  operation: Operation<Attributes>,
  inputs: readonly ElementArray[],
  call: Call<Attributes>,
): ElementArray {
  const result = allocate(call.output.elementType, sizeOf(call.output.shape));
  operation.evaluate(inputs, result, call);
  return result;
}
