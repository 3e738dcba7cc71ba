/** Opens a published model from disk. */
import fs from "node:fs";
import { basename } from "node:path";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { fileSystemFailure } from "../../core/errors/file-system-failure.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { openAdapted } from "../adapters/open-adapted.ts";
import { isPeftAdapter } from "../adapters/peft-adapter.ts";
import { conversionVersion, convertGguf } from "../gguf/convert-gguf.ts";
import type { DownloadProgress } from "../hub/download-model.ts";
import { keptConversion } from "./conversion-cache.ts";
import { FileSlices } from "./file-slices.ts";
import { type PretrainedModel, readHuggingFaceFolder } from "./huggingface-folder.ts";
import { locatePretrained } from "./locate-pretrained.ts";

export type { PretrainedModel } from "./huggingface-folder.ts";

/** How to open a published model. */
export interface OpenPretrainedOptions {
  /** Names it to people (default: the file's or folder's name). */
  readonly name?: string;
  /** Where conversions are kept (default: cacheFolder()). */
  readonly cache?: string;
  /** Told of an adapter's base model as it is fetched from the Hub. */
  readonly onDownload?: (progress: DownloadProgress) => void;
}

/**
 * Opens a folder in Hugging Face's layout (config.json, tokenizer.json, safetensors in f32, f16 or bf16, also in shards)
 * or a GGUF file, of the Llama family or Qwen2. A GGUF file is converted to such a folder once and kept in the cache. A
 * folder with a LoRA adapter of PEFT's is its base model with the adapter merged.
 *
 * Throws StorageError where a file is missing or the cache cannot be written, CorruptFileError for a file that is no
 * model, is torn, or does not fit the others (tokenizer, shards), UnsupportedCapabilityError for another architecture,
 * element type or kind of tokenizer.
 */
export async function openPretrained(path: string, options: OpenPretrainedOptions = {}): Promise<PretrainedModel> {
  const name = options.name ?? basename(path).replace(/\.gguf$/iu, "");
  let stats: fs.Stats;
  try {
    stats = fs.statSync(path);
  } catch (error) {
    throw fileSystemFailure(error, "to open the model", path);
  }
  if (stats.isDirectory())
    return isPeftAdapter(path) ? openWithAdapter(path, name, options) : readHuggingFaceFolder(path, name);
  if (!isGguf(path)) {
    throw new CorruptFileError({
      expected: `a folder with a model's config.json, or a GGUF file, at ${quotedText(path, 1000)}`,
      received: "a file of another kind",
      remedy: "name the folder that the file is in, or a file that ends in .gguf",
    });
  }
  const version = `gguf-${conversionVersion}`;
  const folder = keptConversion(path, version, (unfinished) => convertGguf(path, unfinished), options.cache);
  return readHuggingFaceFolder(folder, name);
}

/** The base model is a path, or a model of the Hub that is fetched where it is not here. */
async function openWithAdapter(folder: string, name: string, options: OpenPretrainedOptions): Promise<PretrainedModel> {
  const adapted = await openAdapted(folder, async (base) => {
    const { cache, onDownload } = options;
    const located = await locatePretrained(base, {
      ...(cache !== undefined && { cache }),
      ...(onDownload !== undefined && { onProgress: onDownload }),
    });
    return located === undefined || isPeftAdapter(located.path) ? undefined : openPretrained(located.path, options);
  });
  return { ...adapted, name };
}

function isGguf(path: string): boolean {
  const slices = new FileSlices(path);
  try {
    return slices.size >= 4 && Buffer.from(slices.read(0, 4)).toString("latin1") === "GGUF";
  } finally {
    slices.close();
  }
}
