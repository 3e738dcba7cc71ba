/** What every archive refuses before it changes. */
import { NumericalError } from "../../core/errors/numerical-error.ts";
import { ShapeError } from "../../core/errors/shape-error.ts";

/** Throws NumericalError for a fitness that is not finite. */
export function checkFitness(fitness: number, row: number): void {
  if (!Number.isFinite(fitness)) {
    throw new NumericalError({
      expected: "a fitness that is a finite number",
      received: `${fitness} in row ${row}`,
      remedy: "leave out what could not be evaluated before adding it",
    });
  }
}

/** Throws ShapeError where not each of `count` solutions has one fitness and one descriptor. */
export function checkColumns(
  count: number,
  { fitness, descriptors }: { readonly fitness: Float64Array; readonly descriptors: Float64Array },
  dimensions: number,
): void {
  if (fitness.length !== count || descriptors.length !== count * dimensions) {
    throw new ShapeError({
      expected: `fitness [${count}] and descriptors [${count}, ${dimensions}] for ${count} solutions`,
      received: `${fitness.length} and ${descriptors.length} numbers`,
      remedy: "give every solution one fitness and one descriptor",
    });
  }
}

/** Throws ShapeError for a descriptor of another length. */
export function checkDescriptorLength(descriptor: ArrayLike<number>, dimensions: number): void {
  if (descriptor.length !== dimensions) {
    throw new ShapeError({
      expected: `a descriptor of ${dimensions} numbers`,
      received: `${descriptor.length}`,
      remedy: "describe each solution by one number per dimension of the archive",
    });
  }
}
