/**
 * Files of code that a run's configuration names: modules that judge or measure, and applications. A run keeps their
 * checksums, because results before and after a change are results of different things.
 */
import { FilesChangedError } from "../core/errors/files-changed-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import { applicationChecksum } from "../language-models/applications/application-file.ts";
import { applicationPath } from "../language-models/model-id.ts";
import type { Json, RunStore } from "./run-store.ts";

/** Settings that name models. */
const modelSettings = new Set([
  "target",
  "targets",
  "mutator",
  "judge",
  "classifier",
  "oracle",
  "heldOutJudge",
  "cheapJudge",
  "teacher",
  "embedder",
  "by",
  "after",
]);

/** Files of code that a stored configuration names, each once, at any depth of it. */
export function namedFiles(configuration: unknown): string[] {
  const files = new Set<string>();
  const visit = (value: unknown, setting: string | undefined): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each, setting);
    } else if (typeof value === "string") {
      // What is spelt as an application counts wherever it stands, so that no setting is forgotten here.
      const isModel = value.startsWith("app:") || (setting !== undefined && modelSettings.has(setting));
      const path = isModel ? applicationPath(value) : undefined;
      if (path !== undefined) files.add(path);
    } else if (typeof value === "object" && value !== null) {
      const { kind, file } = value as { readonly kind?: unknown; readonly file?: unknown };
      // A judge's function, and what a descriptor's number is of.
      if ((kind === "function" || setting === "of") && typeof file === "string") files.add(file);
      for (const [name, each] of Object.entries(value)) visit(each, name);
    }
  };
  visit(configuration, undefined);
  return [...files];
}

const filesKey = "named files";
const changeKind = "files changed";

/** SHA-256 by path. */
type Checksums = Readonly<Record<string, string>>;

/** What a new run keeps of its files, as part of its first state; nothing where it names none. Throws StorageError. */
export function namedFilesState(configuration: unknown): Readonly<Record<string, Json>> {
  const checksums = checksumsOf(configuration);
  return Object.keys(checksums).length === 0 ? {} : { [filesKey]: checksums };
}

function checksumsOf(configuration: unknown): Checksums {
  return Object.fromEntries(namedFiles(configuration).map((path) => [path, applicationChecksum(path)]));
}

/**
 * Throws FilesChangedError where a file is not what it was when the run began or was last gone on with, StorageError where
 * it cannot be read. Runs that kept nothing of their files are taken as they are.
 * @param goOn whether changes are known and wanted: they are noted instead, for the report
 */
export function requireSameFiles(
  store: Pick<RunStore, "configuration" | "state" | "setState" | "appendEvent" | "transaction">,
  goOn: boolean,
): void {
  const before = store.state(filesKey) as Checksums | undefined;
  if (before === undefined) return;
  const now = checksumsOf(store.configuration);
  const changed = Object.keys(now).filter((path) => now[path] !== before[path]);
  if (changed.length === 0) return;
  if (!goOn) {
    const short = (checksum = "none") => checksum.slice(0, 8);
    throw new FilesChangedError({
      expected: "files as they were when the run began",
      received: changed
        .map((path) => `another ${quotedText(path, 1000)} (SHA-256 ${short(now[path])}, was ${short(before[path])})`)
        .join(", "),
      remedy: "restore them, begin a new run, or go on with what is there now: --changed-files",
    });
  }
  store.transaction(() => {
    store.setState(filesKey, now);
    store.appendEvent(changeKind, changed);
  });
}

/** Files that changed while a run was made, each once. */
export function changedFiles(store: Pick<RunStore, "events">): string[] {
  return [...new Set(store.events(changeKind).flatMap(({ payload }) => payload as string[]))];
}
