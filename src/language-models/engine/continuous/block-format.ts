/** Weights in 4 bits, those of the output in 8: see block-quantisation.ts. */
import type { OnnxGraph } from "../../../tensor/onnx/onnx-graph.ts";
import { type QuantisedMatrix, quantise4, quantise8, quantisedBlock, remainderColumns } from "./block-quantisation.ts";
import { float32Format, joined, type WeightFormat, withBias } from "./weight-format.ts";

/** MatMulNBits' level at which activations are rounded to 8 bits. */
const roundedActivations = 4;

export const fourBitFormat: WeightFormat = {
  product(graph, x, weights, output = false) {
    const { data, rows, columns } = joined(weights);
    if (columns % quantisedBlock !== 0) return float32Format.product(graph, x, weights);
    const matrix = output ? quantise8(data, rows, columns) : quantise4(data, rows, columns);
    const factor = output ? x : graph.node("Concat", [x, blockSums(graph, x, columns)], { axis: -1 });
    return withBias(graph, quantisedProduct(graph, factor, matrix), weights);
  },
};

function quantisedProduct(
  graph: OnnxGraph,
  x: string,
  { bits, rows, columns, packed, scales, zeros }: QuantisedMatrix,
) {
  const blocks = columns / quantisedBlock;
  const inputs = [
    x,
    graph.externalConstant(packed, [rows, blocks, (quantisedBlock * bits) / 8], "uint8"),
    graph.externalConstant(scales, [scales.length], "float32"),
  ];
  if (zeros !== undefined) inputs.push(graph.externalConstant(zeros, [zeros.length], "uint8"));
  const attributes = { K: columns, N: rows, bits, block_size: quantisedBlock, accuracy_level: roundedActivations };
  return graph.node("com.microsoft:MatMulNBits", inputs, attributes);
}

/** Sums of the blocks of x [..., columns], as many as a matrix has columns of remainders. */
function blockSums(graph: OnnxGraph, x: string, columns: number): string {
  const sums = remainderColumns(columns);
  const summing = new Float32Array(columns * sums);
  for (let column = 0; column < columns; column++) summing[column * sums + Math.floor(column / quantisedBlock)] = 1;
  return graph.node("MatMul", [x, constantOnce(graph, summing, [columns, sums])]);
}

const known = new WeakMap<OnnxGraph, Map<string, string>>();

/** A constant that several nodes share: one for each shape and graph. */
function constantOnce(graph: OnnxGraph, data: Float32Array, shape: readonly number[]): string {
  const constants = known.get(graph) ?? new Map<string, string>();
  known.set(graph, constants);
  const key = String(shape);
  const name = constants.get(key) ?? graph.constant(data, shape, "float32");
  constants.set(key, name);
  return name;
}
