/** What operations on two broadcast arrays share: shape rule and reference evaluation. */
import type { ElementArray } from "../element-type.ts";
import { type Call, mismatch } from "../operation.ts";
import { broadcastShapes, broadcastStrides, sameShape, stridedOffsets } from "../shape.ts";
import type { TensorType } from "../tensor.ts";

/** Which element types an operation takes: numbers alone, booleans alone, or both. */
export type Accepted = "numbers" | "booleans" | "both";

const acceptedNames = { numbers: "arrays of numbers", booleans: "boolean arrays", both: "arrays" } as const;

/** The shape rule of everything that broadcasts two arrays of one element type. */
export function broadcastType(
  name: string,
  inputs: readonly TensorType[],
  accepted: Accepted,
  result?: "bool",
): TensorType {
  const [a, b] = inputs as [TensorType, TensorType];
  const shape = broadcastShapes(a.shape, b.shape);
  const boolean = a.elementType === "bool";
  const typed = a.elementType === b.elementType && (accepted === "both" || boolean === (accepted === "booleans"));
  if (shape === undefined || !typed) {
    throw mismatch(
      name,
      `two ${acceptedNames[accepted]} of one element type whose shapes broadcast (sizes equal or 1, aligned at the end)`,
      inputs,
      typed ? "reshape one of them" : "convert with cast",
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
