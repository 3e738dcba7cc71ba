/** Choosing between two arrays, element by element. */

import type { ElementArray } from "../element-type.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import { broadcastShapes, broadcastStrides, stridedOffsets } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { type Operand, operands } from "./operand.ts";
import { sumTo } from "./reduction.ts";

export const whereOperation: Operation<Record<never, never>> = {
  name: "where",
  infer: (inputs) => {
    const [condition, a, b] = inputs as [TensorType, TensorType, TensorType];
    const both = broadcastShapes(a.shape, b.shape);
    const shape = both && broadcastShapes(condition.shape, both);
    if (shape === undefined || condition.elementType !== "bool" || a.elementType !== b.elementType) {
      const expected = "a boolean condition and two arrays of one element type, shapes that broadcast";
      throw mismatch("where", expected, inputs, "compare first, or reshape");
    }
    return { elementType: a.elementType, shape };
  },
  evaluate: (inputs, result, call) => {
    const [condition, a, b] = inputs as [ElementArray, ElementArray, ElementArray];
    const { shape } = call.output;
    const [ofCondition, ofA, ofB] = call.inputs.map((type) =>
      stridedOffsets(shape, broadcastStrides(type.shape, shape)),
    ) as [Int32Array, Int32Array, Int32Array];
    for (let index = 0; index < result.length; index++) {
      const first = condition[ofCondition[index] as number] !== 0;
      result[index] = (first ? a[ofA[index] as number] : b[ofB[index] as number]) as number;
    }
  },
  lower: (graph, inputs, call) => {
    if (call.output.elementType !== "bool") return graph.node("Where", inputs);
    // ONNX Runtime chooses between numbers only.
    const [condition, ...sides] = inputs as [string, string, string];
    const numbers = sides.map((side) => graph.cast(side, "int32"));
    return graph.cast(graph.node("Where", [condition, ...numbers]), "bool");
  },
  differentiate: ({ inputs, cotangent }) => {
    const [condition, a, b] = inputs as [Tensor, Tensor, Tensor];
    return [undefined, sumTo(where(condition, cotangent, 0), a.shape), sumTo(where(condition, 0, cotangent), b.shape)];
  },
};

/** `a` where the boolean condition holds, else `b`; the three broadcast. */
export function where(condition: Tensor, a: Operand, b: Operand): Tensor {
  return apply(whereOperation, [condition, ...operands(a, b)], {});
}
