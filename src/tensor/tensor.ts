/**
 * Arrays, concrete or traced.
 *
 * A tensor is immutable. It either holds data, or stands for a value in a graph: an input of the function being
 * traced, or the result of an operation on other tensors. Operations on concrete tensors alone are evaluated at once
 * by the reference backend (the eager mode); as soon as one input is traced, the result is.
 */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { ShapeError } from "../core/errors/shape-error.ts";
import { callerLine } from "./caller-line.ts";
import type { ElementArray, ElementType } from "./element-type.ts";
import { allocate, elementTypeOf } from "./element-type.ts";
import type { Operation } from "./operation.ts";
import { formatShape, isShape, type Shape, sizeOf } from "./shape.ts";

/** What is known of an array before its elements are. */
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

/** An immutable array, concrete or traced; made by `tensor` and its like, and by operations. */
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

  /** The number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** The elements, row-major; never write to them. Throws ShapeError for a traced tensor, which has none yet. */
  get data(): ElementArray {
    if (this.#data === undefined) {
      throw new ShapeError({
        expected: "a tensor with data",
        received: `a traced tensor ${describe(this)}${atCaller()}`,
        remedy: "inside a traced function use operations only; read data from what the compiled function returns",
      });
    }
    return this.#data;
  }

  /** The only element as a number (booleans 0 and 1). Throws ShapeError where there is not exactly one. */
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

/** " (at file.ts:12:5)", the user's line, or "" where it is not known. */
export function atCaller(): string {
  const line = callerLine();
  return line === undefined ? "" : ` (at ${line})`;
}

/** "float32 [2, 3]". */
export function describe(type: TensorType): string {
  return `${type.elementType} ${formatShape(type.shape)}`;
}

/** A number, or lists of lists of numbers of equal lengths. */
export type NestedNumbers = number | boolean | readonly NestedNumbers[];

/**
 * A concrete tensor from a number, nested lists, or a typed array with its shape (not copied: do not write to it
 * afterwards; bytes are booleans 0 and 1). Numbers become float32 and booleans bool unless `elementType` says otherwise;
 * int32 drops fractions, bool is whether a number is not 0.
 * Throws ShapeError for ragged lists and for data whose length is not the shape's size, InvalidArgumentError for typed
 * arrays of other kinds or of another element type than asked for.
 */
export function tensor(
  values: NestedNumbers | ElementArray,
  options: { readonly shape?: Shape; readonly elementType?: ElementType } = {},
): Tensor {
  if (ArrayBuffer.isView(values)) {
    const elementType = elementTypeOf(values);
    if (elementType === undefined || (options.elementType ?? elementType) !== elementType) {
      throw new InvalidArgumentError({
        expected: `a typed array of ${options.elementType ?? "float32, float64, int32 or bool (Uint8Array)"}`,
        received: `${Object.prototype.toString.call(values)}${atCaller()}`,
        remedy: "make one of that type, e.g. by Float32Array.from",
      });
    }
    const shape = options.shape ?? [values.length];
    requireShape(shape);
    if (sizeOf(shape) !== values.length) {
      throw new ShapeError({
        expected: `${sizeOf(shape)} elements for the shape ${formatShape(shape)}`,
        received: `${values.length}${atCaller()}`,
        remedy: "pass data and shape that fit",
      });
    }
    return new Tensor({ elementType, shape }, { data: values });
  }
  const shape: number[] = [];
  for (let level: NestedNumbers | undefined = values; Array.isArray(level); level = level[0]) shape.push(level.length);
  const flat: (number | boolean)[] = [];
  flatten(values, shape, 0, flat);
  const numbers = flat.map(Number);
  const truths = flat.length > 0 && flat.every((value) => typeof value === "boolean");
  const elementType = options.elementType ?? (truths ? "bool" : "float32");
  const data = allocate(elementType, flat.length);
  data.set(elementType === "bool" ? numbers.map((value) => Number(value !== 0)) : numbers);
  return tensor(data, { shape: options.shape ?? shape });
}

function requireShape(shape: Shape): void {
  if (!isShape(shape)) {
    throw new ShapeError({
      expected: "a shape of whole numbers of at least 0",
      received: `${formatShape(shape)}${atCaller()}`,
      remedy: "check the sizes",
    });
  }
}

function flatten(values: NestedNumbers, shape: Shape, depth: number, flat: (number | boolean)[]): void {
  if (!Array.isArray(values)) {
    if (depth === shape.length) {
      flat.push(values as number | boolean);
      return;
    }
  } else if (values.length === shape[depth]) {
    for (const value of values) flatten(value, shape, depth + 1, flat);
    return;
  }
  throw new ShapeError({
    expected: `lists of equal lengths, ${formatShape(shape)} as the first ones have`,
    received: `a part of another shape at depth ${depth}${atCaller()}`,
    remedy: "pad the lists",
  });
}

/** A concrete tensor with one value everywhere. */
export function full(shape: Shape, value: number, elementType: ElementType = "float32"): Tensor {
  requireShape(shape);
  const data = allocate(elementType, sizeOf(shape));
  data.fill(value);
  return tensor(data, { shape });
}

/** A concrete tensor of zeros (false). */
export function zeros(shape: Shape, elementType: ElementType = "float32"): Tensor {
  return full(shape, 0, elementType);
}

/** A concrete tensor of ones (true). */
export function ones(shape: Shape, elementType: ElementType = "float32"): Tensor {
  return full(shape, 1, elementType);
}

/** 0, 1, ..., length - 1, as a concrete tensor [length]. */
export function range(length: number, elementType: ElementType = "int32"): Tensor {
  requireShape([length]);
  const data = allocate(elementType, length);
  for (let index = 0; index < length; index++) data[index] = index;
  return tensor(data);
}

/** An input of a function being traced. */
export function placeholder(type: TensorType): Tensor {
  return new Tensor(type, {});
}
