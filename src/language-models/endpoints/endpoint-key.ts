/** Keys: they come from the environment and go to the provider, and nowhere else. */
import { MissingKeyError } from "./errors/missing-key-error.ts";

/** Variables by name, as process.env. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The first of the variables that is set. Throws MissingKeyError where none is.
 * @param variables names in order, e.g. ["OPENAI_API_KEY"]
 */
export function requiredKey(environment: Environment, variables: readonly string[], endpoint: string): string {
  const key = optionalKey(environment, variables);
  if (key !== undefined) return key;
  throw new MissingKeyError({
    expected: `a key for ${endpoint} in the environment variable ${variables.join(" or ")}`,
    received: "none",
    remedy: `export ${variables[0]}=...; nothing was sent`,
  });
}

export function optionalKey(environment: Environment, variables: readonly string[]): string | undefined {
  for (const name of variables) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== "") return value;
  }
  return undefined;
}
