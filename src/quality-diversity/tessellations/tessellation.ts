/** A division of a descriptor space into finitely many cells: what an archive's cells mean. */
export interface Tessellation {
  /** How many cells there are; they are numbered from 0. */
  readonly cells: number;
  /** Numbers in a descriptor. */
  readonly dimensions: number;
  /**
   * The cell of the descriptor in the given row of a matrix [rows, dimensions], in [0, cells).
   * Throws NumericalError for NaN or infinity; a tessellation of labels also InvalidArgumentError for a bin it lacks.
   */
  cellOf(descriptors: Float64Array, row: number): number;
}

/** A tessellation whose cells are the combinations of bins along each dimension, the last dimension varying fastest. */
export interface RectangularTessellation extends Tessellation {
  /** Bins along each dimension. */
  readonly shape: readonly number[];
  /** What each dimension is called, and the label of each of its bins. */
  readonly axes: readonly { readonly name: string; readonly labels: readonly string[] }[];
  /** One bin per dimension for a cell. Throws InvalidArgumentError where there is no such cell. */
  binsOf(cell: number): number[];
}
