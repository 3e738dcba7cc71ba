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
/** Rows that are looked at together, part by part, so that memory is read in order. */
const blockRows = 1024;

/** The numbers of up to blockRows vectors. */
interface Block {
  /** [parts, rows, partLength], zeros behind the last number. */
  readonly numbers: Float32Array;
  /** [parts, rows]: the length of what is left of a vector behind each part. */
  readonly lengths: Float32Array;
}

/** Vectors of length 1 by keys, found by direction. */
export class VectorIndex<Key> {
  readonly threshold: number;
  readonly #rows = new Map<Key, number>();
  readonly #keys: Key[] = [];
  readonly #blocks: Block[] = [];
  #dimensions = 0;
  #parts = 0;
  // Of one block: rows that may still be the nearest, and their products so far.
  readonly #rowsLeft = new Int32Array(blockRows);
  readonly #products = new Float64Array(blockRows);

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
    const { numbers, lengths } = this.#block(1);
    this.#write(vector, { numbers, lengths }, 0, 1);
    let best = -1;
    let bestSimilarity = this.threshold;
    for (const [index, block] of this.#blocks.entries()) {
      const first = index * blockRows;
      const rows = Math.min(blockRows, this.size - first);
      const left = this.#candidates(block, rows, { numbers, lengths }, bestSimilarity - slack);
      for (let place = 0; place < left; place++) {
        const similarity = this.#products[place] as number;
        if (similarity > bestSimilarity || (best === -1 && similarity >= bestSimilarity)) {
          best = first + (this.#rowsLeft[place] as number);
          bestSimilarity = similarity;
        }
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
      if (row === this.#blocks.length * blockRows) this.#blocks.push(this.#block(blockRows));
    }
    this.#write(vector, this.#blocks[Math.floor(row / blockRows)] as Block, row % blockRows, blockRows);
  }

  /** Whether the key was there. The last row takes its place. */
  remove(key: Key): boolean {
    const row = this.#rows.get(key);
    if (row === undefined) return false;
    const last = this.#keys.length - 1;
    const lastKey = this.#keys[last] as Key;
    this.#move(last, row);
    this.#keys[row] = lastKey;
    this.#rows.set(lastKey, row);
    this.#keys.pop();
    this.#rows.delete(key);
    if (last % blockRows === 0) this.#blocks.pop();
    return true;
  }

  /** Leaves in #rowsLeft and #products those rows of a block whose product may reach the least; returns how many. */
  #candidates(block: Block, rows: number, asked: Block, least: number): number {
    const { numbers, lengths } = block;
    const [rowsLeft, products] = [this.#rowsLeft, this.#products];
    let left = rows;
    for (let row = 0; row < rows; row++) {
      rowsLeft[row] = row;
      products[row] = 0;
    }
    for (let part = 0; part < this.#parts && left > 0; part++) {
      const askedLength = asked.lengths[part] as number;
      const askedStart = part * partLength;
      let kept = 0;
      for (let place = 0; place < left; place++) {
        const row = rowsLeft[place] as number;
        const start = (part * blockRows + row) * partLength;
        let product = products[place] as number;
        for (let index = 0; index < partLength; index++) {
          product += (asked.numbers[askedStart + index] as number) * (numbers[start + index] as number);
        }
        if (product + askedLength * (lengths[part * blockRows + row] as number) < least) continue;
        rowsLeft[kept] = row;
        products[kept] = product;
        kept++;
      }
      left = kept;
    }
    return left;
  }

  #block(rows: number): Block {
    return {
      numbers: new Float32Array(this.#parts * rows * partLength),
      lengths: new Float32Array(this.#parts * rows),
    };
  }

  /** Writes a vector into a row of a block of so many rows. */
  #write(vector: Float32Array, { numbers, lengths }: Block, row: number, rows: number): void {
    let squares = 0;
    for (let part = this.#parts - 1; part >= 0; part--) {
      lengths[part * rows + row] = Math.sqrt(squares);
      const values = vector.subarray(part * partLength, (part + 1) * partLength);
      numbers.set(values, (part * rows + row) * partLength);
      for (const value of values) squares += value * value;
    }
  }

  #move(from: number, to: number): void {
    const [source, target] = [from, to].map((row) => this.#blocks[Math.floor(row / blockRows)]) as [Block, Block];
    for (let part = 0; part < this.#parts; part++) {
      const [read, written] = [from, to].map((row) => part * blockRows + (row % blockRows)) as [number, number];
      const values = source.numbers.subarray(read * partLength, (read + 1) * partLength);
      target.numbers.set(values, written * partLength);
      target.lengths[written] = source.lengths[read] as number;
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
}
