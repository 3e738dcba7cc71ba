/** Running sums along an axis, forwards or backwards (returns of a trajectory are a backward sum of rewards). */
import type { ElementArray } from "../element-type.ts";
import { apply, mismatch, type Operation } from "../operation.ts";
import { resolveAxis, sizeOf } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";

/** Along which axis to sum, and how. */
export interface CumulativeSumOptions {
  /** Negative axes count from the end (default -1). */
  readonly axis?: number;
  /** Sum from the last element to the first (default false). */
  readonly reverse?: boolean;
  /** Leave each position's own element out (default false). */
  readonly exclusive?: boolean;
}

type Attributes = Required<CumulativeSumOptions>;

export const cumulativeSumOperation: Operation<Attributes> = {
  name: "cumulativeSum",
  infer: (inputs) => {
    const [input] = inputs as [TensorType];
    if (input.elementType === "bool") throw mismatch("cumulativeSum", "numbers", inputs, "convert them with cast");
    return { elementType: input.elementType, shape: input.shape };
  },
  evaluate: (inputs, result, { output: { shape }, attributes: { axis, reverse, exclusive } }) => {
    const [input] = inputs as [ElementArray];
    const inner = sizeOf(shape.slice(axis + 1));
    const length = shape[axis] as number;
    for (let lane = 0; lane * length < result.length; lane++) {
      const start = Math.floor(lane / inner) * inner * length + (lane % inner);
      let total = 0;
      for (let step = 0; step < length; step++) {
        const position = start + (reverse ? length - 1 - step : step) * inner;
        const next = total + (input[position] as number);
        result[position] = exclusive ? total : next;
        total = next;
      }
    }
  },
  lower: (graph, inputs, { attributes: { axis, reverse, exclusive } }) =>
    graph.node("CumSum", [inputs[0] as string, graph.scalar(axis, "int32")], {
      reverse: Number(reverse),
      exclusive: Number(exclusive),
    }),
  differentiate: ({ attributes, cotangent }) => [
    apply(cumulativeSumOperation, [cotangent], { ...attributes, reverse: !attributes.reverse }),
  ],
};

/** Sums of all elements up to each along an axis. */
export function cumulativeSum(x: Tensor, options: CumulativeSumOptions = {}): Tensor {
  const axis = resolveAxis(options.axis ?? -1, x.rank);
  if (axis === undefined) {
    throw mismatch("cumulativeSum", `an axis within the rank ${x.rank}, not ${options.axis ?? -1},`, [x], "check it");
  }
  return apply(cumulativeSumOperation, [x], {
    axis,
    reverse: options.reverse ?? false,
    exclusive: options.exclusive ?? false,
  });
}
