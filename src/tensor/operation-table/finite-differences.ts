/** Central differences in double precision, the oracle of all derivatives. */
import type { RandomStream } from "../../core/random.ts";
import { type Tensor, tensor } from "../tensor.ts";

const step = 1e-5;

/** inputs + size * direction. */
function moved(inputs: readonly Tensor[], direction: readonly Float64Array[], size: number): Tensor[] {
  return inputs.map((input, position) => {
    const along = direction[position] as Float64Array;
    return tensor(
      Float64Array.from(input.data, (value, index) => value + size * (along[index] as number)),
      { shape: input.shape },
    );
  });
}

/** The slope of f along a direction, (f(x + h u) - f(x - h u)) / 2 h. */
export function slopeAlong(
  f: (inputs: readonly Tensor[]) => number,
  inputs: readonly Tensor[],
  direction: readonly Float64Array[],
): number {
  return (f(moved(inputs, direction, step)) - f(moved(inputs, direction, -step))) / (2 * step);
}

/** The gradient by each element of each input. */
export function differencesByElement(
  f: (inputs: readonly Tensor[]) => number,
  inputs: readonly Tensor[],
): Float64Array[] {
  return inputs.map((input, position) =>
    Float64Array.from({ length: input.size }, (_, index) => {
      const direction = inputs.map((other) => new Float64Array(other.size));
      (direction[position] as Float64Array)[index] = 1;
      return slopeAlong(f, inputs, direction);
    }),
  );
}

/** A random direction, normal in each element. */
export function drawDirection(inputs: readonly Tensor[], random: RandomStream): Float64Array[] {
  return inputs.map((input) => Float64Array.from({ length: input.size }, () => random.normal()));
}

/** The sum of products of gradients and a direction. */
export function innerProduct(gradients: readonly Tensor[], direction: readonly Float64Array[]): number {
  let total = 0;
  gradients.forEach((gradient, position) => {
    gradient.data.forEach((value, index) => {
      total += value * ((direction[position] as Float64Array)[index] as number);
    });
  });
  return total;
}
