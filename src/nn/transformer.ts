/**
 * A decoder-only transformer of the Llama family (Touvron et al. 2023, 2302.13971): RMSNorm before each part, rotary
 * positions (half-split), grouped queries, SwiGLU, tied embeddings; where the shape says so, Qwen2's biases, an output weight
 * of its own and Llama 3.1's rotary scaling. Parameters are a plain tree whose leaf paths are the
 * names of Hugging Face's checkpoints ("model.layers.0.self_attn.q_proj.weight"); all weights are [out, in].
 */
import type { RandomStream } from "../core/random.ts";
import { add, mul } from "../tensor/operations/arithmetic.ts";
import { silu } from "../tensor/operations/elementwise.ts";
import { gatherRows } from "../tensor/operations/indexing.ts";
import { concatenate, reshape, split } from "../tensor/operations/layout.ts";
import { rmsNorm } from "../tensor/operations/normalisation.ts";
import type { Shape } from "../tensor/shape.ts";
import { ones, placeholder, type Tensor, zeros } from "../tensor/tensor.ts";
import { causalAttention, packedMask } from "./attention/causal-attention.ts";
import { normalWeight } from "./initialisation.ts";
import { project, type Weight } from "./projection.ts";
import { rotaryTables } from "./rotary-tables.ts";
import { checkTransformerShape, headSize, type TransformerShape } from "./transformer-shape.ts";

export * from "./projection.ts";
export * from "./transformer-shape.ts";

// Type aliases, not interfaces: only those are trees to the compiler.
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
  /** Added to the scores, [batch, positions, positions]; missing where each row is one sequence. */
  readonly mask?: Tensor;
}

// A type alias, not an interface: only those are trees to the compiler.
/** Sequences that share rows [batch, positions] and do not see each other; both int32. */
export type PackedSequences = {
  /** Of each token its position within its sequence, below the number of positions of a row. */
  readonly positions: Tensor;
  /** Of each token a number that those of its sequence share. */
  readonly segments: Tensor;
};

/** Replaceable: rows [batch, positions, hidden] to rows of the same shape, looking back only. */
export type Attention = (parameters: AttentionParameters, x: Tensor, context: AttentionContext) => Tensor;

/** A tree with each weight made from its name, shape and usual deviation (undefined for norms, which begin at one, 0 for biases). */
function buildTransformer(
  shape: TransformerShape,
  make: (name: string, weightShape: Shape, deviation: number | undefined) => Tensor,
): TransformerParameters {
  checkTransformerShape(shape);
  const { hiddenSize, feedForwardSize } = shape;
  const querySize = shape.heads * headSize(shape);
  const keyValueSize = shape.keyValueHeads * headSize(shape);
  const residual = 0.02 / Math.sqrt(2 * shape.layers);
  const matrix = (name: string, rows: number, columns: number, deviation = 0.02): Weight => ({
    weight: make(name, [rows, columns], deviation),
  });
  const attentionInput = (name: string, rows: number): Weight => {
    const weight = matrix(name, rows, hiddenSize);
    return shape.attentionBiases ? { ...weight, bias: make(`${name} bias`, [rows], 0) } : weight;
  };
  const norm = (name: string): Weight => ({ weight: make(name, [hiddenSize], undefined) });
  const layers = Array.from({ length: shape.layers }, (_, layer): LayerParameters => {
    const name = (part: string) => `layers.${layer}.${part}`;
    return {
      input_layernorm: norm(name("attention norm")),
      self_attn: {
        q_proj: attentionInput(name("q"), querySize),
        k_proj: attentionInput(name("k"), keyValueSize),
        v_proj: attentionInput(name("v"), keyValueSize),
        o_proj: matrix(name("o"), hiddenSize, querySize, residual),
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
  const model = { embed_tokens: embedding, layers, norm: norm("norm") };
  return shape.untiedHead ? { model, lm_head: matrix("head", shape.vocabularySize, hiddenSize) } : { model };
}

/**
 * Freshly drawn parameters: normal, deviation 0.02, the residual outputs scaled by 1 / sqrt(2 layers) as in GPT-2.
 * Throws ShapeError for sizes that do not fit each other.
 */
export function initialiseTransformer(shape: TransformerShape, random: RandomStream): TransformerParameters {
  return buildTransformer(shape, (name, weightShape, deviation) => {
    if (deviation === undefined) return ones(weightShape);
    return deviation === 0 ? zeros(weightShape) : normalWeight(weightShape, deviation, random.split(name));
  });
}

/** The tree's structure and shapes without numbers, to read a checkpoint into. Throws as initialiseTransformer. */
export function transformerTemplate(shape: TransformerShape): TransformerParameters {
  return buildTransformer(shape, (_, weightShape) => placeholder({ elementType: "float32", shape: weightShape }));
}

/**
 * Final hidden rows [batch, positions, hidden] of int32 tokens [batch, positions]. Each row is one sequence, unless
 * `packed` says otherwise.
 */
export function transformerHidden(
  parameters: TransformerParameters,
  tokens: Tensor,
  shape: TransformerShape,
  attention: Attention = causalAttention,
  packed?: PackedSequences,
): Tensor {
  const { model } = parameters;
  const [batch, positions] = tokens.shape as [number, number];
  const sizes = partSizes(batch, positions);
  const contexts = attentionContexts(shape, positions, sizes, packed);
  const parts = split(tokens, 0, sizes).map((part, index) => {
    const context = contexts[index] as AttentionContext;
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

/** What attention gets in each part of a batch. */
function attentionContexts(
  shape: TransformerShape,
  positions: number,
  sizes: readonly number[],
  packed: PackedSequences | undefined,
): AttentionContext[] {
  const tables = rotaryTables(positions, shape);
  if (packed === undefined) return sizes.map(() => ({ shape, ...tables }));
  const ofPosition = (table: Tensor, indices: Tensor) => gatherRows(reshape(table, table.shape.slice(1)), indices);
  const segments = split(packed.segments, 0, sizes);
  return split(packed.positions, 0, sizes).map((indices, part) => ({
    shape,
    cosine: ofPosition(tables.cosine, indices),
    sine: ofPosition(tables.sine, indices),
    mask: packedMask(segments[part] as Tensor),
  }));
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
  return project(hidden, parameters.lm_head ?? parameters.model.embed_tokens);
}

/** SwiGLU (Shazeer 2020, 2002.05202): down(silu(gate x) * up x). */
export function feedForward(parameters: LayerParameters["mlp"], x: Tensor): Tensor {
  const gate = silu(project(x, parameters.gate_proj));
  return project(mul(gate, project(x, parameters.up_proj)), parameters.down_proj);
}
