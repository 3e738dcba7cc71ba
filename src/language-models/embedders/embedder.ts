/**
 * Texts as unit-length vectors whose inner product says how alike they are.
 *
 * Every implementation is held to tests/contracts/embedder.contract.ts. What "alike" means is each one's own: the cosine
 * of unrelated texts is about 0 with one and 0.8 with another, so that thresholds do not carry over (README.md has
 * measured ones).
 */

/** How texts are embedded. */
export interface EmbedOptions {
  /** Looked at between batches, and passed on to what can stop by itself. */
  readonly signal?: AbortSignal;
}

/** Gives texts vectors. */
export interface Embedder {
  /** What the user types to get it, e.g. "use-lite" or "openai:text-embedding-3-small". */
  readonly id: string;
  /** Numbers in a vector; undefined until the first vectors came where only they tell. */
  readonly dimensions: number | undefined;
  /**
   * One vector of length 1 a text, in order; equal texts have equal vectors, and the empty text has one too. Takes
   * thousands of texts at once. Throws InterruptedError where the signal aborts, and what its model throws.
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<readonly Float32Array[]>;
  /** Frees what it opened; calling it twice is harmless. */
  close(): Promise<void>;
}
