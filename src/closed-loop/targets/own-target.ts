/** A file of illume's own: a small model of one domain, of which all weights are taught. */
import { createHash } from "node:crypto";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { loadTransformer, type TransformerFile } from "../../language-models/engine/transformer-file.ts";
import { TransformerLanguageModel } from "../../language-models/engine/transformer-language-model.ts";
import { resolveModelPath } from "../../language-models/model-id.ts";
import type { TransformerParameters } from "../../nn/transformer.ts";
import { leavesOf } from "../../tensor/tree.ts";
import type { Configuration } from "../configuration.ts";
import type { Domain } from "../domain.ts";
import { learnRound } from "../learning.ts";
import type { Target } from "./target.ts";

/** Reads a model's file. Throws as resolveModelPath and loadTransformer, and CorruptFileError for another domain's model. */
export function readOwnTarget(
  configuration: Configuration,
  domain: Pick<Domain<unknown>, "name" | "tokenizer">,
): Target {
  const model = loadTransformer(resolveModelPath(configuration.model));
  if (model.tokenizer !== domain.name || model.shape.vocabularySize !== domain.tokenizer.vocabularySize) {
    throw new CorruptFileError({
      expected: `a model of the domain ${domain.name}, with ${domain.tokenizer.vocabularySize} tokens`,
      received: `one of ${quotedText(model.tokenizer)} with ${model.shape.vocabularySize}`,
      remedy: "name a model that was pretrained for this domain",
    });
  }
  return ownTarget(model, configuration, domain);
}

function ownTarget(
  file: TransformerFile,
  configuration: Configuration,
  domain: Pick<Domain<unknown>, "name" | "tokenizer">,
): Target {
  const { shape, parameters } = file;
  const { tokenizer } = domain;
  const { model: id, threads } = configuration;
  return {
    revision: () => checksum(parameters),
    open: async () => new TransformerLanguageModel({ id, tokenizer, threads, shape, parameters }),
    learn: async (context, lesson) => ownTarget(await learnRound(context, file, lesson), configuration, domain),
  };
}

/** SHA-256 of a model's weights, in hexadecimal digits. */
export function checksum(parameters: TransformerParameters): string {
  const hash = createHash("sha256");
  for (const { tensor } of leavesOf(parameters)) {
    const { buffer, byteOffset, byteLength } = tensor.data;
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}
