/** Opens what can be taught: published models of the Llama family, and illume's own files. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import { makeFolder } from "../core/make-folder.ts";
import { quotedText } from "../core/quoted-text.ts";
import { loadTransformer, saveTransformer } from "../language-models/engine/transformer-file.ts";
import type { DownloadProgress } from "../language-models/hub/download-model.ts";
import { isHubName } from "../language-models/hub/hub-name.ts";
import { parseModelId, resolveModelPath } from "../language-models/model-id.ts";
import { type LocatedModel, locatePretrained } from "../language-models/pretrained/locate-pretrained.ts";
import { type OpenPretrainedOptions, openPretrained } from "../language-models/pretrained/open-pretrained.ts";
import type { Tokenizer } from "../language-models/tokenizer.ts";
import type { TransformerParameters } from "../nn/transformer.ts";
import type { TrainableModel } from "./trainable-model.ts";
import { writeHuggingFaceFolder } from "./write-hugging-face-folder.ts";

/**
 * Opens a model to teach.
 * @param id illume:PATH or gguf:PATH of a folder, GGUF file or adapter, illume:ORG/REPO, or a model file of illume's own, also a shipped one's name
 * @param tokenizers of illume's own models, by the name that their files give
 * @param onDownload told of each file of a model from Hugging Face as it comes
 * Throws UnsupportedCapabilityError for models that run elsewhere, and as openPretrained and loadTransformer.
 */
export async function openTrainableModel(
  id: string,
  tokenizers: Readonly<Record<string, Tokenizer>> = {},
  onDownload?: (progress: DownloadProgress) => void,
): Promise<TrainableModel> {
  const parsed = parseModelId(id);
  if (parsed.scheme !== "illume" && parsed.scheme !== "gguf") {
    throw new UnsupportedCapabilityError({
      expected: "a model that illume's own engine runs (illume:PATH)",
      received: quotedText(id),
      remedy:
        "download its weights and name their folder, or fine-tune it where it runs with what illume export writes",
    });
  }
  const located = await locatePretrained(parsed.path, onDownload && { onProgress: onDownload });
  return located === undefined ? openOwn(id, tokenizers) : openPublished(id, located, onDownload && { onDownload });
}

async function openPublished(
  id: string,
  { path, name }: LocatedModel,
  options: OpenPretrainedOptions = {},
): Promise<TrainableModel> {
  const { shape, parameters, tokenizer, contextLength, folder } = await openPretrained(path, options);
  const write = (target: string, learnt: TransformerParameters) =>
    writeHuggingFaceFolder(target, { source: folder, parameters: learnt });
  // A name on the Hub means more elsewhere than a folder of this machine.
  const baseName = existsSync(name) || !isHubName(name) ? path : name;
  return { id, shape, parameters, tokenizer, contextLength, baseName, write };
}

function openOwn(id: string, tokenizers: Readonly<Record<string, Tokenizer>>): TrainableModel {
  const path = resolveModelPath(id);
  const { shape, parameters, tokenizer: name } = loadTransformer(path);
  const tokenizer = Object.hasOwn(tokenizers, name) ? tokenizers[name] : undefined;
  if (tokenizer === undefined) throw new UnknownNameError({ kind: "tokenizer", name, known: Object.keys(tokenizers) });
  const write = (folder: string, learnt: TransformerParameters) => {
    makeFolder(dirname(folder));
    // One file, which is opened by the folder's name as well.
    saveTransformer(`${folder}.safetensors`, { shape, parameters: learnt, tokenizer: name });
  };
  return { id, shape, parameters, tokenizer, contextLength: undefined, baseName: path, write };
}
