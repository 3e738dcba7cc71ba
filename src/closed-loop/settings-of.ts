/** A configuration as a flat list. */
import type { Configuration } from "./configuration.ts";

export interface Setting {
  /** "search.batchSize" */
  readonly name: string;
  /** A list as its items: [0.9, 0.98] is "0.9,0.98". */
  readonly value: string;
}

/** All settings in the schema's order, nested ones by their path. */
export function settingsOf(configuration: Configuration): Setting[] {
  return flatten(configuration, "");
}

function flatten(value: unknown, path: string): Setting[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [{ name: path, value: Array.isArray(value) ? value.join(",") : String(value) }];
  }
  return Object.entries(value).flatMap(([key, child]) => flatten(child, path === "" ? key : `${path}.${key}`));
}
