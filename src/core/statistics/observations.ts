import { InvalidArgumentError } from "../errors/invalid-argument-error.ts";
import { NumericalError } from "../errors/numerical-error.ts";

/** A sample of finite numbers, or of successes and failures (counted as 1 and 0). */
export type Observations = ArrayLike<number> | ArrayLike<boolean>;

/**
 * A sample as numbers, in an array of its own.
 * Throws InvalidArgumentError where there are fewer than `least`, NumericalError for NaN and infinities.
 */
export function toNumbers(observations: Observations, least = 1): Float64Array {
  const { length } = observations;
  if (length < least) {
    throw new InvalidArgumentError({
      expected: `at least ${least} observation${least === 1 ? "" : "s"}`,
      received: `${length}`,
      remedy: "collect more before computing the statistic",
    });
  }
  const numbers = new Float64Array(length);
  for (let index = 0; index < length; index++) {
    const number = Number(observations[index]);
    if (!Number.isFinite(number)) {
      throw new NumericalError({
        expected: "finite observations",
        received: `${number} at index ${index}`,
        remedy: "find out where it came from, or leave it out explicitly",
      });
    }
    numbers[index] = number;
  }
  return numbers;
}
