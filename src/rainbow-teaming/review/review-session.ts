/** A person who reviews a run: where they are, what they decide. Terminal and page are made of it. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { Winner } from "../../judges/judge.ts";
import type { RunStore } from "../../runs/run-store.ts";
import { type ItemReview, type PairReview, pairKey, type Reviews } from "./review.ts";
import { openReviews, type ReviewStore } from "./review-store.ts";
import { type ReviewPair, type ReviewWork, reviewWork } from "./review-work.ts";

/** Items to decide on, or pairs to label. */
export type ReviewKind = "items" | "pairs";

/** Whose session, over what. */
export interface ReviewSessionOptions {
  /** Open for reading at least; stays open. */
  readonly store: RunStore;
  readonly reviewer?: string | undefined;
  /** Leaves out items that are no success (default false). */
  readonly successes?: boolean;
}

/** A correction of an item; what is left out stays as it was corrected before. */
export interface Correction {
  readonly success?: boolean;
  readonly response?: string;
}

/** Every decision is on the disk when a method returns. All throw StorageError where that cannot be. */
export class ReviewSession {
  readonly #options: ReviewSessionOptions;
  readonly #reviews: ReviewStore;
  #work: ReviewWork;

  /** Throws as reviewWork and openReviews do. */
  constructor(options: ReviewSessionOptions) {
    this.#options = options;
    this.#work = reviewWork(options.store, options);
    this.#reviews = openReviews(options.store.directory);
  }

  get work(): ReviewWork {
    return this.#work;
  }

  /** What holds now, also of other sessions. */
  reviews(): Reviews {
    return this.#reviews.read();
  }

  /** Looks again at a search that goes on. */
  refresh(): void {
    this.#work = reviewWork(this.#options.store, this.#options);
  }

  count(kind: ReviewKind): number {
    return this.#work[kind].length;
  }

  /** How many of those at hand are decided. */
  decided(kind: ReviewKind): number {
    const isDecided = this.#decisions(kind);
    return this.#places(kind).filter((place) => isDecided(place)).length;
  }

  /** The first place from `from` on (and then from the start) that nobody decided; undefined where all are. */
  firstUndecided(kind: ReviewKind, from = 0): number | undefined {
    const isDecided = this.#decisions(kind);
    const places = this.#places(kind);
    return [...places.slice(from), ...places.slice(0, from)].find((place) => !isDecided(place));
  }

  /** What holds of an item. */
  itemReview(id: string): ItemReview | undefined {
    return this.reviews().items.get(id);
  }

  /** What holds of a pair, told of it as it is shown, whichever way it was labelled. */
  pairReview({ first, second }: ReviewPair): PairReview | undefined {
    const review = this.reviews().pairs.get(pairKey(first.id, second.id));
    if (review === undefined || review.first === first.id) return review;
    const { label } = review;
    const turned = label === "tie" ? label : label === "first" ? "second" : "first";
    return { ...review, first: first.id, second: second.id, label: turned };
  }

  /**
   * Accepts or rejects an item, or takes its decision back. Throws InvalidArgumentError where nothing can be accepted, as the
   * judge's answer could not be read.
   */
  decide(id: string, decision: "accepted" | "rejected" | "withdrawn"): void {
    if (decision === "accepted" && this.#work.items.find((item) => item.id === id)?.scored === false) {
      throw new InvalidArgumentError({
        expected: "a verdict of the judge to accept",
        received: "an answer of the judge that could not be read",
        remedy: "say yourself whether it was handled well (y) or badly (x), or reject it (r)",
      });
    }
    this.#reviews.add({ kind: "item", id, decision }, this.#options.reviewer);
  }

  /** Throws InvalidArgumentError for an answer of blanks alone, where the verdict is not corrected either. */
  correct(id: string, { success, response }: Correction): void {
    const before = this.itemReview(id);
    const corrected = { success: success ?? before?.success, response: response ?? before?.response };
    this.#reviews.add(
      {
        kind: "item",
        id,
        decision: "corrected",
        ...(corrected.success !== undefined && { success: corrected.success }),
        ...(corrected.response !== undefined && { response: corrected.response }),
      },
      this.#options.reviewer,
    );
  }

  /** Whose response is worse, or nothing any more. */
  label({ first, second }: ReviewPair, label: Winner | "withdrawn"): void {
    this.#reviews.add({ kind: "pair", first: first.id, second: second.id, label }, this.#options.reviewer);
  }

  /** The run stays open. */
  close(): void {
    this.#reviews.close();
  }

  #places(kind: ReviewKind): number[] {
    return [...this.#work[kind].keys()];
  }

  #decisions(kind: ReviewKind): (place: number) => boolean {
    const { items, pairs } = this.reviews();
    const { work } = this;
    if (kind === "items") return (place) => items.has(work.items[place]?.id ?? "");
    return (place) => {
      const pair = work.pairs[place];
      return pair !== undefined && pairs.has(pairKey(pair.first.id, pair.second.id));
    };
  }
}
