/** A GGUF file's metadata as a configuration in Hugging Face's words (config.json). */
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { knownArchitectures } from "../pretrained/architecture.ts";
import { corrupt, type GgufFile } from "./gguf-file.ts";

/** Llama 3.1's own numbers; files have only the factors that follow from them. */
const llama3 = { low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 };

/**
 * The configuration of a file's model; sizes that tensors show are taken from them.
 * Throws CorruptFileError where something is missing, UnsupportedCapabilityError for other architectures.
 */
export function ggufConfiguration(file: GgufFile): Record<string, unknown> {
  const architecture = file.metadata.get("general.architecture");
  if (!(knownArchitectures as readonly unknown[]).includes(architecture)) {
    throw unsupported(file, `the architecture ${knownArchitectures.join(" or ")}`, quotedText(String(architecture)));
  }
  const optional = (name: string): number | undefined => {
    const value = file.metadata.get(`${architecture}.${name}`);
    if (value !== undefined && typeof value !== "number") {
      throw corrupt(file.path, `a number as ${architecture}.${name}`, `a ${typeof value}`);
    }
    return value;
  };
  const required = (name: string): number => {
    const value = optional(name);
    if (value === undefined) throw corrupt(file.path, `${architecture}.${name} in the metadata`, "none");
    return value;
  };
  const shapeOf = (name: string) => {
    const shape = file.tensors.get(name)?.shape;
    if (shape?.length !== 2)
      throw corrupt(file.path, `a matrix ${name}`, shape === undefined ? "none" : "another shape");
    return shape as readonly [number, number];
  };
  const heads = required("attention.head_count");
  const [vocabulary, hidden] = shapeOf("token_embd.weight");
  const headSize = shapeOf("blk.0.attn_q.weight")[0] / heads;
  const base = optional("rope.freq_base") ?? 10_000;
  return {
    model_type: architecture,
    architectures: [architecture === "qwen2" ? "Qwen2ForCausalLM" : "LlamaForCausalLM"],
    vocab_size: vocabulary,
    hidden_size: hidden,
    intermediate_size: required("feed_forward_length"),
    num_hidden_layers: required("block_count"),
    num_attention_heads: heads,
    num_key_value_heads: optional("attention.head_count_kv") ?? heads,
    head_dim: headSize,
    max_position_embeddings: required("context_length"),
    rms_norm_eps: required("attention.layer_norm_rms_epsilon"),
    rope_theta: base,
    rope_scaling: rotaryScaling(file, String(architecture), headSize, base),
    tie_word_embeddings: !file.tensors.has("output.weight"),
    hidden_act: "silu",
  };
}

/**
 * llama.cpp keeps Llama 3.1's scaling as a divisor of each frequency (rope_freqs.weight), from which its factor is read;
 * the others are the ones that all such models have, which is checked.
 */
function rotaryScaling(file: GgufFile, architecture: string, headSize: number, base: number) {
  const type = file.metadata.get(`${architecture}.rope.scaling.type`) ?? "none";
  const stored = file.tensors.get("rope_freqs.weight");
  if (type !== "none" && stored === undefined) {
    throw unsupported(file, "no scaling of rotary positions, or Llama 3.1's", quotedText(String(type)));
  }
  if (stored === undefined) return null;
  const divisors = file.numbersOf(stored);
  const factor = divisors.reduce((highest, divisor) => Math.max(highest, divisor), 1);
  const { low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: context } = llama3;
  const expected = divisors.map((_, index) => {
    const turns = (context * base ** ((-2 * index) / headSize)) / (2 * Math.PI);
    const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return 1 / ((1 - kept) / factor + kept);
  });
  if (divisors.some((divisor, index) => !(Math.abs(divisor / (expected[index] as number) - 1) < 1e-4))) {
    throw unsupported(file, "Llama 3.1's scaling of rotary positions", "other divisors");
  }
  return { rope_type: "llama3", factor, ...llama3 };
}

function unsupported(file: GgufFile, expected: string, received: string): UnsupportedCapabilityError {
  return new UnsupportedCapabilityError({
    expected: `a model with ${expected} in ${quotedText(file.path, 1000)}`,
    received,
    remedy: "name a model of the Llama or Qwen2 family, or run this one with gguf:PATH",
  });
}
