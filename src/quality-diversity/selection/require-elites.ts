import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";

/** Throws InvalidArgumentError where an archive has no elite to select. */
export function requireElites(archive: { readonly size: number }): void {
  if (archive.size === 0) {
    throw new InvalidArgumentError({
      expected: "an archive with at least one elite to select from",
      received: "an empty one",
      remedy: "add evaluated seeds first",
    });
  }
}
