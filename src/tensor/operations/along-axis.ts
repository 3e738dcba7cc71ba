/** Reading many elements of each row by index, and its adjoint, adding to them. Indices are int32, counted as constant. */
import type { ElementArray } from "../element-type.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import { formatShape, resolveAxis, type Shape, sameShape, stridedOffsets, stridesOf } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";

interface AlongAxis {
  readonly axis: number;
}

interface AddAlongAxis extends AlongAxis {
  readonly shape: Shape;
}

/** For each position of the indices, where in the long array [..., n, ...] its lane begins, and the step along it. */
function lanes(shape: Shape, indices: Shape, axis: number): { readonly starts: Int32Array; readonly step: number } {
  const strides = stridesOf(shape);
  const across = strides.map((stride, other) => (other === axis ? 0 : stride));
  return { starts: stridedOffsets(indices, across), step: strides[axis] as number };
}

function checkIndices(
  name: string,
  shape: Shape,
  axis: number,
  inputs: readonly TensorType[],
  indices: TensorType,
): void {
  const others = (lengths: Shape) => lengths.filter((_, other) => other !== axis);
  const fits = indices.shape.length === shape.length && sameShape(others(indices.shape), others(shape));
  if (indices.elementType !== "int32" || !fits) {
    const expected = `int32 indices that differ from ${formatShape(shape)} in axis ${axis} alone`;
    throw mismatch(name, expected, inputs, "one list of indices per row");
  }
}

function checkedIndex(name: string, index: number, length: number, types: readonly TensorType[]): number {
  if (index >= 0 && index < length) return index;
  throw mismatch(name, `indices within 0 and ${length - 1}, not ${index},`, types, "check the indices");
}

export const takeAlongAxisOperation: Operation<AlongAxis> = {
  name: "takeAlongAxis",
  infer: (inputs, { axis }) => {
    const [x, indices] = inputs as [TensorType, TensorType];
    checkIndices("takeAlongAxis", x.shape, axis, inputs, indices);
    return { elementType: x.elementType, shape: indices.shape };
  },
  evaluate: (inputs, result, { inputs: types, attributes: { axis } }) => {
    const [x, indices] = inputs as [ElementArray, ElementArray];
    const { shape } = types[0] as TensorType;
    const { starts, step } = lanes(shape, (types[1] as TensorType).shape, axis);
    for (let position = 0; position < result.length; position++) {
      const index = checkedIndex("takeAlongAxis", indices[position] as number, shape[axis] as number, types);
      result[position] = x[(starts[position] as number) + index * step] as number;
    }
  },
  lower: (graph, inputs, call) => graph.node("GatherElements", inputs, { axis: call.attributes.axis }),
  differentiate: ({ inputs, attributes: { axis }, cotangent }) => {
    const [x, indices] = inputs as [Tensor, Tensor];
    return [apply(addAlongAxisOperation, [indices, cotangent], { shape: x.shape, axis }), undefined];
  },
};

export const addAlongAxisOperation: Operation<AddAlongAxis> = {
  name: "addAlongAxis",
  infer: (inputs, { axis, shape }) => {
    const [indices, updates] = inputs as [TensorType, TensorType];
    checkIndices("addAlongAxis", shape, axis, inputs, indices);
    if (!sameShape(indices.shape, updates.shape) || updates.elementType === "bool") {
      throw mismatch("addAlongAxis", "one number to add per index", inputs, "give both one shape");
    }
    return { elementType: updates.elementType, shape };
  },
  evaluate: (inputs, result, { inputs: types, attributes: { axis, shape } }) => {
    const [indices, updates] = inputs as [ElementArray, ElementArray];
    const { starts, step } = lanes(shape, (types[0] as TensorType).shape, axis);
    for (let position = 0; position < indices.length; position++) {
      const index = checkedIndex("addAlongAxis", indices[position] as number, shape[axis] as number, types);
      const target = (starts[position] as number) + index * step;
      result[target] = (result[target] as number) + (updates[position] as number);
    }
  },
  lower: (graph, inputs, { output, attributes: { axis, shape } }) => {
    const empty = graph.node("Expand", [graph.scalar(0, output.elementType), graph.integers(shape)]);
    return graph.node("ScatterElements", [empty, ...inputs], { axis, reduction: "add" });
  },
  differentiate: ({ inputs: [indices], attributes: { axis }, cotangent }) => [
    undefined,
    takeAlongAxis(cotangent, indices as Tensor, axis),
  ],
};

function requireAxis(name: string, rank: number, axis: number, inputs: readonly TensorType[]): number {
  const resolved = resolveAxis(axis, rank);
  if (resolved === undefined) throw mismatch(name, `an axis within the rank ${rank}, not ${axis},`, inputs, "check it");
  return resolved;
}

/** x [..., n, ...] at int32 indices [..., m, ...] along an axis; the result has the indices' shape. */
export function takeAlongAxis(x: Tensor, indices: Tensor, axis = -1): Tensor {
  return apply(takeAlongAxisOperation, [x, indices], {
    axis: requireAxis("takeAlongAxis", x.rank, axis, [x, indices]),
  });
}

/** Zeros of the given shape to which updates are added at int32 indices of their shape: takeAlongAxis' adjoint. */
export function addAlongAxis(shape: Shape, indices: Tensor, updates: Tensor, axis = -1): Tensor {
  const resolved = requireAxis("addAlongAxis", shape.length, axis, [indices, updates]);
  return apply(addAlongAxisOperation, [indices, updates], { shape, axis: resolved });
}
