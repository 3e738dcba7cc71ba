/** A GGUF file's tensors under Hugging Face's names, written as safetensors one tensor at a time. */
import { AtomicFile } from "../../core/atomic-file.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import type { ElementType } from "../../nn/safetensors/element-type.ts";
import { formatHeader, type TensorEntry } from "../../nn/safetensors/header.ts";
import { dequantise } from "./element-types.ts";
import { corrupt, type GgufFile, type GgufTensor } from "./gguf-file.ts";

/** Llama 3.1's scaling of rotary positions. */
const rotaryDivisors = "rope_freqs.weight";

const names = new Map([
  ["token_embd", "model.embed_tokens"],
  ["output_norm", "model.norm"],
  ["output", "lm_head"],
  ["attn_norm", "input_layernorm"],
  ["attn_q", "self_attn.q_proj"],
  ["attn_k", "self_attn.k_proj"],
  ["attn_v", "self_attn.v_proj"],
  ["attn_output", "self_attn.o_proj"],
  ["ffn_norm", "post_attention_layernorm"],
  ["ffn_gate", "mlp.gate_proj"],
  ["ffn_up", "mlp.up_proj"],
  ["ffn_down", "mlp.down_proj"],
]);

/** Hugging Face's name for one of ggml's, or undefined where the tensor is no weight of the model's. */
export function huggingFaceName(name: string): string | undefined {
  const [, layer, part, kind] = /^(?:blk\.(\d+)\.)?(\w+)\.(weight|bias)$/u.exec(name) ?? [];
  const known = names.get(part ?? "");
  if (known === undefined) return undefined;
  return layer === undefined ? `${known}.${kind}` : `model.layers.${layer}.${known}.${kind}`;
}

/**
 * Rows of queries or keys in the order of Hugging Face's rotary halves: llama.cpp keeps the two halves of each head's
 * rows alternating, and has row 2 i + j of a head of D rows where Hugging Face has row j D / 2 + i.
 */
export function halvesApart(bytes: Uint8Array, rows: number, heads: number): Uint8Array<ArrayBuffer> {
  const rowBytes = bytes.byteLength / rows;
  const size = rows / heads;
  const ordered = new Uint8Array(bytes.byteLength);
  for (let row = 0; row < rows; row++) {
    const inHead = row % size;
    const to = row - inHead + (inHead % 2) * (size / 2) + (inHead >> 1);
    ordered.set(bytes.subarray(row * rowBytes, (row + 1) * rowBytes), to * rowBytes);
  }
  return ordered;
}

/**
 * Writes the weights; half-precision floats stay, all else becomes float32.
 * Throws UnsupportedCapabilityError for tensors that the engine has no place for, CorruptFileError where a head has an odd
 * number of rows, StorageError where the file cannot be written.
 */
export function writeGgufWeights(file: GgufFile, path: string): void {
  const weights = [...file.tensors.values()].flatMap((tensor) => {
    // Read with the configuration.
    if (tensor.name === rotaryDivisors) return [];
    const name = huggingFaceName(tensor.name);
    if (name === undefined || !hasPlace(name, file)) throw unknownTensor(file, tensor);
    return [{ name, tensor, dtype: storedType(tensor) }];
  });
  weights.sort((a, b) => bytesPerNumber(b.dtype) - bytesPerNumber(a.dtype));
  let begin = 0;
  const entries = weights.map(({ name, tensor, dtype }): TensorEntry => {
    const bytes = tensor.shape.reduce((product, size) => product * size, bytesPerNumber(dtype));
    const entry = { name, dtype, shape: tensor.shape, begin, end: begin + bytes };
    begin += bytes;
    return entry;
  });
  const output = new AtomicFile(path);
  try {
    output.write(formatHeader(entries, new Map([["format", "pt"]])));
    for (const { tensor, dtype } of weights) output.write(storedBytes(file, tensor, dtype));
    output.commit();
  } finally {
    output.discard();
  }
}

/** Only Qwen2 has biases, of queries, keys and values. */
function hasPlace(name: string, file: GgufFile): boolean {
  if (name.endsWith(".weight")) return true;
  return file.metadata.get("general.architecture") === "qwen2" && /\.[qkv]_proj\.bias$/u.test(name);
}

/** A part that is left out would change what the model says, without a word. */
function unknownTensor(file: GgufFile, { name }: GgufTensor): UnsupportedCapabilityError {
  return new UnsupportedCapabilityError({
    expected: `only tensors of the Llama family and Qwen2 in the GGUF file ${quotedText(file.path, 1000)}`,
    received: quotedText(name),
    remedy: "run this file with gguf:PATH, which knows more architectures",
  });
}

function storedType({ type }: GgufTensor): ElementType {
  if (type.name === "F16") return "f16";
  return type.name === "BF16" ? "bf16" : "f32";
}

function bytesPerNumber(dtype: ElementType): number {
  return dtype === "f32" ? 4 : 2;
}

function storedBytes(file: GgufFile, tensor: GgufTensor, dtype: ElementType): Uint8Array {
  const bytes = orderedBytes(file, tensor);
  if (dtype !== "f32") return bytes;
  const numbers = new Float32Array(tensor.shape.reduce((product, size) => product * size, 1));
  dequantise(tensor.type, bytes, numbers);
  return new Uint8Array(numbers.buffer);
}

/** Only files of the architecture "llama" have their rows alternating. */
function orderedBytes(file: GgufFile, tensor: GgufTensor): Uint8Array {
  const bytes = file.bytesOf(tensor);
  const [, part] = /^blk\.\d+\.attn_([qk])\.weight$/u.exec(tensor.name) ?? [];
  if (part === undefined || file.metadata.get("general.architecture") !== "llama") return bytes;
  const heads = Number(
    (part === "k" ? file.metadata.get("llama.attention.head_count_kv") : undefined) ??
      file.metadata.get("llama.attention.head_count"),
  );
  const rows = tensor.shape[0] as number;
  if (rows % (2 * heads) !== 0) {
    throw corrupt(file.path, `rows of ${heads} heads in ${quotedText(tensor.name)}`, `${rows} rows`);
  }
  return halvesApart(bytes, rows, heads);
}
