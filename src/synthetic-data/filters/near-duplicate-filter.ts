/**
 * Keeps near-duplicates out of a whole archive: texts that are equal but for spelling variants, that share most of their
 * n-grams of characters, or whose vectors are near. It grows and shrinks with the archive, a text at a time.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { Embedder } from "../../language-models/embedders/embedder.ts";
import { MinHashIndex } from "./min-hash-index.ts";
import { normalisedText } from "./normalised-text.ts";
import { shingles } from "./shingles.ts";
import { VectorIndex } from "./vector-index.ts";

/** Which texts count as near-duplicates; each way can be left out. */
export interface NearDuplicateFilterOptions {
  /** Of all n-grams of characters of both texts the share that both have, from which they are; default 0.8, false: none. */
  readonly ngrams?: { readonly threshold?: number; readonly size?: number; readonly functions?: number } | false;
  /** The cosine of vectors from which they are; default: not looked at. */
  readonly embedding?: { readonly embedder: Embedder; readonly threshold: number };
}

/** Why a text is a near-duplicate. */
export interface NearDuplicate<Key> {
  /** Of the text that it repeats. */
  readonly of: Key;
  readonly kind: "equal" | "n-grams" | "embedding";
  /** Jaccard similarity of n-grams, or cosine; 1 for equal ones. */
  readonly similarity: number;
}

/** A text that was read once, to be looked for and then added. */
export interface ReadText {
  readonly normalised: string;
  readonly shingles: Uint32Array | undefined;
  readonly vector: Float32Array | undefined;
}

/** The texts of an archive by keys, e.g. numbers of entries. */
export class NearDuplicateFilter<Key> {
  readonly #size: number;
  readonly #embedder: Embedder | undefined;
  readonly #equal = new Map<string, Key[]>();
  readonly #normalised = new Map<Key, string>();
  readonly #sets: MinHashIndex<Key> | undefined;
  readonly #vectors: VectorIndex<Key> | undefined;

  /** Throws InvalidArgumentError for thresholds out of (0, 1] and n-grams without characters. */
  constructor({ ngrams = {}, embedding }: NearDuplicateFilterOptions = {}) {
    const { threshold = 0.8, size = 5, functions = 128 } = ngrams || {};
    if (!(Number.isInteger(size) && size >= 1)) {
      throw new InvalidArgumentError({
        expected: "n-grams of at least one character",
        received: String(size),
        remedy: "use 5, or 3 for very short texts",
      });
    }
    this.#size = size;
    this.#sets = ngrams === false ? undefined : new MinHashIndex({ threshold, functions });
    this.#embedder = embedding?.embedder;
    this.#vectors = embedding && new VectorIndex(embedding.threshold);
  }

  /** How many texts there are. */
  get size(): number {
    return this.#normalised.size;
  }

  /** Reads texts, which is what takes time where there is an embedder. Throws what that throws. */
  async read(texts: readonly string[], options: { readonly signal?: AbortSignal } = {}): Promise<readonly ReadText[]> {
    const vectors = await this.#embedder?.embed(texts, options);
    return texts.map((text, index) => {
      const normalised = normalisedText(text);
      return {
        normalised,
        shingles: this.#sets && shingles(normalised, this.#size),
        vector: vectors?.[index],
      };
    });
  }

  /** What a text repeats, by the first of the ways that finds something; undefined where it is new. */
  find(text: ReadText): NearDuplicate<Key> | undefined {
    const equal = this.#equal.get(text.normalised)?.[0];
    if (equal !== undefined) return { of: equal, kind: "equal", similarity: 1 };
    const bySet = text.shingles && this.#sets?.nearest(text.shingles);
    if (bySet !== undefined) return { of: bySet.key, kind: "n-grams", similarity: bySet.similarity };
    const byVector = text.vector && this.#vectors?.nearest(text.vector);
    if (byVector !== undefined) return { of: byVector.key, kind: "embedding", similarity: byVector.similarity };
    return undefined;
  }

  /** Adds a text, near-duplicate or not; a key that is there already is replaced. */
  add(key: Key, text: ReadText): void {
    this.remove(key);
    this.#normalised.set(key, text.normalised);
    const keys = this.#equal.get(text.normalised);
    if (keys === undefined) this.#equal.set(text.normalised, [key]);
    else keys.push(key);
    if (text.shingles !== undefined) this.#sets?.add(key, text.shingles);
    if (text.vector !== undefined) this.#vectors?.add(key, text.vector);
  }

  /** Takes a text out, as an archive does with an elite that leaves. Returns whether it was there. */
  remove(key: Key): boolean {
    const normalised = this.#normalised.get(key);
    if (normalised === undefined) return false;
    this.#normalised.delete(key);
    const left = (this.#equal.get(normalised) ?? []).filter((other) => other !== key);
    if (left.length === 0) this.#equal.delete(normalised);
    else this.#equal.set(normalised, left);
    this.#sets?.remove(key);
    this.#vectors?.remove(key);
    return true;
  }
}
