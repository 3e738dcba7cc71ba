/** The greatest or least elements along an axis, in order. Order counts as constant; values have derivatives. */
import type { ElementArray } from "../element-type.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import { resolveAxis, sizeOf } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { takeAlongAxis } from "./along-axis.ts";

/** Along which axis to sort, and from which end. */
export interface TopKOptions {
  /** Negative axes count from the end (default -1). */
  readonly axis?: number;
  /** The greatest, from the greatest down (default true), or the least, from the least up. */
  readonly largest?: boolean;
}

/** Values in their order, and where they stood. */
export interface Sorted {
  readonly values: Tensor;
  /** int32, where along the axis each value stood; of equal values the first comes first. */
  readonly indices: Tensor;
}

interface Attributes {
  readonly count: number;
  readonly axis: number;
  readonly largest: boolean;
}

export const topKIndicesOperation: Operation<Attributes> = {
  name: "topK",
  infer: (inputs, { count, axis }) => {
    const [input] = inputs as [TensorType];
    const length = input.shape[axis] as number;
    if (!(Number.isInteger(count) && count >= 1 && count <= length) || input.elementType === "bool") {
      throw mismatch("topK", `numbers, and a count from 1 to ${length}, not ${count},`, inputs, "check the count");
    }
    return { elementType: "int32", shape: input.shape.map((size, other) => (other === axis ? count : size)) };
  },
  evaluate: (inputs, result, { inputs: [type], attributes: { count, axis, largest } }) => {
    const [x] = inputs as [ElementArray];
    const { shape } = type as TensorType;
    const inner = sizeOf(shape.slice(axis + 1));
    const length = shape[axis] as number;
    for (let lane = 0; lane * length < x.length; lane++) {
      const start = Math.floor(lane / inner) * inner * length + (lane % inner);
      const value = (index: number) => x[start + index * inner] as number;
      // Array.sort is stable, so of equal values the first stays first.
      const order = Array.from({ length }, (_, index) => index).sort((a, b) => {
        if (value(a) === value(b)) return 0;
        return value(a) > value(b) === largest ? -1 : 1;
      });
      const first = Math.floor(lane / inner) * inner * count + (lane % inner);
      for (let rank = 0; rank < count; rank++) result[first + rank * inner] = order[rank] as number;
    }
  },
  lower: (graph, inputs, { attributes: { count, axis, largest } }) => {
    const [x] = inputs as [string];
    const [, indices] = graph.nodes("TopK", [x, graph.integers([count])], { axis, largest: Number(largest) }, 2);
    return graph.cast(indices as string, "int32");
  },
};

/**
 * The `count` greatest (or least) elements along an axis, in order; derivatives go to where they stood. Where a NaN is
 * among the elements the order is left to the backend.
 */
export function topK(x: Tensor, count: number, options: TopKOptions = {}): Sorted {
  const axis = resolveAxis(options.axis ?? -1, x.rank);
  if (axis === undefined) {
    throw mismatch("topK", `an axis within the rank ${x.rank}, not ${options.axis ?? -1},`, [x], "check it");
  }
  const indices = apply(topKIndicesOperation, [x], { count, axis, largest: options.largest ?? true });
  return { values: takeAlongAxis(x, indices, axis), indices };
}

/** All elements along an axis from the least up; as topK for the rest. */
export function sort(x: Tensor, axis = -1): Sorted {
  const resolved = resolveAxis(axis, x.rank);
  return topK(x, resolved === undefined ? 1 : (x.shape[resolved] as number), { axis, largest: false });
}
