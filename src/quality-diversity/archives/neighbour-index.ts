/** Points that can be added and moved, and the nearest of them; all are looked at, in time linear in their number. */

/** A point by its row, and how far it is. */
export interface Neighbour {
  readonly row: number;
  /** Euclidean. */
  readonly distance: number;
}

const firstRows = 64;

export class NeighbourIndex {
  readonly #dimensions: number;
  /** [rows, dimensions] */
  #points = new Float64Array(0);
  #size = 0;

  constructor(dimensions: number) {
    this.#dimensions = dimensions;
  }

  /** Sets a point; the row after the last one adds one. */
  set(row: number, point: ArrayLike<number>): void {
    const start = row * this.#dimensions;
    if (start >= this.#points.length) {
      const larger = new Float64Array(Math.max(firstRows * this.#dimensions, 2 * this.#points.length));
      larger.set(this.#points);
      this.#points = larger;
    }
    for (let dimension = 0; dimension < this.#dimensions; dimension++) {
      this.#points[start + dimension] = (point[dimension] as number) + 0;
    }
    this.#size = Math.max(this.#size, row + 1);
  }

  /** A copy of a point. */
  row(row: number): number[] {
    return Array.from(this.#points.subarray(row * this.#dimensions, (row + 1) * this.#dimensions));
  }

  /** The nearest points, nearest first, of equally near ones the first; all where there are no more than `count`. */
  nearest(point: ArrayLike<number>, count: number): Neighbour[] {
    const most = Math.min(count, this.#size);
    const rows: number[] = [];
    const squares: number[] = [];
    for (let row = 0; row < this.#size; row++) {
      const bound = rows.length < most ? Infinity : (squares[most - 1] as number);
      const square = this.#squareBelow(row, point, bound);
      if (square >= bound) continue;
      let place = rows.length < most ? rows.length : most - 1;
      while (place > 0 && (squares[place - 1] as number) > square) {
        squares[place] = squares[place - 1] as number;
        rows[place] = rows[place - 1] as number;
        place--;
      }
      squares[place] = square;
      rows[place] = row;
    }
    return rows.map((row, place) => ({ row, distance: Math.sqrt(squares[place] as number) }));
  }

  /** The squared distance, or anything at or above the bound once it is clear that it is not below it. */
  #squareBelow(row: number, point: ArrayLike<number>, bound: number): number {
    const start = row * this.#dimensions;
    let square = 0;
    for (let dimension = 0; dimension < this.#dimensions && square < bound; dimension++) {
      const difference = (point[dimension] as number) - (this.#points[start + dimension] as number);
      square += difference * difference;
    }
    return square;
  }
}
