/** Text to token ids and back. */
export interface Tokenizer {
  readonly vocabularySize: number;
  /** Starts every sequence. */
  readonly beginToken: number;
  /** Ends a completion. */
  readonly endToken: number;
  /** Token ids of a text, without begin or end token. Throws InvalidArgumentError for text it cannot express. */
  encode(text: string): number[];
  /**
   * The text of token ids; special tokens and ids that are none of its own are left out, so that it never throws.
   * decode(encode(text)) is the text for every text it can express.
   */
  decode(tokens: readonly number[]): string;
}
