/** A model file and its tokenizer as a language model that is ready to be asked, and whose parameters can be trained. */
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import type { TransformerParameters, TransformerShape } from "../nn/transformer.ts";
import { loadTransformer } from "./engine/transformer-file.ts";
import { TransformerLanguageModel } from "./engine/transformer-language-model.ts";
import { resolveModelPath } from "./model-id.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Which model file to open, and how to run it. */
export interface OpenTransformerOptions {
  /** See resolveModelPath. */
  readonly id: string;
  /** By the name that model files give, e.g. { "grade-school": gradeSchoolTokenizer }. */
  readonly tokenizers: Readonly<Record<string, Tokenizer>>;
  /** Threads with a session each (default 1: the calling thread). */
  readonly threads?: number;
  /** Tokens of prompt and new text together at most (default 1024). */
  readonly contextLength?: number;
}

/** A model file that was opened: its parts for training, and the model for use. */
export interface OpenTransformer {
  readonly shape: TransformerShape;
  readonly parameters: TransformerParameters;
  readonly tokenizer: Tokenizer;
  /** The tokenizer's name, to save trained parameters under. */
  readonly tokenizerName: string;
  /** Close it after use. */
  readonly model: TransformerLanguageModel;
}

/**
 * Opens a model of illume's own.
 * Throws UnknownNameError for an unknown model or tokenizer, StorageError where the file cannot be read,
 * CorruptFileError where it is torn or no model.
 */
export function openTransformer(options: OpenTransformerOptions): OpenTransformer {
  const { id, tokenizers, threads = 1, contextLength = 1024 } = options;
  const { shape, parameters, tokenizer: tokenizerName } = loadTransformer(resolveModelPath(id));
  const tokenizer = Object.hasOwn(tokenizers, tokenizerName) ? tokenizers[tokenizerName] : undefined;
  if (tokenizer === undefined) {
    throw new UnknownNameError({ kind: "tokenizer", name: tokenizerName, known: Object.keys(tokenizers) });
  }
  const model = new TransformerLanguageModel({ id, shape, parameters, tokenizer, threads, contextLength });
  return { shape, parameters, tokenizer, tokenizerName, model };
}
