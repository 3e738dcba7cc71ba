/**
 * Finds the vector that is nearest in direction, exactly: all are looked at, but each only until it is clear that it cannot
 * reach the threshold. What is left of two vectors of length 1 behind a place has a product of at most the product of its
 * lengths (Cauchy and Schwarz), and for unrelated texts that is clear after a small part of the numbers.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { ShapeError } from "../../core/errors/shape-error.ts";

/** A vector that was found. */
export interface SimilarVector<Key> {
  readonly key: Key;
  /** Cosine. */
  readonly similarity: number;
}

/** Numbers between two looks at what is left. */
const partLength = 32;
/** Sums in another order differ by less: a vector at the threshold is not given up for rounding. */
const slack = 1e-5;
const firstCapacity = 64;

/** Vectors of length 1 by keys, found by direction. */
export class VectorIndex<Key> {
  readonly threshold: number;
  readonly #rows = new Map<Key, number>();
  readonly #keys: Key[] = [];
  #dimensions = 0;
  #parts = 0;
  /** [rows, dimensions] */
  #vectors = new Float32Array(0);
  /** [rows, parts]: the length of what is left behind each part. */
  #lengths = new Float32Array(0);

  /** @param threshold the cosine from which vectors are found, in (0, 1]. Throws InvalidArgumentError for others. */
  constructor(threshold: number) {
    if (!(threshold > 0 && threshold <= 1)) {
      throw new InvalidArgumentError({
        expected: "a cosine in (0, 1] as threshold",
        received: String(threshold),
        remedy: "see the embedders' table for what unrelated texts have",
      });
    }
    this.threshold = threshold;
  }

  get size(): number {
    return this.#keys.length;
  }

  /**
   * The nearest vector at or above the threshold, of equals one of them; undefined where there is none.
   * Throws ShapeError for a vector of another length.
   */
  nearest(vector: Float32Array): SimilarVector<Key> | undefined {
    if (this.size === 0) return undefined;
    this.#checkLength(vector);
    const lengths = new Float32Array(this.#parts);
    this.#writeLengths(vector, lengths, 0);
    let best = -1;
    let bestSimilarity = this.threshold;
    for (let row = 0; row < this.#keys.length; row++) {
      const similarity = this.#productUnless(row, vector, lengths, bestSimilarity - slack);
      if (similarity > bestSimilarity || (best === -1 && similarity >= bestSimilarity)) {
        best = row;
        bestSimilarity = similarity;
      }
    }
    return best === -1 ? undefined : { key: this.#keys[best] as Key, similarity: bestSimilarity };
  }

  /** Adds a vector of length 1; a key that is there already is replaced. Throws ShapeError for one of another length. */
  add(key: Key, vector: Float32Array): void {
    if (this.#dimensions === 0) {
      this.#dimensions = vector.length;
      this.#parts = Math.ceil(vector.length / partLength);
    }
    this.#checkLength(vector);
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = this.#keys.length;
      this.#keys.push(key);
      this.#rows.set(key, row);
      if ((row + 1) * this.#dimensions > this.#vectors.length) this.#grow(Math.max(firstCapacity, 2 * row));
    }
    this.#vectors.set(vector, row * this.#dimensions);
    this.#writeLengths(vector, this.#lengths, row * this.#parts);
  }

  /** Whether the key was there. The last row takes its place. */
  remove(key: Key): boolean {
    const row = this.#rows.get(key);
    if (row === undefined) return false;
    const last = this.#keys.length - 1;
    const lastKey = this.#keys[last] as Key;
    const [size, parts] = [this.#dimensions, this.#parts];
    this.#vectors.copyWithin(row * size, last * size, (last + 1) * size);
    this.#lengths.copyWithin(row * parts, last * parts, (last + 1) * parts);
    this.#keys[row] = lastKey;
    this.#rows.set(lastKey, row);
    this.#keys.pop();
    this.#rows.delete(key);
    return true;
  }

  /** The inner product with a row, or -Infinity as soon as it cannot reach the least. */
  #productUnless(row: number, vector: Float32Array, lengths: Float32Array, least: number): number {
    const vectors = this.#vectors;
    const size = this.#dimensions;
    const start = row * size;
    const firstLength = row * this.#parts;
    let product = 0;
    for (let part = 0, index = 0; index < size; part++) {
      const end = Math.min(size, index + partLength);
      for (; index < end; index++) product += (vector[index] as number) * (vectors[start + index] as number);
      const left = (lengths[part] as number) * (this.#lengths[firstLength + part] as number);
      if (product + left < least) return -Infinity;
    }
    return product;
  }

  #writeLengths(vector: Float32Array, lengths: Float32Array, first: number): void {
    let squares = 0;
    for (let part = this.#parts - 1; part >= 0; part--) {
      lengths[first + part] = Math.sqrt(squares);
      const end = Math.min(vector.length, (part + 1) * partLength);
      for (let index = part * partLength; index < end; index++) squares += (vector[index] as number) ** 2;
    }
  }

  #checkLength(vector: Float32Array): void {
    if (vector.length === this.#dimensions) return;
    throw new ShapeError({
      expected: `vectors of ${this.#dimensions} numbers`,
      received: `one of ${vector.length}`,
      remedy: "use one embedder for all texts of an index",
    });
  }

  #grow(capacity: number): void {
    const vectors = new Float32Array(capacity * this.#dimensions);
    vectors.set(this.#vectors);
    this.#vectors = vectors;
    const lengths = new Float32Array(capacity * this.#parts);
    lengths.set(this.#lengths);
    this.#lengths = lengths;
  }
}
