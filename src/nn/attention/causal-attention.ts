/** Scaled dot-product attention that looks back only (Vaswani et al. 2017), with rotary positions and grouped queries. */
import { add } from "../../tensor/operations/arithmetic.ts";
import { reshape, transpose } from "../../tensor/operations/layout.ts";
import { linear, matrixProduct } from "../../tensor/operations/matrix-product.ts";
import { rotary } from "../../tensor/operations/rotary.ts";
import { softmax } from "../../tensor/operations/softmax.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import type { Attention } from "../transformer.ts";

/** Added to scores of later positions; finite, so that softmax of a row that sees nothing is no NaN. */
const hidden = -1e9;

export const causalAttention: Attention = (parameters, x, { shape, cosine, sine }) => {
  const [batch, positions] = x.shape as [number, number];
  const { heads, keyValueHeads } = shape;
  const size = shape.hiddenSize / heads;
  const group = heads / keyValueHeads;
  const split = (rows: Tensor, count: number) =>
    transpose(reshape(rows, [batch, positions, count, size]), [0, 2, 1, 3]);

  const queries = rotary(split(linear(x, parameters.q_proj.weight), heads), cosine, sine);
  const keys = rotary(split(linear(x, parameters.k_proj.weight), keyValueHeads), cosine, sine);
  const values = split(linear(x, parameters.v_proj.weight), keyValueHeads);

  // Grouped queries: [batch, key-value heads, group, positions, size] against keys with a group axis of 1.
  const grouped = (rows: Tensor, count: number) =>
    group === 1 ? rows : reshape(rows, [batch, keyValueHeads, count, positions, size]);
  const scores = matrixProduct(grouped(queries, group), grouped(keys, 1), {
    transposeB: true,
    scale: 1 / Math.sqrt(size),
  });
  const weights = softmax(add(scores, causalMask(positions)));
  const mixed = reshape(matrixProduct(weights, grouped(values, 1)), [batch, heads, positions, size]);
  const joined = reshape(transpose(mixed, [0, 2, 1, 3]), [batch, positions, heads * size]);
  return linear(joined, parameters.o_proj.weight);
};

/** [positions, positions]: 0 at and before the row's position, a large negative number after it. */
export function causalMask(positions: number): Tensor {
  const mask = new Float32Array(positions * positions);
  for (let row = 0; row < positions; row++) mask.fill(hidden, row * positions + row + 1, (row + 1) * positions);
  return tensor(mask, { shape: [positions, positions] });
}
