/** Which run a user means: by its name, by its folder, or the latest one. */
import { existsSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import { StorageError } from "../core/errors/storage-error.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { programCommand } from "../core/program-command.ts";
import { listRuns } from "../runs/run-folders.ts";

/**
 * The folder of a run.
 *
 * @param run its name in `root`, its folder, a command for the one of its runs in `root` that changed last ("search"), or
 *   undefined for the run that did
 * @throws UnknownNameError with the nearest name, StorageError where there is no run at all
 */
export function runDirectory(run: string | undefined, root: string): string {
  const runs = listRuns(root);
  if (run !== undefined && existsSync(join(run, "run.sqlite"))) return resolve(run);
  const [latest] = runs;
  if (latest === undefined) {
    throw new StorageError({
      expected: `a run in ${resolve(root)}`,
      received: "none",
      remedy: `start one with ${programCommand} improve, or say where runs are with --runs`,
    });
  }
  if (run === undefined) return resolve(latest.directory);
  const found =
    runs.find(({ name }) => name === run) ??
    runs.find(({ name }) => name.startsWith(`${run}-`) && datedName.test(name.slice(run.length)));
  if (found !== undefined) return resolve(found.directory);
  throw new UnknownNameError({ kind: `run in ${root}`, name: run, known: runs.map(({ name }) => name) });
}

/** What newRunName puts after the command. */
const datedName = /^-\d{4}-\d\d-\d\d-\d+$/u;

/** How to name a run in a command typed in the same folder: by its name where it is in runs/, else by its path. */
export function runReference(directory: string): string {
  const here = resolve("runs", basename(directory)) === directory;
  const reference = here ? basename(directory) : relative(process.cwd(), directory);
  return /^[\w./-]+$/u.test(reference) ? reference : JSON.stringify(reference);
}
