/** A GGUF file as a folder in Hugging Face's layout. */
import { join } from "node:path";
import { writeFileAtomic } from "../../core/atomic-file.ts";
import { ggufConfiguration } from "./gguf-configuration.ts";
import { GgufFile } from "./gguf-file.ts";
import { ggufTokenizer } from "./gguf-tokenizer.ts";
import { writeGgufWeights } from "./gguf-weights.ts";

/** Part of the key under which conversions are kept: another number where their result changes. */
export const conversionVersion = 1;

/**
 * Writes config.json, generation_config.json, tokenizer.json, tokenizer_config.json and model.safetensors into an empty
 * folder. Weights of more than one number a block become float32, four bytes for each.
 * Throws as GgufFile does, UnsupportedCapabilityError for other architectures and tokenizers, StorageError.
 */
export function convertGguf(path: string, folder: string): void {
  const file = new GgufFile(path);
  try {
    const configuration = ggufConfiguration(file);
    const { tokenizer, configuration: tokenizerConfiguration, endTokens } = ggufTokenizer(file);
    const write = (name: string, json: unknown) => writeFileAtomic(join(folder, name), JSON.stringify(json));
    write("config.json", configuration);
    write("generation_config.json", { eos_token_id: endTokens });
    write("tokenizer.json", tokenizer);
    write("tokenizer_config.json", tokenizerConfiguration);
    writeGgufWeights(file, join(folder, "model.safetensors"));
  } finally {
    file.close();
  }
}
