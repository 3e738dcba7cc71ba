/** A configuration as a table, and as the command that repeats the run. */
import type { Configuration } from "../closed-loop/configuration.ts";
import { settingFlag } from "../closed-loop/setting-flag.ts";

interface Setting {
  /** "search.batchSize" */
  readonly name: string;
  readonly value: string;
}

/** All settings, nested ones by their path. */
export function settingsOf(configuration: Configuration): Setting[] {
  return flatten(configuration, "");
}

function flatten(value: unknown, path: string): Setting[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [{ name: path, value: Array.isArray(value) ? value.join(",") : String(value) }];
  }
  return Object.entries(value).flatMap(([key, child]) => flatten(child, path === "" ? key : `${path}.${key}`));
}

/** `illume improve` with the settings that differ from the defaults. */
export function repeatCommand(configuration: Configuration, defaults: Configuration): string {
  const usual = new Map(settingsOf(defaults).map(({ name, value }) => [name, value]));
  const flags = settingsOf(configuration)
    .filter(({ name, value }) => usual.get(name) !== value)
    .map(({ name, value }) => {
      if (value === "true") return settingFlag(name);
      if (value === "false") return settingFlag(name).replace("--", "--no-");
      return `${settingFlag(name)} ${/^[\w./:,-]+$/u.test(value) ? value : JSON.stringify(value)}`;
    });
  return ["illume improve", ...flags].join(" ");
}
