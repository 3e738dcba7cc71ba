/** Where an archive keeps its solutions: by row number, as references or as rows of one typed array. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { ShapeError } from "../../core/errors/shape-error.ts";

/** How an archive keeps solutions, in numbered rows. */
export interface SolutionStorage<Solution, Solutions> {
  /** How many solutions a batch has. Throws ShapeError for a batch of another width. */
  countOf(solutions: Solutions): number;
  /** Throws ShapeError where one solution has another width. */
  check(solution: Solution): void;
  /** Makes room for rows [0, capacity). */
  reserve(capacity: number): void;
  set(row: number, solution: Solution): void;
  setFromBatch(row: number, solutions: Solutions, index: number): void;
  get(row: number): Solution;
}

/** Keeps references to solutions of any type; they should not be changed afterwards. */
export function listStorage<Solution>(): SolutionStorage<Solution, readonly Solution[]> {
  const stored: Solution[] = [];
  return {
    countOf: (solutions) => solutions.length,
    check: () => {},
    reserve: () => {},
    set: (row, solution) => {
      stored[row] = solution;
    },
    setFromBatch: (row, solutions, index) => {
      stored[row] = solutions[index] as Solution;
    },
    get: (row) => stored[row] as Solution,
  };
}

/** A batch of vectors: a matrix [rows, dimension] in one array, or a list of rows. */
export type VectorBatch = Float64Array | readonly Float64Array[];

/** Copies solutions that are vectors of one length into one array, and out of it. */
export function vectorStorage(dimension: number): SolutionStorage<Float64Array, VectorBatch> {
  if (!(Number.isInteger(dimension) && dimension > 0)) {
    throw new InvalidArgumentError({
      expected: "a whole number of components, at least 1",
      received: String(dimension),
      remedy: "give the length of the solution vectors",
    });
  }
  let stored = new Float64Array(0);

  function check(solution: Float64Array): void {
    if (solution.length !== dimension) {
      throw new ShapeError({
        expected: `solutions of ${dimension} components`,
        received: `one of ${solution.length}`,
        remedy: "make the archive with the length of your solution vectors",
      });
    }
  }

  return {
    check,
    countOf(solutions) {
      if (!(solutions instanceof Float64Array)) {
        for (const solution of solutions) check(solution);
        return solutions.length;
      }
      if (solutions.length % dimension !== 0) {
        throw new ShapeError({
          expected: `a matrix of rows of ${dimension} components`,
          received: `${solutions.length} numbers`,
          remedy: "pass all solutions of the batch in one array, row by row",
        });
      }
      return solutions.length / dimension;
    },
    reserve(capacity) {
      if (stored.length >= capacity * dimension) return;
      const larger = new Float64Array(capacity * dimension);
      larger.set(stored);
      stored = larger;
    },
    set: (row, solution) => stored.set(solution, row * dimension),
    setFromBatch(row, solutions, index) {
      if (!(solutions instanceof Float64Array)) {
        stored.set(solutions[index] as Float64Array, row * dimension);
        return;
      }
      const from = index * dimension;
      const to = row * dimension;
      for (let component = 0; component < dimension; component++) {
        stored[to + component] = solutions[from + component] as number;
      }
    },
    get: (row) => stored.slice(row * dimension, (row + 1) * dimension),
  };
}
