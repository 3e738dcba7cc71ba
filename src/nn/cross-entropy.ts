/** Loss of next-token prediction. */
import { div, mul } from "../tensor/operations/arithmetic.ts";
import { neg } from "../tensor/operations/elementwise.ts";
import { pick } from "../tensor/operations/indexing.ts";
import { mean, sum } from "../tensor/operations/reduction.ts";
import { logSoftmax } from "../tensor/operations/softmax.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Mean of -log P(target) in nats; logits [..., classes], int32 targets [...].
 * With weights [...] the weighted mean, so that padding and prompts can count for nothing.
 */
export function crossEntropy(logits: Tensor, targets: Tensor, weights?: Tensor): Tensor {
  const losses = neg(pick(logSoftmax(logits), targets));
  return weights === undefined ? mean(losses) : div(sum(mul(losses, weights)), sum(weights));
}
