/**
 * Any model by its id, ready to be asked. Each scheme's opener is a file of its own that is loaded when it is needed, so
 * that nobody pays for what he does not use.
 */
import type { OpenEndpointOptions } from "./endpoints/open-endpoint.ts";
import type { LanguageModel } from "./language-model.ts";
import { type LocalId, parseModelId } from "./model-id.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** How to open a model; what does not concern its kind is not looked at. */
export interface OpenLanguageModelOptions extends OpenEndpointOptions {
  /** Of illume's own model files, by the name that they give, e.g. { "grade-school": gradeSchoolTokenizer }. */
  readonly tokenizers?: Readonly<Record<string, Tokenizer>>;
  /** Threads of models that run here (default: 1 for illume's own, the machine's cores for llama.cpp). */
  readonly threads?: number;
  /** Tokens of prompt and answer together, of models that run here (default: what the model was trained for, at most). */
  readonly contextLength?: number;
  /** Where models from Hugging Face are kept (default: the downloader's own place). */
  readonly modelsFolder?: string;
}

/**
 * Opens a model; nothing is sent to an endpoint. Close it after use.
 *
 * @param id a shipped name, a path, or one of modelSchemes
 * Throws UnknownNameError for an unknown scheme or name, with the nearest one; InvalidArgumentError for half an id;
 * MissingPackageError with the `npm install` that brings an optional package; MissingKeyError with the environment
 * variable of a key; StorageError and CorruptFileError for files.
 */
export async function openLanguageModel(id: string, options: OpenLanguageModelOptions = {}): Promise<LanguageModel> {
  const parsed = parseModelId(id);
  switch (parsed.scheme) {
    case "openai":
    case "anthropic":
    case "google":
    case "ollama":
    case "http": {
      const { openEndpoint } = await import("./endpoints/open-endpoint.ts");
      return openEndpoint(parsed, options);
    }
    case "gguf":
    case "hf": {
      const { openLocalGguf } = await import("./local-gguf/open-local-gguf.ts");
      return openLocalGguf(parsed, options);
    }
    case "scripted": {
      const { openScripted } = await import("./open-scripted.ts");
      return openScripted(parsed);
    }
    case "illume":
      return openHere(parsed, options);
  }
}

async function openHere({ id, path }: LocalId, options: OpenLanguageModelOptions): Promise<LanguageModel> {
  const { tokenizers = {}, threads = 1, contextLength, modelsFolder } = options;
  const { locatePretrained } = await import("./pretrained/locate-pretrained.ts");
  const published = await locatePretrained(path, { ...(modelsFolder !== undefined && { cache: modelsFolder }) });
  if (published !== undefined) {
    const { openPublishedModel } = await import("./pretrained/open-published-model.ts");
    return openPublishedModel(id, published, { threads, ...(contextLength !== undefined && { contextLength }) });
  }
  const { openTransformer } = await import("./open-transformer.ts");
  return openTransformer({ id, tokenizers, threads, ...(contextLength !== undefined && { contextLength }) }).model;
}
