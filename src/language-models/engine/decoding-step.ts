/**
 * The two graphs of sampling: reading prompts, and one new token for every sequence.
 *
 * Keys and values are caches: inputs to which JavaScript writes the rows that a step returns (outputs are copied, so a
 * cache must not be one). A sequence's own cache begins with its prompt; or, where many samples share a prompt, its keys
 * and values are kept once for all of them, so that attention to the prompt is a product of matrices.
 */

import { causalMask } from "../../nn/attention/causal-attention.ts";
import {
  feedForward,
  headSize,
  outputLogits,
  project,
  projectTogether,
  type TransformerParameters,
  type TransformerShape,
  type Weight,
} from "../../nn/transformer.ts";
import { add, mul } from "../../tensor/operations/arithmetic.ts";
import { gatherRows } from "../../tensor/operations/indexing.ts";
import { concatenate, reshape, split, transpose } from "../../tensor/operations/layout.ts";
import { matrixProduct } from "../../tensor/operations/matrix-product.ts";
import { rmsNorm } from "../../tensor/operations/normalisation.ts";
import { sum } from "../../tensor/operations/reduction.ts";
import { rotary } from "../../tensor/operations/rotary.ts";
import { softmax } from "../../tensor/operations/softmax.ts";
import type { Shape } from "../../tensor/shape.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Of one layer; its key-value heads are called G below, their size D. */
export type KeysAndValues = { readonly keys: Tensor; readonly values: Tensor };

/** Prompts that are kept once for all of their samples. */
export type SharedPrompts = {
  /** 0 where a prompt has a token, a large negative number where it is padded: [prompts, 1, 1, prompt positions]. */
  readonly mask: Tensor;
  /** By layer, each [prompts, G, prompt positions, D]. */
  readonly caches: readonly KeysAndValues[];
};

export type DecodingInput = {
  /** The last token of each sequence, int32 [sequences]; sequences of one shared prompt stand together. */
  readonly tokens: Tensor;
  /** Angles at each sequence's position, [sequences, 1, D / 2]. */
  readonly cosine: Tensor;
  readonly sine: Tensor;
  /** 0 where a sequence's own cache is filled, a large negative number elsewhere: [sequences or 1, 1, 1, capacity]. */
  readonly mask: Tensor;
  /** By layer, each [sequences, G, capacity, D]. */
  readonly caches: readonly KeysAndValues[];
  /** One, or none where the own caches begin with the prompts. */
  readonly shared: readonly SharedPrompts[];
};

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
  const { heads, keyValueHeads, epsilon } = shape;
  const size = headSize(shape);
  const group = heads / keyValueHeads;
  const keyValueSize = keyValueHeads * size;
  const rows: KeysAndValues[] = [];
  const { model } = parameters;
  let x = gatherRows(model.embed_tokens.weight, input.tokens);
  model.layers.forEach((layer, index) => {
    const { q_proj, k_proj, v_proj, o_proj } = layer.self_attn;
    const normalised = rmsNorm(x, layer.input_layernorm.weight, epsilon);
    const projected = projectTogether(normalised, [q_proj, k_proj, v_proj]);
    const [q, k, v] = split(projected, 1, [heads * size, keyValueSize, keyValueSize]) as [Tensor, Tensor, Tensor];
    const rotate = (part: Tensor, count: number, scale: number) =>
      rotary(reshape(part, [sequences, 1, count, size]), mul(input.cosine, scale), mul(input.sine, scale), {
        positionAxis: 1,
      });
    // The scores' factor is in the rotation: products with another factor than 1 have no fast path for single rows.
    const queries = reshape(rotate(q, heads, 1 / Math.sqrt(size)), [sequences, keyValueHeads, group, size]);
    const own = {
      keys: reshape(rotate(k, keyValueHeads, 1), [sequences, keyValueHeads, 1, size]),
      values: reshape(v, [sequences, keyValueHeads, 1, size]),
    };
    const mixed = attend(queries, own, input, index);
    x = add(x, project(reshape(mixed, [sequences, heads * size]), o_proj));
    x = add(x, feedForward(layer.mlp, rmsNorm(x, layer.post_attention_layernorm.weight, epsilon)));
    rows.push({
      keys: reshape(own.keys, [sequences, keyValueHeads, size]),
      values: reshape(own.values, [sequences, keyValueHeads, size]),
    });
  });
  return { logits: outputLogits(parameters, rmsNorm(x, model.norm.weight, epsilon)), rows };
}

/** Attention of scaled queries [sequences, G, group, D] to the caches of a layer and to the new row itself. */
function attend(queries: Tensor, row: KeysAndValues, input: DecodingInput, layer: number): Tensor {
  const cache = input.caches[layer] as KeysAndValues;
  const scores = [
    add(matrixProduct(queries, cache.keys, { transposeB: true }), input.mask),
    sum(mul(queries, row.keys), { axes: -1, keepDimensions: true }),
  ];
  const mix = (onCache: Tensor, onRow: Tensor) => add(matrixProduct(onCache, cache.values), mul(onRow, row.values));
  const capacity = cache.keys.shape[2] as number;
  const [shared] = input.shared;
  if (shared === undefined) {
    const [onCache, onRow] = split(softmax(concatenate(scores, 3)), 3, [capacity, 1]) as [Tensor, Tensor];
    return mix(onCache, onRow);
  }
  const prompt = shared.caches[layer] as KeysAndValues;
  const [prompts, , promptPositions] = prompt.keys.shape as [number, number, number];
  const together = promptGrouping(queries.shape, prompts);
  const promptProduct = matrixProduct(together.toPrompts(queries), prompt.keys, { transposeB: true });
  const promptScores = together.toSequences(add(promptProduct, shared.mask));
  const weights = softmax(concatenate([promptScores, ...scores], 3));
  const [onPrompt, onCache, onRow] = split(weights, 3, [promptPositions, capacity, 1]) as [Tensor, Tensor, Tensor];
  const fromPrompt = together.toSequences(matrixProduct(together.toPrompts(onPrompt), prompt.values));
  return add(fromPrompt, mix(onCache, onRow));
}

/** Between rows by sequence [sequences, G, group, n] and by prompt [prompts, G, samples * group, n]. */
function promptGrouping(shape: Shape, prompts: number) {
  const [sequences, keyValueHeads, group] = shape as [number, number, number];
  const samples = sequences / prompts;
  const width = (part: Tensor) => part.shape[3] as number;
  return {
    toPrompts: (part: Tensor) =>
      reshape(transpose(reshape(part, [prompts, samples, keyValueHeads, group, width(part)]), [0, 2, 1, 3, 4]), [
        prompts,
        keyValueHeads,
        samples * group,
        width(part),
      ]),
    toSequences: (part: Tensor) =>
      reshape(transpose(reshape(part, [prompts, keyValueHeads, samples, group, width(part)]), [0, 2, 1, 3, 4]), [
        sequences,
        keyValueHeads,
        group,
        width(part),
      ]),
  };
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
  /** By layer, each [prompts, G, positions, D]. */
  readonly caches: readonly KeysAndValues[];
};

/** Reads prompts: keys and values at every position, and scores after the last token. */
export function readPrompts(
  parameters: TransformerParameters,
  input: PromptInput,
  shape: TransformerShape,
): PromptOutput {
  const [prompts, positions] = input.tokens.shape as [number, number];
  const { heads, keyValueHeads, epsilon } = shape;
  const size = headSize(shape);
  const group = heads / keyValueHeads;
  const caches: KeysAndValues[] = [];
  const { model } = parameters;
  let x = gatherRows(model.embed_tokens.weight, input.tokens);
  for (const layer of model.layers) {
    const { q_proj, k_proj, v_proj, o_proj } = layer.self_attn;
    const normalised = rmsNorm(x, layer.input_layernorm.weight, epsilon);
    const byHead = (weight: Weight, count: number) =>
      reshape(project(normalised, weight), [prompts, positions, count, size]);
    const rotate = (rows: Tensor, scale: number) =>
      rotary(rows, mul(input.cosine, scale), mul(input.sine, scale), { positionAxis: 1 });
    const headsFirst = (rows: Tensor) => transpose(rows, [0, 2, 1, 3]);
    const queries = headsFirst(rotate(byHead(q_proj, heads), 1 / Math.sqrt(size)));
    const keys = headsFirst(rotate(byHead(k_proj, keyValueHeads), 1));
    const values = headsFirst(byHead(v_proj, keyValueHeads));
    caches.push({ keys, values });
    const grouped = reshape(queries, [prompts, keyValueHeads, group, positions, size]);
    const withGroup = (cache: Tensor) => reshape(cache, [prompts, keyValueHeads, 1, positions, size]);
    const scores = matrixProduct(grouped, withGroup(keys), { transposeB: true });
    const weights = softmax(add(scores, causalMask(positions)));
    const mixed = reshape(matrixProduct(weights, withGroup(values)), [prompts, heads, positions, size]);
    const joined = reshape(headsFirst(mixed), [prompts, positions, heads * size]);
    x = add(x, project(joined, o_proj));
    x = add(x, feedForward(layer.mlp, rmsNorm(x, layer.post_attention_layernorm.weight, epsilon)));
  }
  const last = gatherRows(reshape(x, [prompts * positions, shape.hiddenSize]), input.last);
  return { logits: outputLogits(parameters, rmsNorm(last, model.norm.weight, epsilon)), caches };
}
