/** Rows of the table of operations that operations.test.ts checks, and their random inputs. */
import type { RandomStream } from "../../core/random.ts";
import { allocate, type ElementType } from "../element-type.ts";
import { type Shape, sizeOf } from "../shape.ts";
import { type Tensor, tensor } from "../tensor.ts";

export interface InputForm {
  readonly shape: Shape;
  /** "float" is tried as float32 and as float64. */
  readonly type: "float" | "int32" | "bool";
  readonly low: number;
  readonly high: number;
  /** Whether derivatives by it are checked. */
  readonly differentiated: boolean;
}

export interface Row {
  readonly name: string;
  readonly inputs: readonly InputForm[];
  readonly apply: (...inputs: Tensor[]) => Tensor;
  /** "any": first and second derivatives are checked, and the second's derivative is again a graph of operations. */
  readonly derivative: "any" | "none";
  /** False where ONNX Runtime has no kernel for doubles. */
  readonly double: boolean;
}

/** Floats in [low, high), by default [-2, 2). */
export function float(shape: Shape, low = -2, high = 2): InputForm {
  return { shape, type: "float", low, high, differentiated: true };
}

/** Floats that count as constant. */
export function constant(shape: Shape, low = -2, high = 2): InputForm {
  return { shape, type: "float", low, high, differentiated: false };
}

/** Whole numbers in [low, high). */
export function integer(shape: Shape, low: number, high: number): InputForm {
  return { shape, type: "int32", low, high, differentiated: false };
}

/** Booleans. */
export function bool(shape: Shape): InputForm {
  return { shape, type: "bool", low: 0, high: 2, differentiated: false };
}

/** A differentiable row. */
export function row(name: string, inputs: readonly InputForm[], apply: Row["apply"], double = true): Row {
  return { name, inputs, apply, derivative: "any", double };
}

/** A row whose result counts as constant. */
export function constantRow(name: string, inputs: readonly InputForm[], apply: Row["apply"]): Row {
  return { name, inputs, apply, derivative: "none", double: true };
}

/** Random inputs of a row; floats are single-precision numbers in either type, so that both see the same. */
export function drawInputs(inputs: readonly InputForm[], float: ElementType, random: RandomStream): Tensor[] {
  return inputs.map(({ shape, type, low, high }) => {
    const data = allocate(type === "float" ? float : type, sizeOf(shape));
    for (let index = 0; index < data.length; index++) {
      data[index] = type === "float" ? Math.fround(low + random.uniform() * (high - low)) : random.integer(low, high);
    }
    return tensor(data, { shape });
  });
}
