/**
 * Finds sets that share much with a given one, without comparing it with all (MinHash: Broder 1997; banding: Leskovec,
 * Rajaraman & Ullman, Mining of Massive Datasets, chapter 3; near-duplicates by it: Lee et al. 2022, 2107.06499).
 *
 * The least value of a random hash over a set is equal for two sets with the probability of their Jaccard similarity s.
 * `functions` such values are cut into b bands of r; sets are compared where all of a band is equal, which happens with
 * probability 1 - (1 - s^r)^b. Candidates are then compared exactly, so that nothing is found that is not similar; what is
 * missed is, at the threshold, at most one in a thousand by the choice of r, and less above it.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { jaccard, mixed } from "./shingles.ts";

/** Settings of the index. */
export interface MinHashIndexOptions {
  /** Jaccard similarity from which sets are found, in (0, 1]. */
  readonly threshold: number;
  /** Random hash functions; default 128. */
  readonly functions?: number;
}

/** A set that was found. */
export interface SimilarSet<Key> {
  readonly key: Key;
  /** Exact Jaccard similarity of the hashed n-grams. */
  readonly similarity: number;
}

const mostMissed = 1e-3;

/** Sets by keys, found by similarity. */
export class MinHashIndex<Key> {
  readonly threshold: number;
  /** How signatures are cut. */
  readonly bands: number;
  readonly rows: number;
  readonly #salts: Uint32Array;
  readonly #sets = new Map<Key, Uint32Array>();
  /** Of each band: its hash to the keys that have it. */
  readonly #buckets: Map<number, Key[]>[];

  /** Throws InvalidArgumentError for a threshold or a number of functions out of range. */
  constructor({ threshold, functions = 128 }: MinHashIndexOptions) {
    if (!(threshold > 0 && threshold <= 1 && Number.isInteger(functions) && functions >= 1)) {
      throw new InvalidArgumentError({
        expected: "a threshold in (0, 1] and at least one hash function",
        received: `threshold ${threshold}, ${functions} functions`,
        remedy: "use 128 functions, and a threshold such as 0.8",
      });
    }
    this.threshold = threshold;
    this.rows = rowsFor(threshold, functions);
    this.bands = Math.floor(functions / this.rows);
    this.#salts = Uint32Array.from({ length: this.bands * this.rows }, (_, index) => mixed(index + 1));
    this.#buckets = Array.from({ length: this.bands }, () => new Map());
  }

  get size(): number {
    return this.#sets.size;
  }

  /** The probability that a set of that similarity is missed. */
  missProbability(similarity: number): number {
    return (1 - similarity ** this.rows) ** this.bands;
  }

  /** The most similar set at or above the threshold, of equals one of them; undefined where there is none. */
  nearest(set: Uint32Array): SimilarSet<Key> | undefined {
    let best: SimilarSet<Key> | undefined;
    for (const key of this.candidates(set)) {
      const other = this.#sets.get(key) as Uint32Array;
      // No set of that size can be similar enough.
      if (Math.min(set.length, other.length) < this.threshold * Math.max(set.length, other.length)) continue;
      const similarity = jaccard(set, other);
      if (similarity >= this.threshold && similarity > (best?.similarity ?? 0)) best = { key, similarity };
    }
    return best;
  }

  /** The keys of which a band is equal, similar or not. */
  candidates(set: Uint32Array): Key[] {
    const candidates = new Set<Key>();
    for (const [band, hash] of this.#bandsOf(set).entries()) {
      for (const key of this.#buckets[band]?.get(hash) ?? []) candidates.add(key);
    }
    return [...candidates];
  }

  /** Adds a set of ascending numbers without repetition; a key that is there already is replaced. */
  add(key: Key, set: Uint32Array): void {
    this.remove(key);
    this.#sets.set(key, set);
    for (const [band, hash] of this.#bandsOf(set).entries()) {
      const bucket = this.#buckets[band] as Map<number, Key[]>;
      const keys = bucket.get(hash);
      if (keys === undefined) bucket.set(hash, [key]);
      else keys.push(key);
    }
  }

  /** Whether the key was there. */
  remove(key: Key): boolean {
    const set = this.#sets.get(key);
    if (set === undefined) return false;
    this.#sets.delete(key);
    for (const [band, hash] of this.#bandsOf(set).entries()) {
      const bucket = this.#buckets[band] as Map<number, Key[]>;
      const left = (bucket.get(hash) ?? []).filter((other) => other !== key);
      if (left.length === 0) bucket.delete(hash);
      else bucket.set(hash, left);
    }
    return true;
  }

  /** One hash a band of the set's least values. */
  #bandsOf(set: Uint32Array): Uint32Array {
    const bands = new Uint32Array(this.bands);
    for (let band = 0; band < this.bands; band++) {
      let bandHash = 0;
      for (let row = 0; row < this.rows; row++) {
        const salt = this.#salts[band * this.rows + row] as number;
        let least = 0xffffffff;
        for (let index = 0; index < set.length; index++) {
          // One to one for each salt, so that different members have different values.
          let value = Math.imul((set[index] as number) ^ salt, 0x9e3779b1);
          value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
          value = (value ^ (value >>> 13)) >>> 0;
          if (value < least) least = value;
        }
        bandHash = mixed(bandHash ^ least) + row;
      }
      bands[band] = bandHash;
    }
    return bands;
  }
}

/** The longest bands that miss at most one in a thousand sets at the threshold. */
function rowsFor(threshold: number, functions: number): number {
  let rows = 1;
  while (rows < functions && (1 - threshold ** (rows + 1)) ** Math.floor(functions / (rows + 1)) <= mostMissed) rows++;
  return rows;
}
