/**
 * The two graphs of sampling: reading prompts, and one new token for every sequence.
 *
 * Keys and values of prompts are computed once and shared by all samples of a prompt, so that attention to the prompt
 * is a product of matrices; those of new tokens are kept per sequence. All caches are inputs to which JavaScript writes
 * the rows that a step returns (outputs are copied, so a cache must not be one). A prompt's keys are stored transposed,
 * as a product of matrices wants them; those of new tokens are not, since one query reads them row by row.
 */

import { causalMask } from "../../nn/attention/causal-attention.ts";
import {
  feedForward,
  headSize,
  outputLogits,
  type TransformerParameters,
  type TransformerShape,
} from "../../nn/transformer.ts";
import { add, mul } from "../../tensor/operations/arithmetic.ts";
import { gatherRows } from "../../tensor/operations/indexing.ts";
import { concatenate, reshape, slice, split, transpose } from "../../tensor/operations/layout.ts";
import { linear, matrixProduct } from "../../tensor/operations/matrix-product.ts";
import { rmsNorm } from "../../tensor/operations/normalisation.ts";
import { sum } from "../../tensor/operations/reduction.ts";
import { rotary } from "../../tensor/operations/rotary.ts";
import { softmax } from "../../tensor/operations/softmax.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Caches of one layer; G key-value heads of size D. */
export type LayerCache = {
  /** [prompts, G, D, prompt positions] */
  readonly promptKeys: Tensor;
  /** [prompts, G, prompt positions, D] */
  readonly promptValues: Tensor;
  /** [sequences, G, capacity, D] */
  readonly keys: Tensor;
  /** [sequences, G, capacity, D] */
  readonly values: Tensor;
};

export type DecodingInput = {
  /** The last token of each sequence, int32 [sequences]; sequences of one prompt stand together. */
  readonly tokens: Tensor;
  /** Angles at each sequence's position, [sequences, 1, D / 2]. */
  readonly cosine: Tensor;
  readonly sine: Tensor;
  /** 0 where a prompt has a token, a large negative number where it is padded: [prompts, 1, 1, prompt positions]. */
  readonly promptMask: Tensor;
  /** The same for new tokens, [capacity]. */
  readonly mask: Tensor;
  readonly caches: readonly LayerCache[];
};

export type KeysAndValues = { readonly keys: Tensor; readonly values: Tensor };

export type DecodingOutput = {
  /** Next-token scores [sequences, vocabulary]. */
  readonly logits: Tensor;
  /** The rows to append, each [sequences, G, D]. */
  readonly rows: readonly KeysAndValues[];
};

/** One new token for every sequence. */
export function decodingStep(
  parameters: TransformerParameters,
  input: DecodingInput,
  shape: TransformerShape,
): DecodingOutput {
  const sequences = input.tokens.shape[0] as number;
  const prompts = input.promptMask.shape[0] as number;
  const samples = sequences / prompts;
  const { heads, keyValueHeads, hiddenSize, epsilon } = shape;
  const size = headSize(shape);
  const group = heads / keyValueHeads;
  const keyValueSize = keyValueHeads * size;
  const rows: KeysAndValues[] = [];
  const { model } = parameters;
  let x = gatherRows(model.embed_tokens.weight, input.tokens);
  model.layers.forEach((layer, index) => {
    const cache = input.caches[index] as LayerCache;
    const { q_proj, k_proj, v_proj, o_proj } = layer.self_attn;
    const normalised = rmsNorm(x, layer.input_layernorm.weight, epsilon);
    const projected = linear(normalised, concatenate([q_proj.weight, k_proj.weight, v_proj.weight]));
    const [q, k, v] = split(projected, 1, [hiddenSize, keyValueSize, keyValueSize]) as [Tensor, Tensor, Tensor];
    const rotate = (part: Tensor, count: number, scale: number) =>
      rotary(reshape(part, [sequences, 1, count, size]), mul(input.cosine, scale), mul(input.sine, scale), {
        positionAxis: 1,
      });
    // The scores' factor is in the rotation: products with another factor than 1 have no fast path for single rows.
    const queries = reshape(rotate(q, heads, 1 / Math.sqrt(size)), [sequences, keyValueHeads, group, size]);
    const keys = reshape(rotate(k, keyValueHeads, 1), [sequences, keyValueHeads, 1, size]);
    const values = reshape(v, [sequences, keyValueHeads, 1, size]);

    // All samples of a prompt ask its keys at once: [prompts, G, samples * group, D].
    const toPrompts = (part: Tensor, width: number) =>
      samples === 1
        ? part
        : reshape(transpose(reshape(part, [prompts, samples, keyValueHeads, group, width]), [0, 2, 1, 3, 4]), [
            prompts,
            keyValueHeads,
            samples * group,
            width,
          ]);
    const toSequences = (part: Tensor, width: number) =>
      samples === 1
        ? part
        : reshape(transpose(reshape(part, [prompts, keyValueHeads, samples, group, width]), [0, 2, 1, 3, 4]), [
            sequences,
            keyValueHeads,
            group,
            width,
          ]);
    // ONNX Runtime multiplies single rows by another kernel with other rounding; doubling them makes a sequence the
    // same to the bit whether its prompt has one sample or many.
    const single = samples * group === 1;
    const twice = (part: Tensor) => (single ? concatenate([part, part], 2) : part);
    const once = (part: Tensor) => (single ? slice(part, 2, 0, 1) : part);
    const promptLength = cache.promptKeys.shape[3] as number;
    const capacity = cache.keys.shape[2] as number;
    const promptProduct = matrixProduct(twice(toPrompts(queries, size)), cache.promptKeys);
    const promptScores = add(once(promptProduct), input.promptMask);
    const scores = [
      toSequences(promptScores, promptLength),
      add(matrixProduct(queries, cache.keys, { transposeB: true }), input.mask),
      sum(mul(queries, keys), { axes: -1, keepDimensions: true }),
    ];
    const weights = softmax(concatenate(scores, 3));
    const [onPrompt, onPast, onSelf] = split(weights, 3, [promptLength, capacity, 1]) as [Tensor, Tensor, Tensor];
    const mixed = add(
      toSequences(once(matrixProduct(twice(toPrompts(onPrompt, promptLength)), cache.promptValues)), size),
      add(matrixProduct(onPast, cache.values), mul(onSelf, values)),
    );
    x = add(x, linear(reshape(mixed, [sequences, hiddenSize]), o_proj.weight));
    x = add(x, feedForward(layer.mlp, rmsNorm(x, layer.post_attention_layernorm.weight, epsilon)));
    rows.push({
      keys: reshape(keys, [sequences, keyValueHeads, size]),
      values: reshape(values, [sequences, keyValueHeads, size]),
    });
  });
  return { logits: outputLogits(parameters, rmsNorm(x, model.norm.weight, epsilon)), rows };
}

export type PromptInput = {
  /** int32 [prompts, positions], padded at the right. */
  readonly tokens: Tensor;
  /** Index of each prompt's last token in the flattened tokens, int32 [prompts or more]. */
  readonly last: Tensor;
  /** [1, positions, D / 2] */
  readonly cosine: Tensor;
  readonly sine: Tensor;
};

export type PromptOutput = {
  /** Scores of the first new token, [prompts or more, vocabulary]. */
  readonly logits: Tensor;
  /** Each layer's keys [prompts, G, D, positions] and values [prompts, G, positions, D]. */
  readonly caches: readonly KeysAndValues[];
};

/** Reads prompts: keys and values at every position, and scores after the last token. */
export function readPrompts(
  parameters: TransformerParameters,
  input: PromptInput,
  shape: TransformerShape,
): PromptOutput {
  const [prompts, positions] = input.tokens.shape as [number, number];
  const { heads, keyValueHeads, hiddenSize, epsilon } = shape;
  const size = headSize(shape);
  const group = heads / keyValueHeads;
  const caches: KeysAndValues[] = [];
  const { model } = parameters;
  let x = gatherRows(model.embed_tokens.weight, input.tokens);
  for (const layer of model.layers) {
    const { q_proj, k_proj, v_proj, o_proj } = layer.self_attn;
    const normalised = rmsNorm(x, layer.input_layernorm.weight, epsilon);
    const heads4 = (weight: Tensor, count: number) =>
      transpose(reshape(linear(normalised, weight), [prompts, positions, count, size]), [0, 2, 1, 3]);
    const queries = rotary(heads4(q_proj.weight, heads), input.cosine, input.sine);
    const keys = transpose(rotary(heads4(k_proj.weight, keyValueHeads), input.cosine, input.sine));
    const values = heads4(v_proj.weight, keyValueHeads);
    caches.push({ keys, values });
    const grouped = reshape(queries, [prompts, keyValueHeads, group, positions, size]);
    const withGroup = (cache: Tensor) => reshape(cache, [prompts, keyValueHeads, 1, ...cache.shape.slice(2)]);
    const scores = matrixProduct(grouped, withGroup(keys), { scale: 1 / Math.sqrt(size) });
    const weights = softmax(add(scores, causalMask(positions)));
    const mixed = reshape(matrixProduct(weights, withGroup(values)), [prompts, heads, positions, size]);
    const joined = reshape(transpose(mixed, [0, 2, 1, 3]), [prompts, positions, hiddenSize]);
    x = add(x, linear(joined, o_proj.weight));
    x = add(x, feedForward(layer.mlp, rmsNorm(x, layer.post_attention_layernorm.weight, epsilon)));
  }
  const last = gatherRows(reshape(x, [prompts * positions, hiddenSize]), input.last);
  return { logits: outputLogits(parameters, rmsNorm(last, model.norm.weight, epsilon)), caches };
}
