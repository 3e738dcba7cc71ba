/** Which items a list shows, and in which order. */
import type { ArchiveItemView } from "../../../src/report/view-model.ts";

export interface ItemQuery {
  /** What texts and labels have to contain, in any case of letters; "" for everything. */
  readonly text: string;
  readonly outcome: "all" | "failing" | "not failing" | "not known";
  readonly review: ReviewState;
  /** Dimension -> the bin that items have to be in. */
  readonly bins: ReadonlyMap<number, number>;
  readonly order: ItemOrder;
}

export const reviewStates = ["all", "not reviewed", "accepted", "corrected", "rejected"] as const;
export type ReviewState = (typeof reviewStates)[number];

export const itemOrders = ["fittest first", "least fit first", "newest first", "oldest first"] as const;
export type ItemOrder = (typeof itemOrders)[number];

export const wholeArchive: ItemQuery = {
  text: "",
  outcome: "all",
  review: "all",
  bins: new Map(),
  order: "fittest first",
};

const comparisons: Readonly<Record<ItemOrder, (a: ArchiveItemView, b: ArchiveItemView) => number>> = {
  "fittest first": (a, b) => scoredFirst(a, b) || b.fitness - a.fitness || a.iteration - b.iteration,
  "least fit first": (a, b) => scoredFirst(a, b) || a.fitness - b.fitness || a.iteration - b.iteration,
  "newest first": (a, b) => b.iteration - a.iteration,
  "oldest first": (a, b) => a.iteration - b.iteration,
};

function scoredFirst(a: ArchiveItemView, b: ArchiveItemView): number {
  return Number(a.scored === false) - Number(b.scored === false);
}

function outcomeOf({ scored, correct }: ArchiveItemView): ItemQuery["outcome"] {
  return scored === false ? "not known" : correct ? "not failing" : "failing";
}

/** The archive's items that everything but the query's text lets through, in its order. */
export function chosenItems(items: readonly ArchiveItemView[], query: ItemQuery): ArchiveItemView[] {
  const { outcome, review, bins, order } = query;
  const held = [...bins];
  return items
    .filter(
      (item) =>
        item.elite &&
        (outcome === "all" || outcomeOf(item) === outcome) &&
        (review === "all" || (item.review ?? "not reviewed") === review) &&
        held.every(([dimension, bin]) => item.bins[dimension] === bin),
    )
    .sort(comparisons[order]);
}
