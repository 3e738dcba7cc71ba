/** A published model in illume's own engine, ready to be asked. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { TransformerLanguageModel } from "../engine/transformer-language-model.ts";
import type { LocatedModel } from "./locate-pretrained.ts";
import { openPretrained } from "./open-pretrained.ts";

/** How to run a published model. */
export interface OpenPublishedModelOptions {
  /** See TransformerLanguageModel. */
  readonly threads?: number;
  /** Tokens of prompt and answer together (default: what the model was trained for, at most 2048). */
  readonly contextLength?: number;
}

/** Models are trained for far longer texts than the memory of one machine likes, which grows with the square. */
const longestByDefault = 2048;

/**
 * Opens a model that locatePretrained found. Close it after use.
 * Throws as openPretrained does, and InvalidArgumentError for more context than the model was trained for.
 */
export async function openPublishedModel(
  id: string,
  located: LocatedModel,
  options: OpenPublishedModelOptions = {},
): Promise<TransformerLanguageModel> {
  const { shape, parameters, tokenizer, contextLength: most } = await openPretrained(located.path, located);
  const { threads = 1, contextLength = Math.min(most, longestByDefault) } = options;
  if (contextLength > most) {
    throw new InvalidArgumentError({
      expected: `a context of at most ${most} tokens, which the model was trained for`,
      received: String(contextLength),
      remedy: "ask for less, or name a model with a longer context",
    });
  }
  return new TransformerLanguageModel({ id, shape, parameters, tokenizer, threads, contextLength, embeds: true });
}
