/** The losses of fine-tuning, on batches whose learnt places alone reach the head. */

import { causalAttention } from "../nn/attention/causal-attention.ts";
import { type TokenLossesOptions, tokenLosses } from "../nn/token-losses.ts";
import { type TransformerParameters, type TransformerShape, transformerHidden } from "../nn/transformer.ts";
import { logSigmoid } from "../tensor/operations/activations.ts";
import { div, mul, sub } from "../tensor/operations/arithmetic.ts";
import { neg } from "../tensor/operations/elementwise.ts";
import { addRows, gatherRows } from "../tensor/operations/indexing.ts";
import { reshape, slice } from "../tensor/operations/layout.ts";
import { sum } from "../tensor/operations/reduction.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { TrainingBatch } from "./data/training-batch.ts";

/** -log P of each learnt token times its weight, [learnt]. */
export function weightedLosses(
  parameters: TransformerParameters,
  batch: TrainingBatch,
  shape: TransformerShape,
  options: TokenLossesOptions = {},
): Tensor {
  const hidden = transformerHidden(parameters, batch.tokens, shape, causalAttention, batch.packing);
  const rows = gatherRows(reshape(hidden, [batch.tokens.size, shape.hiddenSize]), batch.places);
  const head = parameters.lm_head ?? parameters.model.embed_tokens;
  return mul(tokenLosses(rows, head.weight, batch.targets, options), batch.weights);
}

/**
 * For training a head: its derivative needs the scores of all chunks anyway, and each chunk costs an array of the head's
 * size.
 */
export const trainedHead: TokenLossesOptions = { largestChunk: 2 ** 26 };

/** The sum of the learnt tokens' weighted losses, a scalar. */
export function supervisedLoss(
  parameters: TransformerParameters,
  batch: TrainingBatch,
  shape: TransformerShape,
  options: TokenLossesOptions = {},
): Tensor {
  return sum(weightedLosses(parameters, batch, shape, options));
}

/** log P of what is learnt of each row, [rows]; weights of learnt tokens are 1. */
export function rowLogProbabilities(
  parameters: TransformerParameters,
  batch: TrainingBatch,
  shape: TransformerShape,
): Tensor {
  const [rows, positions] = batch.tokens.shape as [number, number];
  return neg(addRows([rows], div(batch.places, positions), weightedLosses(parameters, batch, shape)));
}

/** What a batch of pairs has beside its rows, which are the chosen answers and then, in the same order, the rejected. */
export type PreferenceTargets = {
  /** log P of each row by the model before training, float32 [2 pairs]. */
  readonly reference: Tensor;
  /** float32 [pairs]: factors of the pairs' losses; 0 for those that fill up. */
  readonly weights: Tensor;
};

/**
 * Direct preference optimisation (Rafailov et al. 2023, 2305.18290, equation 7), the weighted sum over pairs of
 *   -log sigmoid(beta ((log p(chosen) - log r(chosen)) - (log p(rejected) - log r(rejected))))
 * @param policy log P of each row by the model that is trained, [2 pairs]
 */
export function preferenceLoss(policy: Tensor, { reference, weights }: PreferenceTargets, beta: number): Tensor {
  return neg(sum(mul(logSigmoid(mul(preferenceMargins(policy, reference), beta)), weights)));
}

/** By how much more than the reference the policy favours the chosen answer, in nats, [pairs]. */
export function preferenceMargins(policy: Tensor, reference: Tensor): Tensor {
  const pairs = policy.size / 2;
  const gains = sub(policy, reference);
  return sub(slice(gains, 0, 0, pairs), slice(gains, 0, pairs));
}
