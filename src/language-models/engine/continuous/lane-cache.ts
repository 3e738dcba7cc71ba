/** Keys and values of all layers, a lane for each sequence (or prompt): arrays that the graph reads and JavaScript writes to. */

export interface LaneShape {
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
}

/** Caches grow and shrink by this many positions, so that sums over them keep their order (see README.md). */
const positionStep = 64;

/** The capacity that holds a number of positions. */
export function capacityFor(positions: number): number {
  return Math.ceil(positions / positionStep) * positionStep;
}

export class LaneCache {
  readonly shape: LaneShape;
  #lanes = 0;
  #positions = 0;
  /** By layer, each [lanes, heads, positions, size]. */
  #keys: Float32Array[] = [];
  #values: Float32Array[] = [];

  constructor(shape: LaneShape) {
    this.shape = shape;
    this.#keys = Array.from({ length: shape.layers }, () => new Float32Array(0));
    this.#values = this.#keys;
  }

  /** Positions of a lane. */
  get positions(): number {
    return this.#positions;
  }

  /** Bytes of one position of one lane. */
  static bytesOfPosition({ layers, keyValueHeads, headSize }: LaneShape): number {
    return layers * keyValueHeads * headSize * 2 * Float32Array.BYTES_PER_ELEMENT;
  }

  /** Makes room for lanes of `positions` positions, of which the first `used` lanes keep what they hold. */
  fit(lanes: number, used: number, positions: number): void {
    const wanted = capacityFor(positions);
    const fits = wanted <= this.#positions && 2 * wanted > this.#positions;
    if (fits && lanes <= this.#lanes) return;
    const capacity = fits ? this.#positions : wanted;
    const kept = Math.min(used, this.#lanes);
    const { keyValueHeads, headSize } = this.shape;
    const room = Math.max(lanes, fits ? 2 * kept : kept);
    const resized = (source: Float32Array): Float32Array => {
      const target = new Float32Array(room * keyValueHeads * capacity * headSize);
      const length = Math.min(capacity, this.#positions) * headSize;
      for (let row = 0; row < kept * keyValueHeads; row++) {
        const start = row * this.#positions * headSize;
        target.set(source.subarray(start, start + length), row * capacity * headSize);
      }
      return target;
    };
    this.#keys = this.#keys.map(resized);
    this.#values = this.#values.map(resized);
    this.#lanes = room;
    this.#positions = capacity;
  }

  /** Writes a lane's position from a token's keys and values, [layers, 2, heads * size] from `start` on. */
  write(lane: number, position: number, rows: Float32Array, start: number): void {
    const { keyValueHeads, headSize } = this.shape;
    const width = keyValueHeads * headSize;
    for (let layer = 0; layer < this.shape.layers; layer++) {
      const keys = this.#keys[layer] as Float32Array;
      const values = this.#values[layer] as Float32Array;
      for (let head = 0; head < keyValueHeads; head++) {
        const to = ((lane * keyValueHeads + head) * this.#positions + position) * headSize;
        const from = start + 2 * layer * width + head * headSize;
        for (let index = 0; index < headSize; index++) {
          keys[to + index] = rows[from + index] as number;
          values[to + index] = rows[from + width + index] as number;
        }
      }
    }
  }

  /** Copies a lane to another place. */
  move(from: number, to: number): void {
    const length = this.shape.keyValueHeads * this.#positions * this.shape.headSize;
    for (const arrays of [this.#keys, this.#values]) {
      for (const array of arrays) array.copyWithin(to * length, from * length, (from + 1) * length);
    }
  }

  /** Keys and values of a layer's first `lanes` lanes. */
  layer(layer: number, lanes: number): { readonly keys: Float32Array; readonly values: Float32Array } {
    const length = lanes * this.shape.keyValueHeads * this.#positions * this.shape.headSize;
    return {
      keys: (this.#keys[layer] as Float32Array).subarray(0, length),
      values: (this.#values[layer] as Float32Array).subarray(0, length),
    };
  }
}
