/**
 * Arrays, concrete or traced.
 *
 * A tensor is immutable. It either holds data, or stands for a value in a graph: an input of the function being
 * traced, or the result of an operation on other tensors. Operations on concrete tensors alone are evaluated at once
 * by the reference backend (the eager mode); as soon as one input is traced, the result is.
 */
import { ShapeError } from "../core/errors/shape-error.ts";
import type { ElementArray, ElementType } from "./element-type.ts";
import { allocate, elementTypeOf } from "./element-type.ts";
import type { Operation } from "./operation.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";

export interface TensorType {
  readonly elementType: ElementType;
  readonly shape: Shape;
}

/** An operation applied to tensors. */
export interface Application {
  // biome-ignore lint/suspicious/noExplicitAny: attributes differ by operation and only the operation itself reads them
  readonly operation: Operation<any>;
  readonly inputs: readonly Tensor[];
  readonly attributes: unknown;
}

let created = 0;

export class Tensor implements TensorType {
  readonly elementType: ElementType;
  readonly shape: Shape;
  /** Increases in order of creation, so that sorting by it is a topological order. */
  readonly order: number;
  readonly application: Application | undefined;
  readonly #data: ElementArray | undefined;

  constructor(type: TensorType, content: { readonly data?: ElementArray; readonly application?: Application }) {
    this.elementType = type.elementType;
    this.shape = type.shape;
    this.order = created++;
    this.#data = content.data;
    this.application = content.application;
  }

  /** Whether it holds data. */
  get concrete(): boolean {
    return this.#data !== undefined;
  }

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return sizeOf(this.shape);
  }

  /** The elements, row-major; never write to them. Throws ShapeError for a traced tensor, which has none yet. */
  get data(): ElementArray {
    if (this.#data === undefined) {
      throw new ShapeError({
        expected: "a tensor with data",
        received: `a traced tensor ${describe(this)}`,
        remedy: "inside a traced function use operations only; read data from what the compiled function returns",
      });
    }
    return this.#data;
  }

  /** The only element as a number. Throws ShapeError where there is not exactly one. */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError({
        expected: "a tensor with one element",
        received: describe(this),
        remedy: "reduce it first, or read .data",
      });
    }
    return this.data[0] as number;
  }
}

/** "float32 [2, 3]". */
export function describe(type: TensorType): string {
  return `${type.elementType} ${formatShape(type.shape)}`;
}

export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/**
 * A concrete tensor from a number, nested lists, or a typed array with its shape (not copied: do not write to it
 * afterwards). Numbers become float32 unless `elementType` says otherwise.
 * Throws ShapeError for ragged lists and for data whose length is not the shape's size.
 */
export function tensor(
  values: NestedNumbers | ElementArray,
  options: { readonly shape?: Shape; readonly elementType?: ElementType } = {},
): Tensor {
  if (ArrayBuffer.isView(values)) {
    const shape = options.shape ?? [values.length];
    if (sizeOf(shape) !== values.length) {
      throw new ShapeError({
        expected: `${sizeOf(shape)} elements for the shape ${formatShape(shape)}`,
        received: `${values.length}`,
        remedy: "pass data and shape that fit",
      });
    }
    return new Tensor({ elementType: elementTypeOf(values), shape }, { data: values });
  }
  const shape: number[] = [];
  for (let level: NestedNumbers | undefined = values; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat: number[] = [];
  flatten(values, shape, 0, flat);
  const elementType = options.elementType ?? "float32";
  const data = allocate(elementType, flat.length);
  data.set(flat);
  return tensor(data, { shape: options.shape ?? shape });
}

function flatten(values: NestedNumbers, shape: Shape, depth: number, flat: number[]): void {
  if (!Array.isArray(values)) {
    if (depth === shape.length) {
      flat.push(Number(values));
      return;
    }
  } else if (values.length === shape[depth]) {
    for (const value of values) flatten(value, shape, depth + 1, flat);
    return;
  }
  throw new ShapeError({
    expected: `lists of equal lengths, ${formatShape(shape)} as the first ones have`,
    received: `a part of another shape at depth ${depth}`,
    remedy: "pad the lists",
  });
}

/** A concrete tensor with one value everywhere. */
export function full(shape: Shape, value: number, elementType: ElementType = "float32"): Tensor {
  const data = allocate(elementType, sizeOf(shape));
  data.fill(value);
  return tensor(data, { shape });
}

export function zeros(shape: Shape, elementType: ElementType = "float32"): Tensor {
  return full(shape, 0, elementType);
}

export function ones(shape: Shape, elementType: ElementType = "float32"): Tensor {
  return full(shape, 1, elementType);
}

/** 0, 1, ..., length - 1. */
export function range(length: number, elementType: ElementType = "int32"): Tensor {
  const data = allocate(elementType, length);
  for (let index = 0; index < length; index++) data[index] = index;
  return tensor(data);
}

/** An input of a function being traced. */
export function placeholder(type: TensorType): Tensor {
  return new Tensor(type, {});
}
