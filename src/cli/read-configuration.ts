/** The configuration of a command: defaults, overridden by the config file, overridden by flags. */
import { readFileSync } from "node:fs";
import { type Document, LineCounter, parseDocument } from "yaml";
import { type Configuration, parseConfiguration } from "../closed-loop/configuration.ts";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { type SettingsSection, settingFlags } from "./setting-flags.ts";

type Values = Readonly<Record<string, unknown>>;

/**
 * @param values the command line's values: --config and the flags of `sections`
 * @param base what the file and the flags override; default: the defaults
 * @throws ConfigurationError that names each wrong setting as the user wrote it: by its place in the file, or its flag
 */
export function readConfiguration(
  values: Values,
  sections: readonly SettingsSection[],
  base?: Configuration,
): Configuration {
  const file = typeof values.config === "string" ? values.config : undefined;
  const settings = overridden(base, file === undefined ? {} : readYaml(file));
  const flagged = new Map<string, string>();
  if (isGroup(settings)) {
    for (const { flag, path, parse } of settingFlags(sections)) {
      const value = values[flag];
      if (value === undefined) continue;
      setAt(settings, path, typeof value === "string" ? parse(value) : value);
      flagged.set(path.join("."), `--${flag}`);
    }
  }
  return parseConfiguration(settings, (path) => {
    // A list's items are part of its setting: learn.betas.0 was given by --learn-betas.
    for (let length = path.length; length > 0; length--) {
      const flag = flagged.get(path.slice(0, length).join("."));
      if (flag !== undefined) return flag;
    }
    const place = path.map(String).join(".");
    return file === undefined ? place : place === "" ? file : `${file}: ${place}`;
  });
}

function readYaml(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw fileSystemFailure(error, "to read", file);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [fault] = document.errors;
  if (fault !== undefined) {
    const { line, col } = lineCounter.linePos(fault.pos[0]);
    throw notYaml(file, `${fault.message} at line ${line}, column ${col}`);
  }
  // An empty file is all defaults, and so is a group whose settings are all commented out.
  const settings = plainValue(document, file) ?? {};
  if (!isGroup(settings)) return settings;
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, value === null && isGroupName(name) ? {} : value]),
  );
}

/** Aliases that point nowhere, or multiply without end, are found only here. */
function plainValue(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw notYaml(file, error instanceof Error ? error.message : String(error));
  }
}

function notYaml(file: string, received: string): InvalidArgumentError {
  return new InvalidArgumentError({ expected: `${file} to be YAML`, received, remedy: "correct it there" });
}

/** The settings of `base`, group by group, under those of a file. */
function overridden(base: Configuration | undefined, settings: unknown): unknown {
  if (base === undefined || !isGroup(settings)) return settings;
  const merged: Record<string, unknown> = { ...base, ...settings };
  for (const [name, value] of Object.entries(base)) {
    if (isGroup(value) && isGroup(settings[name])) merged[name] = { ...value, ...settings[name] };
  }
  return merged;
}

function isGroupName(name: string): boolean {
  return settingFlags(["warm", "search", "learn", "measure", "attack", "calls"]).some(
    ({ section }) => section === name,
  );
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function setAt(settings: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name, inner] = path as [string, string?];
  if (inner === undefined) {
    settings[name] = value;
    return;
  }
  const group = settings[name];
  // Anything but a group stays, for the schema to refuse.
  if (group === undefined) settings[name] = { [inner]: value };
  else if (isGroup(group)) settings[name] = { ...group, [inner]: value };
}
