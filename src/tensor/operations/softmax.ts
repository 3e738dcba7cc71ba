/** Softmax and its logarithm over one axis, without overflow. */
import { type ElementArray, isFloat } from "../element-type.ts";
import { apply, type Call, mismatch, type Operation } from "../operation.ts";
import { resolveAxis, sizeOf } from "../shape.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { addScaled } from "./add-scaled.ts";
import { mul, sub } from "./arithmetic.ts";
import { exp, neg } from "./elementwise.ts";
import { sum } from "./reduction.ts";

interface Attributes {
  readonly axis: number;
}

function evaluateSoftmax(input: ElementArray, result: ElementArray, call: Call<Attributes>, logarithm: boolean): void {
  const { shape } = call.output;
  const { axis } = call.attributes;
  const inner = sizeOf(shape.slice(axis + 1));
  const length = shape[axis] as number;
  for (let lane = 0; lane < result.length / length; lane++) {
    const start = Math.floor(lane / inner) * inner * length + (lane % inner);
    let highest = -Infinity;
    for (let index = 0; index < length; index++) highest = Math.max(highest, input[start + index * inner] as number);
    let total = 0;
    for (let index = 0; index < length; index++) total += Math.exp((input[start + index * inner] as number) - highest);
    const shift = highest + Math.log(total);
    for (let index = 0; index < length; index++) {
      const value = (input[start + index * inner] as number) - shift;
      result[start + index * inner] = logarithm ? value : Math.exp(value);
    }
  }
}

function inferSoftmax(name: string, inputs: readonly TensorType[]): TensorType {
  const [input] = inputs as [TensorType];
  if (!isFloat(input.elementType)) throw mismatch(name, "floating-point numbers", inputs, "convert them with cast");
  return { elementType: input.elementType, shape: input.shape };
}

export const softmaxOperation: Operation<Attributes> = {
  name: "softmax",
  infer: (inputs) => inferSoftmax("softmax", inputs),
  evaluate: ([input], result, call) => evaluateSoftmax(input as ElementArray, result, call, false),
  lower: (graph, inputs, call) => graph.node("Softmax", inputs, { axis: call.attributes.axis }),
  differentiate: ({ output, cotangent, attributes: { axis } }) => {
    const weighted = mul(output, cotangent);
    return [minusShare(weighted, output, weighted, axis)];
  },
};

export const logSoftmaxOperation: Operation<Attributes> = {
  name: "logSoftmax",
  infer: (inputs) => inferSoftmax("logSoftmax", inputs),
  evaluate: ([input], result, call) => evaluateSoftmax(input as ElementArray, result, call, true),
  lower: (graph, inputs, call) => graph.node("LogSoftmax", inputs, { axis: call.attributes.axis }),
  differentiate: ({ output, cotangent, attributes: { axis } }) => [minusShare(cotangent, exp(output), cotangent, axis)],
};

/** x - share * sum(whole) along an axis. */
function minusShare(x: Tensor, share: Tensor, whole: Tensor, axis: number): Tensor {
  const total = sum(whole, { axes: axis, keepDimensions: true });
  return axis === x.rank - 1 ? addScaled(x, share, neg(total)) : sub(x, mul(share, total));
}

function along(operation: Operation<Attributes>, x: Tensor, axis: number): Tensor {
  const resolved = resolveAxis(axis, x.rank);
  if (resolved === undefined) throw mismatch(operation.name, `an axis within the rank, not ${axis}`, [x], "check it");
  return apply(operation, [x], { axis: resolved });
}

/** e^x / sum(e^x) along an axis. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return along(softmaxOperation, x, axis);
}

/** log(softmax(x)) along an axis. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return along(logSoftmaxOperation, x, axis);
}
