/** Reductions over axes. */
import { type ElementArray, isFloat } from "../element-type.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import { resolveAxis, type Shape, sameShape, sizeOf, stridedOffsets, stridesOf } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { equal } from "./comparison.ts";
import { cast, exp, log, stopGradient } from "./elementwise.ts";
import { broadcastTo, reshape } from "./layout.ts";

/** Along which axes to reduce. */
export interface ReductionOptions {
  /** Axes to reduce, negative ones counted from the end; all of them when left out. */
  readonly axes?: number | readonly number[];
  /** Keep reduced axes with size 1 (default false). */
  readonly keepDimensions?: boolean;
}

interface Reduction {
  /** Sorted, not negative. */
  readonly axes: readonly number[];
}

/** Axes are kept with size 1; `reduce` drops them by a reshape. */
function keptShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
}

/** An empty set has no greatest element. */
function requireElements(name: string, input: TensorType, axes: readonly number[]): void {
  if (axes.some((axis) => input.shape[axis] === 0)) {
    throw mismatch(name, "at least one element along each reduced axis", [input], "leave empty arrays out");
  }
}

function reduction(
  name: string,
  onnx: string,
  initial: number,
  combine: (a: number, b: number) => number,
  rule: NonNullable<Operation<Reduction>["differentiate"]>,
): Operation<Reduction> {
  return {
    name,
    infer: (inputs, { axes }) => {
      const [input] = inputs as [TensorType];
      if (input.elementType === "bool") {
        throw mismatch(name, "an array of numbers", inputs, 'convert it with cast(x, "int32")');
      }
      const shape = keptShape(input.shape, axes);
      if (!Number.isFinite(initial)) requireElements(name, input, axes);
      return { elementType: input.elementType, shape };
    },
    evaluate: ([input], result, call) => {
      const { shape } = call.inputs[0] as TensorType;
      const strides = stridesOf(call.output.shape).map((stride, axis) =>
        call.attributes.axes.includes(axis) ? 0 : stride,
      );
      const offsets = stridedOffsets(shape, strides);
      const accumulated = new Float64Array(result.length).fill(initial);
      for (let index = 0; index < offsets.length; index++) {
        const offset = offsets[index] as number;
        accumulated[offset] = combine(accumulated[offset] as number, (input as ElementArray)[index] as number);
      }
      result.set(accumulated);
    },
    lower: (graph, inputs, call) =>
      graph.reduce(onnx, inputs[0] as string, (call.inputs[0] as TensorType).shape, call.attributes.axes),
    differentiate: rule,
  };
}

export const sumOperation = reduction(
  "sum",
  "ReduceSum",
  0,
  (a, b) => a + b,
  ({ inputs: [x], cotangent }) => [broadcastTo(cotangent, (x as Tensor).shape)],
);

/** Ties share the derivative equally. */
function extremeRule({
  inputs: [input],
  output,
  cotangent,
  attributes,
}: Parameters<NonNullable<Operation<Reduction>["differentiate"]>>[0]): readonly (Tensor | undefined)[] {
  const x = input as Tensor;
  const hits = cast(equal(x, broadcastTo(output, x.shape)), x.elementType);
  const count = sum(hits, { axes: attributes.axes, keepDimensions: true });
  return [mul(hits, broadcastTo(div(cotangent, count), x.shape))];
}

export const maxOperation = reduction("max", "ReduceMax", -Infinity, Math.max, extremeRule);
export const minOperation = reduction("min", "ReduceMin", Infinity, Math.min, extremeRule);

function reduce(operation: Operation<Reduction>, x: Tensor, options: ReductionOptions): Tensor {
  const axes = resolveAxes(operation.name, x, options.axes);
  if (axes.length === 0) return x;
  const kept = apply(operation, [x], { axes });
  if (options.keepDimensions === true) return kept;
  return reshape(
    kept,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

function resolveAxes(name: string, x: Tensor, axes: ReductionOptions["axes"]): number[] {
  if (axes === undefined) return x.shape.map((_, axis) => axis);
  const resolved = (typeof axes === "number" ? [axes] : axes).map((axis) => resolveAxis(axis, x.rank));
  if (resolved.includes(undefined) || new Set(resolved).size < resolved.length) {
    throw mismatch(name, `different axes within the rank ${x.rank}, not ${axes}`, [x], "check the axes");
  }
  return (resolved as number[]).sort((a, b) => a - b);
}

/** Sum over axes; 0 where there is nothing. Sums of integers that leave 32 bits are left to the backend. */
export function sum(x: Tensor, options: ReductionOptions = {}): Tensor {
  return reduce(sumOperation, x, options);
}

/** Greatest element over axes; ties share the derivative. With a NaN among them the result is left to the backend. */
export function max(x: Tensor, options: ReductionOptions = {}): Tensor {
  return reduce(maxOperation, x, options);
}

/** Least element over axes; ties share the derivative. With a NaN among them the result is left to the backend. */
export function min(x: Tensor, options: ReductionOptions = {}): Tensor {
  return reduce(minOperation, x, options);
}

/** Arithmetic mean over axes, of floating-point numbers; NaN where there are none. */
export function mean(x: Tensor, options: ReductionOptions = {}): Tensor {
  if (!isFloat(x.elementType)) throw mismatch("mean", "floating-point numbers", [x], "convert them with cast");
  const total = sum(x, options);
  return mul(total, total.size / x.size);
}

/** log(sum(e^x)) over axes, without overflow; NaN where all are -Infinity. */
export function logSumExp(x: Tensor, options: ReductionOptions = {}): Tensor {
  const highest = stopGradient(max(x, { ...options, keepDimensions: true }));
  const total = log(sum(exp(sub(x, highest)), options));
  return add(total, reshape(highest, total.shape));
}

/** The adjoint of broadcasting: sums over the axes along which `shape` was repeated to become x's shape. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.rank - shape.length;
  const axes = x.shape.map((_, axis) => axis).filter((axis) => axis < lead || shape[axis - lead] !== x.shape[axis]);
  return reshape(axes.length > 0 ? sum(x, { axes, keepDimensions: true }) : x, shape);
}

interface ArgumentMaximum {
  readonly axis: number;
}

/** The first of equal maxima. */
export const argmaxOperation: Operation<ArgumentMaximum> = {
  name: "argmax",
  infer: (inputs, { axis }) => {
    const [input] = inputs as [TensorType];
    if (input.elementType === "bool") throw mismatch("argmax", "an array of numbers", inputs, "convert it with cast");
    requireElements("argmax", input, [axis]);
    return { elementType: "int32", shape: input.shape.filter((_, other) => other !== axis) };
  },
  evaluate: ([input], result, call) => {
    const { shape } = call.inputs[0] as TensorType;
    const { axis } = call.attributes;
    const inner = sizeOf(shape.slice(axis + 1));
    const length = shape[axis] as number;
    const x = input as ElementArray;
    for (let position = 0; position < result.length; position++) {
      const start = Math.floor(position / inner) * inner * length + (position % inner);
      let best = 0;
      for (let index = 1; index < length; index++) {
        if ((x[start + index * inner] as number) > (x[start + best * inner] as number)) best = index;
      }
      result[position] = best;
    }
  },
  lower: (graph, inputs, call) =>
    graph.cast(graph.node("ArgMax", inputs, { axis: call.attributes.axis, keepdims: 0 }), "int32"),
};

/** The index of the greatest element along an axis, the first of equals; int32, counts as constant. */
export function argmax(x: Tensor, axis = -1): Tensor {
  const [resolved] = resolveAxes("argmax", x, axis);
  return apply(argmaxOperation, [x], { axis: resolved as number });
}
