import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";

const mostCells = 2 ** 31 - 1;

/** The number of cells of a shape. Throws InvalidArgumentError for an empty shape, a bad length, or too many cells. */
export function countCells(shape: readonly number[]): number {
  let cells = 1;
  for (const [dimension, bins] of shape.entries()) {
    if (!(Number.isInteger(bins) && bins > 0)) {
      throw new InvalidArgumentError({
        expected: "a whole number of bins, at least 1, along every dimension",
        received: `${bins} along dimension ${dimension}`,
        remedy: "give each dimension one bin or more",
      });
    }
    cells *= bins;
  }
  if (shape.length === 0 || cells > mostCells) {
    throw new InvalidArgumentError({
      expected: `at least one dimension and at most ${mostCells} cells`,
      received: `shape [${shape.join(", ")}]`,
      remedy: "use fewer bins, or a centroidal Voronoi tessellation for many dimensions",
    });
  }
  return cells;
}

/** The bins of a cell in a grid of that shape (row-major, as numpy.unravel_index). */
export function binsOfCell(cell: number, shape: readonly number[]): number[] {
  const cells = shape.reduce((product, bins) => product * bins, 1);
  if (!(Number.isInteger(cell) && cell >= 0 && cell < cells)) {
    throw new InvalidArgumentError({
      expected: `a cell in [0, ${cells})`,
      received: String(cell),
      remedy: "pass the number of a cell of this archive",
    });
  }
  const bins = new Array<number>(shape.length);
  let rest = cell;
  for (let dimension = shape.length - 1; dimension >= 0; dimension--) {
    const length = shape[dimension] as number;
    bins[dimension] = rest % length;
    rest = Math.floor(rest / length);
  }
  return bins;
}
