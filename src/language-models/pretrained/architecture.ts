/** What a published model's config.json says of its shape. */
import { z } from "zod";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { checkTransformerShape, type RotaryScaling, type TransformerShape } from "../../nn/transformer-shape.ts";

/** Names of the architectures that illume's engine runs, as config.json and GGUF files write them. */
export const knownArchitectures = ["llama", "qwen2"] as const;

/** A configuration is untrusted: a shape may not ask for more than any model has. */
const size = z.number().int().min(1).max(16_777_216);
const positive = z.number().positive().finite();
const tokens = z.union([z.number().int().min(0), z.array(z.number().int().min(0))]);
const rotarySchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: positive.optional(),
  factor: positive.optional(),
  low_freq_factor: positive.optional(),
  high_freq_factor: positive.optional(),
  original_max_position_embeddings: size.optional(),
});
const configurationSchema = z.looseObject({
  model_type: z.string(),
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size.max(1024),
  num_attention_heads: size,
  num_key_value_heads: size.nullish(),
  head_dim: size.nullish(),
  max_position_embeddings: size,
  rms_norm_eps: positive,
  rope_theta: positive.optional(),
  rope_scaling: rotarySchema.nullish(),
  rope_parameters: rotarySchema.nullish(),
  tie_word_embeddings: z.boolean().default(false),
  hidden_act: z.string().default("silu"),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  use_sliding_window: z.boolean().default(false),
  bos_token_id: tokens.nullish(),
  eos_token_id: tokens.nullish(),
});

type Configuration = z.output<typeof configurationSchema>;

/** What illume needs of a config.json. */
export interface Architecture {
  readonly shape: TransformerShape;
  /** Tokens that the model was trained to look back over, 1 or more. */
  readonly contextLength: number;
  readonly endTokens: readonly number[];
}

/**
 * Reads a configuration.
 * Throws UnsupportedCapabilityError for another architecture or a part of one that the engine lacks, CorruptFileError
 * for what is no configuration.
 */
export function parseArchitecture(json: unknown, source: string): Architecture {
  const type = z.looseObject({ model_type: z.string() }).safeParse(json);
  const known: readonly string[] = knownArchitectures;
  if (type.success && !known.includes(type.data.model_type)) {
    throw unsupported(source, `the architecture ${knownArchitectures.join(" or ")}`, quotedText(type.data.model_type));
  }
  const parsed = configurationSchema.safeParse(json);
  if (!parsed.success) {
    throw new CorruptFileError({
      expected: `a model's configuration (config.json) in ${quotedText(source, 1000)}`,
      received: quotedText(z.prettifyError(parsed.error).replace(/\s+/gu, " "), 200),
      remedy: "fetch the model's config.json again",
    });
  }
  const configuration = parsed.data;
  refuseUnknownParts(configuration, source);
  const rotary = { ...configuration.rope_scaling, ...configuration.rope_parameters };
  const scaling = rotaryScaling(rotary, configuration, source);
  const shape: TransformerShape = {
    vocabularySize: configuration.vocab_size,
    hiddenSize: configuration.hidden_size,
    layers: configuration.num_hidden_layers,
    heads: configuration.num_attention_heads,
    keyValueHeads: configuration.num_key_value_heads ?? configuration.num_attention_heads,
    feedForwardSize: configuration.intermediate_size,
    rotaryBase: rotary.rope_theta ?? configuration.rope_theta ?? 10_000,
    epsilon: configuration.rms_norm_eps,
    ...(configuration.head_dim && { headSize: configuration.head_dim }),
    ...(configuration.model_type === "qwen2" && { attentionBiases: true }),
    ...(!configuration.tie_word_embeddings && { untiedHead: true }),
    ...(scaling !== undefined && { rotaryScaling: scaling }),
  };
  checkTransformerShape(shape);
  const ends = configuration.eos_token_id ?? [];
  return {
    shape,
    contextLength: configuration.max_position_embeddings,
    endTokens: typeof ends === "number" ? [ends] : ends,
  };
}

function refuseUnknownParts(configuration: Configuration, source: string): void {
  const found = [
    configuration.hidden_act !== "silu" && `the activation ${quotedText(configuration.hidden_act)}`,
    configuration.attention_bias && configuration.model_type === "llama" && "biases in attention",
    configuration.mlp_bias && "biases in the feed-forward part",
    configuration.use_sliding_window && "a sliding window",
  ].find((part) => typeof part === "string");
  if (found !== undefined) throw unsupported(source, "silu, no such biases and no sliding window", found);
}

function rotaryScaling(
  rotary: z.output<typeof rotarySchema>,
  configuration: Configuration,
  source: string,
): RotaryScaling | undefined {
  const type = rotary.rope_type ?? rotary.type ?? "default";
  if (type === "default") return undefined;
  const { factor, low_freq_factor, high_freq_factor } = rotary;
  const complete = factor !== undefined && low_freq_factor !== undefined && high_freq_factor !== undefined;
  if (type !== "llama3" || !complete || !(factor >= 1 && low_freq_factor < high_freq_factor)) {
    throw unsupported(source, "no scaling of rotary positions, or Llama 3.1's with its factors", quotedText(type));
  }
  return {
    factor,
    lowFrequencyFactor: low_freq_factor,
    highFrequencyFactor: high_freq_factor,
    originalContextLength: rotary.original_max_position_embeddings ?? configuration.max_position_embeddings,
  };
}

function unsupported(source: string, expected: string, received: string): UnsupportedCapabilityError {
  return new UnsupportedCapabilityError({
    expected: `a model with ${expected} in ${quotedText(source, 1000)}`,
    received,
    remedy: "name a model of the Llama or Qwen2 family, or run this one with gguf:PATH or an endpoint",
  });
}
