/** Keys and values of one layer, a cache for each sequence: arrays that the decoding graph reads and JavaScript writes to. */

export interface CacheShape {
  readonly sequences: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

/** Each [rows, heads, positions, size]. */
export interface KeyValueArrays {
  readonly keys: Float32Array;
  readonly values: Float32Array;
}

/**
 * Memory that is used again: fresh large arrays cost a step more than what is written to them. What they hold is left as
 * it is, since places that are not filled are masked; so none may be given back that holds other than finite numbers.
 */
export class ArrayPool {
  /** The longest first. */
  #free: Float32Array[] = [];

  /** An array of a length, of zeros or of what an earlier holder left. */
  take(length: number): Float32Array {
    const fitting = this.#free.findLastIndex((array) => array.length >= length);
    // Where none is long enough, the longest makes room for a longer one.
    const [array] = this.#free.splice(Math.max(fitting, 0), 1);
    return fitting >= 0 && array !== undefined ? array.subarray(0, length) : new Float32Array(length);
  }

  /** Gives an array back, which its holder must not use any more. */
  giveBack(array: Float32Array): void {
    this.#free.push(new Float32Array(array.buffer));
    this.#free.sort((a, b) => b.length - a.length);
  }
}

export class KeyValueCache implements KeyValueArrays {
  readonly shape: CacheShape;
  readonly capacity: number;
  readonly #pool: ArrayPool;
  /** [sequences, heads, capacity, size] */
  readonly keys: Float32Array;
  /** [sequences, heads, capacity, size] */
  readonly values: Float32Array;

  constructor(shape: CacheShape, capacity: number, pool: ArrayPool) {
    this.shape = shape;
    this.capacity = capacity;
    this.#pool = pool;
    const length = shape.sequences * shape.keyValueHeads * shape.headSize * capacity;
    this.keys = pool.take(length);
    this.values = pool.take(length);
  }

  /** Writes every sequence's row, keys and values [sequences, heads, size], at its position below the capacity. */
  write(positions: ArrayLike<number>, { keys, values }: KeyValueArrays): void {
    const { sequences, keyValueHeads, headSize } = this.shape;
    for (let lane = 0; lane < sequences * keyValueHeads; lane++) {
      const from = lane * headSize;
      const position = positions[Math.floor(lane / keyValueHeads)] as number;
      const to = (lane * this.capacity + position) * headSize;
      for (let index = 0; index < headSize; index++) {
        this.keys[to + index] = keys[from + index] as number;
        this.values[to + index] = values[from + index] as number;
      }
    }
  }

  /**
   * Fills the beginning of each sequence's cache from rows of arrays with `capacity` positions: sequence s gets the first
   * `length` positions of row rows[s].
   */
  fill(source: KeyValueArrays, capacity: number, rows: ArrayLike<number>, length: number): void {
    const { sequences, keyValueHeads, headSize } = this.shape;
    for (let lane = 0; lane < sequences * keyValueHeads; lane++) {
      const row = rows[Math.floor(lane / keyValueHeads)] as number;
      const from = (row * keyValueHeads + (lane % keyValueHeads)) * capacity * headSize;
      const to = lane * this.capacity * headSize;
      this.keys.set(source.keys.subarray(from, from + length * headSize), to);
      this.values.set(source.values.subarray(from, from + length * headSize), to);
    }
  }

  /** A cache of another capacity with some of the sequences, in the given order, up to a length; replaces this one. */
  replace(sequences: readonly number[], length: number, capacity: number): KeyValueCache {
    const taken = new KeyValueCache({ ...this.shape, sequences: sequences.length }, capacity, this.#pool);
    taken.fill(this, this.capacity, sequences, length);
    this.giveBack();
    return taken;
  }

  /** Ends its use. */
  giveBack(): void {
    this.#pool.giveBack(this.keys);
    this.#pool.giveBack(this.values);
  }
}
