/** The file of the model that is improved. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { loadTransformer, type TransformerFile } from "../language-models/engine/transformer-file.ts";
import type { LoopContext } from "./loop-context.ts";
import { modelPath } from "./model-path.ts";

/** The file in a folder of shipped checkpoints that is taken where the folder is named. */
const firstCheckpoint = "seed-0.safetensors";

/** Reads a model's file. Throws as modelPath and loadTransformer, and CorruptFileError for another domain's model. */
export function loadTarget<Problem>({ configuration, domain }: LoopContext<Problem>): TransformerFile {
  const path = modelPath(configuration.model);
  const file = statSync(path).isDirectory() ? join(path, firstCheckpoint) : path;
  const model = loadTransformer(file);
  if (model.tokenizer !== domain.name || model.shape.vocabularySize !== domain.tokenizer.vocabularySize) {
    throw new CorruptFileError({
      expected: `a model of the domain ${domain.name}, with ${domain.tokenizer.vocabularySize} tokens`,
      received: `one of ${JSON.stringify(model.tokenizer)} with ${model.shape.vocabularySize}`,
      remedy: "name a model that was pretrained for this domain",
    });
  }
  return model;
}
