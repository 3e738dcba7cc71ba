/** What a report says of files that changed while its run was made. */
import { quotedText } from "../core/quoted-text.ts";
import { changedFiles } from "../runs/named-files.ts";
import type { RunStore } from "../runs/run-store.ts";

/** One line, or none. */
export function fileNotes(store: Pick<RunStore, "events">): string[] {
  const files = changedFiles(store).map((path) => quotedText(path, 1000));
  if (files.length === 0) return [];
  return [`Changed while the run was made: ${files.join(", ")}. What was found before and after is not of the same.`];
}
