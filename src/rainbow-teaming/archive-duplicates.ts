/**
 * Near-duplicates of what the archive holds, found before a child is put to the target (no part of the paper, which only
 * compares a child with its parent).
 *
 * What counts is the archive that the child's batch chose from, whatever was committed since: otherwise the speed of the
 * models would decide. With `batchesAhead` batches under way before one is complete there are that many more copies, each
 * brought up to date when the batch that uses it is planned, which no earlier user of the copy outlives.
 */
import {
  type NearDuplicate,
  NearDuplicateFilter,
  type NearDuplicateFilterOptions,
} from "../synthetic-data/filters/near-duplicate-filter.ts";
import type { EvaluatedPrompt } from "./evaluated-prompt.ts";

/** The elites' texts as of each batch that may be under way. */
export class ArchiveDuplicates {
  readonly #copies: readonly NearDuplicateFilter<string>[];
  /** What entered and left the archive since the oldest copy, in order. */
  readonly #changes: { readonly added: EvaluatedPrompt; readonly removed: readonly string[] }[] = [];
  /** By copy: how many changes it has. */
  readonly #applied: number[];
  /** Being brought up to date; a batch waits for its copy. */
  readonly #updates: Promise<void>[];

  /** Throws InvalidArgumentError as NearDuplicateFilter does. */
  constructor(options: NearDuplicateFilterOptions, batchesAhead: number) {
    this.#copies = Array.from({ length: batchesAhead + 1 }, () => new NearDuplicateFilter<string>(options));
    this.#applied = this.#copies.map(() => 0);
    this.#updates = this.#copies.map(() => Promise.resolve());
  }

  /** Notes that a prompt entered, and which ones left for it. */
  note(added: EvaluatedPrompt, removed: readonly string[]): void {
    this.#changes.push({ added, removed });
  }

  /** Makes what was noted so far count for a batch. */
  plan(batch: number): void {
    const copy = batch % this.#copies.length;
    const filter = this.#copies[copy] as NearDuplicateFilter<string>;
    const changes = this.#changes.slice(this.#applied[copy]);
    this.#applied[copy] = this.#changes.length;
    const update = (this.#updates[copy] as Promise<void>).then(async () => {
      const read = await filter.read(changes.map(({ added }) => added.text));
      for (const [index, { added, removed }] of changes.entries()) {
        filter.add(added.id, read[index] as (typeof read)[number]);
        for (const id of removed) filter.remove(id);
      }
    });
    // Whoever looks for something hears of its failure.
    update.catch(() => undefined);
    this.#updates[copy] = update;
  }

  /** What a text repeats, for an iteration of a batch. Throws what an embedder throws. */
  async find(batch: number, text: string, signal?: AbortSignal): Promise<NearDuplicate<string> | undefined> {
    const copy = batch % this.#copies.length;
    await this.#updates[copy];
    const filter = this.#copies[copy] as NearDuplicateFilter<string>;
    const [read] = await filter.read([text], signal === undefined ? {} : { signal });
    return read && filter.find(read);
  }
}
