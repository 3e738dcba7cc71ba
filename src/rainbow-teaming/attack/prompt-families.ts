/**
 * Families of prompts: what descends from one seed resembles each other, so that a share of them is known less surely than
 * one of as many unrelated prompts.
 */

import { familyShare } from "../../core/statistics/family-share.ts";
import type { Interval } from "../../core/statistics/interval.ts";
import { wilsonInterval } from "../../core/statistics/wilson-interval.ts";

/** Something of a search, with where it comes from. */
export interface Descendant {
  readonly id: string;
  /** Undefined for a child of a seed, and without a parent. */
  readonly parentId: string | undefined;
  /** What a child of a seed was made from; undefined: it is a root itself. */
  readonly seed?: string | undefined;
}

/**
 * The family of each, named by the id of its first member: all that descend from one seed, or from one root. Undefined for
 * those whose parent is not before them, as it is not known where they come from. @param items parents before their children
 */
export function familiesOf(items: Iterable<Descendant>): ReadonlyMap<string, string | undefined> {
  const families = new Map<string, string | undefined>();
  const ofSeeds = new Map<string, string>();
  for (const { id, parentId, seed } of items) {
    let family = parentId === undefined ? id : families.get(parentId);
    if (parentId === undefined && seed !== undefined) {
      family = ofSeeds.get(seed) ?? id;
      ofSeeds.set(seed, family);
    }
    families.set(id, family);
  }
  return families;
}

/** Whether a prompt is handled badly, and its family; undefined where that is not known. */
export interface FamilyOutcome {
  readonly success: boolean;
  readonly family: string | undefined;
}

/** A share of successes; without an interval where nothing is known. */
export interface TransferRate {
  readonly successes: number;
  /** Prompts whose outcome is known. */
  readonly trials: number;
  /**
   * Families of these prompts. The interval is over families from two on; of one it is Wilson's, which is about that family
   * alone. Missing where the family of a prompt is not known: Wilson's interval, as if prompts were unrelated.
   */
  readonly families?: number;
  /** In [0, 1]. */
  readonly rate?: Interval;
}

/** @param level of the interval, in (0, 1); default 0.95 */
export function outcomeRate(outcomes: readonly FamilyOutcome[], level = 0.95): TransferRate {
  const trials = outcomes.length;
  const successes = outcomes.filter(({ success }) => success).length;
  if (trials === 0) return { successes, trials };
  const families = byFamily(outcomes, ({ family }) => family);
  if (families === undefined) return { successes, trials, rate: wilsonInterval(successes, trials, level) };
  const counts = families.map((members) => ({
    successes: members.filter(({ success }) => success).length,
    trials: members.length,
  }));
  return { successes, trials, families: families.length, rate: familyShare(counts, level) };
}

/** Items by their families; undefined where one has none. */
export function byFamily<Item>(
  items: readonly Item[],
  familyOf: (item: Item) => string | undefined,
): readonly (readonly Item[])[] | undefined {
  const families = new Map<string, Item[]>();
  for (const item of items) {
    const family = familyOf(item);
    if (family === undefined) return undefined;
    const members = families.get(family);
    if (members === undefined) families.set(family, [item]);
    else members.push(item);
  }
  return [...families.values()];
}
