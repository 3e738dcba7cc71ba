/** What people say of a search's prompts and responses: decisions on items, labels of pairs. All texts are untrusted. */
import { z } from "zod";
import type { Winner } from "../../judges/judge.ts";

/**
 * accepted: the judge is right, and the item is fit for use. corrected: fit for use with another verdict or a better
 * answer. rejected: not to be used, which says nothing about the judge.
 */
export type ReviewDecision = "accepted" | "rejected" | "corrected";

/** The decision on an item that holds: the last one. */
export interface ItemReview {
  readonly id: string;
  readonly decision: ReviewDecision;
  /** Of a corrected item: whether it is a success of the search, where the judge is wrong about it. */
  readonly success?: boolean;
  /** Of a corrected item: what the target should have answered. */
  readonly response?: string;
  readonly reviewer?: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The label of a pair that holds: the last one. */
export interface PairReview {
  /** Ids of the items. */
  readonly first: string;
  readonly second: string;
  /** Whose response the target handled worse. */
  readonly label: Winner;
  readonly reviewer?: string;
  /** As in an item's. */
  readonly time: number;
}

/** What holds of everything that reviewers said of a run. */
export interface Reviews {
  /** By the items' ids, in the order of their first decision. */
  readonly items: ReadonlyMap<string, ItemReview>;
  /** By `pairKey`. */
  readonly pairs: ReadonlyMap<string, PairReview>;
}

/** One act of a reviewer, as it comes from a page and stands in the store. */
export const reviewEventSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("item"),
    id: z.string(),
    decision: z.enum(["accepted", "rejected", "corrected", "withdrawn"]),
    success: z.boolean().exactOptional(),
    response: z.string().exactOptional(),
  }),
  z.strictObject({
    kind: z.literal("pair"),
    first: z.string(),
    second: z.string(),
    label: z.enum(["first", "second", "tie", "withdrawn"]),
  }),
]);

/** One act of a reviewer; "withdrawn" takes back what was said before. */
export type ReviewEvent = z.output<typeof reviewEventSchema>;

/** The name of a pair, whichever of its items is first. */
export function pairKey(one: string, other: string): string {
  return JSON.stringify([one, other].sort());
}
