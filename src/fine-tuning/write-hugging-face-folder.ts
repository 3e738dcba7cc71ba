/** Whole weights as a folder in Hugging Face's layout: what the folder of the model before has beside its weights, and new ones. */
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../core/atomic-file.ts";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { makeFolder } from "../core/make-folder.ts";
import { writeSafetensors } from "../nn/safetensors.ts";
import type { TransformerParameters } from "../nn/transformer.ts";
import { leavesOf } from "../tensor/tree.ts";

/** Files that belong to a model beside config.json and its weights; each is copied where it is there. */
const companions = [
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "tokenizer.model",
  "special_tokens_map.json",
  "added_tokens.json",
  "vocab.json",
  "merges.txt",
  "chat_template.jinja",
];

/** Weights in float32, one file. @param source the folder of the model before. Throws StorageError. */
export function writeHuggingFaceFolder(
  folder: string,
  { source, parameters }: { readonly source: string; readonly parameters: TransformerParameters },
): void {
  makeFolder(folder);
  try {
    for (const name of companions) {
      if (existsSync(join(source, name))) copyFileSync(join(source, name), join(folder, name));
    }
    const { torch_dtype: _, ...configuration } = JSON.parse(readFileSync(join(source, "config.json"), "utf8"));
    const written = JSON.stringify({ ...configuration, dtype: "float32" }, null, 2);
    writeFileAtomic(join(folder, "config.json"), `${written}\n`);
  } catch (error) {
    throw fileSystemFailure(error, "to write a model to", folder);
  }
  const tensors = leavesOf(parameters).map(
    ({ path, tensor }) => [path, { shape: tensor.shape, data: tensor.data as Float32Array }] as const,
  );
  writeSafetensors(join(folder, "model.safetensors"), new Map(tensors), { metadata: new Map([["format", "pt"]]) });
}
