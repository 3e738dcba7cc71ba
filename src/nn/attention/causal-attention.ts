/** Scaled dot-product attention that looks back only (Vaswani et al. 2017), with rotary positions and grouped queries. */
import { add, mul, sub } from "../../tensor/operations/arithmetic.ts";
import { equal } from "../../tensor/operations/comparison.ts";
import { withDerivative } from "../../tensor/operations/custom-derivative.ts";
import { reshape, transpose } from "../../tensor/operations/layout.ts";
import { matrixProduct } from "../../tensor/operations/matrix-product.ts";
import { sum, sumTo } from "../../tensor/operations/reduction.ts";
import { rotary } from "../../tensor/operations/rotary.ts";
import { where } from "../../tensor/operations/selection.ts";
import { softmax } from "../../tensor/operations/softmax.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { project, type Weight } from "../projection.ts";
import type { Attention } from "../transformer.ts";
import { headSize } from "../transformer-shape.ts";

/** Added to scores of later positions; finite, so that softmax of a row that sees nothing is no NaN. */
const hidden = -1e9;

export const causalAttention: Attention = (
  parameters,
  x,
  { shape, cosine, sine, mask = causalMask(x.shape[1] as number) },
) => {
  const [batch, positions] = x.shape as [number, number];
  const { heads, keyValueHeads } = shape;
  const size = headSize(shape);
  const group = heads / keyValueHeads;
  const byHead = (weight: Weight, count: number) => reshape(project(x, weight), [batch, positions, count, size]);
  const rotate = (rows: Tensor, scale: number) =>
    rotary(rows, mul(cosine, scale), mul(sine, scale), { positionAxis: 1 });
  // Grouped queries: [batch, key-value heads, group, positions, size] against keys with a group axis of 1.
  const split = (rows: Tensor, count: number) => {
    const headsFirst = transpose(rows, [0, 2, 1, 3]);
    return group === 1 ? headsFirst : reshape(headsFirst, [batch, keyValueHeads, count, positions, size]);
  };

  // The factor of the scores is in the tables of the queries' rotation, where it costs nothing.
  const queries = split(rotate(byHead(parameters.q_proj, heads), 1 / Math.sqrt(size)), group);
  const keys = split(rotate(byHead(parameters.k_proj, keyValueHeads), 1), 1);
  const values = split(byHead(parameters.v_proj, keyValueHeads), 1);
  const axes = mask.rank === 3 ? [batch, ...(group === 1 ? [1] : [1, 1]), positions, positions] : mask.shape;
  const mixed = reshape(attend(queries, keys, values, reshape(mask, axes)), [batch, heads, positions, size]);
  const joined = reshape(transpose(mixed, [0, 2, 1, 3]), [batch, positions, heads * size]);
  return project(joined, parameters.o_proj);
};

/**
 * softmax(Q K^T + mask) V over the last two axes. In its derivative the sum over positions that softmax's needs is taken
 * as the shorter sum over a head's size that equals it: sum_j P_ij dP_ij = sum_d O_id dO_id (Dao et al. 2022,
 * 2205.14135, appendix B.2).
 */
function attend(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor): Tensor {
  const weights = softmax(add(matrixProduct(queries, keys, { transposeB: true }), mask));
  return withDerivative(matrixProduct(weights, values), {
    sources: [queries, keys, values],
    kept: [weights],
    rule: ({ sources, kept, result, cotangent }) => {
      const [q, k, v] = sources as [Tensor, Tensor, Tensor];
      const [p] = kept as [Tensor];
      const shares = sum(mul(result, cotangent), { axes: -1, keepDimensions: true });
      const byScores = mul(p, sub(matrixProduct(cotangent, v, { transposeB: true }), shares));
      return [
        matrixProduct(byScores, k),
        sumTo(matrixProduct(byScores, q, { transposeA: true }), k.shape),
        sumTo(matrixProduct(p, cotangent, { transposeA: true }), v.shape),
      ];
    },
  });
}

/** A mask [positions, positions], 0 at and before the row's position, a large negative number after it. */
export function causalMask(positions: number): Tensor {
  const mask = new Float32Array(positions * positions);
  for (let row = 0; row < positions; row++) mask.fill(hidden, row * positions + row + 1, (row + 1) * positions);
  return tensor(mask, { shape: [positions, positions] });
}

/** A mask [batch, positions, positions]: 0 where causalMask has it and both positions are of one sequence. */
export function packedMask(segments: Tensor): Tensor {
  const [batch, positions] = segments.shape as [number, number];
  const alike = equal(reshape(segments, [batch, positions, 1]), reshape(segments, [batch, 1, positions]));
  return where(alike, causalMask(positions), hidden);
}
