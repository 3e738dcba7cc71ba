/**
 * The part of the graph that chooses tokens, so that a large vocabulary's scores need not leave it: tokens are drawn in
 * two stages, a block of tokens here by inversion of the running sum over blocks, one of the block by JavaScript (see
 * token-draw.ts), which gets the block's scores only.
 */
import type { OnnxGraph } from "../../../tensor/onnx/onnx-graph.ts";

/** Tokens of a block. */
export const blockSize = 128;
/** Stands for a score that no token has, in blocks that the vocabulary does not fill. */
export const absent = -1e9;

/**
 * From scores [rows, vocabulary]. Inputs: `sharpness` [rows, 1], 1 / temperature; `uniform` [rows, 1] in [0, 1), or
 * negative where the greatest is wanted; `targets` int32 [rows, 1], tokens to score.
 * Outputs, scores being less the row's greatest: `total` [rows, 1], the sum of e^score; `targetScores` [rows, 1];
 * `running` [rows, blocks], running sums of e^(score * sharpness) over blocks; `block` int32 [rows, 1], the one chosen;
 * `blockScores` [rows, block size]; `scores` [rows, vocabulary filled up], to be asked for only where needed.
 */
export function addTokenChoice(graph: OnnxGraph, logits: string, vocabularySize: number): void {
  const blocks = Math.ceil(vocabularySize / blockSize);
  const float = (name: string) => graph.input(name, { elementType: "float32", shape: [-1, 1] });
  const [sharpness, uniform] = [float("sharpness"), float("uniform")];
  const targets = graph.cast(graph.input("targets", { elementType: "int32", shape: [-1, 1] }), "int64");
  const missing = blocks * blockSize - vocabularySize;
  const filled =
    missing === 0
      ? logits
      : graph.node("Pad", [logits, graph.integers([0, 0, 0, missing]), graph.scalar(absent, "float32")]);
  const lastAxis = graph.integers([-1]);
  const inBlocks = (value: string) => graph.node("Reshape", [value, graph.integers([-1, blocks, blockSize])]);
  // Sums are products with ones, because ONNX Runtime's sums round by where in memory the numbers stand.
  const summed = (values: string) => {
    const flat = graph.node("Reshape", [values, graph.integers([-1, blockSize])]);
    const ones = graph.constant(new Float32Array(blockSize).fill(1), [blockSize, 1], "float32");
    return graph.node("Reshape", [graph.node("MatMul", [flat, ones]), graph.integers([-1, blocks])]);
  };
  const byBlock = graph.node("ReduceMax", [inBlocks(filled), lastAxis], { keepdims: 0 });
  const highest = graph.node("ReduceMax", [byBlock, lastAxis], { keepdims: 1 });
  const scores = graph.node("Sub", [filled, highest]);
  const total = graph.node("MatMul", [
    summed(graph.node("Exp", [scores])),
    graph.constant(new Float32Array(blocks).fill(1), [blocks, 1], "float32"),
  ]);
  const masses = summed(graph.node("Exp", [graph.node("Mul", [scores, sharpness])]));
  const running = graph.node("MatMul", [masses, graph.constant(upperTriangle(blocks), [blocks, blocks], "float32")]);
  const whole = graph.node("Gather", [running, graph.integers([blocks - 1])], { axis: 1 });
  const passed = graph.node("LessOrEqual", [running, graph.node("Mul", [whole, uniform])]);
  const passedBlocks = graph.node("ReduceSum", [graph.cast(passed, "int64"), lastAxis], { keepdims: 1 });
  const drawn = graph.node("Min", [passedBlocks, graph.integers([blocks - 1])]);
  const greatest = graph.node("ArgMax", [byBlock], { axis: -1, keepdims: 1 });
  const block = graph.node("Where", [graph.node("Less", [uniform, graph.scalar(0, "float32")]), greatest, drawn]);
  const blockScores = graph.node("GatherND", [inBlocks(scores), block], { batch_dims: 1 });
  const output = (name: string, value: string) =>
    graph.output(name, value, { elementType: "float32", shape: [-1, -1] });
  output("total", total);
  output("targetScores", graph.node("GatherElements", [scores, targets], { axis: 1 }));
  output("running", running);
  output("blockScores", blockScores);
  graph.output("block", graph.cast(block, "int32"), { elementType: "int32", shape: [-1, 1] });
  output("scores", scores);
}

/** 1 at and above the diagonal: rows times it are running sums. */
function upperTriangle(size: number): Float32Array {
  const matrix = new Float32Array(size * size);
  for (let row = 0; row < size; row++) matrix.fill(1, row * size + row, (row + 1) * size);
  return matrix;
}
