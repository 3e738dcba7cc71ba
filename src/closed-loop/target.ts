/** The file of the model that is improved. */
import { createHash } from "node:crypto";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import { loadTransformer, type TransformerFile } from "../language-models/engine/transformer-file.ts";
import { resolveModelPath } from "../language-models/model-id.ts";
import { leavesOf } from "../tensor/tree.ts";
import type { Configuration } from "./configuration.ts";
import type { Domain } from "./domain.ts";
import type { LoopContext } from "./loop-context.ts";

/** The SHA-256 of the model's weights that a run began with: a run that goes on with others would mix two models. */
const weightsKey = "weights of the model";

type TargetDomain = Pick<Domain<unknown>, "name" | "tokenizer">;

/** Reads a model's file. Throws as resolveModelPath and loadTransformer, and CorruptFileError for another domain's model. */
export function readTarget({ model: name }: Configuration, domain: TargetDomain): TransformerFile {
  const model = loadTransformer(resolveModelPath(name));
  if (model.tokenizer !== domain.name || model.shape.vocabularySize !== domain.tokenizer.vocabularySize) {
    throw new CorruptFileError({
      expected: `a model of the domain ${domain.name}, with ${domain.tokenizer.vocabularySize} tokens`,
      received: `one of ${quotedText(model.tokenizer)} with ${model.shape.vocabularySize}`,
      remedy: "name a model that was pretrained for this domain",
    });
  }
  return model;
}

/** The model of a run. Throws as readTarget, and CorruptFileError for weights that are not those the run began with. */
export function loadTarget<Problem>({ configuration, domain, store }: LoopContext<Problem>): TransformerFile {
  const model = readTarget(configuration, domain);
  const weights = checksum(model);
  const begun = store.state(weightsKey);
  if (begun === undefined) store.setState(weightsKey, weights);
  else if (begun !== weights) {
    throw new CorruptFileError({
      expected: `the model that the run began with in ${quotedText(resolveModelPath(configuration.model), 1000)} (weights with the SHA-256 ${String(begun).slice(0, 12)}...)`,
      received: `another one (${weights.slice(0, 12)}...)`,
      remedy: "put it back, or start a new run with this one",
    });
  }
  return model;
}

/** SHA-256 of a model's weights, in hexadecimal digits. */
export function checksum({ parameters }: TransformerFile): string {
  const hash = createHash("sha256");
  for (const { tensor } of leavesOf(parameters)) {
    const { buffer, byteOffset, byteLength } = tensor.data;
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest("hex");
}
