/** A published model of the Llama family in illume's engine, with what it was taught as one adapter. */

import { openTrainableModel } from "../../fine-tuning/open-trainable-model.ts";
import type { TrainableModel } from "../../fine-tuning/trainable-model.ts";
import { TransformerLanguageModel } from "../../language-models/engine/transformer-language-model.ts";
import type { DownloadProgress } from "../../language-models/hub/download-model.ts";
import { type LoraParameters, loraScale, mergeLora } from "../../nn/lora.ts";
import type { Configuration } from "../configuration.ts";
import { learnAdapter, loraOf } from "../learn-adapter.ts";
import { checksum } from "./own-target.ts";
import type { Target } from "./target.ts";

/** Tokens of a problem and its answer together: the longest of GSM8K have a few hundred. */
const contextLength = 1024;

/** Opens a model, which may have to be fetched first. Throws as openTrainableModel. */
export async function readPublishedTarget(
  configuration: Configuration,
  onDownload?: (progress: DownloadProgress) => void,
): Promise<Target> {
  return publishedTarget(configuration, await openTrainableModel(configuration.model, {}, onDownload), undefined);
}

/** A published model with an adapter, or as it came. */
export function publishedTarget(
  configuration: Configuration,
  model: TrainableModel,
  adapter: LoraParameters | undefined,
): Target {
  const parameters =
    adapter === undefined
      ? model.parameters
      : mergeLora(model.parameters, adapter, loraScale(loraOf(configuration.learn)));
  const { shape, tokenizer, contextLength: most = contextLength } = model;
  let revision: string | undefined;
  return {
    revision: () => {
      revision ??= checksum(parameters);
      return revision;
    },
    open: async () =>
      new TransformerLanguageModel({
        id: configuration.model,
        shape,
        parameters,
        tokenizer,
        threads: configuration.threads,
        contextLength: Math.min(most, contextLength),
      }),
    learn: async (context, lesson) =>
      publishedTarget(configuration, model, await learnAdapter(context, { model, adapter }, lesson)),
  };
}
