/** The losses of fine-tuning, on batches whose learnt places alone reach the head. */

import { causalAttention } from "../nn/attention/causal-attention.ts";
import { tokenLosses } from "../nn/token-losses.ts";
import { type TransformerParameters, type TransformerShape, transformerHidden } from "../nn/transformer.ts";
import { logSigmoid } from "../tensor/operations/activations.ts";
import { mul, sub } from "../tensor/operations/arithmetic.ts";
import { neg } from "../tensor/operations/elementwise.ts";
import { addRows, gatherRows } from "../tensor/operations/indexing.ts";
import { reshape, slice } from "../tensor/operations/layout.ts";
import { mean, sum } from "../tensor/operations/reduction.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { TrainingBatch } from "./data/training-batch.ts";

/** -log P of each learnt token times its weight, [learnt]. */
export function weightedLosses(
  parameters: TransformerParameters,
  batch: TrainingBatch,
  shape: TransformerShape,
): Tensor {
  const hidden = transformerHidden(parameters, batch.tokens, shape, causalAttention, batch.packing);
  const rows = gatherRows(reshape(hidden, [batch.tokens.size, shape.hiddenSize]), batch.places);
  const head = parameters.lm_head ?? parameters.model.embed_tokens;
  return mul(tokenLosses(rows, head.weight, batch.targets), batch.weights);
}

/** The sum of the learnt tokens' weighted losses, a scalar. */
export function supervisedLoss(
  parameters: TransformerParameters,
  batch: TrainingBatch,
  shape: TransformerShape,
): Tensor {
  return sum(weightedLosses(parameters, batch, shape));
}

/** log P of each sequence's learnt tokens, [count]; weights of learnt tokens are 1. */
export function sequenceLogProbabilities(
  parameters: TransformerParameters,
  batch: TrainingBatch,
  shape: TransformerShape,
  count: number,
): Tensor {
  const losses = weightedLosses(parameters, batch, shape);
  return neg(addRows([count], batch.sequences, losses));
}

/**
 * Direct preference optimisation (Rafailov et al. 2023, 2305.18290, equation 7):
 *   -log sigmoid(beta ((log p(chosen) - log r(chosen)) - (log p(rejected) - log r(rejected)))), the mean over pairs
 * @param policy log probabilities of the trained model, [2 pairs]: the chosen answers, then the rejected ones
 * @param reference those of the model before training, [2 pairs], which are constants
 */
export function preferenceLoss(policy: Tensor, reference: Tensor, beta: number): Tensor {
  return neg(mean(logSigmoid(mul(preferenceMargins(policy, reference), beta))));
}

/** By how much more than the reference the policy favours the chosen answer, in nats, [pairs]. */
export function preferenceMargins(policy: Tensor, reference: Tensor): Tensor {
  const pairs = policy.size / 2;
  const gains = sub(policy, reference);
  return sub(slice(gains, 0, 0, pairs), slice(gains, 0, pairs));
}
