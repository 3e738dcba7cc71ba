/** Operations that move elements without changing them. */
import type { ElementArray } from "../element-type.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import {
  broadcastShapes,
  broadcastStrides,
  formatShape,
  isShape,
  resolveAxis,
  type Shape,
  sameShape,
  sizeOf,
  stridedOffsets,
  stridesOf,
} from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { sumTo } from "./reduction.ts";

function copyByOffsets(input: ElementArray, result: ElementArray, offsets: Int32Array): void {
  for (let index = 0; index < result.length; index++) result[index] = input[offsets[index] as number] as number;
}

export const reshapeOperation: Operation<{ readonly shape: Shape }> = {
  name: "reshape",
  infer: (inputs, { shape }) => {
    const [input] = inputs as [TensorType];
    if (!isShape(shape) || sizeOf(shape) !== sizeOf(input.shape)) {
      const expected = `a shape with ${sizeOf(input.shape)} elements, not ${formatShape(shape)},`;
      throw mismatch("reshape", expected, inputs, "check the sizes");
    }
    return { elementType: input.elementType, shape };
  },
  evaluate: ([input], result) => result.set(input as ElementArray),
  lower: (graph, inputs, call) =>
    graph.reshape(inputs[0] as string, (call.inputs[0] as TensorType).shape, call.output.shape),
  differentiate: ({ inputs: [x], cotangent }) => [reshape(cotangent, (x as Tensor).shape)],
};

/** The same elements in another shape; one size may be -1 and is worked out (not beside a size of 0). */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const known = shape.filter((length) => length !== -1);
  const resolved = shape.map((length) => (length === -1 ? x.size / sizeOf(known) : length));
  return sameShape(resolved, x.shape) ? x : apply(reshapeOperation, [x], { shape: resolved });
}

export const transposeOperation: Operation<{ readonly permutation: readonly number[] }> = {
  name: "transpose",
  infer: (inputs, { permutation }) => {
    const [input] = inputs as [TensorType];
    if ([...permutation].sort((a, b) => a - b).join() !== input.shape.map((_, axis) => axis).join()) {
      const expected = `a permutation of ${input.shape.length} axes, not ${formatShape(permutation)},`;
      throw mismatch("transpose", expected, inputs, "name every axis once");
    }
    return { elementType: input.elementType, shape: permutation.map((axis) => input.shape[axis] as number) };
  },
  evaluate: ([input], result, call) => {
    const strides = stridesOf((call.inputs[0] as TensorType).shape);
    const moved = call.attributes.permutation.map((axis) => strides[axis] as number);
    copyByOffsets(input as ElementArray, result, stridedOffsets(call.output.shape, moved));
  },
  lower: (graph, inputs, call) => graph.transpose(inputs[0] as string, call.attributes.permutation),
  differentiate: ({ attributes: { permutation }, cotangent }) => {
    const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
    return [transpose(cotangent, inverse)];
  },
};

/** Axes in another order; the last two exchanged when no permutation is given. */
export function transpose(x: Tensor, permutation?: readonly number[]): Tensor {
  const axes = x.shape.map((_, axis) => axis);
  const swapped = [...axes.slice(0, -2), ...axes.slice(-2).reverse()];
  return apply(transposeOperation, [x], { permutation: permutation ?? swapped });
}

export const broadcastOperation: Operation<{ readonly shape: Shape }> = {
  name: "broadcastTo",
  infer: (inputs, { shape }) => {
    const [input] = inputs as [TensorType];
    const common = broadcastShapes(input.shape, shape);
    if (common === undefined || !sameShape(common, shape)) {
      const expected = `a shape that broadcasts to ${formatShape(shape)},`;
      throw mismatch("broadcastTo", expected, inputs, "sizes must be equal or 1, aligned at the end");
    }
    return { elementType: input.elementType, shape };
  },
  evaluate: ([input], result, call) => {
    const strides = broadcastStrides((call.inputs[0] as TensorType).shape, call.output.shape);
    copyByOffsets(input as ElementArray, result, stridedOffsets(call.output.shape, strides));
  },
  lower: (graph, inputs, call) => graph.node("Expand", [inputs[0] as string, graph.integers(call.attributes.shape)]),
  differentiate: ({ inputs: [x], cotangent }) => [sumTo(cotangent, (x as Tensor).shape)],
};

/** x repeated along axes of size 1 (and new leading axes) up to a shape. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : apply(broadcastOperation, [x], { shape });
}

interface Slice {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
}

export const sliceOperation: Operation<Slice> = {
  name: "slice",
  infer: (inputs, { axis, start, end }) => {
    const [input] = inputs as [TensorType];
    const length = input.shape[axis] as number;
    if (!(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= length)) {
      const expected = `0 <= start <= end <= ${length} on axis ${axis}, not ${start} and ${end},`;
      throw mismatch("slice", expected, inputs, "check the bounds");
    }
    return {
      elementType: input.elementType,
      shape: input.shape.map((size, other) => (other === axis ? end - start : size)),
    };
  },
  evaluate: ([input], result, call) => {
    const strides = stridesOf((call.inputs[0] as TensorType).shape);
    const first = call.attributes.start * (strides[call.attributes.axis] as number);
    copyByOffsets(input as ElementArray, result, stridedOffsets(call.output.shape, strides, first));
  },
  lower: (graph, inputs, { attributes: { axis, start, end } }) =>
    graph.node("Slice", [inputs[0] as string, graph.integers([start]), graph.integers([end]), graph.integers([axis])]),
  differentiate: ({ inputs: [input], attributes: { axis, start, end }, cotangent }) => {
    const x = input as Tensor;
    return [pad(cotangent, axis, start, (x.shape[axis] as number) - end)];
  },
};

/** Elements start to end (not included) along an axis; negative numbers count from the end. */
export function slice(x: Tensor, axis: number, start: number, end?: number): Tensor {
  const resolved = requireAxis("slice", x, axis);
  const length = x.shape[resolved] as number;
  const bound = (position: number) => (position < 0 ? position + length : position);
  const range = { axis: resolved, start: bound(start), end: bound(end ?? length) };
  return range.start === 0 && range.end === length ? x : apply(sliceOperation, [x], range);
}

/** x cut along an axis into parts of the given sizes. */
export function split(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  let start = 0;
  return sizes.map((size) => {
    start += size;
    return slice(x, axis, start - size, start);
  });
}

interface Padding {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

export const padOperation: Operation<Padding> = {
  name: "pad",
  infer: (inputs, { axis, before, after }) => {
    const [input] = inputs as [TensorType];
    if (!isShape([before, after])) {
      throw mismatch("pad", `whole paddings of at least 0, not ${before} and ${after},`, inputs, "use slice to cut");
    }
    return {
      elementType: input.elementType,
      shape: input.shape.map((size, other) => (other === axis ? size + before + after : size)),
    };
  },
  evaluate: ([input], result, call) => {
    const { shape } = call.inputs[0] as TensorType;
    const strides = stridesOf(call.output.shape);
    const start = call.attributes.before * (strides[call.attributes.axis] as number);
    const offsets = stridedOffsets(shape, strides, start);
    for (let index = 0; index < offsets.length; index++) {
      result[offsets[index] as number] = (input as ElementArray)[index] as number;
    }
  },
  lower: (graph, inputs, { inputs: types, attributes: { axis, before, after } }) => {
    const { shape, elementType } = types[0] as TensorType;
    const sides = [before, after].flatMap((side) => shape.map((_, other) => (other === axis ? side : 0)));
    return graph.node("Pad", [inputs[0] as string, graph.integers(sides), graph.scalar(0, elementType)]);
  },
  differentiate: ({ inputs: [input], attributes: { axis, before }, cotangent }) => [
    slice(cotangent, axis, before, before + ((input as Tensor).shape[axis] as number)),
  ],
};

/** Zeros before and after along an axis. */
export function pad(x: Tensor, axis: number, before: number, after: number): Tensor {
  return before === 0 && after === 0
    ? x
    : apply(padOperation, [x], { axis: requireAxis("pad", x, axis), before, after });
}

export const concatenateOperation: Operation<{ readonly axis: number }> = {
  name: "concatenate",
  infer: (inputs, { axis }) => {
    const [first] = inputs as [TensorType];
    const others = (type: TensorType) => type.shape.filter((_, other) => other !== axis);
    const fits = (type: TensorType) =>
      type.elementType === first.elementType &&
      type.shape.length === first.shape.length &&
      sameShape(others(type), others(first));
    if (!inputs.every(fits)) {
      const expected = `arrays of one element type that differ in axis ${axis} alone`;
      throw mismatch("concatenate", expected, inputs, "reshape or cast them");
    }
    const total = inputs.reduce((length, type) => length + (type.shape[axis] as number), 0);
    return { elementType: first.elementType, shape: first.shape.map((size, other) => (other === axis ? total : size)) };
  },
  evaluate: (inputs, result, call) => {
    const { axis } = call.attributes;
    const strides = stridesOf(call.output.shape);
    let start = 0;
    inputs.forEach((input, position) => {
      const { shape } = call.inputs[position] as TensorType;
      const offsets = stridedOffsets(shape, strides, start * (strides[axis] as number));
      for (let index = 0; index < offsets.length; index++) result[offsets[index] as number] = input[index] as number;
      start += shape[axis] as number;
    });
  },
  lower: (graph, inputs, call) => graph.node("Concat", inputs, { axis: call.attributes.axis }),
  differentiate: ({ inputs, attributes: { axis }, cotangent }) =>
    split(
      cotangent,
      axis,
      inputs.map((input) => input.shape[axis] as number),
    ),
};

/** Arrays one after the other along an axis. */
export function concatenate(parts: readonly Tensor[], axis = 0): Tensor {
  const [first] = parts;
  if (first === undefined) throw mismatch("concatenate", "at least one array", [], "pass some");
  return parts.length === 1
    ? first
    : apply(concatenateOperation, parts, { axis: requireAxis("concatenate", first, axis) });
}

/** Arrays of one shape along a new axis. */
export function stack(parts: readonly Tensor[], axis = 0): Tensor {
  return concatenate(
    parts.map((part) => expandDimensions(part, axis)),
    axis,
  );
}

/** A new axis of size 1, at `axis` of the result; negative ones count from its end. */
export function expandDimensions(x: Tensor, axis: number): Tensor {
  const position = resolveAxis(axis, x.rank + 1);
  if (position === undefined) {
    throw mismatch(
      "expandDimensions",
      `an axis within the rank ${x.rank + 1} of the result, not ${axis},`,
      [x],
      "check it",
    );
  }
  return reshape(x, [...x.shape.slice(0, position), 1, ...x.shape.slice(position)]);
}

function requireAxis(name: string, x: Tensor, axis: number): number {
  const resolved = resolveAxis(axis, x.rank);
  if (resolved === undefined) throw mismatch(name, `an axis within the rank ${x.rank}, not ${axis},`, [x], "check it");
  return resolved;
}
