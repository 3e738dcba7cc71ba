/** A configuration as the command that repeats the run. */
import type { Configuration } from "../closed-loop/configuration.ts";
import { settingFlag } from "../closed-loop/setting-flag.ts";
import { type Setting, settingsOf } from "../closed-loop/settings-of.ts";

export interface RepeatedRun {
  /** What is typed for illume; default "illume". */
  readonly program?: string;
  readonly configuration: Configuration;
  /** The command that started it, e.g. "improve". */
  readonly command: string;
  /** The run from which `illume learn` took what it taught. */
  readonly source?: string | undefined;
}

/** Groups of settings that the flags of a command reach; "" are those outside of groups. All of them elsewhere. */
const reachedGroups: Readonly<Record<string, readonly string[]>> = {
  search: ["", "search", "calls"],
  measure: ["", "measure", "calls"],
  learn: ["learn"],
};

/** The command for a POSIX shell, with the settings that differ from the defaults. */
export function repeatCommand(run: RepeatedRun, defaults: Configuration): string {
  const { configuration, command, source, program = "illume" } = run;
  const groups = reachedGroups[command];
  const usual = new Map(settingsOf(defaults).map(({ name, value }) => [name, value]));
  const flags = settingsOf(configuration)
    .filter(({ name }) => groups === undefined || groups.includes(name.includes(".") ? (name.split(".")[0] ?? "") : ""))
    // What is taken from a run begins with that run's settings, not with the defaults.
    .filter(({ name, value }) => source !== undefined || usual.get(name) !== value)
    .map((setting) => flagOf(setting, configuration));
  return [program, command, ...(source === undefined ? [] : [shellWord(source)]), ...flags].join(" ");
}

function flagOf({ name, value }: Setting, configuration: Configuration): string {
  const [group, inner] = name.split(".") as [keyof Configuration, string?];
  const setting = inner === undefined ? configuration[group] : (configuration[group] as Record<string, unknown>)[inner];
  const flag = settingFlag(name);
  if (typeof setting === "boolean") return setting ? flag : flag.replace("--", "--no-");
  // A value that looks like a flag has to be joined to its own.
  return value.startsWith("-") ? `${flag}=${shellWord(value)}` : `${flag} ${shellWord(value)}`;
}

/** A text as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w./:,-]+$/u.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
