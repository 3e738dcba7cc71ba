/** Any LanguageModel that embeds, as an Embedder: endpoints, GGUF files, published models in illume's own engine. */
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import type { LanguageModel } from "../language-model.ts";
import { embedDistinct } from "./embed-distinct.ts";
import type { Embedder } from "./embedder.ts";
import { unitVector } from "./unit-vector.ts";

/** A model, and how it is asked. */
export interface LanguageModelEmbedderOptions {
  readonly model: LanguageModel;
  /** Texts that the model is given at once; default 512. */
  readonly batchSize?: number;
}

/**
 * The model's vectors, divided by their length. The empty text is put to it as a space, since endpoints refuse it. Closing
 * the embedder closes the model. Throws UnsupportedCapabilityError for a model that does not embed.
 */
export function languageModelEmbedder({ model, batchSize = 512 }: LanguageModelEmbedderOptions): Embedder {
  if (!model.capabilities.has("embed")) {
    throw new UnsupportedCapabilityError({
      expected: "a model that embeds texts",
      received: model.id,
      remedy: "name a model for embeddings, or use-lite, or n-grams",
    });
  }
  let dimensions: number | undefined;
  return {
    id: model.id,
    get dimensions() {
      return dimensions;
    },
    embed: (texts, { signal } = {}) =>
      embedDistinct(texts, {
        batchSize,
        signal,
        async embedBatch(batch) {
          const vectors = await model.embed(
            batch.map((text) => (text === "" ? " " : text)),
            signal && { signal },
          );
          dimensions ??= vectors[0]?.length;
          return vectors.map((vector) => unitVector(vector, model.id));
        },
      }),
    close: () => model.close(),
  };
}
