/** Normalisation over the last axis, in one pass of ONNX Runtime forward and in primitive operations backward. */
import { type ElementArray, isFloat } from "../element-type.ts";
import type { OnnxGraph } from "../onnx/onnx-graph.ts";
import { apply, type Call, mismatch, type Operation } from "../operation.ts";
import type { Tensor, TensorType } from "../tensor.ts";
import { addScaled } from "./add-scaled.ts";
import { add, mul, sub } from "./arithmetic.ts";
import { reciprocal, sqrt, square } from "./elementwise.ts";
import { reshape } from "./layout.ts";
import { matrixProduct } from "./matrix-product.ts";
import { mean } from "./reduction.ts";

interface Attributes {
  readonly epsilon: number;
}

function checkScale(name: string, inputs: readonly TensorType[]): void {
  const [x, scale] = inputs as [TensorType, TensorType];
  const sized = scale.shape.length === 1 && scale.shape[0] === x.shape.at(-1) && x.shape.at(-1) !== 0;
  if (!sized || scale.elementType !== x.elementType || !isFloat(x.elementType)) {
    throw mismatch(name, "rows [..., n] and a scale [n] of one float type, n >= 1", inputs, "check the scale's size");
  }
}

/** Outputs of ONNX Runtime's fused node: the normalised rows and each row's inverse root mean square. */
function fused(graph: OnnxGraph, inputs: readonly string[], epsilon: number): readonly string[] {
  return graph.nodes("SimplifiedLayerNormalization", inputs, { axis: -1, epsilon: { float: epsilon } }, 2);
}

function evaluateInverse(x: ElementArray, result: ElementArray, width: number, epsilon: number): void {
  for (let row = 0; row < result.length; row++) {
    let total = 0;
    for (let index = 0; index < width; index++) total += (x[row * width + index] as number) ** 2;
    result[row] = 1 / Math.sqrt(total / width + epsilon);
  }
}

/** 1 / sqrt(mean(x^2) + epsilon) of each row [..., n] to [..., 1]; shares its node with rmsNorm. */
export const inverseRootMeanSquareOperation: Operation<Attributes> = {
  name: "inverseRootMeanSquare",
  infer: (inputs) => {
    checkScale("inverseRootMeanSquare", inputs);
    const [x] = inputs as [TensorType];
    return { elementType: x.elementType, shape: [...x.shape.slice(0, -1), 1] };
  },
  evaluate: ([x], result, call) => {
    const width = (call.inputs[0] as TensorType).shape.at(-1) as number;
    evaluateInverse(x as ElementArray, result, width, call.attributes.epsilon);
  },
  lower: (graph, inputs, call) => {
    if (call.output.elementType === "float32") return fused(graph, inputs, call.attributes.epsilon)[1] as string;
    return lowerInverse(graph, inputs[0] as string, call);
  },
  // d r / d x = -r^3 x / n
  differentiate: ({ inputs: [x], output, cotangent }) => {
    const width = (x as Tensor).shape.at(-1) as number;
    return [mul(x as Tensor, mul(cotangent, mul(mul(output, square(output)), -1 / width))), undefined];
  },
};

function lowerInverse(graph: OnnxGraph, x: string, call: Call<Attributes>): string {
  const { elementType } = call.output;
  const squares = graph.node("ReduceMean", [graph.node("Mul", [x, x]), graph.integers([-1])], { keepdims: 1 });
  const shifted = graph.node("Add", [squares, graph.scalar(call.attributes.epsilon, elementType)]);
  return graph.node("Reciprocal", [graph.node("Sqrt", [shifted])]);
}

export const rmsNormOperation: Operation<Attributes> = {
  name: "rmsNorm",
  infer: (inputs) => {
    checkScale("rmsNorm", inputs);
    const [x] = inputs as [TensorType];
    return { elementType: x.elementType, shape: x.shape };
  },
  evaluate: (inputs, result, call) => {
    const [x, scale] = inputs as [ElementArray, ElementArray];
    const width = scale.length;
    const inverse = new Float64Array(x.length / width);
    evaluateInverse(x, inverse, width, call.attributes.epsilon);
    for (let index = 0; index < x.length; index++) {
      const row = Math.floor(index / width);
      result[index] = (x[index] as number) * (inverse[row] as number) * (scale[index % width] as number);
    }
  },
  lower: (graph, inputs, call) => {
    if (call.output.elementType === "float32") return fused(graph, inputs, call.attributes.epsilon)[0] as string;
    const [x, scale] = inputs as [string, string];
    return graph.node("Mul", [graph.node("Mul", [x, lowerInverse(graph, x, call)]), scale]);
  },
  // With r the inverse root mean square, s the scale and c the cotangent: dx = r c s - x (r^3 / n) sum(s c x) over a row,
  // ds = sum(r c x) over all rows. The sums are products with the matrix c x, which takes fewer passes over large arrays.
  differentiate: ({ inputs, attributes, cotangent }) => {
    const [x, scale] = inputs as [Tensor, Tensor];
    const inverse = apply(inverseRootMeanSquareOperation, [x, scale], attributes);
    const products = reshape(mul(cotangent, x), [inverse.size, scale.size]);
    const inner = reshape(matrixProduct(products, reshape(scale, [scale.size, 1])), inverse.shape);
    const factors = mul(mul(inner, mul(inverse, square(inverse))), -1 / scale.size);
    const byScale = matrixProduct(reshape(inverse, [1, inverse.size]), products);
    return [addScaled(mul(mul(cotangent, scale), inverse), x, factors), reshape(byScale, scale.shape)];
  },
};

/** x / sqrt(mean(x^2) + epsilon) * scale over rows x [..., n] (Zhang and Sennrich 2019, 1910.07467). */
export function rmsNorm(x: Tensor, scale: Tensor, epsilon = 1e-5): Tensor {
  return apply(rmsNormOperation, [x, scale], { epsilon });
}

/** (x - mean) / sqrt(variance + epsilon) * scale + shift over rows x [..., n] (Ba et al. 2016, 1607.06450). */
export function layerNorm(x: Tensor, scale: Tensor, shift: Tensor, epsilon = 1e-5): Tensor {
  const centred = sub(x, mean(x, { axes: -1, keepDimensions: true }));
  const variance = mean(square(centred), { axes: -1, keepDimensions: true });
  const normalised = mul(centred, reciprocal(sqrt(add(variance, epsilon))));
  return add(mul(normalised, scale), shift);
}
