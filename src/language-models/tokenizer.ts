/** Text to token ids and back. */
import type { ChatMessage } from "./language-model.ts";

/** Text to token ids and back, as one model knows them. */
export interface Tokenizer {
  readonly vocabularySize: number;
  /** Starts every sequence, where the model has such a token. */
  readonly beginToken?: number;
  /** Tokens that end a completion, at least one; the first is the one that training and scoring put behind it. */
  readonly endTokens: readonly number[];
  /** Token ids of a text, without begin or end token. Throws InvalidArgumentError for text it cannot express. */
  encode(text: string): number[];
  /**
   * Token ids of a conversation that asks for the assistant's next message: all of the prompt, a begin token included
   * where the model's template has one. What users wrote never becomes a control token. Missing for models without a
   * chat template. Throws InvalidArgumentError for roles or an order of messages that the template refuses.
   */
  encodeChat?(messages: readonly ChatMessage[]): number[];
  /**
   * The text of token ids; special tokens and ids that are none of its own are left out, so that it never throws.
   * decode(encode(text)) is the text for every text it can express.
   */
  decode(tokens: readonly number[]): string;
}

/** The token that ends a completion in training and scoring. */
export function endToken(tokenizer: Tokenizer): number {
  return tokenizer.endTokens[0] as number;
}
