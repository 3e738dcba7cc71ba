/**
 * Cross-entropy of next tokens straight from hidden rows, for large vocabularies: the scores [rows, vocabulary] are made
 * for some rows at a time, and what the derivative by the rows needs of them, softmax(h E^T) E - E[target], is made on the
 * way forward. So where the head is frozen no scores outlive their chunk; a trained head keeps the probabilities.
 */
import { add, mul, sub } from "../tensor/operations/arithmetic.ts";
import { withDerivative } from "../tensor/operations/custom-derivative.ts";
import { log } from "../tensor/operations/elementwise.ts";
import { addRows, gatherRows, pick } from "../tensor/operations/indexing.ts";
import { concatenate, reshape, slice, split } from "../tensor/operations/layout.ts";
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
  const targetsOf = split(targets, 0, sizes);
  const chunks = split(hidden, 0, sizes).map((chunk, part) => {
    const scores = linear(chunk, head);
    const probabilities = softmax(scores);
    // log sum exp is the highest score less the log of its probability, which is never too small for a float.
    const logTotal = sub(max(scores, { axes: -1 }), log(max(probabilities, { axes: -1 })));
    const losses = sub(logTotal, pick(scores, targetsOf[part] as Tensor));
    // Side by side, so that the runtime is done with a chunk's scores before it begins the next one's.
    const both = concatenate([reshape(losses, [losses.size, 1]), matrixProduct(probabilities, head)], 1);
    return { probabilities, both };
  });
  const both = concatenate(chunks.map((chunk) => chunk.both));
  const losses = reshape(slice(both, 1, 0, 1), [rows]);
  const slope = sub(slice(both, 1, 1), gatherRows(head, targets));
  return withDerivative(losses, {
    sources: [hidden, head],
    kept: [slope, targets, ...chunks.map(({ probabilities }) => probabilities)],
    rule: ({ sources, kept, cotangent }) => {
      const [h, e] = sources as [Tensor, Tensor];
      const [slopeByRow, indices, ...ofChunks] = kept as [Tensor, Tensor, ...Tensor[]];
      const column = reshape(cotangent, [cotangent.size, 1]);
      const scaled = mul(h, column);
      const byScores = split(scaled, 0, sizes)
        .map((part, index) => matrixProduct(ofChunks[index] as Tensor, part, { transposeA: true }))
        .reduce((sum, part) => add(sum, part));
      return [mul(slopeByRow, column), sub(byScores, addRows(e.shape, indices, scaled))];
    },
  });
}
