/** Keys and values of new tokens, one layer: arrays that the decoding graph reads and JavaScript writes to. */

export interface CacheShape {
  readonly sequences: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

export class KeyValueCache {
  readonly shape: CacheShape;
  readonly capacity: number;
  /** [sequences, heads, capacity, size], as the values */
  readonly keys: Float32Array;
  readonly values: Float32Array;

  constructor(shape: CacheShape, capacity: number) {
    this.shape = shape;
    this.capacity = capacity;
    const length = shape.sequences * shape.keyValueHeads * shape.headSize * capacity;
    this.keys = new Float32Array(length);
    this.values = new Float32Array(length);
  }

  /** Writes every sequence's row, keys and values [sequences, heads, size], at a position below the capacity. */
  write(position: number, keys: Float32Array, values: Float32Array): void {
    const { sequences, keyValueHeads, headSize } = this.shape;
    const { capacity } = this;
    for (let lane = 0; lane < sequences * keyValueHeads; lane++) {
      const from = lane * headSize;
      const to = (lane * capacity + position) * headSize;
      for (let index = 0; index < headSize; index++) {
        this.keys[to + index] = keys[from + index] as number;
        this.values[to + index] = values[from + index] as number;
      }
    }
  }

  /** A cache of another capacity with some of the sequences, in the given order, up to a length. */
  take(sequences: readonly number[], length: number, capacity: number): KeyValueCache {
    const { keyValueHeads, headSize } = this.shape;
    const taken = new KeyValueCache({ ...this.shape, sequences: sequences.length }, capacity);
    sequences.forEach((sequence, row) => {
      for (let head = 0; head < keyValueHeads; head++) {
        const from = (sequence * keyValueHeads + head) * this.capacity * headSize;
        const to = (row * keyValueHeads + head) * capacity * headSize;
        taken.keys.set(this.keys.subarray(from, from + length * headSize), to);
        taken.values.set(this.values.subarray(from, from + length * headSize), to);
      }
    });
    return taken;
  }
}

/** Rows of an array with the given row length, in the given order. */
export function takeRows(array: Float32Array, rowLength: number, rows: readonly number[]): Float32Array {
  const taken = new Float32Array(rows.length * rowLength);
  rows.forEach((row, position) => {
    taken.set(array.subarray(row * rowLength, (row + 1) * rowLength), position * rowLength);
  });
  return taken;
}
