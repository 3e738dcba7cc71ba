/**
 * A decoder-only transformer of the Llama family (Touvron et al. 2023, 2302.13971): RMSNorm before each part, rotary
 * positions (half-split), grouped queries, SwiGLU, tied embeddings. Parameters are a plain tree whose leaf paths are the
 * names of Hugging Face's checkpoints ("model.layers.0.self_attn.q_proj.weight"); all weights are [out, in].
 */
import { ShapeError } from "../core/errors/shape-error.ts";
import type { RandomStream } from "../core/random.ts";
import { add, mul } from "../tensor/operations/arithmetic.ts";
import { silu } from "../tensor/operations/elementwise.ts";
import { gatherRows } from "../tensor/operations/indexing.ts";
import { concatenate, reshape, split } from "../tensor/operations/layout.ts";
import { linear } from "../tensor/operations/matrix-product.ts";
import { rmsNorm } from "../tensor/operations/normalisation.ts";
import type { Shape } from "../tensor/shape.ts";
import { ones, placeholder, type Tensor } from "../tensor/tensor.ts";
import { causalAttention } from "./attention/causal-attention.ts";
import { normalWeight } from "./initialisation.ts";
import { rotaryTables } from "./rotary-tables.ts";

/** The sizes that define a transformer; all above 0. */
export interface TransformerShape {
  readonly vocabularySize: number;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Divides `heads`; each is shared by heads / keyValueHeads queries. */
  readonly keyValueHeads: number;
  readonly feedForwardSize: number;
  /** Base of the rotary angles (Llama: 10,000). */
  readonly rotaryBase: number;
  /** Added to the mean square in RMSNorm. */
  readonly epsilon: number;
}

// Type aliases, not interfaces: only those are trees to the compiler.
/** A weight as checkpoints name it: a matrix [out, in], an embedding [tokens, size] or a norm's factors [size]. */
export type Weight = {
  readonly weight: Tensor;
};

/** Projections of one layer's attention, [out, in] each, named as in checkpoints of the Llama family. */
export type AttentionParameters = {
  readonly q_proj: Weight;
  readonly k_proj: Weight;
  readonly v_proj: Weight;
  readonly o_proj: Weight;
};

/** One layer: attention and gated MLP, each after its norm; named as in checkpoints of the Llama family. */
export type LayerParameters = {
  readonly input_layernorm: Weight;
  readonly self_attn: AttentionParameters;
  readonly post_attention_layernorm: Weight;
  readonly mlp: { readonly gate_proj: Weight; readonly up_proj: Weight; readonly down_proj: Weight };
};

/** All weights, named as in checkpoints of the Llama family. */
export type TransformerParameters = {
  readonly model: {
    readonly embed_tokens: Weight;
    readonly layers: readonly LayerParameters[];
    readonly norm: Weight;
  };
  /** Only where the output is not tied to the embedding. */
  readonly lm_head?: Weight;
};

/** What an attention layer gets beside its input: angles [1 or batch, positions, head size / 2]. */
export interface AttentionContext {
  readonly shape: TransformerShape;
  readonly cosine: Tensor;
  readonly sine: Tensor;
}

/** Replaceable: rows [batch, positions, hidden] to rows of the same shape, looking back only. */
export type Attention = (parameters: AttentionParameters, x: Tensor, context: AttentionContext) => Tensor;

/** Size of one head's queries, keys and values. */
export function headSize(shape: TransformerShape): number {
  return shape.hiddenSize / shape.heads;
}

/** Throws ShapeError unless heads share out the hidden size evenly, in even sizes, and keys to queries. */
export function checkTransformerShape(shape: TransformerShape): void {
  const { hiddenSize, heads, keyValueHeads } = shape;
  const counts = [shape.vocabularySize, hiddenSize, shape.layers, heads, keyValueHeads, shape.feedForwardSize];
  const whole = counts.every((count) => Number.isInteger(count) && count >= 1);
  if (whole && hiddenSize % heads === 0 && headSize(shape) % 2 === 0 && heads % keyValueHeads === 0) return;
  throw new ShapeError({
    expected: "whole sizes, a hidden size of an even number for each head, and heads in whole groups for each key",
    received: `hidden size ${hiddenSize}, ${heads} heads, ${keyValueHeads} key-value heads, ${shape.layers} layers`,
    remedy: "correct the shape, e.g. hidden size 64, 4 heads, 2 key-value heads",
  });
}

/** A tree with each weight made from its name, shape and usual deviation (undefined for norms, which begin at one). */
function buildTransformer(
  shape: TransformerShape,
  make: (name: string, weightShape: Shape, deviation: number | undefined) => Tensor,
): TransformerParameters {
  checkTransformerShape(shape);
  const { hiddenSize, feedForwardSize } = shape;
  const keyValueSize = shape.keyValueHeads * headSize(shape);
  const residual = 0.02 / Math.sqrt(2 * shape.layers);
  const matrix = (name: string, rows: number, columns: number, deviation = 0.02): Weight => ({
    weight: make(name, [rows, columns], deviation),
  });
  const norm = (name: string): Weight => ({ weight: make(name, [hiddenSize], undefined) });
  const layers = Array.from({ length: shape.layers }, (_, layer): LayerParameters => {
    const name = (part: string) => `layers.${layer}.${part}`;
    return {
      input_layernorm: norm(name("attention norm")),
      self_attn: {
        q_proj: matrix(name("q"), hiddenSize, hiddenSize),
        k_proj: matrix(name("k"), keyValueSize, hiddenSize),
        v_proj: matrix(name("v"), keyValueSize, hiddenSize),
        o_proj: matrix(name("o"), hiddenSize, hiddenSize, residual),
      },
      post_attention_layernorm: norm(name("feed-forward norm")),
      mlp: {
        gate_proj: matrix(name("gate"), feedForwardSize, hiddenSize),
        up_proj: matrix(name("up"), feedForwardSize, hiddenSize),
        down_proj: matrix(name("down"), hiddenSize, feedForwardSize, residual),
      },
    };
  });
  const embedding = matrix("embed", shape.vocabularySize, hiddenSize);
  return { model: { embed_tokens: embedding, layers, norm: norm("norm") } };
}

/**
 * Freshly drawn parameters: normal, deviation 0.02, the residual outputs scaled by 1 / sqrt(2 layers) as in GPT-2.
 * Throws ShapeError for sizes that do not fit each other.
 */
export function initialiseTransformer(shape: TransformerShape, random: RandomStream): TransformerParameters {
  return buildTransformer(shape, (name, weightShape, deviation) =>
    deviation === undefined ? ones(weightShape) : normalWeight(weightShape, deviation, random.split(name)),
  );
}

/** The tree's structure and shapes without numbers, to read a checkpoint into. Throws as initialiseTransformer. */
export function transformerTemplate(shape: TransformerShape): TransformerParameters {
  return buildTransformer(shape, (_, weightShape) => placeholder({ elementType: "float32", shape: weightShape }));
}

/** Final hidden rows [batch, positions, hidden] of int32 tokens [batch, positions]. */
export function transformerHidden(
  parameters: TransformerParameters,
  tokens: Tensor,
  shape: TransformerShape,
  attention: Attention = causalAttention,
): Tensor {
  const { model } = parameters;
  const [batch, positions] = tokens.shape as [number, number];
  const context: AttentionContext = { shape, ...rotaryTables(positions, headSize(shape), shape.rotaryBase) };
  const parts = split(tokens, 0, partSizes(batch, positions)).map((part) => {
    // Rows of all sequences together; only attention looks at sequences.
    let x = gatherRows(model.embed_tokens.weight, reshape(part, [part.size]));
    const sequences = [...part.shape, shape.hiddenSize];
    for (const layer of model.layers) {
      const normalised = rmsNorm(x, layer.input_layernorm.weight, shape.epsilon);
      const attended = attention(layer.self_attn, reshape(normalised, sequences), context);
      x = add(x, reshape(attended, x.shape));
      x = add(x, feedForward(layer.mlp, rmsNorm(x, layer.post_attention_layernorm.weight, shape.epsilon)));
    }
    return x;
  });
  const hidden = rmsNorm(concatenate(parts), model.norm.weight, shape.epsilon);
  return reshape(hidden, [batch, positions, shape.hiddenSize]);
}

/** Tokens that go through the layers together: the less there are, the more of their values stay in the caches. */
const tokensOfPart = 1024;

/** Sequences of each part of a batch, about equally many. */
function partSizes(batch: number, positions: number): number[] {
  const parts = Math.max(1, Math.min(batch, Math.ceil((batch * positions) / tokensOfPart)));
  const start = (part: number) => Math.floor((part * batch) / parts);
  return Array.from({ length: parts }, (_, part) => start(part + 1) - start(part));
}

/** Next-token scores [batch, positions, vocabulary] of int32 tokens [batch, positions]. */
export function transformerLogits(
  parameters: TransformerParameters,
  tokens: Tensor,
  shape: TransformerShape,
  attention: Attention = causalAttention,
): Tensor {
  return outputLogits(parameters, transformerHidden(parameters, tokens, shape, attention));
}

/** Scores of final hidden rows, by the tied embedding where there is no head. */
export function outputLogits(parameters: TransformerParameters, hidden: Tensor): Tensor {
  return linear(hidden, (parameters.lm_head ?? parameters.model.embed_tokens).weight);
}

/** SwiGLU (Shazeer 2020, 2002.05202): down(silu(gate x) * up x). */
export function feedForward(parameters: LayerParameters["mlp"], x: Tensor): Tensor {
  const gate = silu(linear(x, parameters.gate_proj.weight));
  return linear(mul(gate, linear(x, parameters.up_proj.weight)), parameters.down_proj.weight);
}
