/** Reading by index and its adjoint, adding by index. Indices are int32 and count as constant. */
import type { ElementArray, ElementType } from "../element-type.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../shape.ts";
import { range, type Tensor, type TensorType } from "../tensor.ts";
import { equal } from "./comparison.ts";
import { cast } from "./elementwise.ts";
import { expandDimensions } from "./layout.ts";

type Nothing = Record<never, never>;

function outOfRange(name: string, index: number, length: number, types: readonly TensorType[]): Error {
  return mismatch(name, `indices within 0 and ${length - 1}, not ${index},`, types, "check the indices");
}

export const gatherRowsOperation: Operation<Nothing> = {
  name: "gatherRows",
  infer: (inputs) => {
    const [table, indices] = inputs as [TensorType, TensorType];
    if (table.shape.length === 0 || indices.elementType !== "int32") {
      throw mismatch("gatherRows", "a table [rows, ...] and int32 indices", inputs, "cast the indices to int32");
    }
    return { elementType: table.elementType, shape: [...indices.shape, ...table.shape.slice(1)] };
  },
  evaluate: (inputs, result, call) => {
    const [table, indices] = inputs as [ElementArray, ElementArray];
    const { shape } = call.inputs[0] as TensorType;
    const width = sizeOf(shape.slice(1));
    for (let position = 0; position < indices.length; position++) {
      const row = indices[position] as number;
      if (row < 0 || row >= (shape[0] as number)) throw outOfRange("gatherRows", row, shape[0] as number, call.inputs);
      for (let index = 0; index < width; index++) {
        result[position * width + index] = table[row * width + index] as number;
      }
    }
  },
  lower: (graph, inputs) => graph.node("Gather", inputs, { axis: 0 }),
  differentiate: ({ inputs, cotangent }) => {
    const [table, indices] = inputs as [Tensor, Tensor];
    return [addRows(table.shape, indices, cotangent), undefined];
  },
};

/**
 * Rows of a table [rows, ...] by int32 indices [...]: an embedding. The result has the shape [...indices, ...row].
 * An index out of range is an error (ShapeError at once, InvalidArgumentError from a compiled function); in compiled
 * functions, negative ones down to -rows count from the end. So it is for all operations with indices.
 */
export function gatherRows(table: Tensor, indices: Tensor): Tensor {
  return apply(gatherRowsOperation, [table, indices], {});
}

export const addRowsOperation: Operation<{ readonly shape: Shape }> = {
  name: "addRows",
  infer: (inputs, { shape }) => {
    const [indices, updates] = inputs as [TensorType, TensorType];
    const fits = indices.elementType === "int32" && updates.elementType !== "bool";
    if (!fits || !sameShape(updates.shape, [...indices.shape, ...shape.slice(1)])) {
      const expected = `int32 indices [...] and numbers [..., ${shape.slice(1).join(", ")}] for a table ${formatShape(shape)}`;
      throw mismatch("addRows", expected, inputs, "one row of updates per index");
    }
    return { elementType: updates.elementType, shape };
  },
  evaluate: (inputs, result, call) => {
    const [indices, updates] = inputs as [ElementArray, ElementArray];
    const { shape } = call.attributes;
    const width = sizeOf(shape.slice(1));
    for (let position = 0; position < indices.length; position++) {
      const row = indices[position] as number;
      if (row < 0 || row >= (shape[0] as number)) throw outOfRange("addRows", row, shape[0] as number, call.inputs);
      for (let index = 0; index < width; index++) {
        const target = row * width + index;
        result[target] = (result[target] as number) + (updates[position * width + index] as number);
      }
    }
  },
  lower: (graph, inputs, { inputs: types, attributes: { shape }, output }) => {
    const [indices, updates] = inputs as [string, string];
    const count = sizeOf((types[0] as TensorType).shape);
    const empty = graph.node("Expand", [graph.scalar(0, output.elementType), graph.integers(shape)]);
    const column = graph.node("Reshape", [graph.cast(indices, "int64"), graph.integers([count, 1])]);
    const rows = graph.node("Reshape", [updates, graph.integers([count, ...shape.slice(1)])]);
    return graph.node("ScatterND", [empty, column, rows], { reduction: "add" });
  },
  differentiate: ({ inputs, cotangent }) => [undefined, gatherRows(cotangent, inputs[0] as Tensor)],
};

/** A table of zeros of the given shape to whose rows the updates are added, one per index: gatherRows' adjoint. */
export function addRows(shape: Shape, indices: Tensor, updates: Tensor): Tensor {
  return apply(addRowsOperation, [indices, updates], { shape });
}

function checkPick(name: string, indices: TensorType, leading: Shape, inputs: readonly TensorType[]): void {
  if (indices.elementType !== "int32" || !sameShape(indices.shape, leading)) {
    throw mismatch(name, `int32 indices ${formatShape(leading)}, one per row`, inputs, "one index for each row");
  }
}

export const pickOperation: Operation<Nothing> = {
  name: "pick",
  infer: (inputs) => {
    const [x, indices] = inputs as [TensorType, TensorType];
    checkPick("pick", indices, x.shape.slice(0, -1), inputs);
    return { elementType: x.elementType, shape: indices.shape };
  },
  evaluate: (inputs, result, call) => {
    const [x, indices] = inputs as [ElementArray, ElementArray];
    const width = (call.inputs[0] as TensorType).shape.at(-1) as number;
    for (let row = 0; row < result.length; row++) {
      const index = indices[row] as number;
      if (index < 0 || index >= width) throw outOfRange("pick", index, width, call.inputs);
      result[row] = x[row * width + index] as number;
    }
  },
  lower: (graph, inputs, { inputs: types }) => {
    const [x, indices] = inputs as [string, string];
    const { shape } = types[1] as TensorType;
    const column = graph.node("Reshape", [indices, graph.integers([...shape, 1])]);
    const picked = graph.node("GatherElements", [x, column], { axis: shape.length });
    return graph.node("Reshape", [picked, graph.integers(shape)]);
  },
  differentiate: ({ inputs, cotangent }) => {
    const [x, indices] = inputs as [Tensor, Tensor];
    return [place(x.shape.at(-1) as number, indices, cotangent), undefined];
  },
};

/** One element of each row: x [..., n] and int32 indices [...] to [...]. */
export function pick(x: Tensor, indices: Tensor): Tensor {
  return apply(pickOperation, [x, indices], {});
}

export const placeOperation: Operation<{ readonly width: number }> = {
  name: "place",
  infer: (inputs, { width }) => {
    const [indices, values] = inputs as [TensorType, TensorType];
    checkPick("place", indices, values.shape, inputs);
    return { elementType: values.elementType, shape: [...values.shape, width] };
  },
  evaluate: (inputs, result, call) => {
    const [indices, values] = inputs as [ElementArray, ElementArray];
    const { width } = call.attributes;
    for (let row = 0; row < values.length; row++) {
      const index = indices[row] as number;
      if (index < 0 || index >= width) throw outOfRange("place", index, width, call.inputs);
      result[row * width + index] = values[row] as number;
    }
  },
  lower: (graph, inputs, { output, inputs: types }) => {
    const [indices, values] = inputs as [string, string];
    const column = graph.integers([...(types[0] as TensorType).shape, 1]);
    const empty = graph.node("Expand", [graph.scalar(0, output.elementType), graph.integers(output.shape)]);
    return graph.node(
      "ScatterElements",
      [empty, graph.node("Reshape", [indices, column]), graph.node("Reshape", [values, column])],
      { axis: output.shape.length - 1 },
    );
  },
  differentiate: ({ inputs, cotangent }) => [undefined, pick(cotangent, inputs[0] as Tensor)],
};

/** Rows of zeros of the given width with one value each at its index: pick's adjoint. */
export function place(width: number, indices: Tensor, values: Tensor): Tensor {
  return apply(placeOperation, [indices, values], { width });
}

/** Rows of zeros with a one at each index: int32 indices [...] to [..., width]; all zeros where one is out of range. */
export function oneHot(indices: Tensor, width: number, elementType: ElementType = "float32"): Tensor {
  return cast(equal(expandDimensions(indices, -1), range(width)), elementType);
}
