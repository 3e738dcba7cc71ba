import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { ParentSelection } from "./parent-selection.ts";

/**
 * Always one of the given solutions, uniformly, whatever the archive holds: mutation without stepping stones, the
 * control that shows what the archive contributes. Throws InvalidArgumentError for an empty list.
 */
export function fixedParentsSelection<Solution>(parents: readonly Solution[]): ParentSelection<Solution> {
  if (parents.length === 0) {
    throw new InvalidArgumentError({
      expected: "at least one parent to choose from",
      received: "an empty list",
      remedy: "pass the seeds of the search",
    });
  }
  return {
    select: (_archive, count, random) =>
      Array.from({ length: count }, () => ({
        solution: parents[random.integer(0, parents.length)] as Solution,
        cell: undefined,
      })),
  };
}
