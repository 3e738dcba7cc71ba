/**
 * Code that a stored run names: modules that judge, and applications, which may run anything or send this machine's keys
 * where their files say. A run may come from elsewhere, so that its code runs only where the user says so.
 */
import type { ArgsDef } from "citty";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { programCommand } from "../core/program-command.ts";
import { quotedText } from "../core/quoted-text.ts";
import { applicationPath } from "../language-models/model-id.ts";
import { namedFiles, requireSameFiles } from "../runs/named-files.ts";
import { openRun } from "../runs/run-database.ts";
import type { RunStore } from "../runs/run-store.ts";
import { runReference } from "./run-directory.ts";

export const runCodeArg = {
  "run-code": {
    type: "boolean",
    description:
      "run the modules and applications that the run names: for runs of your own, as an attacker's may do harm",
  },
} as const satisfies ArgsDef;

export const changedFilesArg = {
  "changed-files": {
    type: "boolean",
    description: "go on although modules or applications that the run names have changed; the report says so",
  },
} as const satisfies ArgsDef;

/**
 * Throws InvalidArgumentError where a configuration from a run's store names code, unless that was allowed.
 * @param named files that the user has just named
 */
export function requireRunCode(
  configuration: unknown,
  args: Readonly<Record<string, unknown>>,
  named: readonly (string | undefined)[] = [],
): void {
  if (args["run-code"] === true) return;
  const known = new Set(named.map((id) => (id === undefined ? undefined : applicationPath(id))));
  const foreign = namedFiles(configuration).filter((file) => !known.has(file));
  if (foreign.length === 0) return;
  throw new InvalidArgumentError({
    expected: "--run-code for a run that names modules or applications, which run with all that you may do",
    received: `a run with ${foreign.map((file) => quotedText(file)).join(", ")}`,
    remedy: "look at these files, and add --run-code where they are your own",
  });
}

/** requireRunCode and requireSameFiles for the run in a folder, which is to be gone on with. Throws as they do. */
export function checkFilesOf(directory: string, args: Readonly<Record<string, unknown>>): void {
  const goOn = args["changed-files"] === true;
  const store = openRun({ directory, mode: goOn ? "write" : "read" });
  try {
    requireRunCode(store.configuration, args);
    requireSameFiles(store, goOn);
  } finally {
    store.close();
  }
}

/** The command that goes on with a run of the user's own. */
export function goOnCommand(store: Pick<RunStore, "directory" | "configuration">): string {
  const flag = namedFiles(store.configuration).length > 0 ? " --run-code" : "";
  return `${programCommand} resume ${runReference(store.directory)}${flag}`;
}
