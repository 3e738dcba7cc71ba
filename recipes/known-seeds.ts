/** The seeds that a recipe was asked for. */
import { InvalidArgumentError } from "../src/core/errors/invalid-argument-error.ts";

/** Throws InvalidArgumentError for a seed that the recipe does not have. */
export function requireKnownSeeds(seeds: readonly number[], known: readonly number[]): void {
  const unknown = seeds.find((seed) => !known.includes(seed));
  if (unknown === undefined) return;
  throw new InvalidArgumentError({
    expected: `seeds of this recipe (${known.join(", ")})`,
    received: String(unknown),
    remedy: "leave --seeds out, or name some of these",
  });
}
