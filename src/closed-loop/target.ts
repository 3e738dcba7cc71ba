/** The file of the model that is improved. */
import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import { loadTransformer, type TransformerFile } from "../language-models/engine/transformer-file.ts";
import { leavesOf } from "../tensor/tree.ts";
import type { LoopContext } from "./loop-context.ts";
import { modelPath } from "./model-path.ts";

/** The file in a folder of shipped checkpoints that is taken where the folder is named. */
const firstCheckpoint = "seed-0.safetensors";

/** The SHA-256 of the model's weights that a run began with: a run that goes on with others would mix two models. */
const weightsKey = "weights of the model";

/**
 * Reads a model's file.
 * Throws as modelPath and loadTransformer, and CorruptFileError for another domain's model and for weights that are not
 * those that the run began with.
 */
export function loadTarget<Problem>({ configuration, domain, store }: LoopContext<Problem>): TransformerFile {
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
  const weights = checksum(model);
  const begun = store.state(weightsKey);
  if (begun === undefined) store.setState(weightsKey, weights);
  else if (begun !== weights) {
    throw new CorruptFileError({
      expected: `the model that the run began with in ${quotedText(file, 1000)} (weights with the SHA-256 ${String(begun).slice(0, 12)}...)`,
      received: `another one (${weights.slice(0, 12)}...)`,
      remedy: "put it back, or start a new run with this one",
    });
  }
  return model;
}

function checksum({ parameters }: TransformerFile): string {
  const hash = createHash("sha256");
  for (const { tensor } of leavesOf(parameters)) {
    const { buffer, byteOffset, byteLength } = tensor.data;
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}
