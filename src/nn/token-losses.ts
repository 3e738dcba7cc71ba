/**
 * Cross-entropy of next tokens straight from hidden rows, for large vocabularies: the scores [rows, vocabulary] are made
 * for some rows at a time, and what the derivative by the rows needs of them, softmax(h E^T) E - E[target], is made on the
 * way forward. So where the head is frozen no scores outlive their chunk; a trained head keeps the probabilities.
 */
import { add, mul, sub } from "../tensor/operations/arithmetic.ts";
import { withDerivative } from "../tensor/operations/custom-derivative.ts";
import { log } from "../tensor/operations/elementwise.ts";
import { addRows, gatherRows, pick } from "../tensor/operations/indexing.ts";
import { concatenate, reshape, split } from "../tensor/operations/layout.ts";
import { linear, matrixProduct } from "../tensor/operations/matrix-product.ts";
import { max } from "../tensor/operations/reduction.ts";
import { softmax } from "../tensor/operations/softmax.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** How many scores are held at once. */
export interface TokenLossesOptions {
  /** The most scores of a chunk, but for those of a single row (default 2^24, which are 64 MB). */
  readonly largestChunk?: number;
}

/**
 * -log P(target) in nats of each row, [rows]: hidden rows [rows, size], the head's weight [vocabulary, size], int32
 * targets [rows].
 */
export function tokenLosses(
  hidden: Tensor,
  head: Tensor,
  targets: Tensor,
  { largestChunk = 2 ** 24 }: TokenLossesOptions = {},
): Tensor {
  const rows = hidden.shape[0] as number;
  const parts = Math.max(1, Math.min(rows, Math.ceil((rows * (head.shape[0] as number)) / largestChunk)));
  const start = (part: number) => Math.floor((part * rows) / parts);
  const sizes = Array.from({ length: parts }, (_, part) => start(part + 1) - start(part));
  const ofTargets = split(targets, 0, sizes);
  return concatenate(
    split(hidden, 0, sizes).map((chunk, part) => lossesOfChunk(chunk, head, ofTargets[part] as Tensor)),
  );
}

function lossesOfChunk(hidden: Tensor, head: Tensor, targets: Tensor): Tensor {
  const scores = linear(hidden, head);
  const probabilities = softmax(scores);
  // log sum exp is the highest score less the log of its probability, which is never too small for a float.
  const logTotal = sub(max(scores, { axes: -1 }), log(max(probabilities, { axes: -1 })));
  const losses = sub(logTotal, pick(scores, targets));
  const byHidden = sub(matrixProduct(probabilities, head), gatherRows(head, targets));
  return withDerivative(losses, {
    sources: [hidden, head],
    kept: [probabilities, byHidden, targets],
    rule: ({ sources, kept, cotangent }) => {
      const [h, e] = sources as [Tensor, Tensor];
      const [p, slope, indices] = kept as [Tensor, Tensor, Tensor];
      const column = reshape(cotangent, [cotangent.size, 1]);
      const scaled = mul(h, column);
      const byHead = add(matrixProduct(p, scaled, { transposeA: true }), addRows(e.shape, indices, mul(scaled, -1)));
      return [mul(slope, column), byHead];
    },
  });
}
