/** What citty's parser lets pass: unknown flags, flags without their value, too many arguments. */
import type { ArgsDef } from "citty";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { nearestName } from "../core/errors/nearest-name.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { programCommand } from "../core/program-command.ts";
import { positionalName } from "./help.ts";

/**
 * The arguments in a form that citty reads without guessing: each value joined to its flag by "=".
 *
 * @param rawArguments what stands after the command's name
 * @throws UnknownNameError with the nearest flag, InvalidArgumentError
 */
export function checkArguments(rawArguments: readonly string[], args: ArgsDef, command: string): string[] {
  const checked: string[] = [];
  const positionals: string[] = [];
  for (let index = 0; index < rawArguments.length; index++) {
    const raw = rawArguments[index] as string;
    if (raw === "--") {
      positionals.push(...rawArguments.slice(index + 1));
      break;
    }
    if (!raw.startsWith("-") || raw === "-") {
      positionals.push(raw);
      continue;
    }
    const equals = raw.indexOf("=");
    const given = equals < 0 ? raw : raw.slice(0, equals);
    let value = equals < 0 ? undefined : raw.slice(equals + 1);
    const { flag, negated } = findFlag(given, args, command);
    if (args[flag]?.type === "boolean") {
      checked.push(`--${negated ? "no-" : ""}${flag}`);
      if (value === undefined) continue;
      if (negated || (value !== "true" && value !== "false")) throw wrongValue(given, "no value", value);
      checked[checked.length - 1] = value === "true" ? `--${flag}` : `--no-${flag}`;
      continue;
    }
    if (value === undefined) {
      const next = rawArguments[index + 1];
      // "-1" is a value, "--seed" the next flag.
      if (next === undefined || (next.startsWith("-") && !/^-[\d.]/u.test(next))) {
        throw new InvalidArgumentError({
          expected: `a value after ${given}`,
          received: next === undefined ? "nothing" : next,
          remedy: `write ${given} ${args[flag]?.valueHint ?? "VALUE"}`,
        });
      }
      value = next;
      index++;
    }
    checked.push(`--${flag}=${value}`);
  }
  checkPositionals(positionals, args, command);
  return positionals.length > 0 ? [...checked, "--", ...positionals] : checked;
}

/** Commands that make runs have --output, those that read them --runs. */
const otherNames: ReadonlyMap<string, readonly string[]> = new Map([
  ["output", ["runs"]],
  ["runs", ["output"]],
]);

function findFlag(given: string, args: ArgsDef, command: string): { flag: string; negated: boolean } {
  const flags = Object.entries(args).filter(([, { type }]) => type !== "positional");
  if (!given.startsWith("--")) {
    const short = flags.find(([, arg]) => "alias" in arg && arg.alias === given.slice(1));
    if (short !== undefined) return { flag: short[0], negated: false };
  }
  const name = given.replace(/^--?/u, "");
  const renamed = flags.find(([, arg]) => "alias" in arg && arg.alias === name);
  if (given.startsWith("--") && renamed !== undefined) return { flag: renamed[0], negated: false };
  const known = flags.map(([flag]) => flag);
  const aliases = flags.flatMap(([, arg]) => ("alias" in arg && typeof arg.alias === "string" ? [arg.alias] : []));
  if (given.startsWith("--") && known.includes(name)) return { flag: name, negated: false };
  const positive = name.startsWith("no-") ? name.slice(3) : undefined;
  if (positive !== undefined && args[positive]?.type === "boolean") return { flag: positive, negated: true };
  // --evaluations means --search-evaluations, which has too many other letters to be found as the nearest.
  const nearest =
    otherNames.get(name)?.find((flag) => known.includes(flag)) ??
    known.find((flag) => flag.endsWith(`-${name}`)) ??
    nearestName(name, [...known, ...aliases.filter(({ length }) => length > 1)]);
  throw new UnknownNameError({
    kind: `flag of illume ${command}`,
    name: given,
    known: known.map((flag) => `--${flag}`),
    ...(nearest === undefined ? {} : { nearest: `--${nearest}` }),
  });
}

function checkPositionals(positionals: readonly string[], args: ArgsDef, command: string): void {
  const wanted = Object.entries(args).filter(([, { type }]) => type === "positional");
  const missing = wanted.filter(([, arg]) => arg.required !== false)[positionals.length];
  if (missing !== undefined) {
    throw new InvalidArgumentError({
      expected: `${positionalName(...missing)} after illume ${command}`,
      received: positionals.length === 0 ? "nothing" : positionals.map((value) => JSON.stringify(value)).join(" "),
      remedy: `${programCommand} ${command} --help has examples`,
    });
  }
  if (positionals.length > wanted.length) {
    throw new InvalidArgumentError({
      expected:
        wanted.length === 0
          ? `only flags after illume ${command}`
          : `at most ${wanted.length} argument${wanted.length === 1 ? "" : "s"}`,
      received: JSON.stringify(positionals[wanted.length]),
      remedy: `remove it, or put texts with spaces in quotes; ${programCommand} ${command} --help has examples`,
    });
  }
}

function wrongValue(flag: string, expected: string, value: string): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: `${expected} after ${flag}`,
    received: JSON.stringify(value),
    remedy: `write ${flag} alone`,
  });
}
