/**
 * What reviewers said of a run, in a database of its own beside the run's (reviews.sqlite).
 *
 * A run folder has one writer, the search, which holds the lock of run.sqlite for as long as it goes on, hours maybe. A
 * reviewer writes while it does, perhaps in two windows, so reviews are another file: acts are only ever added, each
 * committed to the disk before it is told as done, and the one that came last holds. SQLite rather than lines of JSON
 * because several processes may add at once and a crash leaves no half line.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { RunVersionError } from "../../core/errors/run-version-error.ts";
import { type Database, openDatabase, withStorageErrors } from "../../runs/sqlite.ts";
import {
  type ItemReview,
  type PairReview,
  pairKey,
  type ReviewEvent,
  type Reviews,
  reviewEventSchema,
} from "./review.ts";

export const reviewsFile = "reviews.sqlite";

/** "illr", SQLite's mark of whose file it is. */
const applicationId = 0x696c6c72;
const reviewsFormat = 1;

/** Reviews of one run, open for reading or for more. */
export interface ReviewStore {
  /** All that holds now, also what other processes added. Throws StorageError, CorruptFileError. */
  read(): Reviews;
  /** Committed to the disk when it returns. Throws InvalidArgumentError for a correction without any, StorageError. */
  add(event: ReviewEvent, reviewer?: string): void;
  close(): void;
}

/**
 * What reviewers said of a run, by its store or folder; nothing where nobody did.
 * Throws StorageError, CorruptFileError, and RunVersionError for another version's reviews.
 */
export function reviews(run: string | { readonly directory: string }): Reviews {
  const path = join(resolve(typeof run === "string" ? run : run.directory), reviewsFile);
  if (!existsSync(path)) return { items: new Map(), pairs: new Map() };
  const database = openDatabase(path, { readOnly: true, timeout: 10_000 });
  try {
    return withStorageErrors(path, () => {
      // A file without tables is one that a killed process began.
      if (!isBegun(database, path)) return { items: new Map(), pairs: new Map() };
      return new ReviewRecord().read(database, path);
    });
  } finally {
    database.close();
  }
}

/**
 * Opens a run's reviews to add to them; any number of processes may.
 * Throws StorageError where the folder is missing or cannot be written to, and as `reviews` does.
 */
export function openReviews(directory: string): ReviewStore {
  const path = join(resolve(directory), reviewsFile);
  const database = openDatabase(path, { timeout: 10_000 });
  try {
    withStorageErrors(path, () => {
      database.exec("PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
      if (!isBegun(database, path)) {
        database.exec(
          `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${reviewsFormat};
           CREATE TABLE reviews (
             sequence INTEGER PRIMARY KEY, time INTEGER NOT NULL, reviewer TEXT, event TEXT NOT NULL
           ) STRICT;`,
        );
      }
      database.exec("COMMIT");
    });
  } catch (error) {
    database.close();
    throw error;
  }
  const record = new ReviewRecord();
  return {
    read: () => withStorageErrors(path, () => record.read(database, path)),
    add: (event, reviewer) => {
      checkEvent(event);
      withStorageErrors(path, () =>
        database
          .prepare("INSERT INTO reviews (time, reviewer, event) VALUES (?, ?, ?)")
          .run(Date.now(), reviewer ?? null, JSON.stringify(reviewEventSchema.parse(event))),
      );
    },
    close: () => database.close(),
  };
}

/** What holds so far; only what was added since is read again. */
class ReviewRecord {
  readonly #items = new Map<string, ItemReview>();
  readonly #pairs = new Map<string, PairReview>();
  #sequence = 0;

  read(database: Database, path: string): Reviews {
    const rows = database.prepare("SELECT * FROM reviews WHERE sequence > ? ORDER BY sequence").all(this.#sequence);
    for (const { sequence, time, reviewer, event } of rows) {
      const told = { ...(reviewer !== null && { reviewer: String(reviewer) }), time: Number(time) };
      this.#take(parseEvent(String(event), Number(sequence), path), told);
      this.#sequence = Number(sequence);
    }
    return { items: new Map(this.#items), pairs: new Map(this.#pairs) };
  }

  #take(event: ReviewEvent, told: Pick<ItemReview, "reviewer" | "time">): void {
    if (event.kind === "item") {
      const { kind, decision, ...rest } = event;
      if (decision === "withdrawn") this.#items.delete(event.id);
      else this.#items.set(event.id, { ...rest, decision, ...told });
      return;
    }
    const { kind, label, ...rest } = event;
    const key = pairKey(event.first, event.second);
    if (label === "withdrawn") this.#pairs.delete(key);
    else this.#pairs.set(key, { ...rest, label, ...told });
  }
}

function checkEvent(event: ReviewEvent): void {
  if (event.kind === "pair") return;
  const { decision, success, response } = event;
  const hasCorrection = success !== undefined || (response !== undefined && response.trim() !== "");
  if ((decision === "corrected") === hasCorrection) return;
  throw new InvalidArgumentError({
    expected: "a correction (a verdict or an answer) with the decision corrected, and with no other",
    received: `the decision ${decision} ${hasCorrection ? "with" : "without"} one`,
    remedy: "say what is right, or accept or reject the item",
  });
}

function parseEvent(text: string, sequence: number, path: string): ReviewEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = reviewEventSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new CorruptFileError({
    expected: `a review of illume as number ${sequence} of ${path}`,
    received: "something else",
    remedy: "restore the file from a copy, or remove it and review again",
  });
}

/** Whether the tables are there. Throws for a file of something or somebody else. */
function isBegun(database: Database, path: string): boolean {
  const pragma = (name: string) => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  const application = pragma("application_id");
  const tables = database.prepare("SELECT count(*) AS number FROM sqlite_schema").get();
  if (application === 0 && tables?.number === 0) return false;
  if (application !== applicationId) {
    throw new CorruptFileError({
      expected: "reviews of illume",
      received: `${path}, a database of something else`,
      remedy: "move it out of the run's folder",
    });
  }
  const format = pragma("user_version");
  if (format === reviewsFormat) return true;
  throw new RunVersionError({
    expected: `reviews of format ${reviewsFormat}`,
    received: `${path} of format ${format}`,
    remedy: "open it with the version of illume that made it",
  });
}
