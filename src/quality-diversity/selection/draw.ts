import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { RandomStream } from "../../core/random.ts";

/**
 * `count` indices, each with probability proportional to its weight, by inversion of the running sum; one uniform a draw.
 * Where all weights are zero the draw is uniform. Throws InvalidArgumentError for no weights, or a bad one.
 */
export function drawIndices(weights: ArrayLike<number>, count: number, random: RandomStream): Int32Array {
  const sums = new Float64Array(weights.length);
  let total = 0;
  for (let index = 0; index < weights.length; index++) {
    const weight = weights[index] as number;
    if (!(weight >= 0 && weight < Infinity)) {
      throw new InvalidArgumentError({
        expected: "weights that are finite and not negative",
        received: `${weight} at index ${index}`,
        remedy: "choose a lower bound below every fitness",
      });
    }
    total += weight;
    sums[index] = total;
  }
  if (weights.length === 0 || total === Infinity) {
    throw new InvalidArgumentError({
      expected: "something to draw from, with weights of finite sum",
      received: `${weights.length} weights that sum to ${total}`,
      remedy: "add seeds before selecting, and scale fitness down",
    });
  }
  const drawn = new Int32Array(count);
  for (let draw = 0; draw < count; draw++) {
    const uniform = random.uniform();
    drawn[draw] =
      total > 0
        ? firstAbove(sums, uniform * total)
        : Math.min(weights.length - 1, Math.floor(uniform * weights.length));
  }
  return drawn;
}

/** The first index whose running sum is above the target; of no weight's index, since its sum repeats the one before. */
function firstAbove(sums: Float64Array, target: number): number {
  let low = 0;
  let high = sums.length - 1;
  // Rounding can bring the target up to the total; the last index that has weight is then the answer.
  const total = sums[high] as number;
  if (target >= total) {
    return sums.indexOf(total);
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
