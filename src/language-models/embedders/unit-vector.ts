import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";

/**
 * The vector divided by its Euclidean length.
 * Throws CorruptFileError, which names the embedder, for one that is zero or not finite.
 */
export function unitVector(vector: ArrayLike<number>, embedder: string): Float32Array {
  let squares = 0;
  for (let index = 0; index < vector.length; index++) squares += (vector[index] as number) ** 2;
  const length = Math.sqrt(squares);
  if (!(length > 0 && length < Infinity)) {
    throw new CorruptFileError({
      expected: `vectors from ${embedder} that have a direction`,
      received: `one of length ${length}`,
      remedy: "check the model for embeddings",
    });
  }
  const unit = new Float32Array(vector.length);
  for (let index = 0; index < vector.length; index++) unit[index] = (vector[index] as number) / length;
  return unit;
}

/** The inner product of two vectors of one length: the cosine of those of length 1, in [-1, 1] but for rounding. */
export function innerProduct(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] as number) * (b[index] as number);
  return sum;
}
