/** How the matrices of a large model are stored in its graph and multiplied with. */
import type { Weight } from "../../../nn/transformer.ts";
import type { OnnxGraph } from "../../../tensor/onnx/onnx-graph.ts";

/** A weight times a factor. */
export type ScaledWeight = Weight & { readonly scale?: number };

export interface WeightFormat {
  /** Rows [..., in] times the transposed weights side by side, with their biases; `output` marks the vocabulary's. */
  product(graph: OnnxGraph, x: string, weights: readonly ScaledWeight[], output?: boolean): string;
}

/** Single precision, as the model has it. */
export const float32Format: WeightFormat = {
  product(graph, x, weights) {
    const { data, rows, columns } = joined(weights);
    const matrix = graph.externalConstant(data, [rows, columns], "float32");
    return withBias(graph, graph.node("com.microsoft:FusedMatMul", [x, matrix], { transB: 1 }), weights);
  },
};

/** Weights below each other, scaled: [sum of outs, in]. One that needs neither is not copied. */
export function joined(weights: readonly ScaledWeight[]) {
  const columns = weights[0]?.weight.shape[1] as number;
  const rows = weights.reduce((total, { weight }) => total + (weight.shape[0] as number), 0);
  const [first] = weights as [ScaledWeight];
  if (weights.length === 1 && first.scale === undefined) {
    return { data: first.weight.data as Float32Array, rows, columns };
  }
  return { data: joinedData(weights, ({ weight }) => weight.data as Float32Array, rows * columns), rows, columns };
}

function joinedData(weights: readonly ScaledWeight[], dataOf: (weight: ScaledWeight) => Float32Array, length: number) {
  const data = new Float32Array(length);
  let start = 0;
  for (const weight of weights) {
    const part = dataOf(weight);
    const { scale = 1 } = weight;
    for (let index = 0; index < part.length; index++) data[start + index] = (part[index] as number) * scale;
    start += part.length;
  }
  return data;
}

/** A product plus the weights' biases, where any has one. */
export function withBias(graph: OnnxGraph, product: string, weights: readonly ScaledWeight[]): string {
  if (weights.every(({ bias }) => bias === undefined)) return product;
  const rows = weights.reduce((total, { weight }) => total + (weight.shape[0] as number), 0);
  const biasOf = ({ weight, bias }: ScaledWeight) =>
    (bias?.data as Float32Array | undefined) ?? new Float32Array(weight.shape[0] as number);
  return graph.node("Add", [product, graph.constant(joinedData(weights, biasOf, rows), [rows], "float32")]);
}
